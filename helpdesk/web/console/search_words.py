"""What the search page says of a query: where it could not be understood, with a mend, and what was understood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import url_for
from flask_babel import format_date
from flask_babel import gettext as _

from helpdesk.people.access import Actor
from helpdesk.search import echo, mending
from helpdesk.search.query import Fault, Note, Parsed
from helpdesk.tickets import lives
from helpdesk.tickets.tag_names import tags_beginning
from helpdesk.web.console import menus, seen


def problems_in(asked: str, notes: Sequence[Note], actor: Actor) -> list[dict[str, Any]]:
    """What could not be understood, the signs that point to it, and where a click mends it; no query for none."""
    if not notes:
        return []
    found = mending.troubles(asked, notes, lambda name: values_of(name, actor))
    return [
        {
            "said": _sentence(one.note),
            "text": asked,
            "before": asked[: one.start],
            "wrong": asked[one.start : one.end],
            "after": asked[one.end :],
            "carets": " " * one.start + "^" * max(1, one.end - one.start),
            "mended": one.mended,
            "url": url_for(".search", q=one.mended) if one.mended else None,
        }
        for one in found
    ]


def understood(parsed: Parsed) -> str:
    """One sentence of what a ticket must fulfil; "" for nothing."""
    clauses = echo.clauses(parsed, _translated, lambda day: format_date(day, "long"))
    if not clauses:
        return ""
    return _("Tickets with: %(clauses)s.", clauses="; ".join(clauses))


def values_of(name: str, actor: Actor) -> Iterable[str]:
    """The values that this reader may be offered for a field, as a query writes them."""
    name = {"state": "status", "prio": "priority", "team": "group", "queue": "group"}.get(
        name, name
    )
    if name == "status":
        return [*lives.lately().states, "open", "pending"]
    if name == "group":
        return [one.name.lower() for one in seen.readable_groups(actor)]
    if name == "priority":
        return [str(number) for number in range(1, 6)]
    if name == "channel":
        return [value for value, _label in menus.channels()]
    if name == "type":
        return lives.types()
    if name in ("tag", "tags"):
        return tags_beginning(actor, "")
    return mending.closed_values(name)


def _translated(text: str) -> str:
    return str(_(text)) if text else ""


def _sentence(note: Note) -> str:
    sentences = {
        Fault.UNKNOWN_FIELD: _("There is no field “%(text)s”; it was looked for as words."),
        Fault.BAD_DATE: _("“%(text)s” is not a date; write it like 2026-11-21."),
        Fault.OPEN_QUOTE: _("A quotation mark has no partner."),
        Fault.EMPTY_FIELD: _("Write after “%(text)s:” what it should be, without a blank between."),
        Fault.ONLY_NEGATIONS: _("Add a word to look for; a minus sign only takes away."),
        Fault.TOO_LONG: _("This is too long; its end was left out."),
        Fault.TOO_MANY_PARTS: _("These are too many words; the last were left out."),
        Fault.SHORT_PREFIX: _("Write two letters or more before a star."),
        Fault.NOT_SEARCHED: _("“%(text)s” is known to rules only, and was left out here."),
        Fault.NO_LOGIC: _(
            "%(text)s and brackets are known to rules only; a search knows the minus."
        ),
    }
    if note.wrong is not None:
        return f"{_translated(note.wrong.text) % note.wrong.values}"
    return sentences[note.fault].replace("%(text)s", note.text)
