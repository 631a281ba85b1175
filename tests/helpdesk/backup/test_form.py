"""Lines of a backup: whatever a column of the desk can hold comes back as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import MetaData

from helpdesk.backup.form import kind_of, line_of, row_of
from helpdesk.core.db import db

SAMPLES: dict[type, Any] = {
    int: 7,
    str: "Höhe\n\u2028",
    bool: True,
    float: 0.25,
    bytes: b"\x00\xff",
    dict: {"b": [1, None], "a": "x"},
    datetime: datetime(2026, 3, 29, 0, 59, 59, 999999, tzinfo=UTC),
    date: date(2024, 2, 29),
}


def test_every_kind_of_column_that_the_desk_has_is_written_and_read(app: Flask) -> None:
    seen = set()
    there = MetaData()
    there.reflect(bind=db.engine)
    for table in there.sorted_tables:
        for column in table.columns:
            kind = kind_of(column.type)
            value = {"json": SAMPLES[dict]}.get(kind, SAMPLES.get(column.type.python_type))
            if value is None:
                # Words of a list are written as words.
                value = "word"
            seen.add((kind, type(value)))
            assert row_of(line_of([value, None], [kind, kind]), [kind, kind]) == [value, None], (
                f"{table.name}.{column.name}"
            )
    assert {("day", date), ("instant", datetime), ("json", dict), ("bytes", bytes)} <= seen


@pytest.mark.parametrize(("kind", "written"), [("day", "2024-02-30"), ("instant", "yesterday")])
def test_what_cannot_be_one_is_refused(kind: str, written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        row_of(f'["{written}"]'.encode(), [kind])
