"""An index that is damaged, killed in mid-write or made anew while the desk goes on."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.search import indexing
from helpdesk.search.backend import SearchBackend, SearchQuery
from helpdesk.search.database_backend import DatabaseBackend
from helpdesk.search.finding import find
from helpdesk.search.whoosh_backend import IndexDamaged, WhooshBackend
from helpdesk.search.whoosh_home import AlreadyRebuilding, Home
from tests.cast import Cast
from tests.helpdesk.search.conftest import Settle, a_document, put, refs
from tests.makers import make_ticket, make_words_of


def said_nothing(_line: str) -> None:
    return None


def current(whoosh: WhooshBackend, folder: Path) -> Path:
    found = Home(folder).current()
    assert found is not None
    return found


def test_a_rebuild_finds_everything_that_the_database_holds(
    engine: SearchBackend, cast: Cast, settle: Settle
) -> None:
    ticket = make_ticket(cast.ada, cast.it, text="lamp")
    settle()
    engine.remove([f"ticket:{ticket.id}"]) if not engine.in_transaction else None
    put(engine, a_document("message:99999", body="a lamp that nobody wrote"))
    lines: list[str] = []
    indexing.rebuild(lines.append)
    assert refs(engine, "lamp") == [f"message:{ticket.messages[0].id}"]
    assert refs(engine, ticket.number, kinds=("ticket",)) == [f"ticket:{ticket.id}"]
    assert refs(engine, "byrne", kinds=("person",)) == [f"person:{cast.ada.id}"]
    assert lines
    assert indexing.health().works


def test_an_index_that_is_empty_beside_a_new_message_may_still_be_well(
    whoosh: WhooshBackend, cast: Cast
) -> None:
    make_ticket(cast.ada, cast.it, text="lamp")
    assert indexing.health().works


def test_an_index_that_stays_empty_beside_tickets_is_not_well_and_is_healed(
    whoosh: WhooshBackend, cast: Cast, clock: StoppedClock
) -> None:
    make_ticket(cast.ada, cast.it, text="lamp")
    clock.advance(timedelta(minutes=11))
    assert not indexing.health().works
    assert indexing.heal(said_nothing)
    assert indexing.health().works
    assert not indexing.heal(said_nothing)
    assert len(refs(whoosh, "lamp")) == 1


# Whoosh leaves files open when it stumbles; they are closed when the garbage is collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("harm", ["torn", "noise", "gone", "no list of contents"])
def test_a_damaged_whoosh_index_limits_search_and_a_rebuild_heals_it(
    whoosh: WhooshBackend, cast: Cast, settle: Settle, tmp_path: Path, harm: str
) -> None:
    ticket = make_ticket(cast.ada, cast.it, text="lamp")
    settle()
    damage(current(whoosh, tmp_path / "search"), harm)
    fresh = WhooshBackend(tmp_path / "search")
    page = fresh.search(SearchQuery("lamp", None))
    assert page.hits == ()
    assert "rebuild" in page.limited
    assert not fresh.health().works
    assert fresh.suggest("lam", None) == []
    with pytest.raises(IndexDamaged):
        fresh.index([a_document("message:7", body="lamp")])
    fresh.rebuild(said_nothing)
    assert len(refs(fresh, "lamp")) == 1
    make_words_of(ticket, cast.ada, "lamp again")
    settle()
    assert len(refs(whoosh, "lamp")) == 2
    gc.collect()


def damage(folder: Path, harm: str) -> None:
    segments = sorted(folder.glob("*.seg"))
    contents = sorted(folder.glob("_MAIN_*.toc"))
    if harm == "torn":
        for path in segments:
            os.truncate(path, path.stat().st_size // 3)
    elif harm == "noise":
        for path in segments:
            path.write_bytes(b"\xff" * path.stat().st_size)
    elif harm == "gone":
        for path in segments:
            path.unlink()
    else:
        for path in contents:
            path.write_bytes(b"nothing of ours")


def test_a_damaged_database_index_limits_search_and_a_rebuild_heals_it(
    database_engine: DatabaseBackend, cast: Cast, settle: Settle
) -> None:
    ticket = make_ticket(cast.ada, cast.it, text="lamp")
    settle()
    with unit_of_work():
        broken = (
            "ALTER TABLE search_document DROP COLUMN vector CASCADE"
            if is_postgresql()
            else "DROP TABLE search_stem"
        )
        db.session.execute(text(broken))
    page = find(cast.actor("ben"), "lamp")
    assert page.tickets == ()
    assert "rebuild" in page.limited
    assert not indexing.health().works
    assert indexing.heal(said_nothing)
    assert [found.row.id for found in find(cast.actor("ben"), "lamp").tickets] == [ticket.id]


def test_what_changes_while_a_whoosh_index_is_made_anew_is_not_lost(
    whoosh: WhooshBackend, cast: Cast, settle: Settle
) -> None:
    ticket = make_ticket(cast.ada, cast.it, text="lamp")
    settle()
    changed: list[str] = []

    def change_meanwhile(line: str) -> None:
        if not changed and line.startswith("ticket"):
            changed.append(line)
            make_words_of(ticket, cast.ada, "the escalator too")
            indexing.index_tickets([ticket.id])

    indexing.rebuild(change_meanwhile)
    assert changed
    assert len(refs(whoosh, "escalator")) == 1
    assert len(refs(whoosh, "lamp")) == 1


def test_two_rebuilds_at_once_are_refused(whoosh: WhooshBackend, tmp_path: Path) -> None:
    with Home(tmp_path / "search").rebuilding():
        with pytest.raises(AlreadyRebuilding):
            whoosh.rebuild(said_nothing)


def test_a_rebuild_that_fails_leaves_the_old_index_in_use(
    whoosh: WhooshBackend, cast: Cast, settle: Settle, tmp_path: Path
) -> None:
    make_ticket(cast.ada, cast.it, text="lamp")
    settle()

    def stop(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        whoosh.rebuild(stop)
    assert len(refs(whoosh, "lamp")) == 1
    assert len(list((tmp_path / "search").glob("index-*"))) == 1


WRITER = """
import itertools, sys, warnings
warnings.simplefilter("ignore")
from datetime import UTC, datetime
from pathlib import Path
from helpdesk.search.backend import Document
from helpdesk.search.whoosh_backend import WhooshBackend

engine = WhooshBackend(Path(sys.argv[1]))
for number in itertools.count(int(sys.argv[2])):
    refs = [number * 10 + place for place in range(10)]
    engine.index(
        Document(f"message:{ref}", "message", ("group:1",), "words", f"word{ref} " * 30, "",
                 datetime(2026, 1, 1, tzinfo=UTC), 1)
        for ref in refs
    )
    print(refs[-1], flush=True)
"""


@pytest.mark.faults
def test_a_writer_killed_in_mid_write_loses_nothing_it_had_committed(
    whoosh: WhooshBackend, tmp_path: Path
) -> None:
    root = Path(__file__).parents[3]
    last = 0
    for round_number in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / "search"), str(round_number * 1000)],
            stdout=subprocess.PIPE,
            cwd=root,
            text=True,
        )
        assert writer.stdout is not None
        for _ in range(3):
            last = int(writer.stdout.readline())
        # Somewhere in the next commit, another place each time.
        time.sleep(0.007 * (round_number + 1))
        writer.send_signal(signal.SIGKILL)
        rest, _nothing = writer.communicate()
        last = int((rest.split() or [str(last)])[-1])
        assert refs(whoosh, f"word{last}") == [f"message:{last}"]
        whoosh.index([a_document(f"message:{round_number + 1}", body=f"after{round_number}x")])
        assert refs(whoosh, f"after{round_number}x") == [f"message:{round_number + 1}"]
