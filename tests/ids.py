"""Where a test's ids begin: somewhere else for each test, and for one test always at the same.

A test that hangs on the form of a number, or takes the id of one table for that of another, fails each time and not by
chance. DESK_TEST_FIRST_ID=9990 lets every test begin there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zlib import crc32

from sqlalchemy import Connection, Table, event, text

from helpdesk.tickets.models import FIRST_NUMBER

# A few rows before another digit, and where nothing is near.
BEGINNINGS = (1, 8, 97, 996, 9_996, 54_321, 99_996, 999_997)

ON_SQLITE = """
    UPDATE sqlite_sequence
    SET seq = CASE name WHEN 'ticket' THEN :ticket ELSE :first + length(name) % 5 END - 1
"""
LISTED_ON_SQLITE = """
    INSERT INTO sqlite_sequence (name, seq)
    SELECT name, 0 FROM sqlite_master AS made
    WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'
    AND NOT EXISTS (SELECT 1 FROM sqlite_sequence AS counted WHERE counted.name = made.name)
"""
ON_POSTGRES = """
    SELECT setval(
        oid, CASE relname WHEN 'ticket_id_seq' THEN :ticket ELSE :first + length(relname) % 5 END, false
    )
    FROM pg_class WHERE relkind = 'S' AND relnamespace = current_schema()::regnamespace
"""


@contextmanager
def counted_on() -> Iterator[None]:
    """Let SQLite count the ids of every table it makes meanwhile, as PostgreSQL does; else each begins at 1."""

    def count(table: Table, *_: Any, **__: Any) -> None:
        if [str(column.type) for column in table.primary_key] == ["BIGINT"]:
            table.dialect_options["sqlite"]["autoincrement"] = True

    event.listen(Table, "before_create", count)
    try:
        yield
    finally:
        event.remove(Table, "before_create", count)


def begin_ids(connection: Connection) -> None:
    """Let every table's next id be where this test begins; the tables are empty.

    Tables begin a little apart: the id of one is seldom that of another.
    """
    on = ON_POSTGRES if connection.dialect.name == "postgresql" else ON_SQLITE
    first = first_id()
    # A ticket's number is what people see of its id.
    ticket = max(first - FIRST_NUMBER, 1)
    connection.execute(text(on), {"first": first, "ticket": ticket})


def first_id() -> int:
    named = os.environ.get("DESK_TEST_FIRST_ID")
    if named:
        return int(named)
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
    return BEGINNINGS[crc32(test.encode()) % len(BEGINNINGS)]


def count_all(connection: Connection) -> None:
    """Give every table of SQLite a place in its list of counts, which it takes only with its first row."""
    if connection.dialect.name == "sqlite":
        connection.execute(text(LISTED_ON_SQLITE))
