"""Work that takes long is done before the transaction; what fails for good is handed over; lost claims are no failures."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import update

from helpdesk.core import outbox
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.models import OutboxEntry, OutboxState
from helpdesk.core.outbox import Job
from helpdesk.core.unit_of_work import is_open, owe, unit_of_work
from helpdesk.jobs import JOBS

happened: list[str] = []


def prepare(ids: Sequence[int]) -> Iterator[Callable[[], None]]:
    for one in ids:
        happened.append(f"prepared {one}, unit open: {is_open()}")
        yield partial(file, one)


def file(one: int) -> None:
    happened.append(f"filed {one}, unit open: {is_open()}")
    if one == 13:
        raise RuntimeError("an unlucky number")


def file_all(ids: Sequence[int]) -> None:
    for one in ids:
        file(one)


def give_up(one: int, error: Exception) -> None:
    happened.append(f"gave up {one}: {error}")


def fail_to_give_up(_one: int, _error: Exception) -> None:
    raise RuntimeError("not even that")


@pytest.fixture(autouse=True)
def jobs(app: Flask, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.CRITICAL)
    happened.clear()
    outbox.install_jobs(
        {
            "file": Job(file_all, lane="a", most_attempts=2, prepare=prepare, give_up=give_up),
            "plain": Job(file_all, lane="b", most_attempts=1, give_up=fail_to_give_up),
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


def test_each_is_prepared_outside_the_unit_of_work_that_runs_it() -> None:
    owe_all("file", 1, 2)
    outbox.drain("a")
    assert happened == [
        "prepared 1, unit open: False",
        "filed 1, unit open: True",
        "prepared 2, unit open: False",
        "filed 2, unit open: True",
    ]


def test_what_failed_for_the_last_time_is_handed_over_and_forgotten(clock: StoppedClock) -> None:
    owe_all("file", 13)
    outbox.drain("a")
    assert outbox.waiting() == 1
    clock.advance(timedelta(minutes=1))
    outbox.drain("a")
    assert happened[-1] == "gave up 13: an unlucky number"
    assert db.session.scalars(db.select(OutboxEntry)).all() == []


def test_a_failure_costs_the_others_of_its_claim_nothing() -> None:
    owe_all("file", 1, 13, 2)
    outbox.drain("a")
    assert [one for one in happened if one.startswith("filed")] == [
        "filed 1, unit open: True",
        "filed 13, unit open: True",
        "filed 2, unit open: True",
    ]
    assert outbox.waiting() == 1


def test_what_cannot_even_be_handed_over_stays_where_it_is_seen() -> None:
    owe_all("plain", 13)
    outbox.drain("b")
    assert db.session.scalars(db.select(OutboxEntry.state)).all() == [OutboxState.DEAD]


def test_claims_that_were_lost_with_their_worker_are_no_failures(clock: StoppedClock) -> None:
    owe_all("file", 7)
    for _ in range(10):
        outbox.claim("a", 1)
        clock.advance(outbox.LEASE + timedelta(seconds=1))
    outbox.drain("a")
    assert happened[-1] == "filed 7, unit open: True"
    assert outbox.waiting() == 0


def test_what_so_many_workers_died_of_is_given_up(clock: StoppedClock) -> None:
    owe_all("file", 7)
    with unit_of_work():
        db.session.execute(update(OutboxEntry).values(attempts=outbox.MOST_LOST + 5))
    for _ in range(2):
        outbox.drain("a")
        clock.advance(timedelta(minutes=1))
    assert "workers ended" in happened[-1]
    assert outbox.waiting() == 0
