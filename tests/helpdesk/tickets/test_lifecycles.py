"""Tickets and their lifecycles: what is asked, refused and kept, what time does, and types of one's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.journal.models import Entry
from helpdesk.tickets import commands, lives, waking
from helpdesk.tickets.models import Ticket, TicketType
from helpdesk.tickets.moves import MoveRefused
from helpdesk.tickets.verifying import verify_ticket
from tests.cast import Cast
from tests.conftest import BACKEND
from tests.makers import make_reply, make_ticket, make_words_of
from workflows.lifecycle import Category
from workflows.lifecycle_shipped import shipped_body, stricter


def put(ticket: Ticket, status: str, *, by: int | None = None, **fields: Any) -> Ticket:
    with unit_of_work():
        locked = commands.lock(ticket.id)
        commands.change_status(locked, status, by=by, cause="test", fields=fields)
    return now(ticket)


def now(ticket: Ticket) -> Ticket:
    return db.session.get_one(Ticket, ticket.id)


def define(name: str, body: dict[str, Any]) -> None:
    with unit_of_work():
        store.save(Kind.LIFECYCLE, name, body, by=None, cause="test")


def wake_what_is_due() -> list[int]:
    due = list(waking.tickets_due())
    for ticket_id in due:
        with unit_of_work():
            waking.wake_ticket(ticket_id)
    return due


LICENCE: dict[str, Any] = {
    "title": "Licence",
    "prefix": "LIC",
    "initial": "received",
    "states": [
        {"name": "received", "category": "active", "label": "Received"},
        {"name": "at_committee", "category": "waiting_internal", "label": "At the committee"},
        {"name": "granted", "category": "resolved", "label": "Granted"},
    ],
    "transitions": [
        {"id": "pass_on", "from": ["received"], "to": "at_committee", "by": ["agent"]},
        {
            "id": "grant",
            "from": ["received", "at_committee"],
            "to": "granted",
            "by": ["lead"],
            "require": ["reason"],
        },
    ],
}


def test_a_request_is_fulfilled_only_with_a_code(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, type=TicketType.REQUEST)
    make_reply(ticket, cast.ben)
    with pytest.raises(MoveRefused) as refused:
        put(ticket, "resolved", by=cast.ben.id)
    assert refused.value.missing.fields == ("resolution_code",)
    assert "Resolution code" in refused.value.advice
    done = put(ticket, "resolved", by=cast.ben.id, resolution_code="fulfilled")
    assert (done.category, done.resolution_code) == (Category.RESOLVED, "fulfilled")


def test_a_first_answer_takes_up_a_ticket_as_its_type_says(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, type=TicketType.REQUEST)
    make_reply(ticket, cast.ben)
    assert now(ticket).status == "in_fulfilment"


def test_waiting_for_the_requester_needs_words_to_them(cast: Cast, clock: StoppedClock) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    make_reply(ticket, cast.ben)
    clock.advance(timedelta(minutes=6))
    with pytest.raises(MoveRefused, match="Waiting for requester"):
        put(ticket, "pending_requester", by=cast.ben.id)
    make_reply(ticket, cast.ben, "Which printer?")
    clock.advance(timedelta(minutes=4))
    assert put(ticket, "pending_requester", by=cast.ben.id).status == "pending_requester"


def test_only_who_leads_may_make_a_move_of_leads(cast: Cast) -> None:
    define("licence", LICENCE)
    ticket = make_ticket(cast.ada, cast.it, type="licence")
    with pytest.raises(MoveRefused, match="cannot become Granted") as refused:
        put(ticket, "granted", by=cast.ben.id, reason="All in order")
    assert "the lead of its group" in refused.value.advice
    assert put(ticket, "granted", by=cast.cleo.id, reason="All in order").status == "granted"


def test_an_own_type_has_its_own_number_states_and_words(cast: Cast) -> None:
    define("licence", LICENCE)
    ticket = make_ticket(cast.ada, cast.it, type="licence")
    assert (ticket.prefix, ticket.status, ticket.category) == ("LIC", "received", "active")
    assert lives.state_label("at_committee", "licence") == "At the committee"
    assert put(ticket, "at_committee", by=cast.ben.id).category is Category.WAITING_INTERNAL


def test_a_retired_type_goes_on_for_its_tickets_and_opens_no_more(cast: Cast) -> None:
    define("licence", LICENCE)
    ticket = make_ticket(cast.ada, cast.it, type="licence")
    with unit_of_work():
        store.retire(Kind.LIFECYCLE, "licence", by=None, cause="test")
    assert not lives.is_type("licence")
    assert put(ticket, "at_committee", by=cast.ben.id).status == "at_committee"


def test_the_journal_says_which_move_with_categories_and_proves_what_was_typed(
    cast: Cast,
) -> None:
    define("incident", stricter(shipped_body("incident")))
    ticket = make_ticket(cast.ada, cast.it)
    note = {"resolution_code": "fixed", "resolution_note": "Drum replaced."}
    put(ticket, "resolved", by=cast.ben.id, **note)
    entry = db.session.scalars(
        db.select(Entry).filter_by(subject_id=ticket.id, event="StatusChanged")
    ).one()
    assert (entry.before["category"], entry.after["category"]) == ("active", "resolved")
    assert (entry.after["move"], entry.after["resolution_code"]) == ("resolve", "fixed")
    assert "Drum" not in str(entry.after)
    assert verify_ticket(ticket.id) == []
    put(ticket, "in_progress", by=cast.ben.id, reason="Blank again")
    assert (now(ticket).reopened, now(ticket).resolution_code) == (1, None)
    assert verify_ticket(ticket.id) == []


def test_a_ticket_wakes_at_its_instant(cast: Cast, clock: StoppedClock) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    until = clock.now() + timedelta(days=2)
    put(ticket, "pending_third_party", by=cast.ben.id, pending_until=until.isoformat())
    clock.advance(timedelta(days=1))
    assert wake_what_is_due() == []
    clock.advance(timedelta(days=1))
    assert wake_what_is_due() == [ticket.id]
    assert (now(ticket).status, now(ticket).pending_until) == ("in_progress", None)
    assert wake_what_is_due() == []
    assert verify_ticket(ticket.id) == []


def test_a_resolved_ticket_closes_by_itself_and_reopening_begins_afresh(
    cast: Cast, clock: StoppedClock
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    put(ticket, "resolved", by=cast.ben.id)
    clock.advance(timedelta(days=4))
    make_words_of(ticket, cast.ada)
    clock.advance(timedelta(days=2))
    assert wake_what_is_due() == []
    put(ticket, "resolved", by=cast.ben.id)
    clock.advance(timedelta(days=5))
    assert wake_what_is_due() == [ticket.id]
    assert now(ticket).status == "closed"


def test_working_days_are_those_of_a_calendar(cast: Cast, clock: StoppedClock) -> None:
    body = {**shipped_body("incident"), "auto_close": {"days": 5, "unit": "working_days"}}
    define("incident", body)
    ticket = make_ticket(cast.ada, cast.it)
    resolved = put(ticket, "resolved", by=cast.ben.id)
    assert resolved.wakes_at == clock.now() + timedelta(days=7)


def test_a_requester_who_is_silent_is_reminded_and_the_ticket_ends(
    cast: Cast, clock: StoppedClock
) -> None:
    reminders = {"days": [2, 4], "unit": "working_days", "end_after": 5}
    define("incident", {**shipped_body("incident"), "reminders": reminders})
    ticket = make_ticket(cast.ada, cast.it)
    make_reply(ticket, cast.ben)
    put(ticket, "pending_requester", by=cast.ben.id)
    said: list[int] = []
    for _day in range(7):
        clock.advance(timedelta(days=1))
        wake_what_is_due()
        said.append(now(ticket).message_count)
    assert said == [2, 3, 3, 4, 4, 4, 4]
    assert (now(ticket).status, now(ticket).resolution_code) == ("resolved", "no_response")


def test_an_answer_stops_the_reminders(cast: Cast, clock: StoppedClock) -> None:
    reminders = {"days": [2], "unit": "days", "end_after": 3}
    define("incident", {**shipped_body("incident"), "reminders": reminders})
    ticket = make_ticket(cast.ada, cast.it)
    make_reply(ticket, cast.ben)
    put(ticket, "pending_requester", by=cast.ben.id)
    make_words_of(ticket, cast.ada)
    clock.advance(timedelta(days=9))
    assert wake_what_is_due() == []


@pytest.mark.parametrize(
    ("policy", "status"), [("reopen", "in_progress"), ("ask", "resolved"), ("append", "resolved")]
)
def test_words_to_a_resolved_ticket_do_what_its_type_says(
    cast: Cast, policy: str, status: str
) -> None:
    define("incident", {**shipped_body("incident"), "after_resolved": policy})
    ticket = make_ticket(cast.ada, cast.it)
    put(ticket, "resolved", by=cast.ben.id)
    make_words_of(ticket, cast.ada)
    assert now(ticket).status == status


def retype(ticket: Ticket, type: str, by: int | None = None, **fields: Any) -> Ticket:
    with unit_of_work():
        locked = commands.lock(ticket.id)
        commands.change_type(locked, type, by=by, cause="test", fields=fields)
    return now(ticket)


def test_a_type_changes_and_the_state_is_mapped(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    put(ticket, "in_progress", by=cast.ben.id)
    changed = retype(ticket, "request", cast.ben.id)
    assert (changed.type, changed.status) == ("request", "in_fulfilment")
    assert changed.number.startswith("INC-")
    assert verify_ticket(ticket.id) == []


def test_a_type_that_lacks_something_is_refused_with_its_name(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    put(ticket, "in_progress", by=cast.ben.id)
    with pytest.raises(MoveRefused) as refused:
        retype(ticket, "change", cast.ben.id)
    assert "justification" in refused.value.missing.fields


def test_a_type_stays_once_a_ticket_was_resolved(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    put(ticket, "resolved", by=cast.ben.id)
    put(ticket, "in_progress", by=cast.ben.id)
    with pytest.raises(Invalid, match="once a ticket was resolved"):
        retype(ticket, "question", cast.ben.id)


def test_a_status_that_its_lifecycle_lost_still_leads_on(cast: Cast) -> None:
    body = shipped_body("incident")
    define("incident", {**body, "states": [*body["states"], {"name": "parts", "category": "active"}],
                        "transitions": [*body["transitions"],
                                        {"id": "wait_parts", "from": ["new"], "to": "parts", "by": ["agent"]},
                                        {"id": "got_parts", "from": ["parts"], "to": "resolved", "by": ["agent"]}]})  # fmt: skip
    ticket = make_ticket(cast.ada, cast.it)
    put(ticket, "parts", by=cast.ben.id)
    define("incident", body)
    assert put(ticket, "resolved", by=cast.ben.id).status == "resolved"


@pytest.mark.skipif(BACKEND != "sqlite", reason="PostgreSQL walks a table this small.")
def test_what_is_due_is_found_by_an_index(cast: Cast) -> None:
    asked = "EXPLAIN QUERY PLAN SELECT id FROM ticket WHERE wakes_at <= :at ORDER BY wakes_at"
    plan = db.session.execute(db.text(asked), {"at": "2026-01-01"}).all()
    assert "ix_ticket_wakes" in str(plan)
