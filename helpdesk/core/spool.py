"""Where something is kept when the database is too slow or away: files that are whole, and safe, before anybody is told so."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import current_app

from helpdesk.core.files import sync_folder

_SUFFIX = ".kept"
# More than this is no hiccup; then whoever calls us had better come again.
MOST_WAITING = 10_000


class SpoolFull(RuntimeError):
    """So much waits already that nothing more is taken."""


def put(name: str, body: bytes) -> None:
    """Keep these bytes until they are taken; the same name twice is one file. Raises SpoolFull and OSError."""
    folder = _folder()
    if sum(1 for _one in folder.glob(f"*{_SUFFIX}")) >= MOST_WAITING:
        raise SpoolFull("The spool is full.")
    handle, written = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(written, folder / f"{hashlib.sha256(name.encode()).hexdigest()}{_SUFFIX}")
    except OSError:
        Path(written).unlink(missing_ok=True)
        raise
    sync_folder(folder)


def waiting() -> Iterator[tuple[Path, bytes]]:
    """Each that waits, oldest first."""
    found = sorted(_folder().glob(f"*{_SUFFIX}"), key=lambda path: (path.stat().st_mtime_ns, path))
    for path in found:
        try:
            yield path, path.read_bytes()
        except FileNotFoundError:
            # Another process has taken it meanwhile.
            continue


def is_empty() -> bool:
    return next(_folder().glob(f"*{_SUFFIX}"), None) is None


def done(path: Path) -> None:
    """Forget one that has been taken over."""
    path.unlink(missing_ok=True)


def _folder() -> Path:
    folder = Path(current_app.config["DESK_DATA_DIR"]) / "spool"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
