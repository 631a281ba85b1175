"""`desk search`: the index."""

from __future__ import annotations

import click

from helpdesk.cli.main import fail, say, with_app
from helpdesk.search import indexing


@click.group()
def search() -> None:
    """The search index: how it stands, make it anew, merge it."""


@search.command()
@with_app
def health() -> None:
    """Say how the index stands; ends with 1 when it does not work."""
    standing = indexing.health()
    if not standing.works:
        fail("The search index does not work.", standing.advice or "Call `desk search rebuild`.")
    say(
        f"The search index works and holds {standing.documents:,} documents. {standing.advice}".rstrip()
    )


@search.command()
@with_app
def rebuild() -> None:
    """Make the index anew from the database; the desk goes on meanwhile."""
    indexing.rebuild(say)
    say("The search index is new.")


@search.command()
@with_app
def optimise() -> None:
    """Merge the parts of the index, as is done every night."""
    indexing.optimise()
    say("The search index is merged.")


COMMANDS = (search,)
