"""Between the body of a portal form and the fields of the page that edits it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from workflows.contact_form_reading import value_of

OTHER = "cy"
TEXTS = ("lead", "before", "after", "subject")
PARTS = ("name", "kind", "label", "label_cy", "hint", "hint_cy", "options", "when", "field", "most")
PARTS_OF_GROUPS = ("parts",)
_NAME = re.compile(r"[^a-z0-9]+")
_TAKEN = {"check", "contact", "save", "sent", "website", "next", "again"}


def values_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the fields for a body; the questions as a list of values of their own."""
    found: dict[str, Any] = {
        "title": str(body.get("title") or ""),
        "title_cy": _said(body.get("called"), OTHER),
        "ticket_type": body.get("ticket_type") or "request",
        "group": body.get("group") or "",
        "tags": ", ".join(body.get("tags") or ()),
        "position": str(body.get("position") or ""),
        "active": body.get("active") is not False,
        "signed_in_only": body.get("signed_in_only") is True,
        "questions": [_values_of_question(one) for one in body.get("questions") or ()],
    }
    for name in TEXTS:
        found[name], found[f"{name}_cy"] = _said(body.get(name), "en"), _said(body.get(name), OTHER)
    return found


def body_of(
    typed: Mapping[str, Any], before: Mapping[str, Any]
) -> tuple[dict[str, Any], list[int]]:
    """The body that was typed, and for each of its questions the number of its fields on the page.

    `before` is what it said: of parts that the page has no field for, such as further languages, nothing is lost.
    """
    body: dict[str, Any] = {"title": str(typed.get("title") or "").strip()}
    _put(body, "called", _words("", typed.get("title_cy"), before.get("called")))
    for name in TEXTS:
        _put(body, name, _words(typed.get(name), typed.get(f"{name}_cy"), before.get(name)))
    for name in ("ticket_type", "group"):
        _put(body, name, str(typed.get(name) or "").strip())
    _put(body, "tags", _list(str(typed.get("tags") or "")))
    position = str(typed.get("position") or "").strip()
    if position.isascii() and position.isdecimal() and len(position) < 7:
        body["position"] = int(position)
    _put(body, "description", before.get("description"))
    if not typed.get("active"):
        body["active"] = False
    if typed.get("signed_in_only"):
        body["signed_in_only"] = True
    known = {one.get("name"): one for one in before.get("questions") or () if isinstance(one, dict)}
    kept = _in_order(typed.get("questions") or ())
    body["questions"] = [_question(one, known) for _number, one in kept]
    return body, [number for number, _one in kept]


def _in_order(questions: Sequence[Mapping[str, Any]]) -> list[tuple[int, Mapping[str, Any]]]:
    """The questions that stay, each with its number on the page, by the place that was typed."""
    there = [
        (number, one)
        for number, one in enumerate(questions)
        if str(one.get("label") or "").strip() and not one.get("remove")
    ]
    return sorted(there, key=lambda each: (_place(each[1], each[0]), each[0]))


def _place(one: Mapping[str, Any], number: int) -> float:
    text = str(one.get("place") or "").strip()
    plain = text.isascii() and text.isdecimal() and len(text) < 4
    return float(text) if plain else number + 1.0


def _question(typed: Mapping[str, Any], known: Mapping[Any, Mapping[str, Any]]) -> dict[str, Any]:
    label = str(typed.get("label") or "").strip()
    name = str(typed.get("name") or "").strip() or name_for(label)
    old, kind = known.get(name, {}), str(typed.get("kind") or "text")
    made: dict[str, Any] = {"name": name, "kind": kind}
    made["label"] = _words(label, typed.get("label_cy"), old.get("label"))
    _put(made, "hint", _words(typed.get("hint"), typed.get("hint_cy"), old.get("hint")))
    if not typed.get("required"):
        made["required"] = False
    if kind in ("choice", "several"):
        _put(made, "options", _options(str(typed.get("options") or ""), old.get("options")))
    _put(made, "when", _conditions(str(typed.get("when") or "")))
    _put(made, "field", str(typed.get("field") or "").strip())
    most = str(typed.get("most") or "").strip()
    if kind in ("group", "files") and most.isascii() and most.isdecimal():
        made["most"] = int(most)
    for key in ("min", "max"):
        if kind == "number" and key in old:
            made[key] = old[key]
    if kind == "group":
        made["questions"] = _parts(str(typed.get("parts") or ""), old.get("questions") or ())
    return made


def name_for(label: str) -> str:
    """A name made of a label: "Which bin was missed?" is which_bin_was_missed."""
    made = _NAME.sub("_", label.lower()).strip("_")[:40].strip("_")
    if not made or not made[0].isalpha() or made in _TAKEN:
        made = f"q_{made}"[:40].strip("_")
    return made


def _values_of_question(said: Mapping[str, Any]) -> dict[str, Any]:
    when = said.get("when") or {}
    return {
        "name": said.get("name") or "",
        "kind": said.get("kind") or "text",
        "label": _said(said.get("label"), "en"),
        "label_cy": _said(said.get("label"), OTHER),
        "hint": _said(said.get("hint"), "en"),
        "hint_cy": _said(said.get("hint"), OTHER),
        "required": said.get("required") is not False,
        "options": "\n".join(_option_line(one) for one in said.get("options") or ()),
        "when": "; ".join(
            f"{name}: {', '.join([value] if isinstance(value, str) else value)}"
            for name, value in when.items()
        ),
        "field": said.get("field") or "",
        "most": str(said.get("most") or ""),
        "parts": "\n".join(_part_line(one) for one in said.get("questions") or ()),
    }


def _option_line(said: Any) -> str:
    if isinstance(said, str):
        return said
    label, other = _said(said.get("label"), "en"), _said(said.get("label"), OTHER)
    value = said.get("value") or ""
    head = f"{value} = " if value and value != value_of(label) else ""
    return f"{head}{label}" + (f" | {other}" if other else "")


def _options(text: str, old: Any) -> list[Any]:
    hints = {
        one["value"]: one.get("hint")
        for one in old or ()
        if isinstance(one, dict) and "value" in one
    }
    found: list[Any] = []
    for line in _lines(text):
        said, _bar, other = (part.strip() for part in line.partition("|"))
        head, equals, tail = (part.strip() for part in said.partition("="))
        label, value = (tail, head) if equals else (said, value_of(said))
        if not other and not hints.get(value) and not equals:
            found.append(label)
            continue
        option: dict[str, Any] = {"value": value, "label": _words(label, other, None)}
        _put(option, "hint", hints.get(value))
        found.append(option)
    return found


def _part_line(said: Mapping[str, Any]) -> str:
    other = _said(said.get("label"), OTHER)
    return f"{said.get('kind')}: {_said(said.get('label'), 'en')}" + (
        f" | {other}" if other else ""
    )


def _parts(text: str, old: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    by_label = {_said(one.get("label"), "en"): one for one in old}
    found = []
    for line in _lines(text):
        kind, _colon, rest = (part.strip() for part in line.partition(":"))
        label, _bar, other = (part.strip() for part in rest.partition("|"))
        before = by_label.get(label, {})
        found.append(
            {
                **before,
                "name": before.get("name") or name_for(label),
                "kind": kind,
                "label": _words(label, other, before.get("label")),
            }
        )
    return found


def _conditions(text: str) -> dict[str, list[str]]:
    found = {}
    for part in text.split(";"):
        name, _colon, values = part.partition(":")
        if name.strip():
            found[name.strip()] = _list(values)
    return found


def _words(text: Any, other: Any, before: Any) -> Any:
    """A text, by language where there is more than one; languages that the page does not show stay."""
    known = dict(before) if isinstance(before, Mapping) else {}
    known.update({"en": str(text or "").strip(), OTHER: str(other or "").strip()})
    said = {language: one for language, one in known.items() if one}
    return said["en"] if set(said) == {"en"} else said


def _said(value: Any, language: str) -> str:
    if isinstance(value, Mapping):
        return str(value.get(language) or "")
    return str(value or "") if language == "en" else ""


def _list(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.replace("\r\n", "\n").split("\n") if line.strip()]


def _put(body: dict[str, Any], name: str, value: Any) -> None:
    if value not in (None, "", [], {}):
        body[name] = value
