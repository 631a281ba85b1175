"""What is different between two bodies: field by field for plans, line by line for people."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from helpdesk.configuration.reading import written
from helpdesk.configuration.writing import in_order, write_text
from workflows.faults import Path

AROUND = 3


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs; `before` or `after` is MISSING where it does not stand."""

    path: Path
    before: Any
    after: Any

    @property
    def field(self) -> str:
        return written(self.path)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a difference: `sign` is "+" for new, "-" for gone, " " for both, "…" where lines are left out."""

    sign: str
    text: str
    number: int | None = None


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Every field that differs, as deep as it can be named; lists are one field unless they differ in single places."""
    return list(_changes((), before, after))


def lines(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Line]:
    """The two bodies as YAML, line by line, with a few lines around what differs; empty if nothing does."""
    # An empty body would be written as a pair of braces, which nobody has typed.
    old, new = (write_text(one) if one else "" for one in (before, after))
    return text_lines(old, new)


def text_lines(before: str, after: str) -> list[Line]:
    """The two texts, line by line."""
    old, new = before.splitlines(), after.splitlines()
    made: list[Line] = []
    reached = 0
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(
        AROUND
    ):
        if group[0][3] > reached:
            made.append(Line("…", ""))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                made += (Line(" ", new[at], at + 1) for at in range(j1, j2))
            else:
                made += (Line("-", old[at]) for at in range(i1, i2))
                made += (Line("+", new[at], at + 1) for at in range(j1, j2))
        reached = group[-1][4]
    if made and reached < len(new):
        made.append(Line("…", ""))
    return made


def _changes(path: Path, before: Any, after: Any) -> Iterator[Change]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in in_order({**before, **after}):
            yield from _changes((*path, name), before.get(name, MISSING), after.get(name, MISSING))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for at, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _changes((*path, at), old, new)
    elif before is MISSING or after is MISSING or not _same(before, after):
        yield Change(path, before, after)


def _same(before: Any, after: Any) -> bool:
    return type(before) is type(after) and bool(before == after)
