"""Every look at the desk, in the order in which a person reads them."""

from __future__ import annotations

from collections.abc import Iterator

from helpdesk.checking import calendars, falling_due, levels, machine, parts
from helpdesk.checking.finding import Finding


def check_desk() -> Iterator[Finding]:
    """Look at every part; each finding stands for itself."""
    yield parts.check_database()
    yield machine.check_durability()
    yield from parts.check_hold()
    yield from parts.check_mailboxes()
    yield parts.check_unfiled()
    yield parts.check_quarantine()
    yield parts.check_outbox()
    yield parts.check_dead_jobs()
    yield parts.check_schedule()
    yield from falling_due.check_falling_due()
    yield parts.check_deliveries()
    yield parts.check_routing()
    yield from calendars.check_feeds()
    yield from levels.check_timers()
    yield parts.check_search()
    yield from machine.check_bell()
    yield from machine.check_disk()
    yield machine.check_clock()
    yield machine.check_backup()
