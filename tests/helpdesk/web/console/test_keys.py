"""Keys for programs: made by their owner, shown once, ended at once."""

from __future__ import annotations

from html import unescape

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.people.api_tokens import MOST_KEYS, make_api_token
from helpdesk.people.commands import deactivate
from helpdesk.people.models import ApiToken
from tests.cast import Cast
from tests.helpdesk.api.test_clocks import asked
from tests.helpdesk.api.test_writing import posted
from tests.pages import PageClient


def shown(client: PageClient) -> str:
    assert client.last is not None
    return unescape(client.last.get_data(as_text=True))


def test_a_key_is_shown_once_and_works_until_it_is_ended(ben: PageClient, cast: Cast) -> None:
    ben.post("/me/keys", {"name": "Door bell", "write": "y", "days": "30"}, status=200)
    key = shown(ben).partition("Bearer ")[2].partition("<")[0].strip()
    assert key.startswith("desk_")
    body = {"subject": "Ding", "text": "Dong"}
    assert posted(ben, "/tickets", body, key).status_code == 201
    ben.get("/me/keys")
    assert key not in shown(ben)
    assert "Door bell" in shown(ben)
    row = db.session.scalars(select(ApiToken)).one()
    ben.post(f"/me/keys/{row.id}/end")
    assert posted(ben, "/tickets", body, key).status_code == 401
    ben.get("/me/keys")
    assert "ended" in shown(ben)
    db.session.rollback()
    events = list(db.session.scalars(select(Entry.event).where(Entry.event.startswith("Key"))))
    assert sorted(events) == ["KeyEnded", "KeyMade"]


def test_a_key_without_a_name_is_not_made_and_what_was_chosen_stays(ben: PageClient) -> None:
    ben.post("/me/keys", {"name": " ", "write": "y", "days": "365"}, status=422)
    assert "Say which program" in shown(ben)
    assert db.session.scalars(select(ApiToken)).all() == []


def test_a_key_of_somebody_else_is_missing(ben: PageClient, cast: Cast) -> None:
    with unit_of_work():
        make_api_token(cast.cleo, "Cleo's", ["tickets:read"])
    row = db.session.scalars(select(ApiToken)).one()
    ben.post(f"/me/keys/{row.id}/end", status=404)
    ben.get("/me/keys")
    assert "Cleo's" not in shown(ben)
    db.session.expire_all()
    assert row.revoked_at is None


def test_nobody_makes_keys_without_end(ben: PageClient, cast: Cast) -> None:
    with unit_of_work():
        for number in range(MOST_KEYS):
            make_api_token(cast.ben, f"Number {number}", ["tickets:read"])
    ben.post("/me/keys", {"name": "One more", "days": "30"}, status=422)
    assert "End some first" in shown(ben)


def test_a_key_that_reads_cannot_be_used_by_a_closed_account(
    cast: Cast, client: PageClient
) -> None:
    with unit_of_work():
        deactivate(cast.ben)
    assert asked(client, "/tickets", cast.ben).status_code == 401
