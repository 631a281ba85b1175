"""Where a Whoosh index lies: a folder for each making of it, and a pointer to the one in use."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpdesk.core.files import sync_folder

POINTER = "current"
BUILDING = "building"
CHANGED = "changed.log"
PREFIX = "index-"


class AlreadyRebuilding(RuntimeError):
    """Another process makes this index anew."""


class Home:
    """The folder of all makings of one index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> Path | None:
        """The folder of the index in use, or None if there is none yet."""
        return self._pointed(POINTER)

    def fresh(self) -> Path:
        """A new, empty folder for an index."""
        made = self.folder / f"{PREFIX}{secrets.token_hex(6)}"
        made.mkdir(parents=True)
        return made

    def switch(self, to: Path) -> None:
        """Make this the index in use; readers see the old one or the new one, never neither."""
        self._point(POINTER, to)

    @contextmanager
    def rebuilding(self) -> Iterator[Path]:
        """A folder for a new index; while it is filled, changes are noted beside it (`note`).

        What a killed rebuild left is swept away first. Raises AlreadyRebuilding.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "rebuild.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRebuilding("The search index is being made anew already.") from None
            previous = self.current()
            self._sweep(keep=previous)
            made = self.fresh()
            self._point(BUILDING, made)
            try:
                yield made
            finally:
                (self.folder / BUILDING).unlink(missing_ok=True)
                # Other processes may still read the index that was in use until now.
                if self.current() != made:
                    self._sweep(keep=previous)

    def note(self, refs: list[str]) -> None:
        """Note what changes while a new index is made, so that it can be made good there."""
        building = self._pointed(BUILDING)
        if building is not None and building.exists():
            with (building / CHANGED).open("a", encoding="utf-8") as log:
                log.write("".join(f"{ref}\n" for ref in refs))

    def noted(self, building: Path) -> list[str]:
        """What was noted so far, each once."""
        try:
            text = (building / CHANGED).read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        return list(dict.fromkeys(text.split()))

    def _pointed(self, name: str) -> Path | None:
        try:
            found = (self.folder / name).read_text(encoding="ascii").strip()
        except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
            return None
        return self.folder / found if found.startswith(PREFIX) and "/" not in found else None

    def _point(self, name: str, to: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f"{name}.{secrets.token_hex(4)}"
        with draft.open("w", encoding="ascii") as file:
            file.write(to.name)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self.folder / name)
        sync_folder(self.folder)

    def _sweep(self, *, keep: Path | None) -> None:
        for old in self.folder.glob(f"{PREFIX}*"):
            if old != keep and old != self.current():
                shutil.rmtree(old, ignore_errors=True)
