"""The backup that the desk makes by itself, once a day."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from pathlib import Path

from flask import Flask, current_app

from helpdesk.backup.making import last_backup, make_backup, remove_old
from helpdesk.core import clock
from helpdesk.core.errors import Conflict

log = logging.getLogger(__name__)

EVERY = timedelta(hours=24)


def is_due() -> bool:
    """Whether a day has passed since the last backup, and this desk makes backups by itself."""
    if not current_app.config["DESK_BACKUP_KEEP"]:
        return False
    last = last_backup()
    return last is None or clock.now() - last >= EVERY


def back_up() -> None:
    """Make the day's backup and remove the oldest. What goes wrong is logged; the alarm of old backups tells people."""
    folder = Path(current_app.config["DESK_BACKUP_DIR"])
    try:
        made = make_backup(
            folder, with_files=not current_app.config["DESK_S3_BUCKET"], say=log.info
        )
        remove_old(folder, int(current_app.config["DESK_BACKUP_KEEP"]))
    except (Conflict, OSError) as error:
        log.error("The backup was not made: %s", error)
        return
    log.info("The backup %s was made.", made)


def begin() -> threading.Thread:
    """Make it in a thread of its own, so that the worker goes on; called by a job."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # A proxy, which threads cannot use.

    def run() -> None:
        with app.app_context():
            if is_due():
                back_up()

    thread = threading.Thread(target=run, name="backup", daemon=True)
    thread.start()
    return thread
