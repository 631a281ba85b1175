"""P32: the machine's clock jumps two hours on and back: no false breach, and none twice."""

from __future__ import annotations

from datetime import timedelta

from helpdesk.core import clock as desk_clock
from helpdesk.core.clock import StoppedClock
from helpdesk.sla import sweeping
from tests.cast import Cast
from tests.helpdesk.sla.desk import fired, hold_against_replay, hours, set_up, timers
from tests.makers import make_reply, make_ticket

LATE = ("first_response", "late")
MINUTE = timedelta(minutes=1)


def test_a_jump_on_and_back_makes_nothing_late(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    clock.jump(hours(2))
    for _ in range(5):
        sweeping.sweep()
        clock.advance(MINUTE)
    clock.jump(-hours(2))
    sweeping.sweep()
    assert fired(ticket.id) == []
    assert timers(ticket.id)["first_response", 1].breached_at is None
    hold_against_replay(ticket.id)


def test_what_was_late_before_the_clock_went_back_is_late_once(
    cast: Cast, clock: StoppedClock
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    clock.advance(hours(1) + MINUTE)
    sweeping.sweep()
    assert fired(ticket.id).count(LATE) == 1
    clock.jump(-hours(2))
    sweeping.sweep()
    clock.advance(desk_clock.DOUBTED_FOR + MINUTE)
    sweeping.sweep()
    clock.advance(hours(3))
    sweeping.sweep()
    assert fired(ticket.id).count(LATE) == 1


def test_an_answer_while_the_clock_is_wrong_counts_at_the_time_it_was_given(
    cast: Cast, clock: StoppedClock
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    clock.advance(hours(0.5))
    clock.jump(hours(2))
    make_reply(ticket, cast.ben)
    clock.jump(-hours(2))
    first = timers(ticket.id)["first_response", 1]
    assert (first.outcome, first.elapsed) == ("met", hours(0.5))
    assert LATE not in fired(ticket.id)
    hold_against_replay(ticket.id)


def test_a_real_breach_after_the_jumps_is_said_in_its_own_minute(
    cast: Cast, clock: StoppedClock
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    for by in (hours(2), -hours(2), -hours(2), hours(2)):
        clock.jump(by)
        sweeping.sweep()
    clock.advance(hours(1) + MINUTE)
    sweeping.sweep()
    assert fired(ticket.id).count(LATE) == 1


def test_a_clock_that_stays_where_it_was_set_is_believed_in_the_end(
    cast: Cast, clock: StoppedClock
) -> None:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    clock.jump(hours(2))
    sweeping.sweep()
    assert fired(ticket.id) == []
    clock.advance(desk_clock.DOUBTED_FOR)
    sweeping.sweep()
    assert LATE in fired(ticket.id)
