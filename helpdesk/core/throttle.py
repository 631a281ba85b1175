"""Limits on how often a thing may happen, kept in the database so that they hold without Redis (S41)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from helpdesk.core import clock
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.models import Tally

# A stretch is counted in slices, and one slice more than it has, so that it slides and never forgets too early.
SLICES = 5


def hit(key: str, limit: int, per: timedelta) -> bool:
    """Count one more of `key`; whether it is still within `limit` in the last `per`.

    Runs inside the open unit of work, and counts only if that is committed: commit before you act on the answer.
    """
    name, slice_now = _name(key, per), _slice(per)
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    row = insert(Tally).values(
        key=name, window=slice_now, count=1, ends_at=_start_of(slice_now, per) + per + per / SLICES
    )
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=["key", "window_number"], set_={"count": Tally.count + 1}
        )
    )
    return _counted(name, slice_now) <= limit


def is_reached(key: str, limit: int, per: timedelta) -> bool:
    """Whether one more of `key` would be too many; counts nothing."""
    return _counted(_name(key, per), _slice(per)) >= limit


def take_back(key: str, per: timedelta) -> None:
    """Take back the newest count of `key`, since it turned out harmless."""
    name = _name(key, per)
    newest = (
        select(func.max(Tally.window)).where(Tally.key == name, Tally.count > 0).scalar_subquery()
    )
    db.session.execute(
        update(Tally)
        .where(Tally.key == name, Tally.window == newest, Tally.count > 0)
        .values(count=Tally.count - 1)
        .execution_options(synchronize_session=False)
    )


def forget(key: str, per: timedelta) -> None:
    """Begin to count `key` anew."""
    db.session.execute(
        delete(Tally)
        .where(Tally.key == _name(key, per))
        .execution_options(synchronize_session=False)
    )


def sweep() -> None:
    """Remove what no limit looks at any more."""
    db.session.execute(
        delete(Tally)
        .where(Tally.ends_at < clock.now())
        .execution_options(synchronize_session=False)
    )


def _counted(name: str, slice_now: int) -> int:
    total = db.session.scalar(
        select(func.sum(Tally.count)).where(Tally.key == name, Tally.window >= slice_now - SLICES)
    )
    return int(total or 0)


def _name(key: str, per: timedelta) -> str:
    whole = f"{key}/{int(per.total_seconds())}"
    # Addresses and names of people are part of many keys; the table keeps a digest of them only.
    return sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def _slice(per: timedelta) -> int:
    return int(clock.now().timestamp() // (per / SLICES).total_seconds())


def _start_of(number: int, per: timedelta) -> datetime:
    return datetime.fromtimestamp(number * (per / SLICES).total_seconds(), UTC)
