"""`desk init` and `desk demo`: making the database, and filling it with a council."""

from __future__ import annotations

import click
from sqlalchemy import func, select

from helpdesk import migrating
from helpdesk.cli.main import fail, say, with_app
from helpdesk.core.db import db
from helpdesk.demo.loading import load_demo
from helpdesk.people.models import Person


@click.command()
@with_app
def init() -> None:
    """Make the database, or bring it to the form of this version.

    Safe to call at every start: it does nothing when there is nothing to do.
    """
    before = migrating.standing()
    if migrating.is_current():
        say(f"The database is up to date (step {before}).")
        return
    migrating.upgrade()
    say(f"The database went from {before or 'empty'} to step {migrating.standing()}.")
    if not db.session.scalar(select(func.count()).select_from(Person)):
        say("Make a first administrator now:  desk user add --admin NAME ADDRESS")


@click.command()
@with_app
def demo() -> None:
    """Fill an empty desk with a believable council: groups, agents and 200 tickets."""
    if not migrating.is_current():
        fail("The database is not up to date.", "Call `desk init` first.")
    summary = load_demo(say)
    say(str(summary))


COMMANDS = (init, demo)
