"""`desk jobs`: work that was given up, and trying it again."""

from __future__ import annotations

import click

from helpdesk.cli.main import fail, say, with_app
from helpdesk.core.given_up import given_up, try_again
from helpdesk.core.unit_of_work import unit_of_work


@click.command()
@click.option("--again", "ids", multiple=True, type=int, help="Try this one again; repeatable.")
@click.option("--all-again", is_flag=True, help="Try all again.")
@with_app
def jobs(ids: tuple[int, ...], all_again: bool) -> None:
    """List the work that was given up, with its last error; or have it tried again."""
    if ids or all_again:
        with unit_of_work():
            count = try_again(None if all_again else ids)
        if not count:
            fail("None of these was given up.", "`desk jobs` lists what was.")
        say(f"{count} jobs are tried again by the running desk.")
        return
    found = given_up()
    for entry in found:
        error = entry.last_error.strip().splitlines()
        say(f"{entry.id:8}  {entry.created_at:%Y-%m-%d %H:%M}  {entry.job} {entry.subject_id}")
        say(f"          {error[-1] if error else 'no error was noted'}")
    say(
        "Call `desk jobs --all-again` when the cause is mended."
        if found
        else "No work was given up."
    )


COMMANDS = (jobs,)
