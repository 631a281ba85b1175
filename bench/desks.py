"""Desks to measure on: a database of its own, and an application on it."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from config import Config
from helpdesk import migrating
from helpdesk.app import create_app
from helpdesk.core.db import db, is_postgresql
from tests.servers.postgres import (
    create_database,
    start_cluster,
    start_kept_cluster,
    unprivileged_user,
)
from tests.servers.processes import HOST, Keeper, private_directory

# As in production: what is committed is on the disk.
DURABLE = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "shared_buffers": "512MB",
    "max_connections": "100",
    "log_min_messages": "error",
    "random_page_cost": "1.1",
}


class Place:
    """Where databases of desks are made: for the time of the measurement, or in a folder that stays."""

    def __init__(self, url: Callable[[str], str], make: Callable[[str], None], kept: Path | None):
        self._url = url
        self._make = make
        self._kept = kept

    def __call__(self, name: str) -> str:
        """The URL of a fresh database."""
        self._make(name)
        return self._url(name)

    @contextmanager
    def filled(self, name: str, search: str, fill: Callable[[], None]) -> Iterator[Flask]:
        """A desk as `fill` leaves it; where desks are kept it is filled once, and brought to today's tables after."""
        if self._kept is None:
            with tempfile.TemporaryDirectory() as folder:
                yield _filled(make_desk(self(name), Path(folder), search), fill)
            return
        folder, done = self._kept / name, self._kept / f"{name}.filled"
        folder.mkdir(exist_ok=True)
        if done.exists():
            yield make_desk(self._url(name), folder, search)
            return
        yield _filled(make_desk(self(name), folder, search), fill, done)


def _filled(app: Flask, fill: Callable[[], None], done: Path | None = None) -> Flask:
    with app.app_context():
        fill()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # As autovacuum leaves a desk that has stood for a while.
            connection.execute(text("VACUUM ANALYZE" if is_postgresql() else "ANALYZE"))
    if done is not None:
        done.touch()
    return app


@contextmanager
def postgres(kept: Path | None = None) -> Iterator[Place]:
    """A cluster that runs for the time of the measurement; its data may stay in `kept`."""
    keeper = Keeper()
    owner = unprivileged_user()
    if kept is None:
        server = start_cluster(
            keeper, private_directory(keeper, "bench", owner=owner), owner, DURABLE
        )
    else:
        kept = kept / "postgres"
        server = start_kept_cluster(keeper, _owned(kept / "cluster", owner), owner, DURABLE)

    def make(name: str) -> None:
        create_database(server.url("postgres"), name)

    try:
        yield Place(server.url, make, kept)
    finally:
        server.stop()
        keeper.close()


def _owned(directory: Path, owner: int | None) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    if owner is not None:
        os.chown(directory, owner, -1)
    return directory


@contextmanager
def sqlite(kept: Path | None = None) -> Iterator[Place]:
    """A folder for the time of the measurement, or the one in which desks are kept."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) if kept is None else kept / "sqlite"
        folder.mkdir(parents=True, exist_ok=True)

        def make(name: str) -> None:
            for old in folder.glob(f"{name}.sqlite3*"):
                old.unlink()

        yield Place(
            lambda name: f"sqlite:///{folder / name}.sqlite3", make, folder if kept else None
        )


def environment(url: str, data_dir: Path, search: str = "database") -> dict[str, str]:
    """The settings of a desk that is measured, as environment variables."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("DESK_")},
        "DESK_DATABASE_URL": url,
        "DESK_DATA_DIR": str(data_dir),
        "DESK_SECRET_KEY": "measured and thrown away",
        "DESK_BASE_URL": "http://localhost",
        "DESK_SEARCH_BACKEND": search,
        "DESK_SMTP_LISTEN": "127.0.0.1:0",
    }


def make_desk(url: str, data_dir: Path, search: str = "database") -> Flask:
    """An application on a fresh database."""
    app = create_app(Config.from_environment(environment(url, data_dir, search)).flask_settings())
    with app.app_context():
        migrating.upgrade()
    # As every process of a desk does once it has started.
    gc.freeze()
    return app
