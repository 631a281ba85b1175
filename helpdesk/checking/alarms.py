"""Alarms: a finding that rings is noted, shown to administrators and mailed once; it ends by itself.

The look is taken once a minute by whichever process comes first: a scheduler, or a worker when no scheduler is left.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import or_, select, update

from channels.channel import ChannelError
from helpdesk.checking import machine
from helpdesk.checking.desk import check_desk
from helpdesk.checking.finding import Finding
from helpdesk.checking.operator import NobodyToTell, tell_operator
from helpdesk.core import clock, leases, settings
from helpdesk.core.db import db
from helpdesk.core.models import Alarm
from helpdesk.core.unit_of_work import unit_of_work

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
WATCH = "watch"
# One that rings again so soon is the same alarm, and nobody is mailed twice.
SAME_AFTER = timedelta(hours=1)
TRY_AGAIN_AFTER = timedelta(minutes=5)


def keep_watch() -> bool:
    """Take this minute's look if nobody has; returns whether it was taken. Opens its own units of work."""
    slot = int(clock.now().timestamp() // EVERY.total_seconds())
    if leases.slot_taken(WATCH, slot):
        return False
    with unit_of_work():
        if not leases.take_slot(WATCH, slot):
            return False
        if settings.read(machine.SINCE) is None:
            settings.write(machine.SINCE, clock.now().isoformat())
    findings = list(check_desk())
    db.session.rollback()
    with unit_of_work():
        note(findings)
    tell()
    return True


def note(findings: Sequence[Finding]) -> None:
    """Begin and end alarms by what was found, inside the open unit of work."""
    known = {alarm.name: alarm for alarm in db.session.scalars(select(Alarm))}
    ringing = {finding.name: finding for finding in findings if finding.is_ringing}
    for name, finding in ringing.items():
        alarm = known.get(name)
        if alarm is None:
            alarm = Alarm(name=name, part=finding.part, since=clock.now())
            db.session.add(alarm)
        elif alarm.ended_at is not None:
            _ring_again(alarm)
        alarm.what, alarm.advice = finding.what, finding.advice
    for name, alarm in known.items():
        if name not in ringing and alarm.ended_at is None:
            alarm.ended_at = clock.now()


def ringing() -> list[Alarm]:
    """The alarms that ring now, the oldest first."""
    return list(
        db.session.scalars(
            select(Alarm).where(Alarm.ended_at.is_(None)).order_by(Alarm.since, Alarm.name)
        )
    )


def tell() -> None:
    """Mail the operator, once, about what rings and was not told; a mail that cannot leave is tried again."""
    claimed = _claim()
    if not claimed:
        return
    try:
        tell_operator(claimed)
    except NobodyToTell as nobody:
        log.warning("Nobody is mailed about alarms: %s", nobody)
    except ChannelError as error:
        log.error("The mail about alarms could not be sent: %s", error)
        return
    with unit_of_work():
        db.session.execute(
            update(Alarm)
            .where(Alarm.name.in_([alarm.name for alarm in claimed]))
            .values(told_at=clock.now()),
            execution_options={"synchronize_session": False},
        )


def _ring_again(alarm: Alarm) -> None:
    if alarm.ended_at is not None and clock.now() - alarm.ended_at > SAME_AFTER:
        alarm.told_at = alarm.try_at = None
    alarm.since, alarm.ended_at = clock.now(), None


def _claim() -> list[Alarm]:
    """The alarms nobody was told of, claimed for a while so that two processes do not mail both."""
    at = clock.now()
    untold = (
        Alarm.ended_at.is_(None),
        Alarm.told_at.is_(None),
        or_(Alarm.try_at.is_(None), Alarm.try_at <= at),
    )
    with unit_of_work():
        alarms = list(db.session.scalars(select(Alarm).where(*untold).with_for_update()))
        for alarm in alarms:
            alarm.try_at = at + TRY_AGAIN_AFTER
            log.warning("ALARM %s: %s %s", alarm.name, alarm.what, alarm.advice)
    return alarms
