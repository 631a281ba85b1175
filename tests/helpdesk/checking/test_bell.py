"""A Redis that does not answer rings and stops; the desk waits for it once, and not with every change."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from redis import Redis
from redis.exceptions import ConnectionError as NoConnection

from helpdesk.checking.desk import check_desk
from helpdesk.checking.machine import check_bell
from helpdesk.core import queue
from helpdesk.core.queue import RQ_RUNNER, RqRunner


class Absent(Redis):
    """A Redis that is not there until it comes back; counts how often it was asked."""

    asked = 0
    is_back = False

    def execute_command(self, *_args: Any, **_options: Any) -> Any:
        self.asked += 1
        if not self.is_back:
            raise NoConnection("nobody there")
        return True


@pytest.fixture
def absent() -> Absent:
    return Absent()


@pytest.fixture
def bell(app: Flask, absent: Absent, monkeypatch: pytest.MonkeyPatch) -> RqRunner:
    """The desk with this Redis as its bell."""
    made = RqRunner(absent)
    monkeypatch.setitem(app.extensions, RQ_RUNNER, made)
    return made


def test_a_redis_that_does_not_answer_rings_and_stops(bell: RqRunner, absent: Absent) -> None:
    [found] = check_bell()
    assert found.is_ringing
    assert "slower" in found.what
    absent.is_back = True
    [found] = check_bell()
    assert not found.is_ringing


def test_it_is_one_of_the_things_that_are_looked_at(bell: RqRunner) -> None:
    assert "redis" in {found.part for found in check_desk() if found.is_ringing}


def test_a_desk_without_redis_is_not_told_that_it_lacks_one(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(app.extensions, RQ_RUNNER, raising=False)
    assert list(check_bell()) == []


def test_a_redis_that_is_away_is_waited_for_once(
    bell: RqRunner, absent: Absent, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [100.0]
    monkeypatch.setattr(queue.time, "monotonic", lambda: at[0])
    for _ in range(5):
        bell.ring({"tell", "intake", "index"})
    assert absent.asked == 1
    at[0] += queue.QUIET_SECONDS
    bell.ring({"tell"})
    assert absent.asked == 2
