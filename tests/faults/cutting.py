"""A database that is cut off and comes back: PostgreSQL is ended and started, SQLite's file is taken away and put back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from helpdesk.core.db import db, is_postgresql
from tests.servers.postgres import OUTSIDE_SERVER, PostgresServer

STORED = ("", "-wal", "-shm")


class Cut:
    """The database of the tests, and a knife."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._engine = db.engine
        self._server: PostgresServer | None = None
        if is_postgresql():
            if os.environ.get(OUTSIDE_SERVER):
                pytest.skip("A server that is not ours is not stopped.")
            self._server = request.getfixturevalue("postgres_server")

    @contextmanager
    def away(self) -> Iterator[None]:
        """Inside, nobody reaches the database; afterwards it is there again with all it held.

        Nothing may be in use on SQLite, since a file that somebody has open cannot be taken from them.
        """
        with self._sqlite() if self._server is None else self._postgres(self._server):
            yield

    @contextmanager
    def _postgres(self, server: PostgresServer) -> Iterator[None]:
        # Connections that rest in the pool are cut as those in use are, and nobody tells it.
        server.kill()
        try:
            yield
        finally:
            server.start()

    @contextmanager
    def _sqlite(self) -> Iterator[None]:
        path = Path(make_url(str(self._engine.url)).database or "")
        self._engine.dispose()
        aside = path.with_name("aside")
        aside.mkdir()
        held = [Path(f"{path}{end}") for end in STORED if Path(f"{path}{end}").exists()]
        for one in held:
            one.rename(aside / one.name)
        path.mkdir()
        try:
            yield
        finally:
            self._engine.dispose()
            path.rmdir()
            for one in aside.iterdir():
                one.rename(path.parent / one.name)
            aside.rmdir()


@pytest.fixture
def cut(app: Any, request: pytest.FixtureRequest) -> Iterator[Cut]:
    """The knife; whoever comes after finds the database whole."""
    yield Cut(request)
    db.session.remove()
    db.engine.dispose()
