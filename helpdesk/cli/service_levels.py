"""`desk sla`: edits on their way, tickets from before, counting anew, and packs of clocks."""

from __future__ import annotations

import click

from helpdesk.cli.levels import sla
from helpdesk.cli.main import fail, say, with_app
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.sla import packs, recounting, spreading, sweeping
from helpdesk.sla.models import SlaSpread

CAUSE = "cli"


@sla.command()
@with_app
def status() -> None:
    """Say how far each edit has come, and whether something that fell due waits."""
    for row in reversed(spreading.spreads(limit=20)):
        say(line_of(row))
    since = sweeping.overdue_since()
    say(
        "Nothing that fell due waits."
        if since is None
        else f"Something fell due at {since:%Y-%m-%d %H:%M:%S} UTC and was not acted upon."
    )


@sla.command("catch-up")
@with_app
def catch_up() -> None:
    """Take the open tickets from before into the counting; goes on where it stopped."""
    with unit_of_work():
        row = spreading.order_catch_up(by=None)
    carry_on(row.id)


@sla.command()
@click.argument("policy")
@click.option("--why", default="", help="The reason, which the journal keeps.")
@click.option("--yes", is_flag=True, help="Do it; without this only the effect is shown.")
@with_app
def recount(policy: str, why: str, yes: bool) -> None:
    """Show what counting the open tickets under POLICY anew from their start would change, and do it with --yes."""
    effect = recounting.effect_of_recount(policy)
    more = "" if effect.is_whole else " (of more; the first were looked at)"
    say(f"{effect.tickets} open tickets with {effect.timers} running clocks{more}.")
    say(
        f"{effect.changed} clocks would show something else: {effect.become_late} would be late, "
        f"{effect.become_timely} would be in time again."
    )
    for one in effect.sample:
        say(f"  {one.number} {one.metric} {one.cycle}: due {one.due_before} -> {one.due_after}")
    if not yes:
        say("Nothing was changed. Do it with --yes and --why.")
        return
    with unit_of_work():
        row = recounting.recount(policy, by=None, cause=CAUSE, why=why)
    carry_on(row.id)


@sla.command()
@click.argument("number", type=int)
@with_app
def stop(number: int) -> None:
    """Let the edit of this NUMBER rest where it is."""
    with unit_of_work():
        spreading.stop(number)
    say("It rests where it is; carry it on with `desk sla go-on`.")


@sla.command("go-on")
@click.argument("number", type=int)
@with_app
def go_on(number: int) -> None:
    """Carry the stopped edit of this NUMBER on."""
    with unit_of_work():
        spreading.go_on(number)
    carry_on(number)


@sla.command()
@click.argument("name", default="")
@with_app
def pack(name: str) -> None:
    """Define the clocks of a pack, such as uk-statutory; without a NAME, list the packs."""
    if not name:
        for known, nation in packs.packs().items():
            say(f"{known}: {nation}")
        return
    with unit_of_work():
        made = packs.load_pack(name, by=None, cause=CAUSE)
    say(f"Defined: {', '.join(made)}." if made else "All clocks of this pack are there already.")


def carry_on(number: int) -> None:
    """Carry an edit on until it has come through, saying how far it is; workers of the desk may do a part of it."""
    while True:
        spreading.spread(number)
        rows = [row for row in spreading.spreads(limit=200) if row.id == number]
        if not rows:
            fail("There is no such edit.", "See `desk sla status`.")
        say(line_of(rows[0]))
        if rows[0].state not in ("waiting", "running") or not _is_begun(rows[0]):
            return


def line_of(row: SlaSpread) -> str:
    """An edit in a line."""
    what = f"{row.what} {row.kind} {row.name}".strip() if row.kind else row.what.replace("_", "-")
    return f"{row.id}. {what}: {row.state.value}, {row.done} of {row.of} tickets, {row.changed} changed."


def _is_begun(row: SlaSpread) -> bool:
    return row.began_at is not None


COMMANDS = (sla,)
