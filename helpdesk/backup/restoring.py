"""The desk again out of a backup, on an empty machine: checked whole, then put in place, then held."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select

from helpdesk import migrating
from helpdesk.backup import keys
from helpdesk.backup.form import (
    FILE_LIST,
    FILES,
    TABLES,
    Manifest,
    NotABackup,
    backups_in,
    is_digest,
    read_manifest,
)
from helpdesk.backup.making import EVERY
from helpdesk.backup.tables import check_part, load
from helpdesk.core import files, hold, outbox
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict
from helpdesk.core.files import DiskStore, FileDamaged
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import RawMessage
from helpdesk.people.models import Person
from helpdesk.search import indexing
from helpdesk.tickets.models import Ticket


def find_backup(path: Path) -> Path:
    """The backup that a person means: the one named, or the newest in the folder named. Raises NotABackup."""
    if (path / "manifest.json").is_file():
        return path
    there = backups_in(path)
    if not there:
        raise NotABackup(
            f"There is no backup in {path}.",
            "Name the folder of backups, or one backup in it: a folder with a manifest.json.",
        )
    return there[-1]


def restore(
    backup: Path,
    *,
    other_keys: bool = False,
    without_files: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> Manifest:
    """Make the empty desk what it was when this backup was made, with outgoing mail on hold.

    Nothing is written before all of the backup was read and found true. The tables come in one transaction, so that a
    restore that was cut short is simply called again. Raises NotABackup, and Conflict on a desk that is in use or has
    other keys.
    """
    manifest = read_manifest(backup)
    _refuse_other_version(manifest)
    _refuse_other_keys(manifest, other_keys)
    refuse_used_desk()
    say("Checking the backup ...")
    names = _checked_list(backup, manifest)
    for part in manifest.tables:
        check_part(backup / TABLES, part)
    if manifest.has_files and not without_files:
        _bring_files(names, backup.parent / FILES, set(manifest.damaged), say)
    say("Loading the tables ...")
    if migrating.standing() is not None:
        migrating.downgrade("base")
    migrating.upgrade(manifest.revision)
    # The hold comes with the tables: a worker that is running already must not send what they hold.
    load(manifest.tables, backup / TABLES, say, {hold.SETTING: hold.noted(manifest.moment)})
    migrating.upgrade()
    outbox.release_all()
    with unit_of_work():
        outbox.freshen()
    say("Making the search index ...")
    indexing.rebuild(say)
    return manifest


def _refuse_other_version(manifest: Manifest) -> None:
    if manifest.revision not in migrating.steps():
        raise NotABackup(
            f"The backup is of database step {manifest.revision}, which this version does not know.",
            "Restore it with the version of the desk that made it, or a later one.",
        )


def _refuse_other_keys(manifest: Manifest, other_keys: bool) -> None:
    if other_keys or manifest.keys == keys.fingerprints():
        return
    raise Conflict(
        "The backup was made with other keys.",
        "Give its keys with --keys FILE, or set DESK_SECRET_KEY and DESK_VAULT_KEY to them. With --other-keys the desk "
        "comes up without: the passwords of mailboxes have to be typed in again, and answers to mails that were sent "
        "before open new tickets.",
    )


def refuse_used_desk() -> None:
    """Raise Conflict unless nothing was ever done on this desk."""
    if migrating.standing() is None:
        return
    used = migrating.is_current() and not any(
        db.session.scalar(select(func.count()).select_from(kind))
        for kind in (Ticket, Person, RawMessage)
    )
    db.session.rollback()
    if not used:
        raise Conflict(
            "This desk is not empty.",
            "A backup is restored into an empty database only: name another with DESK_DATABASE_URL or DESK_DATA_DIR.",
        )


def _checked_list(backup: Path, manifest: Manifest) -> list[str]:
    try:
        with gzip.open(backup / FILE_LIST, "rb") as file:
            text = file.read()
    except (OSError, EOFError) as unreadable:
        raise NotABackup(
            f"The list of files cannot be read: {unreadable}.", "Use another backup."
        ) from None
    names = text.decode("ascii", "replace").split()
    if hashlib.sha256(text).hexdigest() != manifest.file_list or not all(map(is_digest, names)):
        raise NotABackup(
            "The list of files was changed after the backup was made.", "Use another backup."
        )
    return names


def _bring_files(
    names: list[str], folder: Path, damaged: set[str], say: Callable[[str], None]
) -> None:
    """Put the files into the store, each held against its digest; those that are there already are left."""
    source, target = DiskStore(folder), files.store()
    missing = []
    for count, name in enumerate(names, 1):
        if name in damaged or target.exists(name):
            continue
        try:
            target.keep(source.read(name))
        except FileDamaged:
            missing.append(name)
        if count % EVERY == 0:
            say(f"  files: {count:,} of {len(names):,}")
    say(f"  files: {len(names):,}")
    if missing:
        raise NotABackup(
            f"{len(missing)} files of the backup are missing or were changed, such as {missing[0]}.",
            "Use another backup, or bring the tables alone with --without-files and put the files back later.",
        )
