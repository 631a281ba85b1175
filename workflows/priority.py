"""Priority from impact and urgency (ITIL 4, incident management); 1 is the highest, 5 the lowest."""

from __future__ import annotations

import enum
from collections.abc import Mapping


class Level(enum.StrEnum):
    """How far something reaches (impact), or how soon it hurts (urgency)."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


Matrix = Mapping[tuple[Level, Level], int]

DEFAULT_MATRIX: Matrix = {
    (Level.HIGH, Level.HIGH): 1,
    (Level.HIGH, Level.MEDIUM): 2,
    (Level.HIGH, Level.LOW): 3,
    (Level.MEDIUM, Level.HIGH): 2,
    (Level.MEDIUM, Level.MEDIUM): 3,
    (Level.MEDIUM, Level.LOW): 4,
    (Level.LOW, Level.HIGH): 3,
    (Level.LOW, Level.MEDIUM): 4,
    (Level.LOW, Level.LOW): 5,
}


def priority_of(impact: Level, urgency: Level, matrix: Matrix = DEFAULT_MATRIX) -> int:
    """The priority the matrix gives to an impact and an urgency."""
    return matrix[(impact, urgency)]
