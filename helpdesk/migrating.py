"""Bringing the database to the form this version needs, and back."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from helpdesk.core.db import db

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def settings() -> Config:
    """Alembic's configuration; it has no file of its own."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def head() -> str:
    """The step that this version of the desk ends at."""
    return ScriptDirectory.from_config(settings()).get_current_head() or ""


def steps() -> set[str]:
    """Every step that this version knows."""
    return {step.revision for step in ScriptDirectory.from_config(settings()).walk_revisions()}


def standing() -> str | None:
    """The step the database stands at; None for an empty one."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current() -> bool:
    """Whether the database has the form this version needs."""
    return standing() == head()


def upgrade(to: str = "head") -> None:
    """Take the steps up that are missing, all or none."""
    with db.engine.execution_options(desk_writes=True).begin() as connection:
        config = settings()
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def downgrade(to: str) -> None:
    """Take steps down to the one named; "base" is an empty database."""
    with db.engine.execution_options(desk_writes=True).begin() as connection:
        config = settings()
        config.attributes["connection"] = connection
        command.downgrade(config, to)


def make(message: str, revision: str) -> None:
    """Write the step from the database's present form to that of the models."""
    with db.engine.connect() as connection:
        config = settings()
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True, rev_id=revision)
