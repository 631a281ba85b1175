"""What a member of staff was told: their own lines only, of tickets they may still read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from sqlalchemy import BigInteger, ScalarSelect, Select, bindparam, func, or_, select, true

from helpdesk.core.db import db
from helpdesk.notifications.models import Notification
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.counting import Beside
from helpdesk.tickets.models import Ticket

MOST_COUNTED = 100
_IS_SHOWN = or_(Notification.in_bell, Notification.on_desktop)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing a person was told."""

    id: int
    kind: str
    number: str
    subject: str
    message_id: int | None
    told_at: datetime
    is_read: bool
    due_at: datetime | None
    due_metric: str | None
    breach_at: datetime | None
    category: str
    times: int
    in_bell: bool
    on_desktop: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How much a person has not read, and when they were last told of any of it."""

    unread: int = 0
    newest: datetime | None = None

    @property
    def stamp(self) -> str:
        """The moment as pages hold it, in microseconds."""
        return stamp_of(self.newest) if self.newest is not None else ""


def latest(actor: Actor, *, limit: int = 50) -> Sequence[Line]:
    """The newest lines, read or not."""
    return _lines(_lines_of(actor).where(Notification.in_bell).limit(min(limit, 200)))


def unread_since(actor: Actor, at: datetime, *, limit: int = 20) -> Sequence[Line]:
    """What they were told after a moment and have not read, the newest first."""
    fresh = _lines_of(actor).where(
        Notification.told_at > at, Notification.read_at.is_(None), _IS_SHOWN
    )
    return _lines(fresh.limit(limit))


def people_told_since(at: datetime) -> list[int]:
    """Who was told anything after a moment."""
    told = select(Notification.person_id).where(Notification.told_at > at).distinct()
    return list(db.session.scalars(told.order_by(Notification.person_id)))


def standing_of(actors: Collection[Actor]) -> dict[int, Standing]:
    """For each of these people what is unread of tickets that they may see now; one query."""
    known = {actor.person_id: actor for actor in actors}
    rows = db.session.execute(
        select(
            Notification.person_id,
            Ticket.group_id,
            func.count().filter(Notification.in_bell),
            func.max(Notification.told_at),
        )
        .join(Ticket, Ticket.id == Notification.ticket_id)
        .where(
            Notification.person_id.in_(sorted(known)),
            Notification.read_at.is_(None),
            _IS_SHOWN,
            Ticket.deleted_at.is_(None),
        )
        .group_by(Notification.person_id, Ticket.group_id)
    )
    found = dict.fromkeys(known, Standing())
    for person_id, group_id, count, newest in rows:
        if known[person_id].holds(group_id, Right.READ):
            before = found[person_id]
            found[person_id] = Standing(
                min(before.unread + count, MOST_COUNTED), max(before.newest or newest, newest)
            )
    return found


def has_unread_of(person_id: int, ticket_id: int) -> bool:
    """Whether there is anything for a person to read of a ticket."""
    found = select(Notification.id).where(
        Notification.person_id == person_id,
        Notification.ticket_id == ticket_id,
        Notification.read_at.is_(None),
    )
    return db.session.scalar(found.limit(1)) is not None


def stamp_of(at: datetime) -> str:
    """A moment in microseconds."""
    return str((at - EPOCH) // timedelta(microseconds=1))


def moment_of(stamp: str) -> datetime | None:
    """The moment of a stamp; None for what is none."""
    known = stamp.isascii() and stamp.isdigit() and len(stamp) < 18
    return EPOCH + timedelta(microseconds=int(stamp)) if known else None


def _lines_of(actor: Actor) -> Select[Notification, Ticket]:
    return (
        select(Notification, Ticket)
        .join(Ticket, Ticket.id == Notification.ticket_id)
        .where(Notification.person_id == actor.person_id, visible_tickets(actor))
        .order_by(Notification.told_at.desc(), Notification.id.desc())
    )


def _lines(found: Select[Notification, Ticket]) -> list[Line]:
    return [
        Line(
            id=told.id,
            kind=told.kind,
            number=ticket.number,
            subject=ticket.subject,
            message_id=told.message_id,
            told_at=told.told_at,
            is_read=told.read_at is not None,
            due_at=ticket.due_at,
            due_metric=ticket.due_metric,
            breach_at=ticket.breach_at,
            category=str(ticket.category),
            times=told.times,
            in_bell=told.in_bell,
            on_desktop=told.on_desktop,
        )
        for told, ticket in db.session.execute(found)
    ]


def unread_beside(actor: Actor) -> Beside:
    """How many lines are unread of tickets that the actor may still see, to be counted with the views of the rail (S10)."""
    values = {"told": actor.person_id}
    if actor.is_admin:
        return Beside("notices", _unread(of_all=True), values)
    readable = sorted(actor.readable_group_ids)
    return Beside("notices", _unread(of_all=False), {**values, "told_of": readable})


@cache
def _unread(*, of_all: bool) -> ScalarSelect[int]:
    told_of = bindparam("told_of", expanding=True, type_=BigInteger)
    seen = true() if of_all else or_(Ticket.group_id.is_(None), Ticket.group_id.in_(told_of))
    unread = (
        select(Notification.id)
        .join(Ticket, Ticket.id == Notification.ticket_id)
        .where(
            Notification.person_id == bindparam("told", type_=BigInteger),
            Notification.read_at.is_(None),
            Notification.in_bell,
            Ticket.deleted_at.is_(None),
            seen,
        )
        .limit(MOST_COUNTED)
    )
    return select(func.count()).select_from(unread.subquery()).scalar_subquery()


def unread_count(actor: Actor) -> int:
    """How many lines are unread, counted up to `MOST_COUNTED`."""
    unread = (
        select(Notification.id)
        .join(Ticket, Ticket.id == Notification.ticket_id)
        .where(
            Notification.person_id == actor.person_id,
            Notification.read_at.is_(None),
            Notification.in_bell,
            visible_tickets(actor),
        )
        .limit(MOST_COUNTED)
    )
    return db.session.scalar(select(func.count()).select_from(unread.subquery())) or 0
