"""P31: work that fails every time ends as a dead letter that is seen, and can be tried again."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask

from helpdesk.checking import parts
from helpdesk.cli.jobs import jobs as jobs_command
from helpdesk.core import outbox
from helpdesk.core.clock import StoppedClock
from helpdesk.core.given_up import given_up, try_again
from helpdesk.core.outbox import MOST_ATTEMPTS, Job
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.jobs import JOBS


class Stubborn:
    """A job that fails until it is mended."""

    def __init__(self) -> None:
        self.is_mended = False
        self.done: list[int] = []

    def run(self, ids: Sequence[int]) -> None:
        if not self.is_mended:
            raise RuntimeError("The wheel is missing.")
        self.done.extend(ids)


@pytest.fixture
def stubborn(app: Flask) -> Iterator[Stubborn]:
    """The job, in a lane of its own."""
    job = Stubborn()
    outbox.install_jobs({**JOBS, "stubborn": Job(job.run, lane="stubborn")})
    yield job
    outbox.install_jobs(JOBS)


def fail_for_good(clock: StoppedClock) -> None:
    for _ in range(MOST_ATTEMPTS):
        outbox.drain("stubborn")
        clock.advance(timedelta(hours=3))


def test_it_is_given_up_after_its_last_try_and_seen(
    stubborn: Stubborn, clock: StoppedClock
) -> None:
    with unit_of_work():
        owe("stubborn", 7)
    fail_for_good(clock)
    [dead] = given_up()
    assert (dead.job, dead.subject_id) == ("stubborn", 7)
    assert "wheel" in dead.last_error
    assert not parts.check_dead_jobs().is_well


def test_other_work_of_its_lane_goes_on(stubborn: Stubborn, clock: StoppedClock) -> None:
    with unit_of_work():
        owe("stubborn", 7)
    fail_for_good(clock)
    stubborn.is_mended = True
    with unit_of_work():
        owe("stubborn", 8)
    outbox.drain("stubborn")
    assert stubborn.done == [8]


def test_it_is_done_once_when_it_is_tried_again(stubborn: Stubborn, clock: StoppedClock) -> None:
    with unit_of_work():
        owe("stubborn", 7)
    fail_for_good(clock)
    stubborn.is_mended = True
    with unit_of_work():
        assert try_again() == 1
    outbox.drain("stubborn")
    assert stubborn.done == [7]
    assert parts.check_dead_jobs().is_well


def test_the_command_line_names_it(
    stubborn: Stubborn, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    with unit_of_work():
        owe("stubborn", 7)
    fail_for_good(clock)
    monkeypatch.setattr(sys.modules["helpdesk.cli.main"], "make_app", lambda: app)
    shown = CliRunner().invoke(jobs_command).output
    assert "stubborn 7" in shown
    assert "The wheel is missing." in shown
