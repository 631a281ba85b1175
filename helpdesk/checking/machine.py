"""What the desk stands on: the disk, the clock, how durable the database is, and its backups."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select, text

from helpdesk.backup.making import LAST, last_backup
from helpdesk.checking.finding import Finding
from helpdesk.core import clock, settings
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.models import Slot
from helpdesk.core.queue import RQ_RUNNER, RqRunner

LEAST_FREE = 0.10
LARGEST_SKEW = timedelta(seconds=30)
LONGEST_WITHOUT_BACKUP = timedelta(hours=26)
# Since when this desk is watched; before it is as old as a backup may be, none can be missing.
SINCE = "watched.since"

_OFF = ("off", "local")


def check_bell() -> Iterator[Finding]:
    """Whether Redis can ring the workers; nothing is said where the desk works without it (P29)."""
    runner = current_app.extensions.get(RQ_RUNNER)
    if not isinstance(runner, RqRunner):
        return
    rings = runner.is_reachable()
    yield Finding(
        "redis",
        rings,
        _("Redis rings the workers.")
        if rings
        else _("Redis does not answer. Everything goes on, but slower by some seconds."),
        "" if rings else _("Start Redis, or see why it does not answer at DESK_REDIS_URL."),
    )


def check_disk() -> Iterator[Finding]:
    """Whether the disks of the data and of the backups have room."""
    folders = {
        "data": Path(current_app.config["DESK_DATA_DIR"]),
        "backups": Path(current_app.config["DESK_BACKUP_DIR"]),
    }
    seen: set[int] = set()
    for key, folder in folders.items():
        if not folder.is_dir() or folder.stat().st_dev in seen:
            continue
        seen.add(folder.stat().st_dev)
        usage = shutil.disk_usage(folder)
        free = usage.free / usage.total if usage.total else 1.0
        yield Finding(
            "disk",
            free >= LEAST_FREE,
            _("%(free)s of the disk of %(folder)s is free.", free=f"{free:.0%}", folder=folder),
            ""
            if free >= LEAST_FREE
            else _("Make room: a full disk means that mail stays on its server."),
            key,
        )


def check_clock() -> Finding:
    """Whether this machine's clock goes with the database's, and did not jump back behind work that was done."""
    ours, theirs = clock.now(), _database_time()
    newest = db.session.scalar(select(func.max(Slot.taken_at)))
    skew = abs(ours - theirs) if theirs is not None else timedelta()
    if newest is not None:
        skew = max(skew, newest - ours)
    is_well = skew <= LARGEST_SKEW
    return Finding(
        "clock",
        is_well,
        _("The clock is right to within 30 seconds.")
        if is_well
        else _("The clock is wrong by %(count)s seconds.", count=int(skew.total_seconds())),
        "" if is_well else _("Let the machines of the desk set their clocks by NTP."),
    )


def check_durability() -> Finding:
    """Whether a commit is on the disk when the database says so (P44)."""
    weak = _weak_on_postgresql() if is_postgresql() else _weak_on_sqlite()
    return Finding(
        "durability",
        not weak,
        _("What is committed is on the disk.")
        if not weak
        else _("The database may lose what it has confirmed: %(what)s.", what=", ".join(weak)),
        "" if not weak else _("Set it to “on” in the database's settings and start it again."),
    )


def check_backup() -> Finding:
    """Whether the last backup is fresh and found every file as it was kept."""
    last, since = last_backup(), settings.read(SINCE)
    reference = last or (datetime.fromisoformat(since) if since else clock.now())
    damaged = int((settings.read(LAST) or {}).get("damaged", 0))
    if clock.now() - reference > LONGEST_WITHOUT_BACKUP:
        return Finding(
            "backup",
            False,
            _("The last backup is of %(when)s.", when=f"{last:%Y-%m-%d %H:%M} UTC")
            if last
            else _("There is no backup."),
            _("Call “desk backup”, and see why none was made by itself: the log says it."),
        )
    if damaged:
        return Finding(
            "backup",
            False,
            ngettext(
                "%(num)s file is missing or was changed after it was kept.",
                "%(num)s files are missing or were changed after they were kept.",
                damaged,
            ),
            _(
                "Call “desk check --files” for their names, and bring them back from an older backup."
            ),
        )
    return Finding(
        "backup",
        True,
        _("The last backup is of %(when)s.", when=f"{last:%Y-%m-%d %H:%M} UTC")
        if last
        else _("The first backup is made within a day."),
    )


def _database_time() -> datetime | None:
    if not is_postgresql():
        return None
    found = db.session.scalar(text("SELECT clock_timestamp()"))
    return found.astimezone(UTC) if found is not None else None


def _weak_on_postgresql() -> list[str]:
    names = ("fsync", "full_page_writes", "synchronous_commit")
    shown = {name: str(db.session.scalar(text(f"SHOW {name}"))) for name in names}
    return [f"{name} = {value}" for name, value in shown.items() if value in _OFF]


def _weak_on_sqlite() -> list[str]:
    mode = str(db.session.scalar(text("PRAGMA journal_mode"))).lower()
    level = int(db.session.scalar(text("PRAGMA synchronous")) or 0)
    return [
        *(
            [f"journal_mode = {mode}"]
            if mode not in ("wal", "delete", "truncate", "persist")
            else []
        ),
        *([f"synchronous = {level}"] if level < 2 else []),
    ]
