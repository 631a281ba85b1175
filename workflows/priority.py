"""Priority from impact and urgency by a matrix that is data (ITIL 4, incident management); 1 is the highest, 5 the lowest."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.faults import N_, Gatherer, fault

HIGHEST, LOWEST = 1, 5
LARGEST = 7
_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")


class Level(enum.StrEnum):
    """How far something reaches (impact), or how soon it hurts (urgency), as shipped; compare by `==`."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Step:
    """One row or column of a matrix: its name on tickets, and what people call it."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class PriorityMatrix:
    """A priority for each impact (a row) and urgency (a column), the gravest first."""

    title: str
    impacts: tuple[Step, ...]
    urgencies: tuple[Step, ...]
    priorities: tuple[tuple[int, ...], ...]

    def priority(self, impact: str, urgency: str) -> int | None:
        """The priority of a pair; None for a step that the matrix does not have."""
        row = _place(self.impacts, impact)
        column = _place(self.urgencies, urgency)
        return None if row is None or column is None else self.priorities[row][column]

    @property
    def usual(self) -> tuple[str, str]:
        """What a ticket begins with of which nothing is known: the least impact, the middle urgency."""
        return self.impacts[-1].name, self.urgencies[len(self.urgencies) // 2].name


DEFAULT_BODY: dict[str, Any] = {
    "title": "Impact and urgency",
    "impacts": [
        {"name": "high", "label": "High"},
        {"name": "medium", "label": "Medium"},
        {"name": "low", "label": "Low"},
    ],
    "urgencies": [
        {"name": "high", "label": "High"},
        {"name": "medium", "label": "Medium"},
        {"name": "low", "label": "Low"},
    ],
    "priorities": [[1, 2, 3], [2, 3, 4], [3, 4, 5]],
}


def read_matrix(body: Mapping[str, Any]) -> PriorityMatrix:
    """The matrix that a body stands for, up to 7 by 7. Raises Faulty with the path of each fault."""
    gather = Gatherer()
    known = {"title", "position", "active", "impacts", "urgencies", "priorities"}
    for key in sorted(set(map(str, body)) - known):
        with gather.part():
            raise fault((key,), N_("This is not known here."))
    title = body.get("title")
    with gather.part():
        if not isinstance(title, str) or not title.strip() or len(title) > 80:
            raise fault(("title",), N_("Write a text of at most %(most)d characters."), most=80)
    impacts = tuple(_steps(body, "impacts", gather))
    urgencies = tuple(_steps(body, "urgencies", gather))
    gather.raise_if_any()
    rows = tuple(_rows(body, len(impacts), len(urgencies), gather))
    gather.raise_if_any()
    return PriorityMatrix(str(title), impacts, urgencies, rows)


def _steps(body: Mapping[str, Any], key: str, gather: Gatherer) -> Iterator[Step]:
    listed = body.get(key)
    with gather.part():
        if not isinstance(listed, Sequence) or isinstance(listed, str):
            raise fault((key,), N_("This must be a list."))
        if not 1 <= len(listed) <= LARGEST:
            raise fault((key,), N_("There may be one to %(most)d."), most=LARGEST)
        seen: set[str] = set()
        for place, one in enumerate(listed):
            with gather.part():
                yield _step(one, (key, place), seen)


def _step(one: Any, path: tuple[str | int, ...], seen: set[str]) -> Step:
    name = one.get("name") if isinstance(one, Mapping) else None
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise fault(
            (*path, "name"),
            N_("A name is up to 30 lower-case letters, digits and underscores, a letter first."),
        )
    if name in seen:
        raise fault((*path, "name"), N_("There are two called %(name)s."), name=name)
    seen.add(name)
    label = one.get("label", name.replace("_", " ").capitalize())
    if not isinstance(label, str) or not label.strip() or len(label) > 60:
        raise fault((*path, "label"), N_("Write a text of at most %(most)d characters."), most=60)
    unknown = sorted(set(map(str, one)) - {"name", "label"})
    if unknown:
        raise fault((*path, unknown[0]), N_("This is not known here."))
    return Step(name, label.strip())


def _rows(
    body: Mapping[str, Any], height: int, width: int, gather: Gatherer
) -> Iterator[tuple[int, ...]]:
    listed = body.get("priorities")
    with gather.part():
        if not isinstance(listed, Sequence) or len(listed) != height:
            raise fault(("priorities",), N_("Write a row for each impact."))
        for place, row in enumerate(listed):
            with gather.part():
                path = ("priorities", place)
                if not isinstance(row, Sequence) or isinstance(row, str) or len(row) != width:
                    raise fault(path, N_("Write a number for each urgency."))
                yield tuple(_priority(one, (*path, column)) for column, one in enumerate(row))


def _priority(one: Any, path: tuple[str | int, ...]) -> int:
    if isinstance(one, bool) or not isinstance(one, int) or not HIGHEST <= one <= LOWEST:
        raise fault(path, N_("A priority is a number from 1 to 5."))
    return one


def _place(steps: Sequence[Step], name: str) -> int | None:
    return next((place for place, step in enumerate(steps) if step.name == name), None)


DEFAULT_MATRIX = read_matrix(DEFAULT_BODY)


def priority_of(impact: str, urgency: str, matrix: PriorityMatrix = DEFAULT_MATRIX) -> int:
    """The priority the matrix gives to an impact and an urgency. Raises KeyError for what it does not have."""
    found = matrix.priority(impact, urgency)
    if found is None:
        raise KeyError((impact, urgency))
    return found
