"""Service levels: whether what fell due is acted upon, whether edits come through, whether calendars are there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.checking.finding import Finding
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.definitions.models import Kind
from helpdesk.sla import sweeping
from helpdesk.sla.library import Library
from helpdesk.sla.models import SlaSpread, SpreadState

# Timers are looked at every five seconds; an edit takes minutes on the largest desks.
LONGEST_OVERDUE = timedelta(minutes=5)
LONGEST_SPREAD = timedelta(minutes=30)


def check_falling_due() -> Iterator[Finding]:
    """All that can go wrong with service levels."""
    yield check_timers()
    yield check_spreads()
    yield from check_calendars()


def check_timers() -> Finding:
    """Whether something that fell due waits for somebody to act upon it."""
    since = sweeping.overdue_since()
    late = since is not None and clock.now() - since > LONGEST_OVERDUE
    return Finding(
        "due",
        not late,
        _("Something fell due more than 5 minutes ago and nobody was told.")
        if late
        else _("What falls due is acted upon."),
        _("Is “desk worker” or “desk run” running, and “desk scheduler”?") if late else "",
    )


def check_spreads() -> Finding:
    """Whether an edit is stuck on its way into the open tickets."""
    stuck = db.session.scalars(
        select(SlaSpread)
        .where(
            SlaSpread.state.in_([SpreadState.WAITING, SpreadState.RUNNING]),
            SlaSpread.begins_at < clock.now() - LONGEST_SPREAD,
        )
        .order_by(SlaSpread.id)
        .limit(1)
    ).first()
    if stuck is None:
        return Finding("edits", True, _("Edits of service levels come through."))
    return Finding(
        "edits",
        False,
        _(
            "The edit of %(name)s has been on its way for more than 30 minutes: %(done)d of %(of)d.",
            name=stuck.name or stuck.what,
            done=stuck.done,
            of=stuck.of,
        ),
        _("See “desk sla status”; the log says why it does not go on."),
    )


def check_calendars() -> Iterator[Finding]:
    """Whether each calendar that a policy or clock names is defined; nothing is said when all are."""
    library = Library()
    for kind in (Kind.POLICY, Kind.CLOCK):
        for version in library.current(kind):
            for name in sorted(getattr(library.policy_of(version), "calendars", ())):
                if library.reference(Kind.CALENDAR, name) is None:
                    yield Finding(
                        "calendars",
                        False,
                        _(
                            "%(title)s counts by the calendar %(name)s, which is not defined.",
                            title=version.title,
                            name=name,
                        ),
                        _("Define it; until then it counts round the clock."),
                        key=version.name,
                    )
