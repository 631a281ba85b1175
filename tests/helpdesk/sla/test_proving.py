"""What is kept of timers is held against a replay of their tickets' facts, and a difference is found and told."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from helpdesk.checking.levels import check_timers
from helpdesk.cli import levels
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.sla import proving
from helpdesk.sla.models import SlaTimer
from tests.cast import Cast
from tests.helpdesk.sla.desk import hours, set_up
from tests.makers import make_reply, make_ticket


def _counted(cast: Cast, clock: StoppedClock) -> int:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    clock.advance(hours(0.5))
    make_reply(ticket, cast.ben)
    clock.advance(hours(3))
    return ticket.id


def _spoil(ticket_id: int) -> None:
    with unit_of_work():
        timers = select(SlaTimer).where(
            SlaTimer.ticket_id == ticket_id, SlaTimer.metric == "resolution"
        )
        row = db.session.scalars(timers).one()
        spans = [list(span) for span in row.state["spans"]]
        spans[-1][3] += 600
        row.state = {**row.state, "spans": spans}


def test_what_is_kept_says_what_a_replay_says(cast: Cast, clock: StoppedClock) -> None:
    ticket_id = _counted(cast, clock)
    assert list(proving.prove([ticket_id])) == []


def test_a_row_that_was_spoilt_is_named(cast: Cast, clock: StoppedClock) -> None:
    ticket_id = _counted(cast, clock)
    _spoil(ticket_id)
    assert list(proving.prove([ticket_id])) == [proving.Difference(ticket_id, ["resolution 1"])]


def test_the_nightly_look_is_told_by_the_check(cast: Cast, clock: StoppedClock) -> None:
    ticket_id = _counted(cast, clock)
    assert list(check_timers()) == []
    assert proving.prove_sample().looked_at == 1
    (well,) = check_timers()
    assert well.is_well
    _spoil(ticket_id)
    proving.prove_sample()
    (unwell,) = check_timers()
    assert not unwell.is_well
    assert str(ticket_id) in unwell.what


def test_the_command_looks_at_every_ticket(cast: Cast, clock: StoppedClock) -> None:
    ticket_id = _counted(cast, clock)
    assert list(levels._portions()) == [[ticket_id]]
    assert proving.sample(10) == [ticket_id]


@pytest.mark.parametrize("size", [0, 1])
def test_a_desk_without_tickets_has_nothing_to_prove(size: int, cast: Cast) -> None:
    assert proving.sample(size) == []
