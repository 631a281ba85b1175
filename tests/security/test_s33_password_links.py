"""S33: links to choose a password are random, hashed, short-lived and good once; every other one is refused alike."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import authentication, commands, tokens
from helpdesk.people.models import PasswordToken, Person, TokenPurpose
from tests.cast import Cast
from tests.pages import PageClient

NEW = "mangle-otter-lamp-93"


def link_for(db: Any, person: Person, purpose: TokenPurpose = TokenPurpose.RESET) -> str:
    with unit_of_work():
        token = tokens.mail_password_token(person, purpose)
        token_id = token.id
    return tokens.token_text(db.session.get(PasswordToken, token_id))


def test_a_link_sets_the_password_and_ends_every_session(
    db: Any, client: PageClient, cast: Cast
) -> None:
    client.sign_in("ben@borough.example")
    link = link_for(db, cast.ben)
    client.get("/password")
    client.post(f"/reset/{link}", {"password": NEW, "again": NEW})
    client.get("/password", status=303)
    client.sign_in("ben@borough.example", NEW)
    client.get("/password")


def test_a_link_is_good_once(db: Any, client: PageClient, cast: Cast) -> None:
    link = link_for(db, cast.ben)
    client.post(f"/reset/{link}", {"password": NEW, "again": NEW})
    client.post(f"/reset/{link}", {"password": NEW + "-x", "again": NEW + "-x"}, status=404)


def test_opening_a_link_does_not_use_it_up(db: Any, client: PageClient, cast: Cast) -> None:
    link = link_for(db, cast.ben)
    client.get(f"/reset/{link}")
    client.get(f"/reset/{link}")
    client.post(f"/reset/{link}", {"password": NEW, "again": NEW})


def test_a_newer_link_voids_the_older_one(db: Any, client: PageClient, cast: Cast) -> None:
    older = link_for(db, cast.ben)
    newer = link_for(db, cast.ben)
    client.get(f"/reset/{older}", status=404)
    client.get(f"/reset/{newer}")


@pytest.mark.parametrize(
    ("purpose", "lasts"),
    [
        (TokenPurpose.RESET, timedelta(minutes=60)),
        (TokenPurpose.INVITE, timedelta(hours=72)),
    ],
)
def test_a_link_lapses(
    db: Any,
    client: PageClient,
    cast: Cast,
    clock: StoppedClock,
    purpose: TokenPurpose,
    lasts: timedelta,
) -> None:
    link = link_for(db, cast.ben, purpose)
    clock.advance(lasts - timedelta(seconds=1))
    client.get(f"/reset/{link}")
    clock.advance(timedelta(seconds=1))
    client.get(f"/reset/{link}", status=404)


def test_everything_else_gets_the_same_refusal(db: Any, client: PageClient, cast: Cast) -> None:
    right = link_for(db, cast.ben)
    used = link_for(db, cast.cleo)
    client.post(f"/reset/{used}", {"password": NEW, "again": NEW})
    digest = db.session.scalar(
        select(PasswordToken.token_digest).order_by(PasswordToken.id).limit(1)
    )
    wrong = [
        "%25",
        "*",
        "_",
        "[]",
        "0",
        right[:-1],
        right + "A",
        right.upper(),
        used,
        digest,
        "%00",
    ]
    client.get("/sign-in")
    bodies = set()
    for text in wrong:
        answer = client.get(f"/reset/{text}", status=404)
        bodies.add(answer.get_data(as_text=True))
    assert len(bodies) == 1


def test_an_array_in_place_of_the_password_changes_nothing(
    db: Any, client: PageClient, cast: Cast
) -> None:
    link = link_for(db, cast.ben)
    client.post(f"/reset/{link}", {"password[]": NEW}, status=422)
    client.get(f"/reset/{link}")


def test_a_refused_password_leaves_the_link_good(db: Any, client: PageClient, cast: Cast) -> None:
    link = link_for(db, cast.ben)
    client.post(f"/reset/{link}", {"password": "short", "again": "short"}, status=422)
    client.post(f"/reset/{link}", {"password": NEW, "again": NEW})


def test_the_table_holds_nothing_that_opens_the_door(db: Any, cast: Cast) -> None:
    link = link_for(db, cast.ben)
    row = db.session.scalars(select(PasswordToken)).one()
    kept = " ".join(str(getattr(row, column.name)) for column in PasswordToken.__table__.columns)
    assert link not in kept
    assert len(link) >= 43


def test_a_closed_account_cannot_use_its_link(db: Any, client: PageClient, cast: Cast) -> None:
    link = link_for(db, cast.ben)
    with unit_of_work():
        commands.deactivate(cast.ben)
    client.get(f"/reset/{link}", status=404)


def test_guessing_links_is_limited(client: PageClient, cast: Cast) -> None:
    for number in range(authentication.TOKEN_TRIES_PER_SOURCE):
        client.get(f"/reset/guess-{number}", status=404)
    answer = client.get("/reset/one-more", status=429)
    assert int(answer.headers["Retry-After"]) > 0
