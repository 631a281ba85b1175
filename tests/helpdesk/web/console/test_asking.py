"""What a change of status asks for, in the forms of a ticket."""

from __future__ import annotations

import pytest

from helpdesk.core.db import db
from helpdesk.tickets.models import Ticket, TicketType
from tests.cast import Cast
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_reply, make_ticket
from tests.pages import PageClient


@pytest.fixture
def request_(cast: Cast) -> Ticket:
    ticket = make_ticket(cast.ada, cast.it, type=TicketType.REQUEST)
    make_reply(ticket, cast.ben)
    return now(ticket)


def now(ticket: Ticket) -> Ticket:
    look_again()
    return db.session.get_one(Ticket, ticket.id)


def change(ben: PageClient, ticket: Ticket, answer: int = 303, **fields: str) -> str:
    sent = {"version": str(now(ticket).version), **fields}
    ben.post(f"/tickets/{ticket.number}/properties", sent, status=answer)
    assert ben.last is not None
    return ben.last.get_data(as_text=True)


def test_a_refusal_shows_exactly_what_is_missing_and_keeps_what_was_typed(
    ben: PageClient, request_: Ticket
) -> None:
    page = change(ben, request_, 422, status="resolved", tags="keys, badge")
    assert "Still missing: Resolution code." in page
    assert '<fieldset class="asking" data-asks-for="resolved">' in page
    assert 'name="move_resolution_code"' in page
    assert 'value="keys, badge"' in page
    assert now(request_).status == "in_fulfilment"


def test_what_was_asked_for_goes_with_the_change(ben: PageClient, request_: Ticket) -> None:
    change(ben, request_, status="resolved", move_resolution_code="partly_fulfilled")
    done = now(request_)
    assert (done.status, done.resolution_code) == ("resolved", "partly_fulfilled")
    page = ben.get(f"/tickets/{request_.number}").get_data(as_text=True)
    assert "Partly fulfilled" in page


def test_the_fields_of_other_statuses_are_there_for_the_script(
    ben: PageClient, request_: Ticket
) -> None:
    page = ben.get(f"/tickets/{request_.number}").get_data(as_text=True)
    assert '<fieldset class="asking" data-asks-for="pending_third_party" hidden disabled>' in page


def test_a_moment_is_one_on_the_readers_clock(ben: PageClient, request_: Ticket) -> None:
    said = {"move_pending_reason": "The shop", "move_pending_until": "2027-07-01T09:30"}
    change(ben, request_, status="pending_third_party", **said)
    until = now(request_).pending_until
    assert until is not None
    assert until.isoformat() == "2027-07-01T08:30:00+00:00"


def test_what_cannot_be_used_is_said_at_its_field(ben: PageClient, request_: Ticket) -> None:
    said = {"move_pending_reason": "The shop", "move_pending_until": "2020-01-01T09:30"}
    page = change(ben, request_, 422, status="pending_third_party", **said)
    assert "This moment is past." in page


def test_an_answer_may_fulfil_a_new_request_at_once(ben: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, type=TicketType.REQUEST)
    page = ben.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert "then Resolved" in page
    sent = {"version": str(ticket.version), "text": "Here it is.", "status": "resolved"}
    ben.post(f"/tickets/{ticket.number}/replies", sent, status=422)
    assert ben.last is not None
    assert "Here it is.</textarea>" in ben.last.get_data(as_text=True)
    sent |= {"move_resolution_code": "fulfilled"}
    ben.post(f"/tickets/{ticket.number}/replies", sent)
    assert now(ticket).resolution_code == "fulfilled"


def test_many_at_once_say_what_each_lacks(ben: PageClient, request_: Ticket) -> None:
    chosen = f"{request_.number}@{request_.version}"
    ben.post("/tickets/bulk", {"ticket": chosen, "status": "resolved"})
    page = ben.get("/tickets").get_data(as_text=True)
    assert "Still missing: Resolution code." in page
