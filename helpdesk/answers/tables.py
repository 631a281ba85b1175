"""Tables of answers: uploaded in versions, looked at before they are live, taken back, and looked up by key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, insert, select

from helpdesk.answers import differing
from helpdesk.answers.csv_reading import ReadRow, ReadTable, column_names
from helpdesk.answers.events import TablePublished, TableSetUp, TableUploaded
from helpdesk.answers.models import AnswerTable, AnswerTableRow, AnswerTableVersion, WhenOld
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.unit_of_work import record
from helpdesk.tickets.naming import safe_file_name
from workflows.services import FieldKind

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
_AT_ONCE = 2_000
# How many versions keep their rows, so that the last ones can be taken back.
VERSIONS_WITH_ROWS = 5
MOST_TABLES = 200
MOST_FOUND = 200
OLDEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an administrator says of a table; `max_age_days` None lets its facts be of any age."""

    title: str
    key_column: str
    key_kind: FieldKind = FieldKind.POSTCODE
    max_age_days: int | None = None
    when_old: WhenOld = WhenOld.SAY


@dataclass(frozen=True, slots=True)
class Found:
    """What a look-up gave: rows as columns with values, the day the facts are of, and whether that is too long ago."""

    rows: tuple[dict[str, str], ...]
    as_of: date
    is_old: bool
    when_old: WhenOld


def create(name: str, chosen: Settings, *, by: int | None, cause: str) -> AnswerTable:
    """Make a table without rows. Raises Invalid."""
    if not _NAME.fullmatch(name):
        raise Invalid(
            _("A name is made of lower-case letters, digits, dots and dashes."),
            _("For example: bin-days."),
            field="name",
        )
    if db.session.scalar(select(AnswerTable.id).where(AnswerTable.name == name)) is not None:
        raise Invalid(_("There is a table of this name."), _("Choose another."), field="name")
    table = AnswerTable(name=name, created_at=clock.now(), **_columns_of(chosen))
    db.session.add(table)
    db.session.flush()
    _record(TableSetUp, table, by, cause, {}, _said_of(table))
    return table


def change(table: AnswerTable, chosen: Settings, *, by: int | None, cause: str) -> None:
    """Change what is said of a table; its key stays as long as it has versions. Raises Invalid."""
    before, columns = _said_of(table), _columns_of(chosen)
    key = (columns["key_column"], columns["key_kind"])
    if key != (table.key_column, table.key_kind) and versions_of(table):
        raise Invalid(
            _("The key of a table that has rows cannot change."),
            _("Make a new table."),
            field="key_column",
        )
    for name, value in columns.items():
        setattr(table, name, value)
    if _said_of(table) != before:
        _record(TableSetUp, table, by, cause, before, _said_of(table))


def _columns_of(chosen: Settings) -> dict[str, Any]:
    title, key = " ".join(chosen.title.split())[:200], column_names([chosen.key_column or " "])
    if not title:
        raise Invalid(_("Give it a title that people recognise."), field="title")
    if chosen.max_age_days is not None and not 0 < chosen.max_age_days <= 3_650:
        raise Invalid(_("Write a number of days from 1 to 3650."), field="max_age_days")
    return {
        "title": title,
        "key_column": key[0],
        "key_kind": chosen.key_kind.value,
        "max_age_days": chosen.max_age_days,
        "when_old": chosen.when_old,
    }


def upload(
    table: AnswerTable,
    read: ReadTable,
    *,
    as_of: date,
    file_name: str = "",
    by: int | None,
    cause: str,
) -> AnswerTableVersion:
    """Keep a file that was read as the next version, live for nobody yet. Raises Invalid."""
    if not OLDEST <= as_of <= clock.now().date() + timedelta(days=1):
        raise Invalid(
            _("The day of the facts is too long ago, or yet to come."),
            _("It is the day on which what stands in the file was right."),
            field="as_of",
        )
    table = lock(table.id)
    version = _version_of(table, read, as_of, file_name)
    version.made_by = by
    db.session.add(version)
    db.session.flush()
    _write_rows(version.id, read.rows)
    _record(
        TableUploaded, table, by, cause, {}, {"number": version.number, "rows": version.row_count}
    )
    _let_go(table)
    return version


def _version_of(
    table: AnswerTable, read: ReadTable, as_of: date, file_name: str
) -> AnswerTableVersion:
    last = db.session.scalar(
        select(func.max(AnswerTableVersion.number)).where(AnswerTableVersion.table_id == table.id)
    )
    live = live_version(table)
    return AnswerTableVersion(
        table_id=table.id,
        number=(last or 0) + 1,
        columns=list(read.columns),
        row_count=len(read.rows),
        fault_count=read.bad_count,
        faults=[[bad.line, bad.fault.text, dict(bad.fault.values)] for bad in read.bad],
        against=live.number if live else 0,
        difference=differing.between(_rows_of(live), read.rows, _names(live), read.columns),
        as_of=as_of,
        file_name=safe_file_name(file_name)[:200],
        encoding=read.encoding,
        made_at=clock.now(),
    )


def _write_rows(version_id: int, rows: Sequence[ReadRow]) -> None:
    for first in range(0, len(rows), _AT_ONCE):
        db.session.execute(
            insert(AnswerTableRow),
            [
                {
                    "version_id": version_id,
                    "key": row.key,
                    "position": first + at,
                    "values": list(row.values),
                }
                for at, row in enumerate(rows[first : first + _AT_ONCE])
            ],
        )


def publish(
    table: AnswerTable, number: int, *, seen: int, by: int | None, cause: str
) -> AnswerTableVersion:
    """Make a version the live one; `seen` is the revision that the person had before them.

    So an older version is taken up again in the same way. Raises Conflict when somebody else was quicker.
    """
    table = lock(table.id)
    if table.revision != seen:
        raise Conflict(
            _("Somebody else changed what is live meanwhile."),
            _("Look at the table again, then decide."),
        )
    version = access_version(table, number)
    if not version.rows_kept:
        raise Invalid(_("The rows of this version are not kept any more."), _("Upload it again."))
    before = {"number": table.live_number}
    table.live_number, table.revision = number, table.revision + 1
    version.published_at = clock.now()
    _record(TablePublished, table, by, cause, before, {"number": number})
    return version


def _let_go(table: AnswerTable) -> None:
    """Old versions give up their rows: all but the newest, the live one, and what was live last."""
    every = versions_of(table)
    live_once = sorted(
        (one for one in every if one.published_at is not None),
        key=lambda one: (one.number == table.live_number, one.published_at),
        reverse=True,
    )
    kept = {one.number for one in [*every[:2], *live_once[: VERSIONS_WITH_ROWS - 2]]}
    for one in every:
        if one.rows_kept and one.number not in kept:
            one.rows_kept = False
            db.session.execute(delete(AnswerTableRow).where(AnswerTableRow.version_id == one.id))


def look_up(name: str, key: str) -> Found | None:
    """The rows of the live version under a tidied key, in the order of the file; None where no table answers."""
    row = db.session.execute(
        select(AnswerTable, AnswerTableVersion)
        .join(
            AnswerTableVersion,
            (AnswerTableVersion.table_id == AnswerTable.id)
            & (AnswerTableVersion.number == AnswerTable.live_number),
        )
        .where(AnswerTable.name == name)
    ).first()
    if row is None:
        return None
    table, version = row
    cells = db.session.scalars(
        select(AnswerTableRow.values)
        .where(AnswerTableRow.version_id == version.id, AnswerTableRow.key == key)
        .order_by(AnswerTableRow.position)
        .limit(MOST_FOUND)
    )
    return Found(
        rows=tuple(dict(zip(version.columns, one, strict=True)) for one in cells),
        as_of=version.as_of,
        is_old=is_old(table, version),
        when_old=table.when_old,
    )


def is_old(table: AnswerTable, version: AnswerTableVersion) -> bool:
    """Whether the facts of a version are older than the table lets them be."""
    if table.max_age_days is None:
        return False
    return clock.now().date() - version.as_of > timedelta(days=table.max_age_days)


def all_tables() -> Sequence[AnswerTable]:
    """Every table, by title."""
    return db.session.scalars(
        select(AnswerTable)
        .order_by(func.lower(AnswerTable.title), AnswerTable.id)
        .limit(MOST_TABLES)
    ).all()


def find_table(name: str) -> AnswerTable:
    """The table of this name. Raises NotFound."""
    found = db.session.scalars(select(AnswerTable).where(AnswerTable.name == name)).first()
    if found is None:
        raise NotFound(_("There is no such table."), _("Choose one of the list."))
    return found


def access_version(table: AnswerTable, number: int) -> AnswerTableVersion:
    """The version of this number. Raises NotFound."""
    found = db.session.scalars(
        select(AnswerTableVersion).where(
            AnswerTableVersion.table_id == table.id, AnswerTableVersion.number == number
        )
    ).first()
    if found is None:
        raise NotFound(_("There is no such version."), _("Choose one of the list."))
    return found


def versions_of(table: AnswerTable) -> Sequence[AnswerTableVersion]:
    """Every version of a table, the newest first."""
    return db.session.scalars(
        select(AnswerTableVersion)
        .where(AnswerTableVersion.table_id == table.id)
        .order_by(AnswerTableVersion.number.desc())
        .limit(1_000)
    ).all()


def live_version(table: AnswerTable) -> AnswerTableVersion | None:
    """The version that answers now."""
    return None if table.live_number is None else access_version(table, table.live_number)


def first_rows(version: AnswerTableVersion, most: int = 20) -> list[list[str]]:
    """How a version begins."""
    return list(
        db.session.scalars(
            select(AnswerTableRow.values)
            .where(AnswerTableRow.version_id == version.id)
            .order_by(AnswerTableRow.id)
            .limit(most)
        )
    )


def compare_again(table: AnswerTable, version: AnswerTableVersion) -> None:
    """Say how a version differs from what is live now, if something else was live when that was said."""
    live = live_version(table)
    number = live.number if live else 0
    if version.against == number or not version.rows_kept:
        return
    new = [ReadRow(key, tuple(values)) for key, values in _rows_of(version)]
    version.difference = differing.between(_rows_of(live), new, _names(live), version.columns)
    version.against = number


def lock(table_id: int) -> AnswerTable:
    """The table, locked until the unit of work ends."""
    return db.session.scalars(
        select(AnswerTable)
        .where(AnswerTable.id == table_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _rows_of(version: AnswerTableVersion | None) -> Iterator[tuple[str, list[str]]]:
    if version is None or not version.rows_kept:
        return
    rows = db.session.execute(
        select(AnswerTableRow.key, AnswerTableRow.values)
        .where(AnswerTableRow.version_id == version.id)
        .order_by(AnswerTableRow.id)
    )
    for row in rows:
        yield row.key, row.values


def _names(version: AnswerTableVersion | None) -> Sequence[str]:
    return version.columns if version else ()


def _said_of(table: AnswerTable) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": table.title,
        "key_column": table.key_column,
        "key_kind": table.key_kind,
        "max_age_days": table.max_age_days,
        "when_old": table.when_old.value,
    }


def _record(
    kind: type[TableSetUp | TableUploaded | TablePublished],
    table: AnswerTable,
    by: int | None,
    cause: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    record(kind(actor_id=by, cause=cause, subject_id=table.id, before=before, after=after))
