"""What falls due while nothing happens is said once, to those concerned, with how late it was noticed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from helpdesk import schedule
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.messaging.models import Delivery
from helpdesk.notifications.models import Notification
from helpdesk.sla import sweeping
from helpdesk.sla.models import SlaFired
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.verifying import verify_ticket
from tests.cast import Cast
from tests.counting import count_queries
from tests.helpdesk.sla.desk import fired, hold_against_replay, hours, set_up, timers
from tests.makers import make_reply, make_ticket

Settle = Callable[[], None]


def told() -> list[tuple[str, str]]:
    """Who was told of what in the desk."""
    db.session.rollback()
    rows = db.session.execute(
        select(Notification.person_id, Notification.kind)
        .where(Notification.kind.startswith("sla"))
        .order_by(Notification.id)
    )
    return [(str(person), kind) for person, kind in rows]


def test_a_warning_and_then_the_breach_are_each_said_once(
    cast: Cast, clock: StoppedClock, settle: Settle
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    settle()
    clock.advance(timedelta(minutes=45, seconds=5))
    assert sweeping.sweep() == 1
    assert fired(ticket.id) == [("first_response", "w75")]
    clock.advance(timedelta(minutes=20))
    sweeping.sweep()
    assert sweeping.sweep() == 0
    settle()
    assert fired(ticket.id) == [("first_response", "w75"), ("first_response", "late")]
    both = {str(cast.ben.id), str(cast.cleo.id)}
    assert {who for who, kind in told() if kind == "sla_warning"} == both
    assert {who for who, kind in told() if kind == "sla_breach"} == both
    assert len(told()) == 4
    mails = db.session.scalars(select(Delivery.id).where(Delivery.kind == "notice")).all()
    assert len(mails) >= 4
    hold_against_replay(ticket.id)
    assert verify_ticket(ticket.id) == []


def test_a_late_worker_writes_when_it_was_planned_and_how_late_it_came(
    cast: Cast, clock: StoppedClock
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    opened = clock.now()
    clock.advance(hours(3))
    sweeping.sweep()
    rows = db.session.scalars(select(SlaFired).order_by(SlaFired.planned_at)).all()
    late = next(row for row in rows if row.rule == ":late")
    assert late.planned_at == opened + hours(1)
    assert late.lag == 2 * 3600
    assert late.fired_at == clock.now()
    entry = db.session.scalars(
        select(Entry).where(Entry.subject_id == ticket.id, Entry.event == "SlaBreached")
    ).one()
    assert (entry.after["metric"], entry.after["lag"]) == ("first_response", 7200)


def test_a_reply_just_in_time_is_no_breach(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    clock.advance(hours(1))
    make_reply(ticket, cast.ben)
    clock.advance(timedelta(minutes=5))
    sweeping.sweep()
    assert ("first_response", "late") not in fired(ticket.id)
    assert timers(ticket.id)["first_response", 1].outcome == "met"


def test_a_breach_that_the_worker_missed_is_noted_by_the_reply_that_ends_it(
    cast: Cast, clock: StoppedClock
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    clock.advance(hours(1.5))
    make_reply(ticket, cast.ben)
    assert ("first_response", "late") in fired(ticket.id)
    assert timers(ticket.id)["first_response", 1].outcome == "missed"
    sweeping.sweep()
    assert fired(ticket.id).count(("first_response", "late")) == 1


def test_a_paused_ticket_is_never_late(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    make_reply(ticket, cast.ben)
    with unit_of_work():
        commands.assign(commands.lock(ticket.id), cast.ben, by=cast.ben.id, cause="console")
        commands.change_status(
            commands.lock(ticket.id), "pending_requester", by=None, cause="console"
        )
    clock.advance(timedelta(days=30))
    sweeping.sweep()
    assert ("resolution", "late") not in fired(ticket.id)


def test_whoever_has_the_ticket_is_told_and_its_leads_of_a_breach(
    cast: Cast, clock: StoppedClock, settle: Settle
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.assign(commands.lock(ticket.id), cast.ben, by=cast.cleo.id, cause="console")
    settle()
    clock.advance(hours(2))
    sweeping.sweep()
    settle()
    assert (str(cast.ben.id), "sla_warning") in told()
    assert (str(cast.cleo.id), "sla_warning") not in told()
    assert (str(cast.cleo.id), "sla_breach") in told()


def test_many_are_swept_with_few_statements_and_an_idle_look_takes_two(
    cast: Cast, clock: StoppedClock
) -> None:
    set_up(escalations=[])
    for number in range(12):
        make_ticket(cast.ada, cast.it, subject=f"Number {number}")
    with count_queries() as idle:
        assert sweeping.sweep() == 0
    assert idle.count == 2
    clock.advance(hours(1) + timedelta(seconds=5))
    with count_queries() as counted:
        assert sweeping.sweep() == 12
    # For each ticket its place in the journal is read; all else is read and written together.
    assert counted.count <= 12 + 16


def test_the_scheduler_owes_one_sweep_however_often_it_looks(
    cast: Cast, clock: StoppedClock, settle: Settle
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    settle()
    schedule.tick(watching=False)
    settle()
    assert fired(ticket.id) == []
    clock.advance(hours(2))
    schedule.tick(watching=False)
    clock.advance(timedelta(seconds=10))
    schedule.tick(watching=False)
    settle()
    assert ("first_response", "late") in fired(ticket.id)


def test_an_escalation_does_what_its_policy_says_and_that_may_go_on_three_times_at_most(
    cast: Cast, clock: StoppedClock
) -> None:
    raised = {"set_priority": 1}
    set_up(
        escalations=[
            {
                "id": "w50",
                "metric": "resolution",
                "percent": 50,
                "actions": [raised, {"assign_agent": "ben@borough.example"}],
            },
            {
                "id": "late",
                "metric": "resolution",
                "breach": True,
                "actions": [{"add_tag": "late"}],
            },
        ]
    )
    ticket = make_ticket(cast.ada, cast.it)
    clock.advance(hours(4) + timedelta(seconds=5))
    sweeping.sweep()
    db.session.expire_all()
    changed = db.session.get_one(Ticket, ticket.id)
    assert (changed.priority, changed.assignee_id) == (1, cast.ben.id)
    # Two hours is the target now, and four were counted: the next rule fires at once.
    assert ("resolution", "late") in fired(ticket.id)
    assert [tag.name for tag in changed.tags] == ["late"]
    entries = db.session.scalars(
        select(Entry.cause).where(Entry.subject_id == ticket.id, Entry.event == "PriorityChanged")
    ).all()
    assert entries == ["sla: resolution, w50"]
    hold_against_replay(ticket.id)
    assert verify_ticket(ticket.id) == []


def test_an_action_that_the_ticket_does_not_allow_is_noted_and_nothing_stops(
    cast: Cast, clock: StoppedClock
) -> None:
    set_up(
        escalations=[
            {
                "id": "w50",
                "metric": "resolution",
                "percent": 50,
                "actions": [{"assign_group": "Nobody knows it"}, {"add_tag": "half"}],
            }
        ]
    )
    ticket = make_ticket(cast.ada, cast.it)
    clock.advance(hours(4) + timedelta(seconds=5))
    sweeping.sweep()
    done = db.session.scalars(
        select(Entry).where(Entry.subject_id == ticket.id, Entry.event == "SlaEscalated")
    ).one()
    assert done.after["did"][0].startswith("assign_group: ")
    assert done.after["did"][1] == "add_tag"
