"""From the body of a rule to the fields of its form, and back: nothing typed is lost, nothing unknown is dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from helpdesk.definitions.models import Kind
from helpdesk.web.admin.rule_kinds import ACTIONS, SHAPES

# Fields of one value, of several and of yes or no, as they stand in the body and in the form alike.
LINES = ("title", "description", "when", "calendar", "again", "pick", "match", "skills")
LISTS = ("on", "groups", "hide", "require")
FLAGS = ("active", "last", "skills_of_tags", "working_hours", "with_leads")
# What holds where the body says nothing, so that a body says only what differs.
USUAL: Mapping[str, Any] = {
    "active": True,
    "with_leads": True,
    "pick": "least_loaded",
    "match": "ignored",
}
MOST_ROWS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One action as the form holds it: its kind and two texts; "fill" is a field that a form rule fills."""

    kind: str
    extra: str = ""
    value: str = ""


@dataclass(slots=True)
class Draft:
    """What stands in the form: its fields by name, and its rows in order."""

    values: dict[str, Any]
    rows: list[Row] = field(default_factory=list)


def keys_of(kind: Kind) -> set[str]:
    """The keys of the body that the form of a kind has."""
    parts = set(SHAPES[kind].parts)
    keys = {"title", "description", "when", "active"} | (parts - {"occasions", "strategy"})
    if kind is Kind.ROUTING:
        keys |= {"on", "pick", "match", "skills", "skills_of_tags", "working_hours", "with_leads"}
    return keys | ({"do"} if SHAPES[kind].acts else set())


def draft_of(kind: Kind, body: Mapping[str, Any]) -> Draft:
    """The form of a body."""
    values: dict[str, Any] = {name: _line(body.get(name, USUAL.get(name))) for name in LINES}
    values |= {name: _list(body.get(name)) for name in LISTS}
    values |= {name: bool(body.get(name, USUAL.get(name, False))) for name in FLAGS}
    rows = [_row(one) for one in _sequence(body.get("do"))]
    filled = body.get("fill")
    if isinstance(filled, Mapping):
        rows += [Row("fill", str(name), _line(value)) for name, value in filled.items()]
    if kind is Kind.ROUTING and "on" not in body:
        values["on"] = ["opened", "entered", "available"]
    return Draft(values, rows)


def body_of(kind: Kind, draft: Draft, before: Mapping[str, Any]) -> dict[str, Any]:
    """The body that a form says; keys that the form does not have stay as they were."""
    keys, values = keys_of(kind), draft.values
    body = {key: value for key, value in before.items() if key not in keys}
    for key in sorted(keys - {"do", "fill"}, key=_order):
        said = _said(key, values.get(key))
        if said not in (None, "", [], USUAL.get(key, False)) or key == "title":
            body[key] = said
    if "do" in keys:
        body["do"] = [_action(row) for row in draft.rows]
    if "fill" in keys:
        body |= {"fill": {row.extra: row.value for row in draft.rows}} if draft.rows else {}
    return body


def step_in(draft: Draft, step: str, new_kind: str) -> Draft:
    """The form after a button that changes its rows: "add", "remove-2", "up-2" or "down-2"; others change nothing."""
    rows, (deed, _dash, place) = list(draft.rows), step.partition("-")
    if deed == "add" and len(rows) < MOST_ROWS and (new_kind in ACTIONS or new_kind == "fill"):
        return replace(draft, rows=[*rows, Row(new_kind)])
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else -1
    if not 0 <= at < len(rows):
        return draft
    if deed == "remove":
        del rows[at]
    other = at + {"up": -1, "down": 1}.get(deed, 0)
    if deed in ("up", "down") and 0 <= other < len(rows):
        rows[at], rows[other] = rows[other], rows[at]
    return replace(draft, rows=rows)


def _row(action: Any) -> Row:
    """An action of a body as a row; what cannot be understood is shown as it stands, and refused on saving."""
    if not isinstance(action, Mapping) or len(action) != 1:
        return Row("unknown", "", str(action))
    ((kind, value),) = action.items()
    if isinstance(value, Mapping):
        extra = value.get("key") or value.get("who") or value.get("answer") or ""
        main = value.get("value", value.get("text", ""))
        return Row(str(kind), str(extra), _line(main))
    return Row(str(kind), "", "" if value is True else _line(value))


def _action(row: Row) -> dict[str, Any]:
    match row.kind:
        case "route":
            return {"route": True}
        case "set_priority":
            digits = row.value.strip()
            return {
                "set_priority": int(digits) if digits.isascii() and digits.isdigit() else digits
            }
        case "set_field":
            return {"set_field": {"key": row.extra.strip(), "value": row.value.strip()}}
        case "notify":
            return {"notify": {"who": row.extra.strip(), "text": row.value.strip()}}
        case "send_reply" if row.extra.strip():
            return {"send_reply": {"answer": row.extra.strip()}}
    return {row.kind: row.value.strip()}


def _said(key: str, value: Any) -> Any:
    if key == "skills":
        return [word.strip() for word in str(value or "").split(",") if word.strip()]
    if key in LISTS or key in FLAGS:
        return value
    return str(value or "").strip()


def _order(key: str) -> int:
    order = ("title", "description", "active", "on", "groups", "when")
    return order.index(key) if key in order else len(order) + len(key)


def _line(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _list(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(one) for one in _sequence(value)]


def _sequence(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
