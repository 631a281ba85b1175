"""The time that is believed: what a clock that was set shows counts only once it has stayed so."""

from __future__ import annotations

from datetime import timedelta

from helpdesk.core import clock as desk_clock
from helpdesk.core.clock import StoppedClock

HOURS = timedelta(hours=2)


def test_time_that_passes_is_believed(clock: StoppedClock) -> None:
    before = desk_clock.believed()
    clock.advance(HOURS)
    assert desk_clock.believed() == before + HOURS


def test_a_jump_is_not_believed_and_time_goes_on_meanwhile(clock: StoppedClock) -> None:
    before = desk_clock.believed()
    clock.jump(HOURS)
    clock.advance(timedelta(minutes=3))
    assert desk_clock.believed() == before + timedelta(minutes=3)
    assert desk_clock.now() == before + HOURS + timedelta(minutes=3)


def test_a_jump_that_is_taken_back_has_never_been(clock: StoppedClock) -> None:
    before = desk_clock.believed()
    for by in (HOURS, -HOURS, -HOURS, HOURS):
        clock.jump(by)
        assert desk_clock.believed() == before
    assert desk_clock.believed() == desk_clock.now()


def test_a_clock_that_stays_where_it_was_set_is_believed_in_the_end(clock: StoppedClock) -> None:
    desk_clock.believed()
    clock.jump(HOURS)
    desk_clock.believed()
    clock.advance(desk_clock.DOUBTED_FOR)
    assert desk_clock.believed() == desk_clock.now()


def test_small_corrections_are_taken_at_once(clock: StoppedClock) -> None:
    desk_clock.believed()
    clock.jump(timedelta(seconds=40))
    assert desk_clock.believed() == desk_clock.now()
