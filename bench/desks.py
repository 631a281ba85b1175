"""Desks to measure on: a database of its own, and an application on it."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from config import Config
from helpdesk import migrating
from helpdesk.app import create_app
from tests.servers.postgres import create_database, start_cluster, unprivileged_user
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


@contextmanager
def postgres() -> Iterator[Any]:
    """A cluster for the time of the measurement; gives a function from a name to a fresh database's URL."""
    keeper = Keeper()
    owner = unprivileged_user()
    directory = private_directory(keeper, "bench", owner=owner)
    server = start_cluster(keeper, directory, owner, DURABLE)

    def fresh(name: str) -> str:
        create_database(server.url("postgres"), name)
        return server.url(name)

    try:
        yield fresh
    finally:
        server.stop()
        keeper.close()


@contextmanager
def sqlite() -> Iterator[Any]:
    """A folder for the time of the measurement; gives a function from a name to a fresh database's URL."""
    with tempfile.TemporaryDirectory() as folder:
        yield lambda name: f"sqlite:///{Path(folder) / name}.sqlite3"


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
