"""Replies that wait: taken back, sent once, sent later, and what may come between."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import func, select

from helpdesk.composing import drafts, planning
from helpdesk.composing.models import PlannedReply, PlannedState
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions.models import Kind
from helpdesk.messaging.models import Delivery, DeliveryKind
from helpdesk.notifications.models import Notification
from helpdesk.people.models import Membership, Person
from helpdesk.tickets import deleting
from helpdesk.tickets.commands import lock
from helpdesk.tickets.models import Direction, Message, Ticket
from helpdesk.tickets.stepping import change_status
from tests.cast import Cast
from tests.helpdesk.automation.rules import make_rule
from tests.helpdesk.sla.desk import OFFICE
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_note, make_reply, make_ticket, make_words_of
from tests.pages import PageClient


@pytest.fixture
def ben(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("ben@borough.example")
    return client


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it)


def send(client: PageClient, ticket: Ticket, *, answer: int = 303, **more: object) -> str:
    look_again()
    version = db.session.get_one(Ticket, ticket.id).version
    seen = db.session.scalar(select(func.max(Message.id)).where(Message.ticket_id == ticket.id))
    fields = {"text": "Please try again.", "version": str(version), "seen": str(seen), **more}
    path = f"/tickets/{ticket.number}/replies"
    return unescape(client.post(path, fields, status=answer).get_data(as_text=True))


def pass_by(clock: StoppedClock, settle: Callable[[], None], **time: int) -> None:
    """Let time pass, and the schedule and the workers look."""
    clock.advance(timedelta(**time))
    with unit_of_work():
        planning.owe_due()
    settle()
    look_again()


def texts_out(ticket: Ticket) -> list[str]:
    look_again()
    out = select(Message.text).where(
        Message.ticket_id == ticket.id, Message.direction == Direction.OUT
    )
    return list(db.session.scalars(out))


def planned() -> PlannedReply:
    look_again()
    return db.session.scalars(select(PlannedReply)).one()


def draft_of(cast: Cast, ticket: Ticket) -> str:
    look_again()
    found = drafts.of_ticket(cast.ben.id, ticket.id).get("reply")
    return found.text if found else ""


def told(cast: Cast) -> list[str]:
    look_again()
    kinds = select(Notification.kind).where(Notification.person_id == cast.ben.id)
    return [one for one in db.session.scalars(kinds) if one.startswith("planned")]


def page_of(client: PageClient, ticket: Ticket, path: str = "") -> str:
    return unescape(client.get(f"/tickets/{ticket.number}{path}").get_data(as_text=True))


def test_a_reply_waits_ten_seconds_and_then_leaves_once(
    ben: PageClient, ticket: Ticket, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    send(ben, ticket, undo="10")
    pass_by(clock, settle, seconds=9)
    assert texts_out(ticket) == []
    assert "Being sent" in page_of(ben, ticket)
    pass_by(clock, settle, seconds=1)
    pass_by(clock, settle, minutes=5)
    assert texts_out(ticket) == ["Please try again."]
    replies = select(func.count(Delivery.id)).where(Delivery.kind == DeliveryKind.REPLY)
    assert db.session.scalar(replies) == 1


def test_taking_it_back_brings_words_copies_status_and_files_into_the_composer(
    ben: PageClient,
    cast: Cast,
    ticket: Ticket,
    clock: StoppedClock,
    settle: Callable[[], None],
) -> None:
    file = (io.BytesIO(b"%PDF-1.4 map"), "map.pdf")
    send(ben, ticket, undo="10", cc="x@y.example", status="pending_requester", files=file)
    ben.post(f"/tickets/{ticket.number}/planned/{planned().id}/back")
    pass_by(clock, settle, minutes=1)
    page = page_of(ben, ticket)
    assert texts_out(ticket) == []
    assert "Please try again.</textarea>" in page
    assert 'value="x@y.example"' in page
    assert '<option value="pending_requester" selected>' in page
    assert "map.pdf" in page


def test_a_reply_that_has_left_is_not_taken_back(
    ben: PageClient, ticket: Ticket, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    send(ben, ticket, undo="10")
    pass_by(clock, settle, seconds=11)
    ben.post(f"/tickets/{ticket.number}/planned/{planned().id}/back")
    assert "Too late: it has left already." in page_of(ben, ticket)
    assert texts_out(ticket) == ["Please try again."]
    assert "Your reply was sent" in page_of(ben, ticket, "/planned")


def test_the_same_words_twice_are_planned_once(ben: PageClient, ticket: Ticket) -> None:
    send(ben, ticket, undo="10")
    send(ben, ticket, undo="10")
    assert planned().state is PlannedState.WAITING


def test_it_can_be_sent_without_waiting(
    ben: PageClient, ticket: Ticket, settle: Callable[[], None]
) -> None:
    send(ben, ticket, undo="60")
    ben.post(f"/tickets/{ticket.number}/planned/{planned().id}/now")
    settle()
    assert texts_out(ticket) == ["Please try again."]


def test_its_status_comes_when_it_leaves(
    ben: PageClient, ticket: Ticket, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    send(ben, ticket, undo="10", status="pending_requester")
    look_again()
    assert db.session.get_one(Ticket, ticket.id).status == "new"
    pass_by(clock, settle, seconds=11)
    assert db.session.get_one(Ticket, ticket.id).status == "pending_requester"


def test_words_of_the_requester_within_the_seconds_do_not_stop_it(
    ben: PageClient, cast: Cast, ticket: Ticket, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    send(ben, ticket, undo="10")
    make_words_of(ticket, cast.ada)
    pass_by(clock, settle, seconds=11)
    assert texts_out(ticket) == ["Please try again."]


@pytest.mark.parametrize(
    ("choice", "when"),
    [
        ({"later": "hour"}, "Mon 16 Nov, 11:00"),
        ({"later": "tomorrow"}, "Tue 17 Nov, 09:00"),
        ({"later": "monday"}, "Mon 23 Nov, 09:00"),
        ({"later_at": "2027-02-03T08:30"}, "Wed 3 Feb, 08:30"),
    ],
)
def test_it_leaves_at_the_moment_that_was_chosen(
    ben: PageClient, ticket: Ticket, choice: dict[str, str], when: str
) -> None:
    send(ben, ticket, undo="10", **choice)
    page = page_of(ben, ticket)
    assert f"Will be sent {when}" in page
    assert ticket.number in ben.get("/drafts").get_data(as_text=True)


def test_it_leaves_when_the_office_opens_next(ben: PageClient, ticket: Ticket) -> None:
    assert "No calendar says" in send(ben, ticket, later="office", answer=422)
    make_rule(Kind.CALENDAR, "office", **OFFICE)
    send(ben, ticket, later="office")
    assert "Will be sent Tue 17 Nov, 09:00" in page_of(ben, ticket)


def test_a_moment_that_is_past_or_far_is_refused(ben: PageClient, ticket: Ticket) -> None:
    assert "That moment is past." in send(ben, ticket, later_at="2020-01-01T08:00", answer=422)
    assert "more than a year" in send(ben, ticket, later_at="2099-01-01T08:00", answer=422)
    send(ben, ticket, later="whenever", answer=422)


def test_whoever_writes_first_stops_what_was_planned(
    ben: PageClient, cast: Cast, ticket: Ticket, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    send(ben, ticket, later="hour")
    make_words_of(ticket, cast.ada)
    settle()
    pass_by(clock, settle, hours=2)
    assert (texts_out(ticket), planned().state) == ([], PlannedState.STOPPED)
    assert draft_of(cast, ticket) == "Please try again."
    assert told(cast) == ["planned_wrote"]
    assert "they wrote first" in ben.get("/notices").get_data(as_text=True)


def test_a_colleague_who_answers_first_stops_what_was_planned_and_their_own_answer_does_not(
    ben: PageClient, cast: Cast, ticket: Ticket, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    send(ben, ticket, later="hour")
    make_reply(ticket, cast.ben, "Which floor is it?")
    make_note(ticket, cast.cleo)
    assert planned().state is PlannedState.WAITING
    make_reply(ticket, cast.cleo, "It is the drum.")
    pass_by(clock, settle, hours=2)
    assert (planned().state, told(cast)) == (PlannedState.STOPPED, ["planned_answered"])
    assert sorted(texts_out(ticket)) == ["It is the drum.", "Which floor is it?"]
    assert draft_of(cast, ticket) == "Please try again."
    assert "a colleague answered first" in ben.get("/notices").get_data(as_text=True)


def close(ticket: Ticket, _cast: Cast) -> None:
    db.session.get_one(Ticket, ticket.id, with_for_update=True)
    change_status(lock(ticket.id), "cancelled", by=None, cause="test")


def delete(ticket: Ticket, cast: Cast) -> None:
    deleting.delete(lock(ticket.id), "Spam", by=cast.eve.id, cause="test")


def leave(_ticket: Ticket, cast: Cast) -> None:
    row = db.session.scalars(select(Membership).where(Membership.person_id == cast.ben.id)).one()
    db.session.delete(row)


def switch_off(_ticket: Ticket, cast: Cast) -> None:
    db.session.get_one(Person, cast.ben.id).is_active = False


@pytest.mark.parametrize(
    ("come_between", "kind"),
    [(close, "ended"), (delete, "gone"), (leave, "rights"), (switch_off, "rights")],
)
def test_what_comes_between_stops_it_and_is_told(
    ben: PageClient,
    cast: Cast,
    ticket: Ticket,
    clock: StoppedClock,
    settle: Callable[[], None],
    come_between: Callable[[Ticket, Cast], None],
    kind: str,
) -> None:
    send(ben, ticket, later="hour")
    with unit_of_work():
        come_between(ticket, cast)
    pass_by(clock, settle, hours=2)
    assert (texts_out(ticket), told(cast)) == ([], [f"planned_{kind}"])
    assert draft_of(cast, ticket) == "Please try again."


def test_a_colleague_may_stop_it_and_not_send_it(
    ben: PageClient, client: PageClient, cast: Cast, ticket: Ticket, settle: Callable[[], None]
) -> None:
    send(ben, ticket, later="hour")
    ben.post("/sign-out")
    client.sign_in("cleo@borough.example")
    path = f"/tickets/{ticket.number}/planned/{planned().id}"
    client.post(f"{path}/now", status=403)
    client.post(f"{path}/back")
    settle()
    assert (texts_out(ticket), told(cast)) == ([], ["planned_colleague"])
    assert draft_of(cast, ticket) == "Please try again."


def test_a_reply_of_another_ticket_is_missing(ben: PageClient, cast: Cast, ticket: Ticket) -> None:
    send(ben, ticket, later="hour")
    other = make_ticket(cast.ada, cast.it)
    for what in ("back", "now"):
        ben.post(f"/tickets/{other.number}/planned/{planned().id}/{what}", status=404)


def test_a_writer_chooses_how_long_it_waits(ben: PageClient, cast: Cast, ticket: Ticket) -> None:
    ben.post("/drafts/undo-time", {"seconds": "30"})
    assert 'name="undo" value="30"' in page_of(ben, ticket)
    ben.post("/drafts/undo-time", {"seconds": "31"}, status=422)
    ben.post("/drafts/undo-time", {}, status=422)
