"""`desk mail`: the watch of mailboxes, the SMTP and LMTP door, and importing old mail."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app

from helpdesk.cli.footing import warn_when_weak
from helpdesk.cli.main import fail, make_app, say, with_app
from helpdesk.cli.stopping import wait_for_a_signal
from helpdesk.core.db import db
from helpdesk.messaging import importing
from helpdesk.messaging.lines import Lines
from helpdesk.messaging.listening import make_listener
from helpdesk.messaging.models import ChannelAccount
from helpdesk.messaging.presence import MAIL_DOOR, Presence
from helpdesk.messaging.watching import Watch


@click.group(invoke_without_command=True)
@click.pass_context
def mail(context: click.Context) -> None:
    """The watch of mailboxes and the SMTP and LMTP door (`desk mail` alone starts both), and importing old mail."""
    if context.invoked_subcommand is None:
        context.invoke(listen)


@mail.command()
@click.option("--host", default=None, help="The address to listen at; else from DESK_SMTP_LISTEN.")
@click.option("--port", type=int, default=None, help="The port; else from DESK_SMTP_LISTEN.")
@click.option("--lmtp", is_flag=True, help="Speak LMTP, as a mail server on this machine does.")
def listen(host: str | None, port: int | None, lmtp: bool) -> None:
    """Take in mail over SMTP or LMTP, watch the mailboxes, and hold lines to services, until stopped."""
    app = make_app()
    warn_when_weak(app)
    set_host, _, set_port = str(app.config["DESK_SMTP_LISTEN"]).rpartition(":")
    listener = make_listener(
        app, host or set_host, int(set_port) if port is None else port, lmtp=lmtp
    )
    door, watch, lines = Presence(app, MAIL_DOOR), Watch(app), Lines(app)
    listener.start()
    door.start()
    watch.start()
    lines.start()
    say(f"Taking in mail at {listener.host}:{listener.port}, watching mailboxes. Ctrl-C stops.")
    wait_for_a_signal()
    listener.stop()
    door.stop()
    watch.stop()
    lines.stop()


@mail.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--account",
    "account_name",
    default=None,
    help="The mailbox it counts for, by name; else the SMTP door.",
)
@with_app
def import_mail(path: Path, account_name: str | None) -> None:
    """Take in PATH: a mail file, an mbox or a Maildir.

    Mails keep their true dates, and old ones get no answers. Calling it again takes in only what is missing.
    """
    account = None
    if account_name is not None:
        account = db.session.scalars(
            db.select(ChannelAccount).filter_by(name=account_name)
        ).one_or_none()
        if account is None:
            fail(f"There is no mailbox {account_name!r}.", "`desk check` names the mailboxes.")
    summary = importing.import_mail(path, account, say)
    say(str(summary))
    if current_app.config["DESK_REDIS_URL"] is None:
        say("The mail is kept; the running desk files it now, or the next `desk run` does.")


COMMANDS = (mail,)
