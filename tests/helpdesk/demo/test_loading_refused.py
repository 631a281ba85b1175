"""When the demo desk may not be loaded, and what becomes of a load that was broken off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict
from helpdesk.demo import doors
from helpdesk.demo.loading import is_empty, load_demo
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.verifying import verify_all
from tests.cast import Cast
from tests.makers import make_ticket


class BrokenOff(Exception):
    """Somebody pressed Ctrl-C."""


def count_tickets() -> int:
    return db.session.scalar(select(func.count()).select_from(Ticket)) or 0


def test_a_desk_that_is_in_use_is_left_alone(app: Flask, cast: Cast) -> None:
    make_ticket(cast.ada)
    assert not is_empty()
    with pytest.raises(Conflict):
        load_demo(lambda _line: None)
    assert count_tickets() == 1


def test_a_load_that_was_broken_off_goes_on(app: Flask, clock: StoppedClock) -> None:
    def break_off(line: str) -> None:
        if " of 200" in line and count_tickets() > 60:
            raise BrokenOff

    with pytest.raises(BrokenOff):
        load_demo(break_off)
    assert is_empty()
    assert count_tickets() < 200
    clock.advance(timedelta(hours=3))
    assert load_demo(lambda _line: None).tickets == 200 + doors.TICKETS
    assert [str(flaw) for flaw in verify_all()] == []
