"""Priority from impact and urgency."""

from __future__ import annotations

import itertools

from workflows.priority import DEFAULT_MATRIX, Level, priority_of


def test_high_impact_and_high_urgency_come_first() -> None:
    assert priority_of(Level.HIGH, Level.HIGH) == 1


def test_low_impact_and_low_urgency_come_last() -> None:
    assert priority_of(Level.LOW, Level.LOW) == 5


def test_the_matrix_has_an_answer_for_every_pair() -> None:
    assert set(DEFAULT_MATRIX) == set(itertools.product(Level, Level))


def test_more_urgency_never_lowers_a_priority() -> None:
    for impact in Level:
        assert (
            priority_of(impact, Level.HIGH)
            <= priority_of(impact, Level.MEDIUM)
            <= priority_of(impact, Level.LOW)
        )
