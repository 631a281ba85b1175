"""`desk`: the group of commands, and how settings and errors are shown to a person at a terminal."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar

import click
from flask import Flask
from sqlalchemy.exc import OperationalError

from config import BadSetting, Config
from helpdesk.app import create_app
from helpdesk.cli.logs import set_up_logs
from helpdesk.core.errors import DomainError

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="commondesk", prog_name="desk")
@click.option(
    "--log-level", default="WARNING", show_default=True, help="DEBUG, INFO, WARNING or ERROR."
)
def desk(log_level: str) -> None:
    """Commondesk, the service desk.

    Settings come from the environment (DESK_DATABASE_URL, DESK_DATA_DIR, ...); docs/operators.md lists them. Without any,
    this is the embedded desk: everything in the folder `var`, no server needed. `desk run` starts it.
    """
    set_up_logs(log_level)


def main() -> None:
    """The console script; ends with 0 when all is well, 1 when not, 2 when it was called wrongly."""
    _add_commands()
    try:
        desk(prog_name="desk")
    except (BadSetting, DomainError) as error:
        fail(str(error), getattr(error, "advice", ""))
    except OperationalError as error:
        fail(
            f"The database does not answer: {str(error.orig).strip().splitlines()[0]}",
            "Check DESK_DATABASE_URL, that its server runs, and `desk init` was done.",
        )


def _add_commands() -> None:
    """Import every part only now, since each of them imports this module."""
    from helpdesk.cli import (
        articles,
        backups,
        checks,
        configuring,
        jobs,
        mail,
        quarantine,
        rules,
        running,
        searching,
        service_levels,
        setting_up,
        users,
    )

    for part in (
        running,
        setting_up,
        mail,
        users,
        checks,
        searching,
        backups,
        jobs,
        quarantine,
        configuring,
        rules,
        service_levels,
        articles,
    ):
        for command in part.COMMANDS:
            desk.add_command(command)


def fail(what: str, advice: str = "") -> None:
    """Say what is wrong and what to do, and end with 1."""
    click.secho(what, fg="red", err=True)
    if advice:
        click.echo(advice, err=True)
    sys.exit(1)


def say(text: str) -> None:
    """A line of progress."""
    click.echo(text)
    sys.stdout.flush()


def make_app(config: Config | None = None) -> Flask:
    """The desk, from the settings of the environment."""
    config = config or Config.from_environment()
    config.data_dir.mkdir(parents=True, exist_ok=True)
    app = create_app(config.flask_settings())
    # As in `wsgi.py`: what was loaded so far stays.
    gc.freeze()
    return app


def with_app(command: Command) -> Command:
    """Run a command inside the application."""

    def wrapped(*args: Any, **named: Any) -> Any:
        with make_app().app_context():
            return command(*args, **named)

    return update_wrapper(wrapped, command)  # type: ignore[return-value]  # The same call, seen from outside.


log = logging.getLogger("helpdesk")
