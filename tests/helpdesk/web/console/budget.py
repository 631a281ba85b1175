"""What tests of pages look at in the database: how many statements a page sends, and what it wrote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from helpdesk.core.db import db


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent inside the `with` block."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def look_again() -> None:
    """See what a page wrote in its own session: ours ends its reading and forgets what it knew."""
    db.session.rollback()
    db.session.expire_all()
