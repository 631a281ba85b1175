"""Priority from impact and urgency."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from workflows.faults import Faulty
from workflows.priority import DEFAULT_BODY, DEFAULT_MATRIX, Level, priority_of, read_matrix


def test_high_impact_and_high_urgency_come_first() -> None:
    assert priority_of(Level.HIGH, Level.HIGH) == 1


def test_low_impact_and_low_urgency_come_last() -> None:
    assert priority_of(Level.LOW, Level.LOW) == 5


def test_the_matrix_has_an_answer_for_every_pair() -> None:
    pairs = itertools.product(Level, Level)
    assert all(DEFAULT_MATRIX.priority(*pair) is not None for pair in pairs)


def test_more_urgency_never_lowers_a_priority() -> None:
    for impact in Level:
        assert (
            priority_of(impact, Level.HIGH)
            <= priority_of(impact, Level.MEDIUM)
            <= priority_of(impact, Level.LOW)
        )


def steps(count: int) -> list[dict[str, str]]:
    return [{"name": f"step_{number}"} for number in range(count)]


def test_a_matrix_may_be_seven_by_seven() -> None:
    body = {"title": "Big", "impacts": steps(7), "urgencies": steps(7)}
    matrix = read_matrix({**body, "priorities": [[1, 2, 3, 3, 4, 4, 5]] * 7})
    assert matrix.priority("step_6", "step_1") == 2
    assert matrix.priority("step_7", "step_1") is None
    assert matrix.usual == ("step_6", "step_3")


@pytest.mark.parametrize(
    ("key", "value", "path"),
    [
        ("title", "", ("title",)),
        ("impacts", steps(8), ("impacts",)),
        ("impacts", [], ("impacts",)),
        ("urgencies", [{"name": "Now!"}], ("urgencies", 0, "name")),
        ("urgencies", [{"name": "now"}, {"name": "now"}], ("urgencies", 1, "name")),
        ("priorities", [[1, 2, 3]], ("priorities",)),
        ("priorities", [[1, 2, 3], [1, 2], [1, 2, 3]], ("priorities", 1)),
        ("priorities", [[1, 2, 3], [1, 2, 6], [1, 2, 3]], ("priorities", 1, 2)),
        ("colour", "red", ("colour",)),
    ],
)
def test_a_fault_of_a_matrix_points_at_its_place(
    key: str, value: Any, path: tuple[str | int, ...]
) -> None:
    with pytest.raises(Faulty) as refused:
        read_matrix({**DEFAULT_BODY, key: value})
    assert path in {fault.path for fault in refused.value.faults}
