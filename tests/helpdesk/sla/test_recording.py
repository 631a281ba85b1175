"""What happens to a ticket moves its timers in the same transaction."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.sla.explaining import ledger_of
from helpdesk.sla.models import SlaEvent, SlaFired, SlaTicket
from helpdesk.tickets import commands, deleting, merging
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.moving import lock_both
from helpdesk.tickets.queries import Filters, Sort, list_tickets
from tests.cast import Cast
from tests.counting import Counted, count_queries
from tests.helpdesk.sla.desk import HOUR, fired, hold_against_replay, hours, policy, set_up, timers
from tests.makers import make_note, make_reply, make_ticket, make_words_of
from workflows.priority import Level


def test_a_new_ticket_has_its_timers_and_says_when_it_is_due(
    cast: Cast, clock: StoppedClock
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    found = timers(ticket.id)
    first = found["first_response", 1]
    assert first.due_at == clock.now() + hours(1)
    assert first.target == hours(1)
    assert first.policy_title == "Standard"
    assert found["ownership", 1].group_name == "IT support"
    row = list_tickets(cast.actor("ben"), Filters(), sort=Sort.DUE).rows[0]
    assert (row.due_at, row.due_metric) == (first.due_at, "first_response")
    assert row.breach_at == first.due_at
    hold_against_replay(ticket.id)


def test_an_answer_stops_the_first_response_and_the_next_is_due_instead(
    cast: Cast, clock: StoppedClock
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    clock.advance(hours(0.5))
    make_reply(ticket, cast.ben)
    first = timers(ticket.id)["first_response", 1]
    assert (first.status, first.outcome, first.elapsed) == ("stopped", "met", hours(0.5))
    assert db.session.get_one(Ticket, ticket.id).due_metric == "ownership"
    hold_against_replay(ticket.id)


def test_a_note_moves_nothing_but_is_kept(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    clock.advance(hours(0.5))
    make_note(ticket, cast.ben)
    assert timers(ticket.id)["first_response", 1].status == "running"
    hold_against_replay(ticket.id)


def test_waiting_for_the_requester_pauses_until_they_write(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    make_reply(ticket, cast.ben)
    with unit_of_work():
        commands.change_status(
            commands.lock(ticket.id), "pending_requester", by=None, cause="console"
        )
    clock.advance(hours(2))
    resolution = timers(ticket.id)["resolution", 1]
    assert (resolution.status, resolution.due_at) == ("paused", None)
    assert resolution.paused_working == hours(2)
    make_words_of(ticket, cast.ada)
    found = timers(ticket.id)
    assert found["resolution", 1].status == "running"
    assert found["next_response", 1].status == "running"
    hold_against_replay(ticket.id)


def test_the_ledger_adds_up_and_names_what_happened(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.change_status(
            commands.lock(ticket.id), "pending_requester", by=None, cause="console"
        )
    clock.advance(timedelta(days=1))
    make_words_of(ticket, cast.ada)
    clock.advance(timedelta(days=1))
    db.session.rollback()
    ledger = ledger_of(ticket.id, "resolution", 1)
    assert ledger.total == ledger.timer.elapsed == hours(8)
    assert ledger.stretches[0].start == ledger.timer.started_at
    assert ledger.stretches[-1].end == clock.now()
    for one, following in zip(ledger.stretches, ledger.stretches[1:], strict=False):
        assert one.end == following.start
    pause = next(one for one in ledger.stretches if one.situation == "paused")
    assert pause.cause_id is not None
    assert ledger.causes[pause.cause_id].kind == "state"
    assert "Office hours" in ledger.calendars.values()


def test_a_higher_priority_brings_a_shorter_target_and_keeps_what_was_counted(
    cast: Cast, clock: StoppedClock
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    clock.advance(hours(1))
    with unit_of_work():
        commands.set_priority(
            commands.lock(ticket.id),
            impact=Level.HIGH,
            urgency=Level.HIGH,
            override=None,
            by=cast.ben.id,
            cause="console",
        )
    resolution = timers(ticket.id)["resolution", 1]
    assert (resolution.target, resolution.elapsed) == (hours(2), hours(1))
    hold_against_replay(ticket.id)


def test_the_first_policy_that_fits_counts_and_another_takes_over_with_the_type(
    cast: Cast, clock: StoppedClock
) -> None:
    from helpdesk.definitions.models import Kind
    from tests.helpdesk.sla.desk import save

    set_up(position=10)
    quick = policy(title="Quick", position=1, when='type:request group:"IT support"')
    quick["metrics"] = {"resolution": {"targets": {"*": HOUR}}}
    save(Kind.POLICY, "quick", quick)
    ticket = make_ticket(cast.ada, cast.it)
    assert timers(ticket.id)["resolution", 1].policy_title == "Standard"
    with unit_of_work():
        commands.change_type(commands.lock(ticket.id), "request", by=cast.ben.id, cause="console")
    found = timers(ticket.id)["resolution", 1]
    assert (found.policy_title, found.target) == ("Quick", hours(1))
    told = db.session.scalars(
        select(SlaEvent.kind).where(SlaEvent.ticket_id == ticket.id).order_by(SlaEvent.seq)
    ).all()
    assert told == ["opened", "policy"]
    hold_against_replay(ticket.id)


def test_merging_ends_the_clocks_of_the_merged_and_undoing_it_starts_new_ones(
    cast: Cast, clock: StoppedClock
) -> None:
    set_up()
    first, second = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    clock.advance(hours(0.5))
    with unit_of_work():
        merging.merge(*lock_both(second.id, first.id), by=cast.ben.id, cause="console")
    assert {one.status for one in timers(second.id).values()} == {"cancelled"}
    assert timers(first.id)["first_response", 1].status == "running"
    assert db.session.get_one(Ticket, second.id).due_at is None
    with unit_of_work():
        merging.undo(*lock_both(second.id, first.id), by=cast.ben.id, cause="console")
    found = timers(second.id)
    assert found["resolution", 1].status == "cancelled"
    assert found["resolution", 2].status == "running"
    assert found["first_response", 2].started_at == clock.now()
    hold_against_replay(second.id)


def test_a_deleted_ticket_has_no_clocks_until_it_is_restored(
    cast: Cast, clock: StoppedClock
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        deleting.delete(commands.lock(ticket.id), "Twice", by=cast.cleo.id, cause="console")
    assert timers(ticket.id)["resolution", 1].outcome == "cancelled"
    clock.advance(hours(1))
    with unit_of_work():
        deleting.restore(commands.lock(ticket.id), by=cast.cleo.id, cause="console")
    assert timers(ticket.id)["resolution", 2].status == "running"
    hold_against_replay(ticket.id)


def test_reopening_goes_on_where_the_resolution_stopped(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    clock.advance(hours(1))
    with unit_of_work():
        commands.change_status(
            commands.lock(ticket.id), "resolved", by=cast.ben.id, cause="console"
        )
    assert timers(ticket.id)["resolution", 1].outcome == "met"
    clock.advance(hours(2))
    make_words_of(ticket, cast.ada)
    resolution = timers(ticket.id)["resolution", 1]
    assert (resolution.status, resolution.elapsed) == ("running", hours(1))
    hold_against_replay(ticket.id)


def test_old_mail_counts_at_its_own_time_and_raises_no_alarm(
    cast: Cast, clock: StoppedClock
) -> None:
    set_up()
    long_ago = clock.now() - timedelta(days=400)
    ticket = make_ticket(cast.ada, cast.it, created_at=long_ago)
    make_words_of(ticket, cast.ada, created_at=long_ago + timedelta(days=3))
    first = timers(ticket.id)["first_response", 1]
    assert first.started_at == long_ago
    assert first.breached_at is not None
    rows = db.session.execute(select(SlaFired.rule, SlaFired.is_told)).all()
    assert not any(told for _rule, told in rows)
    hold_against_replay(ticket.id)


def test_a_desk_without_policies_keeps_the_facts_and_counts_nothing(
    cast: Cast, clock: StoppedClock
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    make_reply(ticket, cast.ben)
    assert timers(ticket.id) == {}
    assert db.session.scalar(select(func.count(SlaEvent.id))) == 3
    assert db.session.get_one(SlaTicket, ticket.id).policy is None
    assert fired(ticket.id) == []


def test_a_new_ticket_costs_four_statements_more_and_two_where_nothing_is_promised(
    cast: Cast, clock: StoppedClock
) -> None:
    with count_queries() as unpromised:
        make_ticket(cast.ada, cast.it)
    set_up(escalations=[])
    make_ticket(cast.ada, cast.it)
    with count_queries() as promised:
        make_ticket(cast.ada, cast.it)
    assert len(of_levels(unpromised)) <= 2
    assert len(of_levels(promised)) <= 4


def of_levels(counted: Counted) -> list[str]:
    """The statements that are only there because the desk counts."""
    return [
        one
        for one in counted.statements
        if " sla_" in one or one.startswith("UPDATE ticket SET due_at")
    ]
