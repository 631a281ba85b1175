"""S13: whoever is named in a note is told only if they may read the ticket, as things stand when the news leaves."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery, DeliveryKind
from helpdesk.notifications.mentions import names_in
from helpdesk.notifications.models import Notification
from helpdesk.people.models import Membership, Person
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.makers import make_note, make_ticket
from tests.pages import PageClient

KNOWN = ["ben kaya", "ben", "it support", "cleo marsh"]


@pytest.fixture
def ticket(cast: Cast, settle: Callable[[], None]) -> Ticket:
    found = make_ticket(cast.ada, cast.it)
    settle()
    return found


def told() -> set[tuple[str, str]]:
    db.session.rollback()
    rows = db.session.execute(
        select(Person.name, Notification.kind)
        .join(Person, Person.id == Notification.person_id)
        .where(Notification.kind.in_(["mention", "note"]))
    )
    return {(name.split()[0], kind) for name, kind in rows}


def test_who_is_named_and_sees_the_ticket_is_told(
    cast: Cast, ticket: Ticket, settle: Callable[[], None]
) -> None:
    make_note(ticket, cast.ben, "@Cleo Marsh, look. @Dan Okoro, @Ben Kaya and @Ada Byrne too.")
    settle()
    assert told() == {("Cleo", "mention")}


def test_a_group_that_is_named_is_told_as_far_as_it_may_read(
    cast: Cast, ticket: Ticket, settle: Callable[[], None]
) -> None:
    make_note(ticket, cast.eve, "@it support: drum again. @Highways")
    settle()
    assert told() == {("Ben", "mention"), ("Cleo", "mention")}


def test_who_has_the_ticket_and_is_named_is_told_once(
    cast: Cast, ticket: Ticket, settle: Callable[[], None]
) -> None:
    with unit_of_work():
        commands.assign(commands.lock(ticket.id), cast.cleo, by=None, cause="test")
    make_note(ticket, cast.ben, "@Cleo Marsh")
    settle()
    assert told() == {("Cleo", "mention")}


def leave(cast: Cast) -> None:
    mine = select(Membership).where(Membership.person_id == cast.cleo.id)
    db.session.delete(db.session.scalars(mine).one())


def switch_off(cast: Cast) -> None:
    db.session.get_one(Person, cast.cleo.id).is_active = False


@pytest.mark.parametrize("lose_rights", [leave, switch_off])
def test_rights_that_ended_before_the_news_left_are_none(
    cast: Cast, ticket: Ticket, settle: Callable[[], None], lose_rights: Callable[[Cast], None]
) -> None:
    make_note(ticket, cast.ben, "@Cleo Marsh")
    with unit_of_work():
        lose_rights(cast)
    settle()
    assert told() == set()
    notices = select(Delivery.id).where(Delivery.kind == DeliveryKind.NOTICE)
    assert db.session.scalars(notices).all() == []


def test_the_writer_is_told_who_cannot_see_it(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    client.sign_in("ben@borough.example")
    offered = client.get(f"/tickets/{ticket.number}/mentionable").get_json()["names"]
    seen = {one["name"]: one["may"] for one in offered}
    assert seen == {
        "Cleo Marsh": True,
        "Eve Adair": True,
        "IT support": True,
        "Dan Okoro": False,
        "Highways": False,
    }
    note = {"note_text": "@Dan Okoro @Cleo Marsh", "version": str(ticket.version), "seen": "0"}
    client.post(f"/tickets/{ticket.number}/notes", note)
    page = unescape(client.get(f"/tickets/{ticket.number}").get_data(as_text=True))
    assert "Dan Okoro cannot see this ticket, and is not told." in page


def test_nobody_is_offered_on_a_hidden_ticket(client: PageClient, cast: Cast) -> None:
    hidden = make_ticket(cast.ada, cast.highways)
    client.sign_in("ben@borough.example")
    client.get(f"/tickets/{hidden.number}/mentionable", status=404)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Ben Kaya: look", ["ben kaya"]),
        ("@ben, look", ["ben"]),
        ("@Bennet", []),
        ("write to ben@ben.example", []),
        ("(@IT  support) and @cleo\nmarsh", ["it support", "cleo marsh"]),
        ("@Ben @ben @BEN", ["ben"]),
        ("@", []),
        ("no names", []),
    ],
)
def test_a_name_behind_an_at_is_found(text: str, names: list[str]) -> None:
    assert names_in(text, KNOWN) == names
