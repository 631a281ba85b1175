"""The steps of the database: one line of them, up and down, ending where the models are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask

from helpdesk import migrating
from helpdesk.core.db import db
from tests.conftest import BACKEND
from tests.servers.postgres import create_database

STEPS = Path(migrating.FOLDER) / "versions"


@pytest.fixture
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database with nothing in it."""
    if BACKEND == "postgres":
        server = request.getfixturevalue("postgres_server")
        create_database(server.url("postgres"), "steps")
        url = server.url("steps")
    else:
        url = f"sqlite:///{tmp_path / 'steps.sqlite3'}"
    app = Flask("steps")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_an_empty_database_goes_to_the_head_and_back(empty: Flask) -> None:
    migrating.upgrade()
    assert migrating.is_current()
    migrating.downgrade("base")
    assert migrating.standing() is None


def test_going_up_twice_changes_nothing(empty: Flask) -> None:
    migrating.upgrade()
    migrating.upgrade()
    assert migrating.is_current()


def test_the_head_is_what_the_models_say(empty: Flask) -> None:
    migrating.upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [
            one for one in compare_metadata(context, db.metadata) if not of_full_text(one)
        ]
    assert differences == []


def test_each_step_has_a_number_of_four_digits_and_follows_the_one_before() -> None:
    names = sorted(path.name for path in STEPS.glob("*.py"))
    numbers = [name[:4] for name in names]
    assert numbers == [f"{number:04d}" for number in range(1, len(names) + 1)]


def of_full_text(difference: Any) -> bool:
    """What `search.schema` builds stands in no model."""
    return "search_" in str(difference)
