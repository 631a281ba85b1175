"""How a list may be shown: columns, orders, groupings and densities, by the names that pages and files use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from helpdesk.tickets.narrowing import Sort
from workflows.fields import CUSTOM

# In the order in which a list has them; the subject is always there.
COLUMNS = (
    "channel",
    "number",
    "requester",
    "assignee",
    "group",
    "priority",
    "status",
    "due",
    "type",
    "created",
    "activity",
)
USUAL_COLUMNS = tuple(one for one in COLUMNS if one not in ("type", "created"))
SORTS = tuple(one.value for one in Sort)
GROUPINGS = ("status", "priority", "group", "assignee", "type", "channel", "requester")
DENSITIES = ("comfortable", "compact")


@dataclass(frozen=True, slots=True)
class Shown:
    """How a list is shown to somebody."""

    columns: tuple[str, ...] = USUAL_COLUMNS
    # Those of fields that an administrator added; a view alone brings them.
    added: tuple[str, ...] = ()
    grouping: str = ""
    density: str = DENSITIES[0]


def known_columns(names: Iterable[Any]) -> tuple[str, ...]:
    """Those of these names that are columns, in the order of a list."""
    wanted = set(map(str, names))
    return tuple(one for one in COLUMNS if one in wanted)


def shown_to(
    choices: Mapping[str, Any],
    *,
    columns: Iterable[str] = (),
    grouping: str = "",
    density: str = "",
) -> Shown:
    """How a list is shown to whoever made these choices, where the list itself says nothing."""
    columns = tuple(map(str, columns))
    own = choices.get("list") if isinstance(choices.get("list"), Mapping) else {}
    assert isinstance(own, Mapping)
    chosen = known_columns(columns) or known_columns(own.get("columns") or ()) or USUAL_COLUMNS
    dense = density or str(own.get("density") or "")
    return Shown(
        columns=chosen,
        added=tuple(one for one in columns if one.startswith(CUSTOM)),
        grouping=grouping if grouping in GROUPINGS else "",
        density=dense if dense in DENSITIES else DENSITIES[0],
    )
