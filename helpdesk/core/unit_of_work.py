"""One piece of work, one transaction: the only commit in the house."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event as sa_event
from sqlalchemy.orm import Session

from helpdesk.core.crash_points import Point, reach
from helpdesk.core.db import db
from helpdesk.core.events import Event, Reactions

# Rules may do many things to a ticket at once; two reactions that feed each other never end.
MOST_EVENTS = 1000


class NestedUnitOfWork(RuntimeError):
    """A unit of work was begun inside another; a command never commits."""


class OutsideUnitOfWork(RuntimeError):
    """An event was recorded, or work was owed, where no unit of work is open."""


class TooManyEvents(RuntimeError):
    """More than `MOST_EVENTS` events in one unit of work: two reactions feed each other."""


@dataclass
class _Unit:
    events: deque[Event] = field(default_factory=deque)
    owed: dict[tuple[str, int], None] = field(default_factory=dict)
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    gathered: dict[Callable[[list[Any]], None], list[Any]] = field(default_factory=dict)
    # The session holds its rows only weakly. What a command has let go of, a reaction would have to read again.
    rows: list[object] = field(default_factory=list)


_unit: ContextVar[_Unit | None] = ContextVar("unit_of_work", default=None)
_reactions = Reactions()
_store_owed: Callable[[list[tuple[str, int]]], Callable[[], None]] | None = None


def install(
    reactions: Reactions, store_owed: Callable[[list[tuple[str, int]]], Callable[[], None]]
) -> None:
    """Hand over the list of reactions and the outbox; the application factory does this once.

    `store_owed` writes the outbox rows and returns what rings the bell once they are committed.
    """
    global _reactions, _store_owed
    _reactions, _store_owed = reactions, store_owed


def record(event: Event) -> None:
    """Say that something happened; what it sets off is in `helpdesk/reactions.py`."""
    _open_unit().events.append(event)


def owe(job: str, subject_id: int) -> None:
    """Owe a job directly, after the commit; the same job for the same id is owed once in a unit."""
    _open_unit().owed[(job, subject_id)] = None


def gather(run: Callable[[list[Any]], None], item: Any) -> None:
    """Have a function called once before the commit, with all that was gathered for it: one statement for many rows."""
    _open_unit().gathered.setdefault(run, []).append(item)


def afterwards(run: Callable[[], None]) -> None:
    """Run something after the commit that needs no promise, such as ringing a waiting page."""
    _open_unit().afterwards.append(run)


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Everything inside happens, or nothing does.

    On leaving, inside reactions run until no event is left, the outbox rows are written, all is committed, and the
    runners are told. Objects read before are read again, since another unit may have changed them.
    """
    if _unit.get() is not None:
        raise NestedUnitOfWork("A unit of work is open already; commands do not commit.")
    unit = _Unit()
    token = _unit.set(unit)
    try:
        _begin()
        yield
        ring = _finish(unit)
        reach(Point.BEFORE_COMMIT)
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _unit.reset(token)
    reach(Point.BEFORE_BELL)
    ring()
    for run in unit.afterwards:
        run()


@contextmanager
def attempt() -> Iterator[None]:
    """A part of a unit of work that may fail by itself: upon an error all it did is as if it had not been, and the error
    goes on to whoever can answer it; the rest of the unit still happens."""
    unit = _open_unit()
    events, owed, news = list(unit.events), dict(unit.owed), len(unit.afterwards)
    gathered = {run: len(items) for run, items in unit.gathered.items()}
    try:
        with db.session.begin_nested():
            yield
    except BaseException:
        unit.events, unit.owed = deque(events), owed
        del unit.afterwards[news:]
        for run, items in unit.gathered.items():
            del items[gathered.get(run, 0) :]
        raise


def react() -> None:
    """Run the inside reactions to all that was recorded so far; the unit stays open.

    For a unit that tells of more than one moment, such as an import of what happened long ago: each is then journalled
    at its own time.
    """
    _react(_open_unit())


def is_open() -> bool:
    """Whether a unit of work is open in this context."""
    return _unit.get() is not None


@sa_event.listens_for(Session, "pending_to_persistent")
@sa_event.listens_for(Session, "loaded_as_persistent")
def _hold(_session: Session, row: object) -> None:
    unit = _unit.get()
    if unit is not None:
        unit.rows.append(row)


def _open_unit() -> _Unit:
    unit = _unit.get()
    if unit is None:
        raise OutsideUnitOfWork("Open a unit_of_work() around this command.")
    return unit


def _begin() -> None:
    if db.session.new or db.session.dirty or db.session.deleted:
        raise OutsideUnitOfWork("Rows were changed outside a unit of work.")
    # A read transaction would be a stale snapshot to write from; SQLite refuses that, PostgreSQL would not notice.
    if db.session().in_transaction():
        db.session.rollback()
    db.session.connection(execution_options={"desk_writes": True})


def _finish(unit: _Unit) -> Callable[[], None]:
    _react(unit)
    # What was gathered may record events itself, and these may have more gathered.
    while unit.gathered:
        gathered, unit.gathered = unit.gathered, {}
        for run, items in gathered.items():
            run(items)
        _react(unit)
    if not unit.owed or _store_owed is None:
        return _nothing
    return _store_owed(list(unit.owed))


def _react(unit: _Unit) -> None:
    handled = 0
    while unit.events:
        event = unit.events.popleft()
        handled += 1
        if handled > MOST_EVENTS:
            raise TooManyEvents(f"Stopped after {MOST_EVENTS} events; the last was {event!r}.")
        db.session.flush()
        for owed in _reactions.after_of(event):
            unit.owed[(owed.job, getattr(event, owed.attribute))] = None
        for run in _reactions.inside_of(event):
            run(event)
    db.session.flush()


def _nothing() -> None:
    return None
