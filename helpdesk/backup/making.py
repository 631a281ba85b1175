"""Making a backup while the desk runs: a snapshot of the tables, then the files that it names."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from flask import current_app

from helpdesk import migrating
from helpdesk.backup import keys
from helpdesk.backup.form import (
    FILE_LIST,
    FILES,
    TABLES,
    UNFINISHED,
    VERSION,
    Manifest,
    TablePart,
    backups_in,
    stamp_of,
)
from helpdesk.backup.tables import connected_snapshot, tables_of, write_table
from helpdesk.core import clock, files, settings
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict
from helpdesk.core.files import DiskStore, FileDamaged
from helpdesk.core.unit_of_work import unit_of_work

LAST = "backup.last"
EVERY = 1_000


class Stopped(Exception):
    """Somebody asked the backup to stop; the files copied so far need not be copied again."""


def make_backup(
    folder: Path,
    *,
    with_files: bool = True,
    say: Callable[[str], None] = lambda line: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Path:
    """Make a backup in this folder and return its own folder.

    The tables are of one instant; files are immutable and lie in the store before a row names them, so that they may be
    copied after it. Raises Conflict while another backup is made there, OSError when the disk refuses.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder):
        moment = clock.now()
        made = folder / stamp_of(moment)
        if made.exists():
            raise Conflict(f"{made} exists already.", "Wait a second and call it again.")
        unfinished = folder / (made.name + UNFINISHED)
        (unfinished / TABLES).mkdir(parents=True, mode=0o700)
        try:
            manifest = _fill(unfinished, folder, moment, with_files, say, is_stopped)
            manifest.write(unfinished)
            _sync(unfinished)
            os.replace(unfinished, made)
            files.sync_folder(folder)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        _note(made, manifest)
        return made


def remove_old(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` backups, and the files that none of those needs; returns what went."""
    with _alone(folder):
        return _remove_old(folder, max(keep, 1))


def last_backup() -> datetime | None:
    """The instant of the last backup that was finished, in UTC."""
    noted = settings.read(LAST)
    return datetime.fromisoformat(noted["made_at"]) if noted else None


def listed_files(backup: Path) -> Iterator[str]:
    """The digests of the files that a backup needs."""
    with gzip.open(backup / FILE_LIST, "rt", encoding="ascii") as names:
        for line in names:
            yield line.strip()


def _fill(
    unfinished: Path,
    folder: Path,
    moment: datetime,
    with_files: bool,
    say: Callable[[str], None],
    is_stopped: Callable[[], bool],
) -> Manifest:
    named: set[str] = set()
    parts = []
    revision = migrating.standing() or ""
    with connected_snapshot() as connection:
        for table in tables_of(connection):
            if is_stopped():
                raise Stopped
            parts.append(write_table(connection, table, unfinished / TABLES, named.add))
            say(f"  {table.name}: {parts[-1].rows:,} rows")
    file_list = _write_list(unfinished / FILE_LIST, sorted(named))
    wanted = sorted(named) if with_files else []
    copied, damaged = _copy_files(wanted, folder / FILES, say, is_stopped)
    return _manifest(moment, revision, parts, len(named), copied, with_files, file_list, damaged)


def _manifest(
    moment: datetime,
    revision: str,
    parts: list[TablePart],
    named: int,
    copied: int,
    with_files: bool,
    file_list: str,
    damaged: list[str],
) -> Manifest:
    return Manifest(
        version=VERSION,
        made_at=moment.isoformat(),
        desk=str(current_app.config["DESK_NAME"]),
        revision=revision,
        database=db.engine.dialect.name,
        tables=parts,
        files=named,
        file_bytes=copied,
        has_files=with_files,
        file_list=file_list,
        keys=keys.fingerprints(),
        damaged=damaged,
    )


def _write_list(path: Path, names: list[str]) -> str:
    text = "".join(f"{name}\n" for name in names).encode()
    with gzip.open(path, "wb") as file:
        file.write(text)
    return hashlib.sha256(text).hexdigest()


def _copy_files(
    names: list[str], folder: Path, say: Callable[[str], None], is_stopped: Callable[[], bool]
) -> tuple[int, list[str]]:
    """Copy what the folder does not have yet; returns the bytes of all files and which could not be read."""
    source, target = files.store(), DiskStore(folder)
    copied = 0
    damaged: list[str] = []
    for count, name in enumerate(names, 1):
        if is_stopped():
            raise Stopped
        try:
            body = source.read(name)
        except FileDamaged:
            damaged.append(name)
            continue
        copied += len(body)
        if not target.exists(name):
            target.keep(body)
        if count % EVERY == 0:
            say(f"  files: {count:,} of {len(names):,}")
    say(f"  files: {len(names):,}")
    return copied, damaged


def _note(made: Path, manifest: Manifest) -> None:
    with unit_of_work():
        settings.write(
            LAST,
            {
                "made_at": manifest.made_at,
                "folder": str(made),
                "rows": sum(part.rows for part in manifest.tables),
                "files": manifest.files,
                "damaged": len(manifest.damaged),
            },
        )


def _remove_old(folder: Path, keep: int) -> list[Path]:
    standing = backups_in(folder)
    gone = standing[:-keep]
    for path in gone:
        shutil.rmtree(path)
    if gone:
        needed = {name for path in standing[-keep:] for name in listed_files(path)}
        for path in (folder / FILES).glob("*/*/*"):
            if path.name not in needed:
                path.unlink(missing_ok=True)
    return gone


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One backup at a time in a folder; the system lets the lock go with its process, however that ends."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                f"Another backup is being made in {folder}.", "Wait until it has ended."
            ) from None
        for left in folder.glob(f"*{UNFINISHED}"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def _sync(folder: Path) -> None:
    """Have every file of a backup on the disk before it gets its name."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    for path in (folder / TABLES, folder):
        files.sync_folder(path)
