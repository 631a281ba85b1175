"""`desk backup`, `restore` and `release`: a copy of the desk, the desk out of it, and letting its mail go again."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import click
from flask import current_app

from config import Config
from helpdesk import migrating
from helpdesk.backup import keys as key_files
from helpdesk.backup.form import read_manifest
from helpdesk.backup.making import Stopped, make_backup, remove_old
from helpdesk.backup.restoring import find_backup, refuse_used_desk, restore
from helpdesk.cli.main import fail, make_app, say, with_app
from helpdesk.cli.stopping import stop_event
from helpdesk.core import hold
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.holding import held, release
from helpdesk.messaging.models import DeliveryKind


@click.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--keep", type=click.IntRange(min=1), help="Keep so many backups, and remove older ones."
)
@click.option(
    "--files/--no-files",
    "with_files",
    default=None,
    help="Copy the files too; by default unless they lie in an S3 bucket.",
)
@click.option(
    "--keys",
    "key_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the two keys into this file. Keep it apart from the backups.",
)
@with_app
def backup(
    folder: Path | None, keep: int | None, with_files: bool | None, key_file: Path | None
) -> None:
    """Make a backup in FOLDER (else DESK_BACKUP_DIR) while the desk goes on.

    Files that an earlier backup in FOLDER has are not copied again. Ctrl-C stops; called again, it goes on with the
    files that are missing.
    """
    if not migrating.is_current():
        say("The database is of another step than this version; the backup is taken as it stands.")
    if key_file is not None:
        key_files.write_keys(key_file)
        say(f"The keys are in {key_file}. Keep them apart from the backups.")
    where = folder or Path(current_app.config["DESK_BACKUP_DIR"])
    if with_files is None:
        with_files = not current_app.config["DESK_S3_BUCKET"]
    stopping = stop_event()
    say(f"Making a backup in {where} ...")
    try:
        made = make_backup(where, with_files=with_files, say=say, is_stopped=stopping.is_set)
        for gone in remove_old(where, keep) if keep else ():
            say(f"Removed {gone.name}.")
    except Stopped:
        fail(
            "Stopped; there is no new backup.", "Call it again: copied files are not copied twice."
        )
    except OSError as error:
        fail(f"The backup cannot be written: {error}.", "Free some space, or name another folder.")
    say(f"The backup is {made}.")
    damaged = read_manifest(made).damaged
    if damaged:
        fail(
            f"{len(damaged)} files of the desk are missing or were changed, such as {damaged[0]}.",
            "They are not in the backup. `desk check` names what is wrong.",
        )


@click.command("restore")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--keys",
    "key_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file of keys that `desk backup --keys` wrote.",
)
@click.option("--other-keys", is_flag=True, help="Restore without the keys of the old desk.")
@click.option("--without-files", is_flag=True, help="Bring the tables only.")
def restore_desk(path: Path, key_file: Path | None, other_keys: bool, without_files: bool) -> None:
    """Bring an empty desk to where PATH was: a backup, or a folder of backups whose newest is taken.

    The desk comes up with outgoing mail on hold; `desk release` lets it go. Mail that came since the backup is read in
    again from the mailboxes. Called again after an interruption, it goes on.
    """
    config = Config.from_environment()
    given = key_files.read_keys(key_file) if key_file is not None else {}
    missing = {name: key for name, key in given.items() if not _is_set(key_files.SETTINGS[name])}
    app = make_app(
        replace(
            config,
            secret_key=missing.get("secret_key", config.secret_key),
            vault_key=missing.get("vault_key", config.vault_key),
        )
    )
    with app.app_context():
        refuse_used_desk()
        if missing:
            key_files.put_keys(missing, config.data_dir)
        manifest = restore(
            find_backup(path), other_keys=other_keys, without_files=without_files, say=say
        )
        waiting = sum(kind.count for kind in held())
    say(f"The desk is as it was at {manifest.moment:%Y-%m-%d %H:%M:%S} UTC.")
    say(f"Outgoing mail is on hold; {waiting} mails wait.")
    say("Start the desk, look at it, and call `desk release`.")


@click.command("release")
@click.option(
    "--withdraw",
    multiple=True,
    type=click.Choice([kind.value for kind in DeliveryKind]),
    help="A kind of mail that is not to be sent any more; may be given again.",
)
@click.option(
    "--withdraw-old", is_flag=True, help="Also take back what was waiting when the backup was made."
)
@click.option("--yes", is_flag=True, help="Do it; else it is only shown what waits.")
@with_app
def release_mail(withdraw: tuple[str, ...], withdraw_old: bool, yes: bool) -> None:
    """Show what waits behind the hold after a restore and, with --yes, let it go."""
    standing = hold.current()
    if standing is None:
        say("Outgoing mail is not on hold.")
        return
    say(
        f"On hold since {standing.since:%Y-%m-%d %H:%M} UTC; the data are of {standing.data_of:%Y-%m-%d %H:%M} UTC."
    )
    for kind in held():
        say(
            f"  {kind.kind.value:8} {kind.count:6,} waiting, {kind.before:,} of them may have been sent before"
        )
    if not yes:
        say(
            "Call `desk release --yes` to send them; --withdraw KIND and --withdraw-old take some back."
        )
        sys.exit(1)
    with unit_of_work():
        gone = release(
            withdraw=[DeliveryKind(kind) for kind in withdraw], withdraw_old=withdraw_old
        )
    say(f"Mail leaves again; {gone} mails were withdrawn.")


def _is_set(setting: str) -> bool:
    name = "DESK_" + setting.removeprefix("DESK_")
    return name in os.environ or f"{name}_FILE" in os.environ


COMMANDS = (backup, restore_desk, release_mail)
