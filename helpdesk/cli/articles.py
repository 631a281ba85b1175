"""`desk articles`: articles as files of Markdown, out and in."""

from __future__ import annotations

from pathlib import Path

import click

from helpdesk.cli.main import fail, say, with_app
from helpdesk.core.errors import DomainError
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.knowledge import exchange, pages


@click.group()
def articles() -> None:
    """Articles as files of Markdown."""


@articles.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@with_app
def export_articles(folder: Path) -> None:
    """Write every published text into FOLDER."""
    say(f"{exchange.give_out(folder)} texts written.")


@articles.command("import")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--publish", is_flag=True, help="Publish at once; without it all becomes drafts.")
@with_app
def import_articles(folder: Path, publish: bool) -> None:
    """Read the texts in FOLDER; an article that is known by its name is changed."""
    try:
        with unit_of_work():
            taken = exchange.take_in(pages.read_folder(folder), published=publish)
    except DomainError as error:
        fail(error.title, error.advice)
    say(f"{taken.new} new, {taken.changed} changed, {taken.same} as they were.")


COMMANDS = (articles,)
