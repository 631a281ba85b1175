"""What a view names and the desk has no more, in the reader's words and with its place in the query."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from helpdesk.views import gone, store
from helpdesk.views.asking import Question
from helpdesk.views.gone import Gone

# A piece of the query, and whether it says nothing any more.
Piece = tuple[str, bool]


def of_view(view: store.View) -> dict[str, Any] | None:
    """What is gone of all that a view names; None where all is there."""
    return _said(gone.gone_from(view.question, view.columns, view.sort), view.query)


def of_query(question: Question, text: str) -> dict[str, Any] | None:
    """What is gone of all that a query names."""
    return _said(gone.gone_from(question), text)


def _said(found: list[Gone], text: str) -> dict[str, Any] | None:
    if not found:
        return None
    asked = [one for one in found if one.where == gone.QUERY]
    return {
        "sentences": [_sentence(one) for one in found],
        "pieces": pieces_of(text, asked) if asked else [],
    }


def _sentence(one: Gone) -> str:
    if one.is_field:
        return _of_field(one)
    return {
        "tag": _("No ticket has the tag “%(name)s”.", name=one.name),
        "group": _("No group in use is called “%(name)s”.", name=one.name),
        "organisation": _("No organisation is called “%(name)s”.", name=one.name),
        "assignee": _("Nobody who works here is called “%(name)s”.", name=one.name),
        "requester": _("Nobody is called “%(name)s”.", name=one.name),
    }[one.field]


def _of_field(one: Gone) -> str:
    if one.where == gone.COLUMN:
        return _("Its column “%(label)s” is left out: the field is out of use.", label=one.label)
    if one.where == gone.ORDER:
        return _("It is not sorted by “%(label)s”: the field is out of use.", label=one.label)
    return _(
        "The field “%(label)s” is out of use; what tickets held in it still counts.",
        label=one.label,
    )


def pieces_of(text: str, found: Iterable[Gone]) -> list[Piece]:
    """A query cut where it names what is gone."""
    places = sorted(place for one in found for place in _places(text, one))
    pieces: list[Piece] = []
    reached = 0
    for start, end in places:
        if start < reached:
            continue
        pieces += [(text[reached:start], False), (text[start:end], True)]
        reached = end
    return [piece for piece in [*pieces, (text[reached:], False)] if piece[0]]


def _places(text: str, one: Gone) -> list[tuple[int, int]]:
    """Where a field is named, or one of its values: up to the next space outside of quotes."""
    if one.is_field:
        return [found.span() for found in _names(text, one.field)]
    name = re.compile(rf'(?<![^,:"]){re.escape(one.name)}(?![^,")\s])', re.IGNORECASE)
    found = []
    for begun in _names(text, one.field):
        values = _VALUES.match(text, begun.end())
        if values is not None:
            found += [one.span() for one in name.finditer(text, *values.span())]
    return found


# After a field's colon: values between commas, in quotes or without.
_VALUES = re.compile(r'(?:"[^"]*"|[^\s"()])*')


def _names(text: str, field: str) -> list[re.Match[str]]:
    return list(re.finditer(rf"(?<![^\s(-]){re.escape(field)}:", text, re.IGNORECASE))
