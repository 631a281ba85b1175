"""Counting queries: a page's budget is a number of statements, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from helpdesk.core.db import db


@dataclass
class Counted:
    """The statements sent so far, without those that only begin or end a transaction."""

    statements: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.statements)


@contextmanager
def count_queries() -> Iterator[Counted]:
    counted = Counted()

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.split(" ", 1)[0] not in ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK"):
            counted.statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield counted
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
