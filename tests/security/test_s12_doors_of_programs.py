"""S12: notes and side conversations stay inside at the doors of programs too: calls outward, keys, files, notices."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.notifications.models import Notification
from helpdesk.people.models import Person
from helpdesk.tickets import commands
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.helpdesk.api.test_clocks import asked
from tests.helpdesk.messaging.aside import ask_aside
from tests.helpdesk.messaging.post import messages_of, tickets
from tests.helpdesk.messaging.services import Service, make_service
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_note, make_reply, make_ticket
from tests.pages import PageClient
from tests.servers.called import Called

CANARY = "canaryatthedoors"


def fill(ticket: Ticket, cast: Cast) -> Ticket:
    """A note, a side conversation and a tag with the canary, then a public answer."""
    make_note(ticket, cast.ben, f"Between us: {CANARY}")
    ask_aside(ticket, cast.ben, f"Please look: {CANARY}", subject=CANARY)
    with unit_of_work():
        commands.set_tags(commands.lock(ticket.id), [CANARY], by=None, cause="test")
        commands.watch(commands.lock(ticket.id), cast.ada, by=None, cause="test")
    make_reply(ticket, cast.ben, "It opens at ten.")
    return ticket


@pytest.fixture
def service(app: Flask, cast: Cast, called: Called) -> Iterator[Service]:
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    yield make_service(app, cast.it, url=called.url)
    app.config["DESK_INTERNAL_HOSTS"] = ()


def test_a_service_that_the_desk_calls_is_told_the_answer_alone(
    service: Service, called: Called, cast: Cast, client: PageClient, settle: Callable[[], None]
) -> None:
    service.say("The pool is closed?")
    settle()
    [ticket] = tickets()
    make_note(ticket, cast.ben, f"Between us: {CANARY}")
    ask_aside(ticket, cast.ben, f"Please look: {CANARY}", subject=CANARY)
    client.sign_in("ben@borough.example")
    look_again()
    version = db.session.get_one(Ticket, ticket.id).version
    seen = max(one.id for one in messages_of(ticket))
    sent = {
        "text": "It opens at ten.",
        "way": "thread",
        "version": str(version),
        "seen": str(seen),
    }
    client.post(f"/tickets/{ticket.number}/replies", sent)
    settle()

    told = [f"{call.path} {call.headers} {call.body!r}" for call in called.calls]
    assert any("It opens at ten." in one for one in told)
    assert [one for one in told if CANARY in one] == []


PATHS = ("/tickets", "/tickets?ended=1", "/tickets/{number}", "/tickets/{number}/clocks")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("who", ["ada", "dan"])
def test_the_key_of_a_requester_or_of_another_group_tells_none_of_it(
    client: PageClient, cast: Cast, path: str, who: str
) -> None:
    ticket = fill(make_ticket(cast.ada, cast.it), cast)
    answer = asked(client, path.format(number=ticket.number), getattr(cast, who))
    assert CANARY not in answer.get_data(as_text=True)
    assert "Between us" not in answer.get_data(as_text=True)


def test_a_file_made_of_a_list_has_no_words_said_inside(client: PageClient, cast: Cast) -> None:
    ticket = fill(make_ticket(cast.ada, cast.it), cast)
    with unit_of_work():
        commands.set_tags(commands.lock(ticket.id), [], by=None, cause="test")
    for who in ("ben", "cleo", "eve"):
        client.sign_in(f"{who}@borough.example")
        made = client.get("/views/open/export").get_data(as_text=True)
        assert ticket.number in made
        assert CANARY not in made


def test_no_notice_goes_to_a_requester_who_watches(cast: Cast, settle: Callable[[], None]) -> None:
    ticket = fill(make_ticket(cast.ada, cast.it), cast)
    inside = {one.id for one in messages_of(ticket) if one.visibility != "public"}
    settle()
    told = db.session.execute(
        select(Notification.message_id, Person.role)
        .join(Person, Person.id == Notification.person_id)
        .where(Notification.message_id.in_(inside))
    ).all()
    assert {role for _message, role in told} <= {cast.ben.role, cast.cleo.role, cast.eve.role}
    assert cast.ada.role not in {role for _message, role in told}
    assert db.session.scalars(select(Message.id).where(Message.id.in_(inside))).all()
