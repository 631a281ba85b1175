"""Limits by address and by source, in the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.people.limits import allow, source_key

HOUR = timedelta(hours=1)


def test_so_many_are_allowed_and_no_more(db: Any) -> None:
    assert [allow("form", "a", 2, HOUR) for _ in range(4)] == [True, True, False, False]


def test_each_key_is_counted_for_itself(db: Any) -> None:
    assert allow("form", "a", 1, HOUR)

    assert allow("form", "b", 1, HOUR)
    assert allow("chat", "a", 1, HOUR)


def test_what_lies_behind_counts_no_more(db: Any, clock: StoppedClock) -> None:
    allow("form", "a", 1, HOUR)

    clock.advance(timedelta(hours=2))

    assert allow("form", "a", 1, HOUR)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2:ffff::1", "2001:0db8:0001:0002"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
    ],
)
def test_a_household_is_one_source(address: str, key: str) -> None:
    assert source_key(address) == key
