"""The rows of a backup: one consistent reading of all tables, and putting them into an empty database."""

from __future__ import annotations

import gzip
import hashlib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Column, DateTime, MetaData, Table, inspect, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError, IntegrityError, SAWarning
from sqlalchemy.schema import AddConstraint, DropConstraint, ForeignKeyConstraint

from helpdesk import models
from helpdesk.backup.form import NotABackup, TablePart, kind_of, line_of, row_of
from helpdesk.core import clock
from helpdesk.core.db import db

__all__ = ["connected_snapshot", "load", "models", "tables_of", "write_table"]

# What holds for a moment only, what is made again from the rest, and who was signed in on the old machine.
LEFT_OUT = {"lease", "schedule_slot", "tally", "web_session", "search_document"}
# Where rows name files in the store, if they do.
FILE_COLUMNS = {
    "attachment": "digest",
    "raw_message": "file_digest",
    "delivery": "digest",
    "planned_file": "digest",
    "waiting_picture": "digest",
}
TOGETHER = 500


@contextmanager
def connected_snapshot() -> Iterator[Connection]:
    """A connection that sees the database as it is at this moment, however long it reads."""
    if db.engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    else:
        options = {}
    with db.engine.connect().execution_options(**options) as connection:
        # On SQLite the first reading takes the snapshot, so it is done here and not at the first table.
        connection.execute(text("SELECT count(*) FROM alembic_version")).all()
        yield connection


def tables_of(connection: Connection) -> list[Table]:
    """The desk's tables as they stand in this database, those that others refer to first."""
    there = set(inspect(connection).get_table_names())
    names = [
        table.name
        for table in db.metadata.sorted_tables
        if table.name in there and table.name not in LEFT_OUT
    ]
    found = MetaData()
    with warnings.catch_warnings():
        # A raw message and a message name each other; the loading bears it.
        warnings.simplefilter("ignore", SAWarning)
        found.reflect(connection, only=names, resolve_fks=False)
    return [found.tables[name] for name in names]


def write_table(
    connection: Connection, table: Table, folder: Path, note_file: Callable[[str], None]
) -> TablePart:
    """Write one table as lines; `note_file` is told each digest that a row names."""
    kinds = [kind_of(column.type) for column in table.columns]
    digest, rows = hashlib.sha256(), 0
    ordered = select(table).order_by(*table.primary_key.columns)
    named_at = _file_column(table)
    with gzip.open(folder / f"{table.name}.jsonl.gz", "wb", compresslevel=5) as file:
        for row in connection.execution_options(yield_per=TOGETHER).execute(ordered):
            line = line_of(row, kinds)
            digest.update(line)
            file.write(line)
            rows += 1
            if named_at is not None and row[named_at]:
                note_file(row[named_at])
    return TablePart(table.name, rows, list(table.columns.keys()), digest.hexdigest())


def check_part(folder: Path, part: TablePart) -> None:
    """Read a table's lines once and hold them against the manifest. Raises NotABackup."""
    digest, rows = hashlib.sha256(), 0
    try:
        with gzip.open(folder / f"{part.name}.jsonl.gz", "rb") as file:
            for line in file:
                digest.update(line)
                rows += 1
    except (OSError, EOFError) as unreadable:
        raise NotABackup(
            f"The table {part.name} of the backup cannot be read: {unreadable}.",
            "Use another backup.",
        ) from None
    if digest.hexdigest() != part.digest or rows != part.rows:
        raise NotABackup(
            f"The table {part.name} was changed after the backup was made.", "Use another backup."
        )


def load(
    parts: Sequence[TablePart],
    folder: Path,
    say: Callable[[str], None],
    settings: Mapping[str, Any],
) -> None:
    """Put all tables into the empty database of this form, in one transaction; `settings` are set in it as well."""
    with db.engine.execution_options(desk_writes=True).begin() as connection:
        tables = {table.name: table for table in tables_of(connection)}
        with _free_of_references(connection, tables.values()):
            for part in parts:
                table = tables.get(part.name)
                if table is None or set(part.columns) != set(table.columns.keys()):
                    raise NotABackup(
                        f"The table {part.name} of the backup has another form than its step says.",
                        "Use another backup.",
                    )
                try:
                    _load_table(connection, table, part, folder)
                except (ValueError, TypeError, DataError, IntegrityError) as unfit:
                    raise _refuse_unfit(part, unfit) from unfit
                say(f"  {part.name}: {part.rows:,} rows")
            _set(connection, tables["setting"], settings)
        _count_on(connection, tables.values())


def _set(connection: Connection, table: Table, settings: Mapping[str, Any]) -> None:
    connection.execute(table.delete().where(table.c.key.in_(list(settings))))
    at = _fitted([clock.now()], [table.c.changed_at])[0]
    for key, value in settings.items():
        connection.execute(table.insert().values(key=key, value=value, changed_at=at))


def _load_table(connection: Connection, table: Table, part: TablePart, folder: Path) -> None:
    columns: list[Column[Any]] = [table.columns[name] for name in part.columns]
    kinds = [kind_of(column.type) for column in columns]
    for column in columns:
        if isinstance(column.type, JSON):
            column.type.none_as_null = True
    with gzip.open(folder / f"{part.name}.jsonl.gz", "rb") as file:
        while lines := list(islice(file, TOGETHER)):
            rows = [
                dict(zip(part.columns, _fitted(row_of(line, kinds), columns), strict=True))
                for line in lines
            ]
            connection.execute(table.insert(), rows)


def _refuse_unfit(part: TablePart, unfit: Exception) -> NotABackup:
    first = str(unfit).splitlines()[0] if str(unfit) else type(unfit).__name__
    return NotABackup(
        f"The table {part.name} holds rows that do not fit: {first}.", "Use another backup."
    )


def _fitted(values: list[Any], columns: Sequence[Column[Any]]) -> list[Any]:
    """Instants as this database takes them: SQLite's column knows no zone, so it is given UTC without one."""
    return [
        value.astimezone(UTC).replace(tzinfo=None)
        if value is not None and isinstance(column.type, DateTime) and not column.type.timezone
        else value
        for value, column in zip(values, columns, strict=True)
    ]


@contextmanager
def _free_of_references(connection: Connection, tables: Iterable[Table]) -> Iterator[None]:
    """Rows may name rows that come later; every reference is checked at the end, before the commit."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        return
    references = [
        constraint
        for table in tables
        for constraint in table.constraints
        if isinstance(constraint, ForeignKeyConstraint)
    ]
    for constraint in references:
        connection.execute(DropConstraint(constraint))
    yield
    for constraint in references:
        connection.execute(AddConstraint(constraint))


def _count_on(connection: Connection, tables: Iterable[Table]) -> None:
    """Let PostgreSQL's sequences go on after the highest id; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        if "id" not in table.columns or not _has_sequence(connection, table):
            continue
        highest = connection.scalar(
            select(table.columns["id"]).order_by(table.c.id.desc()).limit(1)
        )
        if highest is not None:
            connection.execute(
                text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :highest)"),
                {"name": table.name, "highest": highest},
            )


def _has_sequence(connection: Connection, table: Table) -> bool:
    found = connection.scalar(
        text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name}
    )
    return found is not None


def _file_column(table: Table) -> int | None:
    name = FILE_COLUMNS.get(table.name)
    return list(table.columns.keys()).index(name) if name is not None else None
