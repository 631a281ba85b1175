"""The facets of a search: what was found by status, group, channel, priority, type and age, each a click to narrow by."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.search.faceting import MOST_COUNTED, Facets, facets
from helpdesk.search.query import LONGEST_QUERY, pieces
from helpdesk.tickets import lives
from helpdesk.web import words
from helpdesk.web.auth import current_actor
from helpdesk.web.console import seen
from helpdesk.web.console.blueprint import console

MOST_VALUES = 8


@console.get("/search/facets")
def search_facets() -> ResponseReturnValue:
    """The facets of a query, for the page that shows what was found; asked for once that stands."""
    asked = request.args.get("q", "")[:LONGEST_QUERY]
    return render_template("console/_facets.html", facets=facets_of(asked))


def facets_of(asked: str) -> list[dict[str, Any]]:
    """Each facet with its values, the most frequent first; those that the query names already lead back."""
    found = facets(current_actor(), asked)
    titles = {
        "status": _("Status"),
        "group": _("Group"),
        "channel": _("Channel"),
        "priority": _("Priority"),
        "type": _("Type"),
        "age": _("Opened"),
    }
    return [
        {"title": title, "values": _values(asked, name, found)}
        for name, title in titles.items()
        if found.counts.get(name)
    ]


def _values(asked: str, name: str, found: Facets) -> list[dict[str, Any]]:
    counts = found.counts[name]
    order = sorted(counts, key=lambda value: (-counts[value], value))
    if name == "age":
        order = [value for value in ("1d", "7d", "30d") if counts.get(value)]
    values = []
    for value in order[:MOST_VALUES]:
        token, label = _token(name, value), _label(name, value)
        on = token in [piece.text for piece in pieces(asked)]
        narrowed = without(asked, name) if on else with_token(asked, name, token)
        values.append(
            {
                "label": label,
                "count": said_count(counts[value], cut=found.cut),
                "on": on,
                "url": url_for(".search", q=narrowed),
            }
        )
    return values


def said_count(count: int, *, cut: bool) -> str:
    """A count as far as it was counted."""
    if count >= MOST_COUNTED:
        return f"{MOST_COUNTED}+"
    return f"{count}+" if cut else str(count)


def with_token(asked: str, name: str, token: str) -> str:
    """The query narrowed by a value, in the place of another value of that field."""
    return f"{without(asked, name)} {token}".strip()


def without(asked: str, name: str) -> str:
    """The query without what it says of a field; what it takes away with a minus stays."""
    kept = [piece.text for piece in pieces(asked) if piece.field != name or piece.negated]
    return " ".join(kept)


def _token(name: str, value: str) -> str:
    if name == "age":
        return f"age:<{value}"
    if name == "group":
        group = seen.group_name(int(value)) if value else None
        plain = (group or "none").lower().replace('"', " ")
        return f'group:"{plain}"' if " " in plain else f"group:{plain}"
    return f"{name}:{value}"


def _label(name: str, value: str) -> str:
    if name == "status":
        return lives.state_label(value, "")
    if name == "group":
        return (seen.group_name(int(value)) if value else None) or _("No group")
    if name == "priority":
        return f"P{value} {words.priority_word(int(value))}"
    if name == "channel":
        return words.channel_word(value)
    if name == "type":
        return words.type_word(value)
    ages = {
        "1d": _("In the last day"),
        "7d": _("In the last 7 days"),
        "30d": _("In the last 30 days"),
    }
    return ages[value]
