"""`desk quarantine`: mail that waits for a person, at a terminal."""

from __future__ import annotations

import sys

import click

from helpdesk.cli.main import fail, say, with_app
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.keeping import body_of
from helpdesk.messaging.models import RawMessage, RawState
from helpdesk.messaging.setting_aside import (
    Reason,
    in_words,
    read_again,
    read_all_again,
    reasons_waiting,
)

MOST_LISTED = 200


@click.group(invoke_without_command=True)
@click.pass_context
def quarantine(context: click.Context) -> None:
    """List the mail in quarantine; read one or all anew, or take out the original."""
    if context.invoked_subcommand is None:
        context.invoke(list_all)


@quarantine.command("list")
@with_app
def list_all() -> None:
    """List what waits, newest first, with its reason."""
    rows = db.session.scalars(
        db.select(RawMessage)
        .where(RawMessage.state == RawState.QUARANTINED)
        .order_by(RawMessage.id.desc())
        .limit(MOST_LISTED)
    ).all()
    for raw in rows:
        say(f"{raw.id:8}  {raw.kept_at:%Y-%m-%d %H:%M}  {raw.sender}  {raw.subject}")
        say(f"          {raw.reason}: {in_words(raw.reason)} {raw.detail}".rstrip())
    total = sum(reasons_waiting().values())
    say(f"{total} mails wait. `desk quarantine again --all` reads them anew." if total else "")


@quarantine.command()
@click.argument("raw_id", type=int, required=False)
@click.option("--all", "everything", is_flag=True, help="All that waits.")
@click.option(
    "--reason",
    type=click.Choice([reason.value for reason in Reason]),
    help="All that waits for this reason.",
)
@with_app
def again(raw_id: int | None, everything: bool, reason: str | None) -> None:
    """Read RAW_ID, or all, anew, such as after an upgrade; what must still wait comes back."""
    if raw_id is not None:
        with unit_of_work():
            read_again(found(raw_id))
        say("It is read anew by the running desk.")
    elif everything or reason:
        count = read_all_again(Reason(reason) if reason else None)
        say(f"{count} mails are read anew by the running desk.")
    else:
        fail("Which mail?", "Name its number, or --all, or --reason; `desk quarantine` lists them.")


@quarantine.command()
@click.argument("raw_id", type=int)
@with_app
def raw(raw_id: int) -> None:
    """Write the original of RAW_ID to the standard output, byte by byte."""
    sys.stdout.buffer.write(body_of(found(raw_id)))


def found(raw_id: int) -> RawMessage:
    """The kept mail of this number; ends with advice when there is none."""
    mail = db.session.get(RawMessage, raw_id)
    if mail is None:
        raise NotFound(f"There is no kept mail {raw_id}.", "`desk quarantine` lists what waits.")
    return mail


COMMANDS = (quarantine,)
