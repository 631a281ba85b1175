"""Leases and slots: things that only one process may do at a time, or only once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.models import Lease, Slot
from helpdesk.core.unit_of_work import unit_of_work


def take(name: str, holder: str, lasting: timedelta) -> bool:
    """Take or renew a lease; False while somebody else holds it. Commits by itself."""
    at = clock.now()
    with unit_of_work():
        changed = db.session.execute(
            update(Lease)
            .where(Lease.name == name, or_(Lease.holder == holder, Lease.until <= at))
            .values(holder=holder, until=at + lasting)
            .returning(Lease.name),
            execution_options={"synchronize_session": False},
        ).first()
    return changed is not None or _make(name, holder, lasting)


def give_back(name: str, holder: str) -> None:
    """End a lease early, so that the next process need not wait for it to lapse."""
    with unit_of_work():
        db.session.execute(
            update(Lease)
            .where(Lease.name == name, Lease.holder == holder)
            .values(until=clock.now()),
            execution_options={"synchronize_session": False},
        )


def take_slot(job: str, slot: int) -> bool:
    """Claim one turn of a periodic job, inside the open unit of work; False when it was taken before."""
    try:
        with db.session.begin_nested():
            db.session.execute(insert(Slot).values(job=job, slot=slot, taken_at=clock.now()))
    except IntegrityError:
        return False
    return True


def _make(name: str, holder: str, lasting: timedelta) -> bool:
    try:
        with unit_of_work():
            db.session.execute(
                insert(Lease).values(name=name, holder=holder, until=clock.now() + lasting)
            )
    except IntegrityError:
        return False
    return True


def slot_taken(job: str, slot: int) -> bool:
    """Whether some scheduler took this turn before; a cheap look that needs no write lock."""
    found = db.session.scalar(select(Slot.id).where(Slot.job == job, Slot.slot == slot))
    db.session.rollback()
    return found is not None
