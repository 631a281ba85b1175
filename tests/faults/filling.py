"""Disks that are full: the one of the database, and the one of the files."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from helpdesk.core import files
from helpdesk.core.db import db, is_postgresql

# PostgreSQL says it in its own words and under its own number, class 53 of the standard's codes.
_SAY = """
CREATE OR REPLACE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE = 'could not extend file: No space left on device'; END $$
"""
_numbers = itertools.count(1)


class FullDisk:
    """What a test fills, and empties again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    @contextmanager
    def of_rows(self) -> Iterator[None]:
        """Inside, the database takes no new row."""
        db.session.remove()
        with postgres_is_full() if is_postgresql() else sqlite_is_full():
            yield
        db.session.remove()

    @contextmanager
    def of_files(self) -> Iterator[None]:
        """Inside, the system refuses to write a file, as it does on a full disk."""
        with self._monkeypatch.context() as patch:
            patch.setattr(files.tempfile, "mkstemp", _on_a_full_disk)
            yield


def _on_a_full_disk(dir: Any) -> tuple[int, str]:
    # A device of the system's own that answers every write with ENOSPC.
    return os.open("/dev/full", os.O_WRONLY), os.path.join(dir, "never-there")


@contextmanager
def postgres_is_full() -> Iterator[None]:
    names = [table.name for table in db.metadata.sorted_tables]
    with db.engine.begin() as connection:
        connection.execute(text(_SAY))
        for name in names:
            connection.execute(
                text(
                    f'CREATE TRIGGER full_disk BEFORE INSERT ON "{name}" EXECUTE FUNCTION disk_is_full()'
                )
            )
    try:
        yield
    finally:
        db.session.remove()
        with db.engine.begin() as connection:
            connection.execute(text("DROP FUNCTION disk_is_full() CASCADE"))


@contextmanager
def sqlite_is_full() -> Iterator[None]:
    """No page can be added, and those that lay idle are used up."""
    engine = db.engine

    def limit(connection: Any, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    engine.dispose()
    event.listen(engine, "connect", limit)
    fill_up()
    try:
        yield
    finally:
        event.remove(engine, "connect", limit)
        db.session.remove()
        engine.dispose()
        with engine.execution_options(desk_writes=True).begin() as connection:
            connection.execute(text("DELETE FROM setting WHERE key LIKE 'filler%'"))
            connection.execute(text("DELETE FROM schedule_slot WHERE job = 'filler'"))


def fill_up() -> None:
    """Large rows until none fits, then smaller ones; turns of the schedule last, since they are the smallest."""
    setting = "INSERT INTO setting (key, value, changed_at) VALUES (:name, :value, :at)"
    slot = "INSERT INTO schedule_slot (job, slot, taken_at) VALUES ('filler', :number, :at)"
    for statement, size in ((setting, 200_000), (setting, 20_000), (setting, 3_000), (slot, 0)):
        while inserted(statement, next(_numbers), size):
            pass


def inserted(statement: str, number: int, size: int) -> bool:
    """Whether one more row found room."""
    values = {
        "name": f"filler{number}",
        "number": number,
        "value": f'"{"x" * size}"',
        "at": "2020-01-01 10:00:00.000000",
    }
    named = {name: value for name, value in values.items() if f":{name}" in statement}
    try:
        with db.engine.execution_options(desk_writes=True).begin() as connection:
            connection.execute(text(statement), named)
    except OperationalError as error:
        if "full" not in str(error.orig):
            raise
        return False
    return True


@pytest.fixture
def full_disk(app: Any, monkeypatch: pytest.MonkeyPatch) -> FullDisk:
    """Disks that can be filled."""
    return FullDisk(monkeypatch)
