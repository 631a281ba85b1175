"""folded(): a text in the database without regard to capitals and accents, as `workflows.text_match.fold` makes it."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Engine, String
from sqlalchemy import event as sa_event
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from workflows.text_match import fold


class folded(FunctionElement[str]):  # noqa: N801 - a function of SQL, named like the others of SQLAlchemy
    """The folded text of an expression."""

    name = "folded"
    type = String()
    inherit_cache = True


@compiles(folded, "sqlite")
def _on_sqlite(element: folded, compiler: Any, **options: Any) -> str:
    return f"desk_fold({compiler.process(element.clauses, **options)})"


@compiles(folded, "postgresql")
def _on_postgresql(element: folded, compiler: Any, **options: Any) -> str:
    held = compiler.process(element.clauses, **options)
    plain = f"regexp_replace(normalize(lower({held}), NFKD), '[\\u0300-\\u036f]+', '', 'g')"
    return f'(lower({plain}) COLLATE "C")'


@sa_event.listens_for(Engine, "connect")
def teach_sqlite(connection: Any, _record: Any) -> None:
    """Give SQLite the function by which texts are folded."""
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("desk_fold", 1, _fold_held, deterministic=True)


def _fold_held(value: object) -> str | None:
    return None if value is None else fold(str(value))
