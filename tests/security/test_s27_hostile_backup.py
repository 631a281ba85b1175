"""S27: a backup from a stranger writes nothing outside the desk, whatever it names."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from helpdesk import migrating
from helpdesk.backup.form import NotABackup
from helpdesk.backup.making import make_backup
from helpdesk.backup.restoring import find_backup, restore
from tests.cast import Cast
from tests.makers import make_ticket

MakeDesk = Callable[..., Flask]

NAMES = [
    "../outside",
    "..\\outside",
    "/tmp/outside",
    "a/../../outside",
    "files/\x00outside",
    "outside\n",
    "C:outside",
    "%2e%2e%2foutside",
    "ticket;DROP TABLE ticket",
    '"ticket"',
    "",
    "a" * 5000,
]


@pytest.fixture
def made(cast: Cast, tmp_path: Path) -> Path:
    make_ticket(cast.ada, cast.it)
    return make_backup(tmp_path / "backups")


def rewrite(made: Path, **values: Any) -> None:
    path = made / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **values}), encoding="utf-8")


def everything_in(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_table_with_a_name_that_is_a_path_is_refused(
    made: Path, empty_desk: MakeDesk, tmp_path: Path, name: str
) -> None:
    rewrite(made, tables=[{"name": name, "rows": 0, "columns": [], "digest": ""}])
    with empty_desk("sqlite").app_context():
        before = everything_in(tmp_path)
        with pytest.raises(NotABackup):
            restore(made)
        assert migrating.standing() is None
        after = everything_in(tmp_path) - before
        assert all(path.name.startswith("desk.sqlite3") for path in after)


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_file_with_a_name_that_is_a_path_is_refused(
    made: Path, empty_desk: MakeDesk, name: str
) -> None:
    text = f"{name}\n".encode("utf-8", "replace")
    (made / "files.txt.gz").write_bytes(gzip.compress(text))
    rewrite(made, file_list=hashlib.sha256(text).hexdigest())
    if not name.strip():
        text = b"../../etc/passwd\n"
        (made / "files.txt.gz").write_bytes(gzip.compress(text))
        rewrite(made, file_list=hashlib.sha256(text).hexdigest())
    with empty_desk("sqlite").app_context():
        with pytest.raises(NotABackup, match="list of files"):
            restore(made)
        assert migrating.standing() is None


def test_a_link_in_place_of_a_file_brings_nothing_in(
    made: Path, empty_desk: MakeDesk, tmp_path: Path
) -> None:
    """A file counts only when its bytes have the digest it is named by."""
    secret = tmp_path / "secret.txt"
    secret.write_text("of this machine", encoding="utf-8")
    name = hashlib.sha256(b"something else").hexdigest()
    place = made.parent / "files" / name[:2] / name[2:4]
    place.mkdir(parents=True)
    (place / name).symlink_to(secret)
    text = f"{name}\n".encode()
    (made / "files.txt.gz").write_bytes(gzip.compress(text))
    rewrite(made, file_list=hashlib.sha256(text).hexdigest())
    with empty_desk("sqlite").app_context(), pytest.raises(NotABackup, match="missing or were"):
        restore(made)


def test_a_row_that_is_no_row_is_refused_and_nothing_stays(
    made: Path, empty_desk: MakeDesk
) -> None:
    part = made / "tables" / "tag.jsonl.gz"
    lines = b'{"id": 1}\n'
    part.write_bytes(gzip.compress(lines))
    tables = json.loads((made / "manifest.json").read_text("utf-8"))["tables"]
    for table in tables:
        if table["name"] == "tag":
            table.update(rows=1, digest=hashlib.sha256(lines).hexdigest())
    rewrite(made, tables=tables)
    desk = empty_desk("sqlite")
    with desk.app_context(), pytest.raises(NotABackup, match="tag"):
        restore(made)


def test_a_folder_without_a_backup_is_refused(tmp_path: Path, app: Flask) -> None:
    with pytest.raises(NotABackup, match="no backup"):
        find_backup(tmp_path)
