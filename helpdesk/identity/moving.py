"""Rows that go from one person to another, noted one by one, and brought back; the tables know nothing of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, Table, delete, exists, insert, literal, select, update

from helpdesk.core.db import UTCDateTime, db
from helpdesk.identity.models import PersonMerge, PersonMergeMove
from helpdesk.identity.moving_tickets import move_tickets, take_back_tickets
from helpdesk.identity.places import column_of, moved, uniques_with


def move_all(merge: PersonMerge, *, by: int | None, cause: str) -> int:
    """Move all that is the gone person's to the kept one; returns how many tickets moved."""
    for place in moved():
        _drop_doubles(merge, place)
        _move(merge, place)
    db.session.expire_all()
    return move_tickets(merge, by=by, cause=cause)


def take_back(merge: PersonMerge, *, by: int | None, cause: str) -> int:
    """Bring back what a merge moved, where nobody has given it to somebody else since; returns how many tickets."""
    for place in moved():
        column = column_of(place)
        table = column.table
        went = select(PersonMergeMove.row_id).where(
            PersonMergeMove.merge_id == merge.id,
            PersonMergeMove.place == place,
            PersonMergeMove.dropped.is_(None),
        )
        still_there = (table.c.id.in_(went), column == merge.kept_id)
        db.session.execute(update(table).where(*still_there).values({column: merge.gone_id}))
    _restore(merge)
    db.session.expire_all()
    return take_back_tickets(merge, by=by, cause=cause)


def drop(merge: PersonMerge, place: str, row_ids: Sequence[int]) -> None:
    """Take rows away because of a merge; undoing it writes them again as they were."""
    table = column_of(place).table
    rows = db.session.execute(select(table).where(table.c.id.in_(row_ids))).mappings().all()
    for row in rows:
        plain = {name: _plain(value) for name, value in row.items()}
        db.session.add(
            PersonMergeMove(merge_id=merge.id, place=place, row_id=row["id"], dropped=plain)
        )
    db.session.flush()
    assert isinstance(table, Table)
    db.session.execute(delete(table).where(table.c.id.in_(row_ids)))


def _move(merge: PersonMerge, place: str) -> None:
    column = column_of(place)
    table = column.table
    theirs = select(literal(merge.id), literal(place), table.c.id).where(column == merge.gone_id)
    db.session.execute(insert(PersonMergeMove).from_select(["merge_id", "place", "row_id"], theirs))
    db.session.execute(update(table).where(column == merge.gone_id).values({column: merge.kept_id}))


def _drop_doubles(merge: PersonMerge, place: str) -> None:
    """Take away what the kept person has too, such as watching the same ticket."""
    column = column_of(place)
    table = column.table
    for others in uniques_with(place):
        same = table.alias()
        doubles = db.session.scalars(
            select(table.c.id).where(
                column == merge.gone_id,
                exists().where(
                    same.c[column.name] == merge.kept_id,
                    *(same.c[name] == table.c[name] for name in others),
                ),
            )
        ).all()
        if doubles:
            drop(merge, place, doubles)


def _restore(merge: PersonMerge) -> None:
    """Write what was taken away again, unless something of the kind has come meanwhile."""
    dropped = db.session.scalars(
        select(PersonMergeMove)
        .where(PersonMergeMove.merge_id == merge.id, PersonMergeMove.dropped.is_not(None))
        .order_by(PersonMergeMove.id)
    ).all()
    for move in dropped:
        table = column_of(move.place).table
        row = {name: _typed(table.c[name], value) for name, value in (move.dropped or {}).items()}
        taken = [
            exists().where(*(table.c[name] == row[name] for name in (*others, owner)))
            for others in uniques_with(move.place)
            for owner in [column_of(move.place).name]
        ]
        if not any(db.session.scalar(select(one)) for one in taken):
            assert isinstance(table, Table)
            db.session.execute(insert(table).values(row))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _typed(column: Column[Any], value: Any) -> Any:
    if isinstance(value, str) and isinstance(column.type, UTCDateTime):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and isinstance(column.type, Date):
        return date.fromisoformat(value)
    return value
