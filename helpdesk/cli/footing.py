"""What a process says of the ground it stands on before it starts to work."""

from __future__ import annotations

import click
from flask import Flask
from sqlalchemy.exc import OperationalError

from helpdesk.checking.machine import check_durability
from helpdesk.core.db import db


def warn_when_weak(app: Flask) -> None:
    """Say so when the database may lose what it has confirmed (P44); the work goes on all the same.

    Leaves no connection open, since a web server forks after this. A database that is away is told of where it is needed.
    """
    with app.app_context():
        try:
            finding = check_durability()
        except OperationalError:
            return
        finally:
            db.session.remove()
            db.engine.dispose()
    if not finding.is_well:
        click.secho(finding.what, fg="yellow", err=True)
        click.echo(finding.advice, err=True)
