"""What a field offers while somebody types into it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.search import completing, quick
from helpdesk.search.query import LONGEST_QUERY, ME
from helpdesk.tickets import lives
from helpdesk.tickets.tag_names import tags_beginning
from helpdesk.web import words
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.search_words import values_of
from workflows.fields import BY_NAME

LONGEST_TYPED = 60
_MARKS = re.compile("[\ue000\ue001]")


@console.get("/complete/tags")
def tag_names() -> ResponseReturnValue:
    """The names of tags that begin with what was typed."""
    typed = request.args.get("q", "")[:LONGEST_TYPED]
    return jsonify(list(tags_beginning(current_actor(), typed)))


@console.get("/complete/query")
def complete_query() -> ResponseReturnValue:
    """What may follow at a place of a query."""
    asked = request.args.get("q", "")[:LONGEST_QUERY]
    at = request.args.get("at", "")
    cursor = int(at) if at.isascii() and at.isdigit() and len(at) < 5 else len(asked)
    return jsonify(
        [
            {"text": one.text, "label": _said(one.label), "from": one.start, "to": one.end}
            for one in completing.offers(asked, cursor, _values)
        ]
    )


def _values(name: str, typed: str) -> Iterable[tuple[str, str]]:
    """The values of a field that begin so, of what this reader may see."""
    actor = current_actor()
    if completing.is_person(name):
        own = [(ME, _("you")), ("nobody", _("nobody"))] if name == "assignee" else [(ME, _("you"))]
        known = [one for one in own if one[0].startswith(typed)]
        people = quick.people(actor, typed) if typed else []
        return [*known, *((_MARKS.sub("", one.name).lower(), one.address) for one in people)]
    if name == "tag":
        return [(one, "") for one in tags_beginning(actor, typed)]
    if completing.is_day(name):
        today = clock.now().date()
        days = {today: _("today"), today - timedelta(days=7): _("a week ago")}
        months = [(f"{today:%Y-%m}", _("this month")), (f"{today:%Y}", _("this year"))]
        offered = [*((day.isoformat(), label) for day, label in days.items()), *months]
        return [one for one in offered if one[0].startswith(typed)]
    return [(one, _label(name, one)) for one in values_of(name, actor) if one.startswith(typed)]


def _label(name: str, value: str) -> str:
    if name == "status":
        return "" if value in ("open", "pending") else lives.state_label(value, "")
    if name == "priority":
        return words.priority_word(int(value))
    if name == "type":
        return words.type_word(value)
    return words.channel_word(value) if name == "channel" else ""


def _said(label: str) -> str:
    """A label of a field is for translation; names of people and addresses are data."""
    known = label in {field.label for field in BY_NAME.values()}
    return str(_(label)) if known else label
