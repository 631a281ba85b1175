"""What changes tickets: effect, refusal, events."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.people.models import Person
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.makers import make_note, make_reply, make_ticket, make_words_of
from workflows.lifecycle import Status
from workflows.priority import Level


def put(ticket: Ticket, status: Status) -> None:
    with unit_of_work():
        commands.change_status(commands.lock(ticket.id), status, by=None, cause="test")


def events_of(ticket: Ticket) -> list[str]:
    return list(
        db.session.scalars(
            db.select(Entry.event)
            .filter_by(subject_id=ticket.id, subject_kind="ticket")
            .order_by(Entry.seq)
        )
    )


def test_a_new_ticket_has_a_number_of_its_own(cast: Cast) -> None:
    first, second = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    assert first.number.startswith("INC-")
    assert first.number != second.number


def test_opening_is_kept_in_the_journal(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    assert events_of(ticket) == ["TicketOpened", "MessageAdded"]


def test_a_subject_is_kept_on_one_line(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, subject="Bins\r\nBcc: all@borough.example\x00")
    assert ticket.subject == "Bins Bcc: all@borough.example"


def test_a_ticket_without_a_subject_says_so(cast: Cast) -> None:
    assert make_ticket(cast.ada, subject=" \n ").subject == "(no subject)"


def test_a_reply_of_the_requester_reopens_a_resolved_ticket(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    put(ticket, Status.RESOLVED)
    make_words_of(ticket, cast.ada)
    assert db.session.get_one(Ticket, ticket.id).status == Status.IN_PROGRESS


def test_a_reply_of_the_requester_wakes_a_ticket_that_waits_for_them(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    put(ticket, Status.PENDING_REQUESTER)
    make_words_of(ticket, cast.ada)
    assert db.session.get_one(Ticket, ticket.id).status == Status.IN_PROGRESS


def test_an_auto_reply_wakes_nothing(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    put(ticket, Status.RESOLVED)
    make_words_of(ticket, cast.ada, "I am away.", automation="auto_reply")
    assert db.session.get_one(Ticket, ticket.id).status == Status.RESOLVED


def test_a_note_does_not_show_in_the_line_of_the_list(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, text="Blank pages.")
    make_note(ticket, cast.ben, "Ada always breaks it.")
    assert db.session.get_one(Ticket, ticket.id).last_line == "Blank pages."


def test_a_closed_ticket_stays_closed(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    put(ticket, Status.RESOLVED)
    put(ticket, Status.CLOSED)
    with pytest.raises(Invalid, match="Closed cannot become"):
        put(ticket, Status.IN_PROGRESS)


def test_resolving_is_dated_and_reopening_forgets_the_date(cast: Cast, clock: StoppedClock) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    at = clock.advance(timedelta(hours=1))
    put(ticket, Status.RESOLVED)
    assert db.session.get_one(Ticket, ticket.id).resolved_at == at
    put(ticket, Status.IN_PROGRESS)
    assert db.session.get_one(Ticket, ticket.id).resolved_at is None


def test_an_agent_of_another_group_cannot_be_given_a_ticket(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with pytest.raises(Invalid, match="Dan Okoro may not"), unit_of_work():
        commands.assign(
            commands.lock(ticket.id), db.session.get_one(Person, cast.dan.id), by=None, cause="test"
        )


def test_moving_to_another_group_takes_off_an_assignee_who_may_not_work_there(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.assign(commands.lock(ticket.id), cast.ben, by=None, cause="test")
    with unit_of_work():
        commands.move_to_group(commands.lock(ticket.id), cast.highways, by=None, cause="test")
    assert db.session.get_one(Ticket, ticket.id).assignee_id is None


def test_a_change_made_on_an_old_version_is_refused(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    seen = ticket.version
    make_reply(ticket, cast.ben)
    with pytest.raises(Conflict), unit_of_work():
        commands.lock_version(ticket.id, seen)


def test_priority_follows_from_impact_and_urgency(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.set_priority(
            commands.lock(ticket.id),
            impact=Level.HIGH,
            urgency=Level.HIGH,
            override=None,
            by=None,
            cause="test",
        )
    standing = db.session.get_one(Ticket, ticket.id)
    assert (standing.priority, standing.priority_overridden) == (1, False)


def test_a_priority_may_be_overridden_and_says_so(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.set_priority(
            commands.lock(ticket.id),
            impact=Level.LOW,
            urgency=Level.LOW,
            override=1,
            by=None,
            cause="test",
        )
    standing = db.session.get_one(Ticket, ticket.id)
    assert (standing.priority, standing.priority_overridden) == (1, True)


def test_tags_are_lower_case_words_without_doubles(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.set_tags(
            commands.lock(ticket.id), ["Printer", "printer ", "", "VIP"], by=None, cause="test"
        )
    assert [tag.name for tag in db.session.get_one(Ticket, ticket.id).tags] == ["printer", "vip"]


def test_doing_the_same_again_records_nothing(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    for _ in range(2):
        with unit_of_work():
            commands.set_tags(commands.lock(ticket.id), ["printer"], by=None, cause="test")
    assert events_of(ticket).count("TagsChanged") == 1


def test_the_first_answer_takes_a_new_ticket_up(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    make_reply(ticket, cast.ben)
    assert db.session.get_one(Ticket, ticket.id).status == Status.IN_PROGRESS


def test_a_note_leaves_a_new_ticket_new(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    make_note(ticket, cast.ben)
    assert db.session.get_one(Ticket, ticket.id).status == Status.NEW
