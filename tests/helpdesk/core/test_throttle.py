"""Limits that stand in the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from helpdesk.core import throttle
from helpdesk.core.clock import StoppedClock
from helpdesk.core.models import Tally
from helpdesk.core.unit_of_work import unit_of_work

PER = timedelta(minutes=5)


def hit(key: str = "key", limit: int = 2) -> bool:
    with unit_of_work():
        return throttle.hit(key, limit, PER)


def test_a_limit_is_reached_and_passes(db: Any, clock: StoppedClock) -> None:
    assert [hit(), hit(), hit()] == [True, True, False]
    clock.advance(PER + PER / 5)
    assert hit()


def test_keys_are_counted_apart(db: Any) -> None:
    assert [hit("a"), hit("a"), hit("b")] == [True, True, True]
    assert not hit("a")


def test_what_was_taken_back_does_not_count(db: Any) -> None:
    for _time in range(5):
        assert hit()
        with unit_of_work():
            throttle.take_back("key", PER)


def test_a_forgotten_key_begins_anew(db: Any) -> None:
    assert [hit(), hit(), hit()] == [True, True, False]
    with unit_of_work():
        throttle.forget("key", PER)
    assert hit()


def test_asking_counts_nothing(db: Any) -> None:
    hit()
    assert not throttle.is_reached("key", 2, PER)
    assert not throttle.is_reached("key", 2, PER)
    hit()
    assert throttle.is_reached("key", 2, PER)


def test_old_counts_are_swept_and_young_ones_kept(db: Any, clock: StoppedClock) -> None:
    hit("old")
    clock.advance(timedelta(minutes=20))
    hit("young")
    with unit_of_work():
        throttle.sweep()
    assert db.session.scalar(select(func.count(Tally.id))) == 1


def test_the_table_does_not_say_what_was_counted(db: Any) -> None:
    hit("account:ben@borough.example")
    assert "ben" not in db.session.scalars(select(Tally.key)).one()
