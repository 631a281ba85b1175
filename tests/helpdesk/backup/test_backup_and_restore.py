"""A backup is a restore (P41): the tables, the files and the journal come back as they were, on either database."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from helpdesk import migrating
from helpdesk.backup.form import NotABackup, backups_in, read_manifest
from helpdesk.backup.making import Stopped, last_backup, listed_files, make_backup, remove_old
from helpdesk.backup.restoring import find_backup, restore
from helpdesk.core import files, hold
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db as database
from helpdesk.core.errors import Conflict
from helpdesk.search import finding
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import Attachment, Message, Ticket
from helpdesk.tickets.verifying import verify_all
from tests.cast import Cast
from tests.makers import make_reply, make_ticket

MakeDesk = Callable[..., Flask]
PLAN = b"A plan of the ward, large enough to be a file of its own."


@dataclass(frozen=True)
class Busy:
    """What is asked of the ticket after its desk is gone: a row would look into whichever desk is open."""

    id: int
    number: str
    subject: str


@pytest.fixture
def busy(cast: Cast, settle: Callable[[], None]) -> Busy:
    """A desk with a ticket, a file, an answer and what follows from them."""
    ticket = make_ticket(
        cast.ada,
        cast.it,
        subject="Broken lift – Ståle’s ward",
        files=(NewFile("plan.txt", "text/plain", PLAN, "", False),),
    )
    make_reply(ticket, cast.ben, "The engineer comes at noon.")
    settle()
    return Busy(ticket.id, ticket.number, ticket.subject)


def digests_of(backup: Path) -> dict[str, str]:
    return {part.name: part.digest for part in read_manifest(backup).tables}


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_restored_desk_holds_the_same_rows_files_and_journal(
    busy: Busy, tmp_path: Path, empty_desk: MakeDesk, kind: str
) -> None:
    made = make_backup(tmp_path / "backups")
    with empty_desk(kind).app_context():
        restore(made)
        again = make_backup(tmp_path / "again")
        same = {name: one for name, one in digests_of(again).items() if name != "setting"}
        assert same == {name: one for name, one in digests_of(made).items() if name != "setting"}
        assert files.store().read(next(listed_files(made))) is not None
        assert list(verify_all()) == []


def test_what_is_written_during_a_backup_is_not_half_in_it(
    busy: Busy, cast: Cast, tmp_path: Path, empty_desk: MakeDesk
) -> None:
    """The ticket opened between two tables shows in none of them."""
    opened: list[Ticket] = []

    def meddle(line: str) -> None:
        if "person:" in line and not opened:
            opened.append(make_ticket(cast.ada, cast.it, subject="Meanwhile"))

    made = make_backup(tmp_path / "backups", say=meddle)
    assert opened
    with empty_desk().app_context():
        restore(made)
        subjects = database.session.scalars(database.select(Ticket.subject)).all()
        assert subjects == [busy.subject]
        assert database.session.scalar(database.select(database.func.count(Message.id))) == 2


def test_new_tickets_of_a_restored_desk_get_numbers_that_were_never_used(
    busy: Busy, tmp_path: Path, empty_desk: MakeDesk
) -> None:
    made = make_backup(tmp_path / "backups")
    with empty_desk().app_context():
        restore(made)
        ada = database.session.get_one(Ticket, busy.id).requester
        assert make_ticket(ada).number > busy.number


def test_a_restored_desk_finds_by_search_what_it_holds(
    busy: Busy, cast: Cast, tmp_path: Path, empty_desk: MakeDesk
) -> None:
    made = make_backup(tmp_path / "backups")
    actor = cast.actor("ben")
    with empty_desk(DESK_SEARCH_BACKEND="database").app_context():
        restore(made)
        found = finding.find(actor, "engineer")
        assert [one.row.number for one in found.tickets] == [busy.number]


def test_a_restored_desk_holds_its_mail_back(
    busy: Busy, clock: StoppedClock, tmp_path: Path, empty_desk: MakeDesk
) -> None:
    made = make_backup(tmp_path / "backups")
    with empty_desk().app_context():
        restore(made)
        standing = hold.current()
        assert standing is not None
        assert standing.data_of == clock.now()


def test_a_desk_in_use_is_not_overwritten(busy: Busy, tmp_path: Path) -> None:
    made = make_backup(tmp_path / "backups")
    with pytest.raises(Conflict, match="not empty"):
        restore(made)
    assert database.session.get(Ticket, busy.id) is not None


def test_a_desk_that_was_only_made_ready_counts_as_empty(
    busy: Busy, tmp_path: Path, empty_desk: MakeDesk
) -> None:
    made = make_backup(tmp_path / "backups")
    with empty_desk().app_context():
        migrating.upgrade()
        restore(made)
        assert database.session.get(Ticket, busy.id) is not None


def test_other_keys_are_noticed_before_anything_is_written(
    busy: Busy, tmp_path: Path, empty_desk: MakeDesk
) -> None:
    made = make_backup(tmp_path / "backups")
    with empty_desk(DESK_VAULT_KEY=Fernet.generate_key().decode()).app_context():
        with pytest.raises(Conflict, match="other keys"):
            restore(made)
        assert migrating.standing() is None


def test_a_table_changed_after_the_backup_is_named_and_nothing_is_written(
    busy: Busy, tmp_path: Path, empty_desk: MakeDesk
) -> None:
    made = make_backup(tmp_path / "backups")
    part = made / "tables" / "ticket.jsonl.gz"
    lines = gzip.decompress(part.read_bytes()).replace(b"Broken", b"Mended")
    part.write_bytes(gzip.compress(lines))
    with empty_desk().app_context():
        with pytest.raises(NotABackup, match="ticket was changed"):
            restore(made)
        assert migrating.standing() is None


def test_a_table_cut_short_is_named(busy: Busy, tmp_path: Path, empty_desk: MakeDesk) -> None:
    made = make_backup(tmp_path / "backups")
    part = made / "tables" / "ticket.jsonl.gz"
    part.write_bytes(part.read_bytes()[:-9])
    with empty_desk().app_context(), pytest.raises(NotABackup, match="ticket"):
        restore(made)


def test_a_file_that_went_missing_from_the_backup_stops_the_restore(
    busy: Busy, tmp_path: Path, empty_desk: MakeDesk
) -> None:
    made = make_backup(tmp_path / "backups")
    name = next(listed_files(made))
    (tmp_path / "backups" / "files" / name[:2] / name[2:4] / name).unlink()
    with empty_desk().app_context():
        with pytest.raises(NotABackup, match="missing or were changed"):
            restore(made)
        restore(made, without_files=True)
        assert database.session.get(Ticket, busy.id) is not None


def test_a_file_that_the_desk_itself_lost_is_noted_and_the_rest_is_saved(
    busy: Busy, tmp_path: Path, empty_desk: MakeDesk
) -> None:
    lost = database.session.scalars(database.select(Attachment.digest)).one()
    files.store().remove(lost)
    made = make_backup(tmp_path / "backups")
    assert read_manifest(made).damaged == [lost]
    with empty_desk().app_context():
        restore(made)
        assert database.session.get(Ticket, busy.id) is not None


def test_a_backup_that_was_stopped_leaves_nothing_but_copied_files(
    busy: Busy, tmp_path: Path
) -> None:
    with pytest.raises(Stopped):
        make_backup(tmp_path, is_stopped=lambda: True)
    assert backups_in(tmp_path) == []
    assert not list(tmp_path.glob("*.unfinished"))
    assert last_backup() is None


def test_a_backup_cut_by_a_crash_is_no_backup_and_is_cleared_away_by_the_next(
    busy: Busy, tmp_path: Path
) -> None:
    left = tmp_path / "2026-11-15T020000Z.unfinished"
    left.mkdir()
    made = make_backup(tmp_path)
    assert backups_in(tmp_path) == [made]
    assert not left.exists()


def test_files_of_an_earlier_backup_are_not_copied_again(
    busy: Busy, clock: StoppedClock, tmp_path: Path
) -> None:
    make_backup(tmp_path)
    copied = {path: path.stat().st_mtime_ns for path in (tmp_path / "files").glob("*/*/*")}
    clock.advance(timedelta(days=1))
    make_backup(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "files").glob("*/*/*")} == copied


def test_old_backups_go_with_the_files_that_no_other_needs(
    busy: Busy, clock: StoppedClock, tmp_path: Path
) -> None:
    first = make_backup(tmp_path)
    needed = set(listed_files(first))
    stray = files.DiskStore(tmp_path / "files").keep(b"of a backup that is gone")
    clock.advance(timedelta(days=1))
    second = make_backup(tmp_path)
    assert remove_old(tmp_path, 1) == [first]
    assert backups_in(tmp_path) == [second]
    left = {path.name for path in (tmp_path / "files").glob("*/*/*")}
    assert left == needed
    assert stray not in left


def test_the_newest_backup_of_a_folder_is_taken(
    busy: Busy, clock: StoppedClock, tmp_path: Path
) -> None:
    make_backup(tmp_path)
    clock.advance(timedelta(days=1))
    newest = make_backup(tmp_path)
    assert find_backup(tmp_path) == newest
    assert last_backup() == clock.now()


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": 99},
        {"tables": "all"},
        {"made_at": "yesterday"},
        {"tables": [{"name": "../../etc/passwd", "rows": 0, "columns": [], "digest": ""}]},
    ],
)
def test_a_manifest_that_cannot_be_true_is_refused(
    busy: Busy, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    made = make_backup(tmp_path)
    found = json.loads((made / "manifest.json").read_text(encoding="utf-8"))
    (made / "manifest.json").write_text(json.dumps({**found, **wrong}), encoding="utf-8")
    with pytest.raises(NotABackup):
        read_manifest(made)


def test_a_step_from_the_future_is_refused_with_advice(
    busy: Busy, tmp_path: Path, empty_desk: MakeDesk
) -> None:
    made = make_backup(tmp_path)
    found = json.loads((made / "manifest.json").read_text(encoding="utf-8"))
    (made / "manifest.json").write_text(json.dumps({**found, "revision": "9999"}), "utf-8")
    with empty_desk().app_context(), pytest.raises(NotABackup, match="9999"):
        restore(made)
