"""What every test stands on: the application on a real database, emptied for each test, and a stopped clock.

DESK_TEST_BACKEND chooses the run: "sqlite" settles the outbox in this process, "postgres" through RQ on Redis.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from cryptography.fernet import Fernet
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import text

from helpdesk import migrating
from helpdesk.app import create_app
from helpdesk.core import clock as desk_clock
from helpdesk.core import remembering
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db as database
from helpdesk.people import passwords
from tests.cast import Cast, make_cast
from tests.ids import begin_ids, count_all, counted_on
from tests.pages import PageClient, only_the_database
from tests.servers import PLUGINS
from tests.settling import settle_everything

pytest_plugins = PLUGINS

BACKEND = os.environ.get("DESK_TEST_BACKEND", "sqlite")

# What asks the database is known by its fixtures; these ask for one while they run.
ASKS_BY_ITSELF = ("test_migrations.py",)

# A Monday in winter, ten o'clock in London and in UTC alike.
MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what another run has tested, if DESK_TEST_ONLY says that this one is about the database."""
    if not only_the_database():
        return
    here = Path(__file__).parent
    left_out = [item for item in items if is_seen_once(item, item.path.relative_to(here))]
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]


def is_seen_once(item: pytest.Item, path: Path) -> bool:
    """Whether a test says the same on every database: it asks none, or looks at how pages are drawn."""
    if path.name.startswith("test_no_barriers"):
        return True
    asks = "database_url" in getattr(item, "fixturenames", ())
    return not asks and path.name not in ASKS_BY_ITSELF


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest, home: Path) -> str:
    if BACKEND == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return f"sqlite:///{home / 'desk.sqlite3'}"


@pytest.fixture(scope="session")
def settings(
    request: pytest.FixtureRequest,
    database_url: str,
    home: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """Settings as `Config.flask_settings()` gives them, for this run's database."""
    redis_url = request.getfixturevalue("redis_url") if BACKEND == "postgres" else None
    (home / "data").mkdir()
    return {
        "TESTING": True,
        "SECRET_KEY": "a key for the tests only, and long enough",
        "SQLALCHEMY_DATABASE_URI": database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_size": 20, "max_overflow": 20},
        "DESK_DATA_DIR": home / "data",
        "DESK_REDIS_URL": redis_url,
        "DESK_VAULT_KEY": Fernet.generate_key().decode(),
        "DESK_BASE_URL": "http://desk.example",
        "DESK_ALLOWED_HOSTS": ("localhost", "127.0.0.1"),
        "DESK_PROXIES": 0,
        "DESK_MAIL_DOMAIN": "desk.example",
        "DESK_SMTP_URL": None,
        "DESK_SMTP_LISTEN": "127.0.0.1:0",
        "DESK_LIVE_LISTEN": "127.0.0.1:0",
        "DESK_LIVE_URL": "",
        "DESK_SEARCH_BACKEND": "database",
        "DESK_S3_BUCKET": None,
        "DESK_S3_ENDPOINT": None,
        "DESK_NAME": "Borough desk",
        "DESK_OPERATOR": "",
        "DESK_ALARM_SMTP_URL": None,
        "DESK_BACKUP_DIR": tmp_path_factory.mktemp("backups"),
        "DESK_BACKUP_KEEP": 7,
    }


@pytest.fixture(scope="session")
def application(settings: dict[str, Any]) -> Iterator[Flask]:
    """The desk, on a database made by the real migrations; one for the whole run."""
    made = create_app(settings)
    # What one worker made of a template serves all; a changed template has another digest.
    compiled = Path(__file__).parents[1] / ".build" / "compiled"
    compiled.mkdir(parents=True, exist_ok=True)
    made.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled))
    with made.app_context(), counted_on():
        migrating.upgrade()
        with database.engine.execution_options(desk_writes=True).begin() as connection:
            count_all(connection)
    yield made
    with made.app_context():
        database.engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Passwords cost what they must in `test_passwords`; elsewhere a test signs in at once."""
    patch = pytest.MonkeyPatch()
    patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield
    patch.undo()


@pytest.fixture
def clock() -> Iterator[StoppedClock]:
    """A clock that stands at ten on a Monday until a test moves it."""
    stopped = StoppedClock(MONDAY)
    with desk_clock.use(stopped):
        yield stopped


@pytest.fixture
def app(application: Flask, clock: StoppedClock) -> Iterator[Flask]:
    """The desk with an empty database, inside its application context."""
    with application.app_context():
        empty_database()
        yield application
        database.session.remove()
        wait_for_helpers()


@pytest.fixture
def db(app: Flask) -> Any:
    """The database handle; every table is empty."""
    return database


@pytest.fixture
def cast(app: Flask) -> Cast:
    """The people of the tests: Ada asks, Ben answers, Cleo leads, Dan must be refused, Eve administers."""
    return make_cast()


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A browser that checks every page it is given."""
    return PageClient(app)


@pytest.fixture
def settle(app: Flask) -> Callable[[], None]:
    """Runs all that is owed now, by the runner of this run: in this process, or through RQ."""
    return lambda: settle_everything(app)


@pytest.fixture
def data_dir(app: Flask) -> Path:
    return Path(app.config["DESK_DATA_DIR"])


def wait_for_helpers() -> None:
    """Wait until what a job began beside itself is over, so that it reads nothing of the next test."""
    for thread in threading.enumerate():
        if thread.name == "backup" or thread.name.startswith("what-if-"):
            thread.join(60)


def empty_database() -> None:
    """Delete every row, children first; quicker than making the tables again."""
    remembering.forget_all()
    with database.engine.execution_options(desk_writes=True).begin() as connection:
        on_postgres = connection.dialect.name == "postgresql"
        # To empty a table costs something whether it holds anything or not, and a test fills few of them.
        filled = connection.execute(text(which_are_filled())).scalars().all()
        if on_postgres:
            # No key is looked at: what it points to goes as well.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        for name in filled:
            connection.execute(text(f'DELETE FROM "{name}"'))
        begin_ids(connection)


@cache
def which_are_filled() -> str:
    """The question which tables hold anything, children first."""
    return " UNION ALL ".join(
        f"SELECT '{table.name}' WHERE EXISTS (SELECT 1 FROM \"{table.name}\")"
        for table in reversed(database.metadata.sorted_tables)
    )
