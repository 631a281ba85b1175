"""Work owed: claimed by one, run, forgotten; tried again when it fails."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from flask import Flask

from helpdesk.core import outbox
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.models import OutboxEntry, OutboxState, Setting
from helpdesk.core.outbox import Job
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.jobs import JOBS

ran: list[list[int]] = []


def note(ids: Sequence[int]) -> None:
    ran.append(list(ids))


def fail(_ids: Sequence[int]) -> None:
    db.session.add(Setting(key="half done", value=1, changed_at=outbox.clock.now()))
    db.session.flush()
    raise RuntimeError("the paper is out")


@pytest.fixture(autouse=True)
def jobs(app: Flask) -> Iterator[None]:
    """Jobs of the tests' own, on a lane each."""
    ran.clear()
    outbox.install_jobs(
        {
            "note": Job(note, lane="notes"),
            "batch": Job(note, lane="batches", atomic=False, batch=10),
            "fail": Job(fail, lane="failures", most_attempts=2),
        }
    )
    outbox.install_bell(None)
    yield
    outbox.install_jobs(JOBS)
    outbox.install_bell(
        app.extensions["desk_runner"].ring if "desk_runner" in app.extensions else None
    )


def owe_all(job: str, *ids: int) -> None:
    with unit_of_work():
        for one in ids:
            owe(job, one)


def test_what_is_owed_is_run_in_order_and_forgotten() -> None:
    owe_all("note", 3, 1, 2)
    assert outbox.drain("notes") == 3
    assert ran == [[3], [1], [2]]
    assert outbox.waiting() == 0


def test_a_batch_job_is_given_all_its_ids_at_once() -> None:
    owe_all("batch", 1, 2, 3)
    outbox.drain("batches")
    assert ran == [[1, 2, 3]]


def test_two_workers_never_hold_the_same_entry() -> None:
    owe_all("note", *range(10))
    first, second = outbox.claim("notes", 6), outbox.claim("notes", 6)
    held = [entry.id for entry in (*first, *second)]
    assert len(held) == len(set(held)) == 10


def test_a_failed_job_leaves_nothing_but_its_error(caplog: pytest.LogCaptureFixture) -> None:
    owe_all("fail", 1)
    with caplog.at_level(logging.CRITICAL):
        outbox.drain("failures")
    entry = db.session.scalars(db.select(OutboxEntry)).one()
    assert db.session.get(Setting, "half done") is None
    assert entry.state is OutboxState.WAITING
    assert "the paper is out" in entry.last_error


def test_a_failed_job_is_tried_again_later_and_then_given_up(
    clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    owe_all("fail", 1)
    with caplog.at_level(logging.CRITICAL):
        assert outbox.drain("failures") == 1
        assert outbox.drain("failures") == 0
        clock.advance(timedelta(minutes=1))
        assert outbox.drain("failures") == 1
    assert db.session.scalars(db.select(OutboxEntry.state)).one() is OutboxState.DEAD


def test_the_work_of_a_dead_worker_is_taken_over_when_its_lease_ends(clock: StoppedClock) -> None:
    owe_all("note", 7)
    outbox.claim("notes", 1)
    assert outbox.drain("notes") == 0
    clock.advance(outbox.LEASE + timedelta(seconds=1))
    assert outbox.drain("notes") == 1
    assert ran == [[7]]


def test_a_worker_that_lost_its_lease_has_no_effect(clock: StoppedClock) -> None:
    owe_all("note", 7)
    slow = outbox.claim("notes", 1)
    clock.advance(outbox.LEASE + timedelta(seconds=1))
    outbox.drain("notes")
    outbox.settle(slow)
    assert outbox.waiting() == 0
    assert ran == [[7], [7]]


def test_a_sweep_rings_for_what_no_bell_brought() -> None:
    rung: list[set[str]] = []
    owe_all("note", 1)
    outbox.install_bell(rung.append)
    assert outbox.sweep() == {"notes"}
    assert rung == [{"notes"}]


def test_a_desk_that_starts_alone_takes_back_what_it_held_before() -> None:
    owe_all("note", 7)
    outbox.claim("notes", 1)
    outbox.release_all()
    assert outbox.drain("notes") == 1
