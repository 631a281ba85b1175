"""What programs write: tickets and notes, with the rights of the key's owner and the faults said at their names."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.api_tokens import make_api_token
from helpdesk.people.models import Person
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.verifying import verify_ticket
from tests.cast import Cast
from tests.makers import make_ticket
from tests.pages import PageClient

WRITE = ("tickets:read", "tickets:write")


def key_of(person: Person, *scopes: str) -> str:
    with unit_of_work():
        return make_api_token(person, "test", scopes or WRITE)


def posted(
    client: PageClient, path: str, body: Any, key: str, again: str | None = None, **more: Any
) -> TestResponse:
    headers = {"Authorization": f"Bearer {key}"}
    headers |= {"Idempotency-Key": again} if again else {}
    return client.raw.post(
        f"/api/v1{path}", json=body, base_url="http://desk.example", headers=headers, **more
    )


def count(kind: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def test_a_ticket_is_opened_for_whom_it_names(client: PageClient, cast: Cast) -> None:
    body = {
        "subject": "The lift stands still",
        "text": "Since nine.",
        "group": "it support",
        "type": "incident",
        "tags": ["lift"],
        "requester": {"email": "new@resident.example", "name": "New Resident"},
    }
    answer = posted(client, "/tickets", body, key_of(cast.ben))
    assert answer.status_code == 201
    told = (answer.json or {})["ticket"]
    ticket = db.session.scalars(select(Ticket)).one()
    assert (told["number"], told["requester"], told["tags"]) == (
        ticket.number,
        "New Resident",
        ["lift"],
    )
    assert (ticket.channel, ticket.type, ticket.group_id) == ("api", "incident", cast.it.id)
    assert verify_ticket(ticket.id) == []


def test_whoever_is_known_by_address_stays_one_person(client: PageClient, cast: Cast) -> None:
    address = cast.ada.contact_points[0].value
    body = {"subject": "Again", "text": "It is I.", "requester": {"email": address.upper()}}
    assert posted(client, "/tickets", body, key_of(cast.ben)).status_code == 201
    assert db.session.scalars(select(Ticket)).one().requester_id == cast.ada.id


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": 5}, "subject"),
        ({"text": None}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"group": "Nowhere"}, "group"),
        ({"type": "dragon"}, "type"),
        ({"impact": "huge"}, "impact"),
        ({"tags": "lift"}, "tags"),
        ({"tags": [1]}, "tags"),
        ({"status": "closed"}, "status"),
        ({"requester": "Ada"}, "requester"),
        ({"requester": {"id": True}}, "requester.id"),
        ({"requester": {"role": "admin"}}, "requester.role"),
        ({"requester": {"name": "Nobody"}}, "address"),
    ],
)
def test_what_is_wrong_is_said_at_its_name_and_nothing_is_kept(
    client: PageClient, cast: Cast, change: dict[str, Any], field: str
) -> None:
    body = {"subject": "A", "text": "B", **change}
    answer = posted(client, "/tickets", body, key_of(cast.ben), "again")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert (answer.json or {})["field"] == field
    assert count(Ticket) == 0


@pytest.mark.parametrize("body", ["[]", "{", "null", '"text"'])
def test_what_is_no_object_is_refused(client: PageClient, cast: Cast, body: str) -> None:
    answer = client.raw.post(
        "/api/v1/tickets",
        data=body,
        content_type="application/json",
        base_url="http://desk.example",
        headers={"Authorization": f"Bearer {key_of(cast.ben)}"},
    )
    assert answer.status_code == 422


def test_a_key_that_only_reads_writes_nothing(client: PageClient, cast: Cast) -> None:
    answer = posted(client, "/tickets", {}, key_of(cast.ben, "tickets:read"))
    assert answer.status_code == 401


def test_a_note_is_kept_inside(client: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    body = {"text": "Disk is full."}
    answer = posted(client, f"/tickets/{ticket.number}/notes", body, key_of(cast.ben))
    assert answer.status_code == 201
    note = db.session.get_one(Message, (answer.json or {})["message"]["id"])
    assert (note.visibility.value, note.author_id, note.channel) == ("internal", cast.ben.id, "api")
    assert verify_ticket(ticket.id) == []


def test_a_ticket_that_the_owner_may_not_see_is_missing(client: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    answer = posted(client, f"/tickets/{ticket.number}/notes", {"text": "x"}, key_of(cast.dan))
    assert answer.status_code == 404
    assert count(Message) == 1
