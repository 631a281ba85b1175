"""What a backup looks like on disk: its folders, its manifest, and how a value is written as text.

FOLDER/
├── files/ab/cd/DIGEST                 attachments and large mails, shared by all backups in FOLDER
└── 2026-11-21T020000Z/
    ├── tables/TABLE.jsonl.gz          one row a line, in the order of the primary key
    ├── files.txt.gz                   the digests of the files that this backup needs
    └── manifest.json                  written last: a folder without it is no backup

The tables are written without the dialect of a database, so that a desk on SQLite comes up again on PostgreSQL.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Boolean, Date, DateTime, LargeBinary
from sqlalchemy.types import TypeEngine

from helpdesk.core.errors import Invalid

VERSION = 1
MANIFEST = "manifest.json"
FILE_LIST = "files.txt.gz"
TABLES = "tables"
FILES = "files"
UNFINISHED = ".unfinished"

_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{6}Z")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class NotABackup(Invalid):
    """What was named is no backup, or one that this version cannot read."""


@dataclass(frozen=True, slots=True)
class TablePart:
    """One table: how many rows, in which columns, and the SHA-256 of its lines before compression."""

    name: str
    rows: int
    columns: list[str]
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `made_at` is the instant of its snapshot, in ISO 8601 and UTC.

    `keys` are fingerprints of the keys that the desk had, so that a restore with others is noticed before it harms.
    `damaged` names files that were missing or changed already when the backup was made.
    """

    version: int
    made_at: str
    desk: str
    revision: str
    database: str
    tables: list[TablePart]
    files: int
    file_bytes: int
    has_files: bool
    file_list: str
    keys: dict[str, str]
    damaged: list[str] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Write the manifest; the folder is a backup from now on."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup, each entry checked. Raises NotABackup."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        version = found["version"]
        if version != VERSION:
            raise NotABackup(
                f"The backup {folder} has form {version}, and this version reads form {VERSION}.",
                "Restore it with the version of the desk that made it.",
            )
        found["tables"] = [TablePart(**part) for part in found["tables"]]
        manifest = Manifest(**found)
        datetime.fromisoformat(manifest.made_at)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as unfit:
        raise NotABackup(
            f"{folder} is not a backup: {unfit}.",
            "Name the folder of backups, or one backup in it: a folder with a manifest.json.",
        ) from None
    # Names become paths and tables, so they are held against a pattern and never taken as they come (S27).
    if not all(_NAME.fullmatch(str(part.name)) for part in manifest.tables):
        raise NotABackup(f"{folder} names a table that cannot be one.", "Do not use this backup.")
    return manifest


def stamp_of(moment: datetime) -> str:
    """The name of a backup's folder."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")


def backups_in(folder: Path) -> list[Path]:
    """The finished backups in a folder, oldest first."""
    if not folder.is_dir():
        return []
    named = sorted(path for path in folder.iterdir() if _STAMP.fullmatch(path.name))
    return [path for path in named if (path / MANIFEST).is_file()]


def is_digest(name: str) -> bool:
    """Whether a name can be that of a file in the store."""
    return _DIGEST.fullmatch(name) is not None


def line_of(row: Sequence[Any], kinds: Sequence[str]) -> bytes:
    """One row as a line of JSON; the same row makes the same line whatever database it lies in."""
    values = [_as_text(value, kind) for value, kind in zip(row, kinds, strict=True)]
    return (
        json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        + b"\n"
    )


def row_of(line: bytes, kinds: Sequence[str]) -> list[Any]:
    """The row that a line was made of. Raises ValueError on a line of another form."""
    values = json.loads(line)
    return [_as_value(value, kind) for value, kind in zip(values, kinds, strict=True)]


def kind_of(column_type: TypeEngine[Any]) -> str:
    """How values of a column are written: as an instant, as a day, as bytes, as JSON, or plainly."""
    if isinstance(column_type, DateTime):
        return "instant"
    if isinstance(column_type, Date):
        return "day"
    if isinstance(column_type, LargeBinary):
        return "bytes"
    if isinstance(column_type, JSON):
        return "json"
    return "truth" if isinstance(column_type, Boolean) else "plain"


def _as_text(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "instant":
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC).isoformat(timespec="microseconds")
    if kind == "day":
        return value.isoformat()
    if kind == "bytes":
        return b64encode(value).decode()
    return bool(value) if kind == "truth" else value


def _as_value(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "instant":
        return datetime.fromisoformat(value)
    if kind == "day":
        return date.fromisoformat(value)
    return b64decode(value, validate=True) if kind == "bytes" else value
