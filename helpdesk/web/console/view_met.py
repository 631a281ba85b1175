"""What others did to a view while one had it open: on the list, and in the form where one changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from helpdesk.core.errors import NotFound
from helpdesk.people.access import Actor
from helpdesk.views.commands import access_view
from helpdesk.views.store import KEY_PREFIX
from helpdesk.web.console.seen import Choices


def news_of(actor: Actor, asked: Mapping[str, str]) -> dict[str, Any] | None:
    """What became of the view that a page shows, by its key and version; None where it is as it was."""
    key, version = asked.get("view", ""), asked.get("version", "")
    number = key.removeprefix(KEY_PREFIX)
    if number == key or not (number.isascii() and number.isdigit() and len(number) < 16):
        return None
    try:
        row = access_view(actor, int(number))
    except NotFound:
        return {"state": "gone", "title": "", "version": ""}
    if str(row.version) == version:
        return None
    return {"state": "changed", "title": row.title, "version": row.version}


def met(
    held: Mapping[str, Any], typed: Mapping[str, Any], options: Mapping[str, Choices]
) -> list[dict[str, str]]:
    """Where what was typed differs from a view that somebody else changed meanwhile; nothing where nobody did."""
    if str(held["version"]) == str(typed.get("version")):
        return []
    return [
        {"label": label, "theirs": _said(held[name], options.get(name, ()))}
        for name, label in _labels()
        if _plain(held[name]) != _plain(typed.get(name))
    ]


def _labels() -> list[tuple[str, str]]:
    return [
        ("title", _("Name")),
        ("query", _("Query")),
        ("audience", _("For")),
        ("columns", _("Columns")),
        ("sort", _("Sort by")),
        ("grouping", _("Group by")),
        ("density", _("Density")),
        ("letter", _("Key after g")),
    ]


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value or ""


def _said(value: Any, choices: Sequence[tuple[str, str]]) -> str:
    words = dict(choices)
    values = value if isinstance(value, list) else [value]
    return ", ".join(words.get(str(one), str(one)) for one in values) or _("nothing")
