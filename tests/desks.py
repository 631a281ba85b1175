"""A second desk on an empty database of its own: the machine that a backup is restored on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from helpdesk.app import create_app
from helpdesk.core.db import db
from tests.servers.postgres import create_database, drop_database


@pytest.fixture
def empty_desk(
    app: Flask, request: pytest.FixtureRequest, settings: dict[str, Any], tmp_path: Path
) -> Iterator[Callable[..., Flask]]:
    """Makes empty desks with the settings of the first one, each on a new database."""
    made: list[Flask] = []
    databases: list[str] = []

    def make(kind: str | None = None, **other: Any) -> Flask:
        folder = tmp_path / f"desk{len(made)}"
        folder.mkdir()
        if (kind or os.environ.get("DESK_TEST_BACKEND")) == "postgres":
            server = request.getfixturevalue("postgres_server")
            databases.append(f"desk_of_{tmp_path.name}_{len(made)}".lower()[:60])
            create_database(server.url("postgres"), databases[-1])
            url = server.url(databases[-1])
        else:
            url = f"sqlite:///{folder / 'desk.sqlite3'}"
        desk = create_app(
            {**settings, "SQLALCHEMY_DATABASE_URI": url, "DESK_DATA_DIR": folder, **other}
        )
        made.append(desk)
        return desk

    yield make
    for desk in made:
        with desk.app_context():
            db.session.remove()
            db.engine.dispose()
    for name in databases:
        drop_database(request.getfixturevalue("postgres_server").url("postgres"), name)
