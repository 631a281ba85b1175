"""A lifecycle drawn: its states as boxes in columns by what they mean, its moves as numbered arrows between them."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from workflows.lifecycle import FINAL, WAITING, Category, Lifecycle, Move, State

BOX_WIDTH, BOX_HEIGHT = 168, 46
GAP_X, GAP_Y = 120, 40
MARGIN, HEADING = 14, 34
LONGEST_LINE = 22
# Arrows past a whole column run below the boxes, each on a line of its own.
LANE = 20


@dataclass(frozen=True, slots=True)
class Box:
    """A state as it is drawn; `kind` is how its box looks, `lines` its label."""

    name: str
    lines: list[str]
    kind: str
    x: int
    y: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way between two states: the path of its line, the numbers of its moves and where they stand."""

    path: str
    numbers: str
    x: float
    y: float
    title: str


@dataclass(frozen=True, slots=True)
class Column:
    """States that mean much the same."""

    title: str
    x: int


@dataclass(frozen=True, slots=True)
class Graph:
    """All that is drawn, and how large it is."""

    width: int
    height: int
    columns: list[Column]
    boxes: list[Box]
    arrows: list[Arrow]


def graph_of(life: Lifecycle) -> Graph:
    """The picture of a lifecycle; moves have their numbers in the order of the lifecycle."""
    held = [
        (title, [state for state in life.states if _column_of(state.category) == place])
        for place, title in enumerate(
            (_("Being worked on"), _("Waiting"), _("Resolved"), _("Ended for good"))
        )
    ]
    held = [(title, states) for title, states in held if states]
    tallest = max(len(states) for _title, states in held)
    bottom = HEADING + tallest * (BOX_HEIGHT + GAP_Y) + MARGIN
    boxes: dict[str, Box] = {}
    columns = []
    for place, (title, states) in enumerate(held):
        x = MARGIN + place * (BOX_WIDTH + GAP_X)
        columns.append(Column(title, x))
        free = (tallest - len(states)) * (BOX_HEIGHT + GAP_Y) // 2
        for row, state in enumerate(states):
            y = HEADING + free + row * (BOX_HEIGHT + GAP_Y) + GAP_Y // 2
            boxes[state.name] = _box(state, life, x, y)
    width = MARGIN + len(held) * (BOX_WIDTH + GAP_X) - GAP_X // 2
    arrows, height = _arrows(life, boxes, bottom)
    return Graph(width, height, columns, list(boxes.values()), arrows)


def _column_of(category: Category) -> int:
    if category in WAITING:
        return 1
    if category in FINAL:
        return 3
    return 2 if category is Category.RESOLVED else 0


def _box(state: State, life: Lifecycle, x: int, y: int) -> Box:
    kinds = {0: "active", 1: "waiting", 2: "resolved", 3: "ended"}
    kind = kinds[_column_of(state.category)]
    return Box(state.name, _lines(_(state.label)), kind, x, y, state.name == life.initial)


def _lines(label: str) -> list[str]:
    """A label in at most two lines."""
    first, rest = "", label.split()
    while rest and (not first or len(first) + len(rest[0]) < LONGEST_LINE):
        first = f"{first} {rest.pop(0)}".strip()
    second = " ".join(rest)
    shown = second if len(second) <= LONGEST_LINE else second[: LONGEST_LINE - 1] + "…"
    return [first[:LONGEST_LINE], *([shown] if shown else [])]


def _arrows(life: Lifecycle, boxes: dict[str, Box], bottom: int) -> tuple[list[Arrow], int]:
    """One arrow a pair of states, however many moves there are, and where the lowest of them ends.

    Their ends are spread over the sides of the boxes.
    """
    pairs: dict[tuple[str, str], list[tuple[int, Move]]] = {}
    for number, move in enumerate(life.moves, start=1):
        for source in move.source:
            pairs.setdefault((source, move.target), []).append((number, move))
    leaving: dict[str, int] = {}
    coming: dict[str, int] = {}
    for source, target in pairs:
        leaving[source] = leaving.get(source, 0) + 1
        coming[target] = coming.get(target, 0) + 1
    left = dict.fromkeys(leaving, 0)
    came = dict.fromkeys(coming, 0)
    found = []
    for (source, target), moves in pairs.items():
        left[source] += 1
        came[target] += 1
        begins = boxes[source].y + BOX_HEIGHT * left[source] / (leaving[source] + 1)
        ends = boxes[target].y + BOX_HEIGHT * came[target] / (coming[target] + 1)
        ways = boxes[source], boxes[target], begins, ends, moves
        if abs(boxes[source].x - boxes[target].x) > BOX_WIDTH + GAP_X:
            found.append(_arrow_below(*ways, bottom))
            bottom += LANE
        else:
            found.append(_arrow(*ways))
    return found, bottom + MARGIN


def _arrow_below(
    source: Box,
    target: Box,
    begins: float,
    ends: float,
    moves: list[tuple[int, Move]],
    lane: int,
) -> Arrow:
    """An arrow past other columns, on its own line below all boxes."""
    side = 1 if target.x > source.x else -1
    x1 = source.x + BOX_WIDTH if side > 0 else source.x
    x2 = target.x if side > 0 else target.x + BOX_WIDTH
    near, far = 30 * side, 60 * side
    path = (
        f"M{x1} {begins:.0f} C{x1 + near} {begins:.0f} {x1 + near} {lane} {x1 + far} {lane}"
        f" L{x2 - far} {lane} C{x2 - near} {lane} {x2 - near} {ends:.0f} {x2} {ends:.0f}"
    )
    return _labelled(path, source, target, moves, (x1 + x2) / 2, lane)


def _arrow(
    source: Box, target: Box, begins: float, ends: float, moves: list[tuple[int, Move]]
) -> Arrow:
    onward = target.x > source.x
    same = target.x == source.x
    x1 = source.x + BOX_WIDTH if onward or same else source.x
    x2 = target.x if onward else target.x + BOX_WIDTH
    reach = 52 if same else max(40, abs(x2 - x1) * 0.45)
    c1 = x1 + reach if onward or same else x1 - reach
    c2 = x2 - reach if onward else x2 + reach
    path = f"M{x1} {begins:.0f} C{c1:.0f} {begins:.0f} {c2:.0f} {ends:.0f} {x2} {ends:.0f}"
    # Labels stand nearer to where an arrow comes from, since many meet where they go to.
    part = 0.3
    x = _on_curve(part, x1, c1, c2, x2)
    y = _on_curve(part, begins, begins, ends, ends)
    return _labelled(path, source, target, moves, x, y)


def _labelled(
    path: str,
    source: Box,
    target: Box,
    moves: list[tuple[int, Move]],
    x: float,
    y: float,
) -> Arrow:
    numbers = ", ".join(str(number) for number, _move in moves)
    names = "; ".join(_(move.label) for _number, move in moves)
    title = f"{' '.join(source.lines)} → {' '.join(target.lines)}: {names}"
    return Arrow(path, numbers, round(x, 1), round(y, 1), title)


def _on_curve(part: float, a: float, b: float, c: float, d: float) -> float:
    rest = 1 - part
    return rest**3 * a + 3 * rest**2 * part * b + 3 * rest * part**2 * c + part**3 * d
