"""P33: around both changes of the clocks in London, tickets are due when a person with a pencil says so.

All instants are UTC. The clocks went on at 01:00 on Sunday 29 March 2026, and back at 01:00 on Sunday 25 October 2026. The
office works from 09:00 to 17:00 on weekdays, the night shift from 22:00 to 06:00 every night.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.definitions.models import Kind
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.sla.desk import HOUR, OFFICE, save, timers
from tests.makers import make_ticket

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NIGHT = {"zone": "Europe/London", "weekly": {day: [["22:00", "06:00"]] for day in WEEK}}

TABLE = """
office 03-27 16:00  1 03-27 17:00
office 03-27 16:00  2 03-30 09:00
office 03-27 16:30  1 03-30 08:30
office 03-27 17:00  1 03-30 09:00
office 03-27 20:00  4 03-30 12:00
office 03-28 12:00  8 03-30 16:00
office 03-28 12:00  9 03-31 09:00
office 03-29 00:30  1 03-30 09:00
office 03-29 01:30  1 03-30 09:00
office 03-29 23:30  2 03-30 10:00
office 03-30 07:00  1 03-30 09:00
office 03-30 08:00  1 03-30 09:00
office 03-30 08:30  8 03-31 08:30
office 03-30 16:00  1 03-31 09:00
office 03-26 09:00 16 03-27 17:00
office 03-26 09:00 17 03-30 09:00
office 03-26 09:00 24 03-30 16:00
office 03-27 09:00 40 04-02 16:00
office 03-27 12:00 10 03-30 13:00
office 03-25 16:30  9 03-27 09:30
always 03-28 12:00 24 03-29 12:00
always 03-29 00:00  1 03-29 01:00
always 03-29 00:30  1 03-29 01:30
always 03-29 00:59  2 03-29 02:59
always 03-27 09:00 72 03-30 09:00
always 03-29 01:00  8 03-29 09:00
night  03-28 22:00  1 03-28 23:00
night  03-28 22:00  7 03-29 05:00
night  03-28 22:00  8 03-29 22:00
night  03-28 12:00  7 03-29 05:00
night  03-29 00:30  1 03-29 01:30
night  03-29 05:00  1 03-29 22:00
night  03-27 22:00  8 03-28 06:00
night  03-27 22:00 15 03-29 05:00
night  03-27 22:00 16 03-29 22:00
office 10-23 15:00  1 10-23 16:00
office 10-23 15:00  2 10-26 10:00
office 10-23 15:30  1 10-26 09:30
office 10-23 16:00  1 10-26 10:00
office 10-23 19:00  4 10-26 13:00
office 10-24 12:00  8 10-26 17:00
office 10-24 12:00  9 10-27 10:00
office 10-25 00:30  1 10-26 10:00
office 10-25 01:30  1 10-26 10:00
office 10-26 00:00  2 10-26 11:00
office 10-26 08:30  1 10-26 10:00
office 10-26 09:30  8 10-27 09:30
office 10-22 08:00 16 10-23 16:00
office 10-22 08:00 17 10-26 10:00
office 10-22 08:00 24 10-26 17:00
office 10-23 08:00 40 10-29 17:00
office 10-23 11:00 10 10-26 14:00
always 10-24 12:00 24 10-25 12:00
always 10-25 00:30  1 10-25 01:30
always 10-23 08:00 72 10-26 08:00
night  10-24 21:00  8 10-25 05:00
night  10-24 21:00  9 10-25 06:00
night  10-24 21:00 10 10-25 23:00
night  10-25 00:30  1 10-25 01:30
night  10-23 21:00 17 10-25 06:00
"""
CASES = [line.split() for line in TABLE.strip().splitlines()]


def instant(day: str, time: str) -> datetime:
    return datetime.fromisoformat(f"2026-{day}T{time}:00").replace(tzinfo=UTC)


def test_the_table_has_sixty_cases() -> None:
    assert len(CASES) == 60


@pytest.mark.parametrize("case", CASES, ids=[" ".join(case) for case in CASES])
def test_a_ticket_is_due_when_the_table_says(
    cast: Cast, clock: StoppedClock, case: list[str]
) -> None:
    calendar, day, time, count, due_day, due_time = case
    clock.set(instant("01-01", "00:00"))
    save(Kind.CALENDAR, "office", OFFICE)
    save(Kind.CALENDAR, "night", NIGHT)
    metrics = {"resolution": {"targets": {"*": int(count) * HOUR}}}
    named = None if calendar == "always" else calendar
    save(Kind.POLICY, "standard", {"calendar": named, "metrics": metrics})
    clock.set(instant(day, time))
    ticket = make_ticket(cast.ada, cast.it)
    due = instant(due_day, due_time)
    assert timers(ticket.id)["resolution", 1].due_at == due
    assert db.session.get_one(Ticket, ticket.id).due_at == due
