"""What `desk check` says of service levels."""

from __future__ import annotations

from datetime import timedelta

from helpdesk.checking.falling_due import check_falling_due
from helpdesk.core.clock import StoppedClock
from helpdesk.definitions.models import Kind
from helpdesk.sla import sweeping
from tests.cast import Cast
from tests.helpdesk.sla.desk import hours, policy, save, set_up
from tests.makers import make_ticket


def unwell() -> set[str]:
    return {finding.part for finding in check_falling_due() if not finding.is_well}


def test_all_is_well_on_a_desk_that_keeps_up(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    make_ticket(cast.ada, cast.it)
    clock.advance(hours(2))
    sweeping.sweep()
    assert unwell() == set()


def test_what_fell_due_and_was_not_acted_upon_is_named(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    make_ticket(cast.ada, cast.it)
    clock.advance(hours(2))
    assert unwell() == {"due"}


def test_an_edit_that_does_not_come_through_is_named(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    make_ticket(cast.ada, cast.it)
    save(Kind.POLICY, "standard", policy(title="Other"))
    clock.advance(timedelta(minutes=31))
    assert unwell() == {"edits"}


def test_a_calendar_that_nobody_has_defined_is_named(cast: Cast) -> None:
    save(Kind.POLICY, "standard", policy())
    assert unwell() == {"calendars"}
