"""A lifecycle as the fields of a form, and back: what the form does not show is kept as it was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from workflows.faults import Faulty

MOST_STATES, MOST_MOVES = 40, 200
FREE_ROWS = 3
_PLAIN = (
    *("do", "seen", "name", "title", "prefix", "initial", "strict", "after_resolved"),
    *("follow_up_days", "close_days", "close_unit", "remind_days", "remind_unit", "end_after"),
)
_OF_STATES = ("name", "label", "category")
_OF_MOVES = ("id", "label", "to", "require", "ask")
_LISTS = ("from", "by")


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a form's fields: of those with one value, and of those with several."""

    single: list[str]
    several: list[str]


def form_names(sent: Mapping[str, Any]) -> Names:
    """The fields that a form of this many rows has."""
    states, moves = rows_in(sent)
    single = [*_PLAIN, *(f"s{row}_{key}" for row in states for key in _OF_STATES)]
    single += [f"m{row}_{key}" for row in moves for key in _OF_MOVES]
    single += [name for name in sent if name.startswith("moved_") and len(name) < 40][:MOST_STATES]
    return Names(single, [f"m{row}_{key}" for row in moves for key in _LISTS])


def rows_in(values: Mapping[str, Any], *, more: bool = False) -> tuple[list[int], list[int]]:
    """The numbers of the rows of states and of moves, with free ones at the end."""
    states = _last(values, "s", "_name", MOST_STATES)
    moves = _last(values, "m", "_id", MOST_MOVES)
    add = FREE_ROWS if more else 0
    return (
        list(range(min(states + add, MOST_STATES))),
        list(range(min(moves + add, MOST_MOVES))),
    )


def values_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body as a form shows it, with free rows for more."""
    close, remind = body.get("auto_close") or {}, body.get("reminders") or {}
    found: dict[str, Any] = {
        "title": body.get("title", ""),
        "prefix": body.get("prefix", ""),
        "initial": body.get("initial", ""),
        "strict": "yes" if body.get("strict") else "",
        "after_resolved": body.get("after_resolved", "reopen"),
        "follow_up_days": str(body.get("follow_up_days", 30)),
        "close_days": str(close.get("days", "")),
        "close_unit": close.get("unit", "days"),
        "remind_days": ", ".join(map(str, remind.get("days", []))),
        "remind_unit": remind.get("unit", "working_days"),
        "end_after": str(remind.get("end_after") or ""),
    }
    rows = [*body.get("states", []), *({} for _row in range(FREE_ROWS))]
    for row, state in enumerate(rows[:MOST_STATES]):
        found |= {f"s{row}_{key}": str(state.get(key, "")) for key in _OF_STATES}
    moves = [*body.get("transitions", []), *({} for _row in range(FREE_ROWS))]
    for row, move in enumerate(moves[:MOST_MOVES]):
        found |= {f"m{row}_{key}": str(move.get(key, "")) for key in ("id", "label", "to")}
        found |= {f"m{row}_{key}": list(move.get(key, [])) for key in _LISTS}
        wanted = [*move.get("require", []), *_marked(move.get("require_if_strict", []))]
        found[f"m{row}_require"] = ", ".join(wanted)
        found[f"m{row}_ask"] = ", ".join(move.get("ask", []))
    return found


def body_of_form(values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The body that a form says, over the one it was made of. Raises Faulty for what is no number."""
    states, moves = rows_in(values)
    body = {
        **before,
        "title": _one(values, "title"),
        "prefix": _one(values, "prefix").upper(),
        "initial": _one(values, "initial"),
        "strict": bool(values.get("strict")),
        "after_resolved": _one(values, "after_resolved") or "reopen",
        "follow_up_days": _number(values, "follow_up_days", instead=30),
        "states": [one for row in states if (one := _state(values, row, before))],
        "transitions": [one for row in moves if (one := _move(values, row, before))],
        "auto_close": _close(values, before),
        "reminders": _reminders(values, before),
    }
    kept = {state["name"] for state in body["states"]}
    moved = {**before.get("moved", {}), **_moved(values)}
    body["moved"] = {old: new for old, new in moved.items() if old not in kept and new in kept}
    return body


def errors_of(faulty: Faulty) -> dict[str, str]:
    """What is wrong, at the fields of the form."""
    found: dict[str, str] = {}
    for fault in faulty.faults:
        said = _(fault.text) % fault.values if fault.values else _(fault.text)
        found.setdefault(_field(fault.path), said)
    return found


def _field(path: tuple[str | int, ...]) -> str:
    lists = {"states": ("s", "name", _OF_STATES), "transitions": ("m", "id", (*_OF_MOVES, *_LISTS))}
    if len(path) > 1 and path[0] in lists:
        letter, usual, keys = lists[str(path[0])]
        key = path[2] if len(path) > 2 and path[2] in keys else usual
        return f"{letter}{path[1]}_{key}"
    own = {"auto_close": "close_days", "reminders": "remind_days"}
    name = str(path[0]) if path else ""
    return own.get(name, name if name in _PLAIN else "")


def _state(values: Mapping[str, Any], row: int, before: Mapping[str, Any]) -> dict[str, Any]:
    name = _one(values, f"s{row}_name")
    if not name:
        return {}
    known: Mapping[str, Any] = next(
        (one for one in before.get("states", []) if one.get("name") == name), {}
    )
    label = _one(values, f"s{row}_label")
    named = {"label": label} if label else {}
    return {**known, "name": name, "category": _one(values, f"s{row}_category"), **named}


def _move(values: Mapping[str, Any], row: int, before: Mapping[str, Any]) -> dict[str, Any]:
    name = _one(values, f"m{row}_id")
    if not name:
        return {}
    known: Mapping[str, Any] = next(
        (one for one in before.get("transitions", []) if one.get("id") == name), {}
    )
    wanted = _words(values, f"m{row}_require")
    label = _one(values, f"m{row}_label")
    found = {
        **known,
        "id": name,
        **({"label": label} if label else {}),
        "from": list(values.get(f"m{row}_from") or []),
        "to": _one(values, f"m{row}_to"),
        "by": list(values.get(f"m{row}_by") or []),
        "require": [word for word in wanted if not word.startswith("?")],
        "require_if_strict": [word.removeprefix("?") for word in wanted if word.startswith("?")],
        "ask": _words(values, f"m{row}_ask"),
    }
    return {
        key: value
        for key, value in found.items()
        if value not in ([], "") or key in ("from", "to", "by")
    }


def _close(values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any] | None:
    if not _one(values, "close_days"):
        return None
    kept = {
        key: value for key, value in (before.get("auto_close") or {}).items() if key == "calendar"
    }
    return {
        **kept,
        "days": _number(values, "close_days"),
        "unit": _one(values, "close_unit") or "days",
    }


def _reminders(values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    old = before.get("reminders") or {}
    days = [_whole(word) for word in _words(values, "remind_days")]
    end = _one(values, "end_after")
    kept = {key: value for key, value in old.items() if key == "calendar"}
    ends = {"end_after": _whole(end)} if end else {}
    return {**kept, "days": days, "unit": _one(values, "remind_unit") or "working_days", **ends}


def _moved(values: Mapping[str, Any]) -> dict[str, str]:
    return {
        name.removeprefix("moved_"): str(value)
        for name, value in values.items()
        if name.startswith("moved_") and value
    }


def _marked(words: Iterable[str]) -> list[str]:
    """What only the strict form demands has a question mark before it."""
    return [f"?{word}" for word in words]


def _one(values: Mapping[str, Any], name: str) -> str:
    return str(values.get(name) or "").strip()


def _words(values: Mapping[str, Any], name: str) -> list[str]:
    return [word.strip() for word in _one(values, name).split(",") if word.strip()]


def _number(values: Mapping[str, Any], name: str, *, instead: int | None = None) -> Any:
    text = _one(values, name)
    return instead if not text and instead is not None else _whole(text)


def _whole(text: str) -> int | str:
    """A whole number; anything else stays what it is, and the reader of lifecycles says what is wrong with it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text


def _last(values: Mapping[str, Any], letter: str, ending: str, most: int) -> int:
    rows = [
        int(plain)
        for name in values
        if name.startswith(letter)
        and name.endswith(ending)
        and (plain := name[len(letter) : -len(ending)]).isdigit()
        and len(plain) < 4
    ]
    return min(max(rows, default=-1) + 1, most)
