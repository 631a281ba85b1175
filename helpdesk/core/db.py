"""The database handle, the column types of the house, and how SQLite is set up."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    String,
    TypeDecorator,
)
from sqlalchemy import event as sa_event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry
from sqlalchemy.pool import ConnectionPoolEntry, Pool, PoolProxiedConnection

# Constraints have names of a fixed form, so that a migration can drop them on every database.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: aware and in UTC on the Python side, whatever the database keeps.

    A naive datetime is refused, since it does not say which instant it means.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A naive datetime does not say which instant it means.")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[str]):
    """A word of a set that administrators add to, such as a state: plain text, also where a `StrEnum` was given."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)


BigKey = BigInteger().with_variant(Integer, "sqlite")
JsonColumn = JSON().with_variant(JSONB, "postgresql")

primary_key = Annotated[int, mapped_column(BigKey, primary_key=True, autoincrement=True)]


def values_of(kind: type[StrEnum]) -> list[str]:
    """What the database keeps of an enumeration: its values, as plain strings."""
    return [member.value for member in kind]


Closed = Enum(
    StrEnum, native_enum=False, create_constraint=False, length=30, values_callable=values_of
)


class Base(DeclarativeBase):
    """The declarative base of every table."""

    # Given as a registry, since Flask-SQLAlchemy makes a second base out of this one's attributes.
    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={
            StrEnum: Closed,
            datetime: UTCDateTime,
            dict[str, Any]: JsonColumn,
            list[Any]: JsonColumn,
        },
    )


# A connection that was used less long ago is taken to be alive.
MOST_REST_SECONDS = 2.0
_RESTS_SINCE = "desk_rests_since"

# Objects stay readable after a commit; `unit_of_work` expires them when the next unit begins.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

# Flask-SQLAlchemy makes `db.Model` while running, which a strict type checker cannot subclass.
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


@sa_event.listens_for(Engine, "connect")
def set_up_sqlite(connection: Any, _record: Any) -> None:
    """Make SQLite durable and patient: WAL, a sync at every commit, foreign keys, a busy wait of 30 s."""
    if not isinstance(connection, sqlite3.Connection):
        return
    # The driver must not open transactions behind our back; `begin_on_sqlite` does it.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "cache_size=-16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


@sa_event.listens_for(Pool, "checkin")
def note_rest(_connection: Any, record: ConnectionPoolEntry) -> None:
    """Remember since when a connection rests."""
    record.info[_RESTS_SINCE] = time.monotonic()


@sa_event.listens_for(Pool, "checkout")
def try_after_rest(
    connection: Any, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
) -> None:
    """Try a connection that has rested for a while, since the server may have gone and come back meanwhile.

    To try each one before each use, as a pool can, took a twelfth of the time of filing a mail.
    """
    since = record.info.get(_RESTS_SINCE)
    if since is None or time.monotonic() - since < MOST_REST_SECONDS:
        return
    if isinstance(connection, sqlite3.Connection):
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.rollback()
    except connection_errors() as gone:
        raise DisconnectionError("The connection broke while it rested.") from gone


def connection_errors() -> tuple[type[Exception], ...]:
    """What PostgreSQL's driver raises when its connection is gone."""
    # Only a desk on PostgreSQL has the driver loaded.
    import psycopg

    return (psycopg.OperationalError, psycopg.InterfaceError)


@sa_event.listens_for(Engine, "begin")
def begin_on_sqlite(connection: Connection) -> None:
    """Take SQLite's write lock at the start of a unit of work, so that two writers wait and never fail half-way."""
    if connection.dialect.name != "sqlite":
        return
    writes = connection.get_execution_options().get("desk_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def is_postgresql() -> bool:
    """Whether this application's database is PostgreSQL; otherwise it is SQLite."""
    return db.engine.dialect.name == "postgresql"
