"""between(): how a new version of a table differs from the one before, by key; numbers, and the first of each kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from helpdesk.answers.csv_reading import ReadRow

MOST_SHOWN: Final = 20

_Cells = tuple[str, ...]


def between(
    old: Iterable[tuple[str, Sequence[str]]],
    new: Sequence[ReadRow],
    old_columns: Sequence[str],
    new_columns: Sequence[str],
) -> dict[str, Any]:
    """What is new, gone, changed and the same, counted in keys; examples as [key, what it said, what it says]."""
    shared = [name for name in new_columns if name in old_columns]
    places = [list(old_columns).index(name) for name in shared]
    before: dict[str, list[_Cells]] = {}
    for key, cells in old:
        before.setdefault(key, []).append(tuple(cells[at] for at in places))
    places = [list(new_columns).index(name) for name in shared]
    after: dict[str, list[_Cells]] = {}
    for row in new:
        after.setdefault(row.key, []).append(tuple(row.values[at] for at in places))
    added = [key for key in after if key not in before]
    gone = [key for key in before if key not in after]
    changed = [key for key in after if key in before and after[key] != before[key]]
    return {
        "added": len(added),
        "gone": len(gone),
        "changed": len(changed),
        "same": len(after) - len(added) - len(changed),
        "columns_added": [name for name in new_columns if name not in old_columns],
        "columns_gone": [name for name in old_columns if name not in new_columns],
        "examples": [
            *([key, "", _said(after[key])] for key in added[:MOST_SHOWN]),
            *([key, _said(before[key]), ""] for key in gone[:MOST_SHOWN]),
            *([key, _said(before[key]), _said(after[key])] for key in changed[:MOST_SHOWN]),
        ],
    }


def _said(rows: Sequence[_Cells]) -> str:
    return " / ".join(", ".join(cells) for cells in rows)[:300]
