"""A database that confirms what is not on its disk is named (P44)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from helpdesk.checking import machine
from helpdesk.core.db import db as database
from helpdesk.core.db import is_postgresql


@pytest.fixture
def careless(app: Flask) -> Iterator[None]:
    """A database whose new connections are told to confirm what is not on the disk."""
    engine = database.engine

    def weaken(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(
            "SET synchronous_commit = off" if is_postgresql() else "PRAGMA synchronous = 1"
        )
        cursor.close()

    database.session.remove()
    engine.dispose()
    event.listen(engine, "connect", weaken)
    yield
    event.remove(engine, "connect", weaken)
    database.session.remove()
    engine.dispose()


def test_a_database_that_may_lose_what_it_confirmed_is_named(careless: None) -> None:
    found = machine.check_durability()
    assert not found.is_well
    assert "synchronous" in found.what
