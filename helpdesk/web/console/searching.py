"""The search page: over tickets, messages, files, people and articles that the reader may see."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from helpdesk.knowledge.looking import beginning_with
from helpdesk.people.access import Actor
from helpdesk.search import finding
from helpdesk.search.finding import FoundPerson, FoundTicket, Order, Results
from helpdesk.search.query import LONGEST_QUERY, Parsed, parse
from helpdesk.search.quick import text_of
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.search_facets import facets_of
from helpdesk.web.console.search_words import problems_in, understood

TABS = ("tickets", "people", "articles")
MOST_ARTICLES = 20
# What search puts around the words that match; a lone one came with the text itself.
_MARKED = re.compile("\ue000([^\ue000\ue001]*)\ue001")
_LONE = re.compile("[\ue000\ue001]")
EXAMPLES = (
    "printer",
    '"blank pages"',
    "from:ada status:open",
    "print*",
    "assignee:me priority:<3",
    "group:IT after:2026-01-01",
)


@console.get("/search")
def search() -> ResponseReturnValue:
    """What was found, best first; with `facets` in the address also how it falls apart."""
    actor = current_actor()
    asked = request.args.get("q", "")[:LONGEST_QUERY]
    tab = request.args.get("tab", "")
    tab = tab if tab in TABS else TABS[0]
    order = _order(request.args.get("sort", ""))
    results = _found(actor, asked, tab, order) if asked.strip() else None
    parsed = parse(asked)
    kept: dict[str, Any] = {"q": asked, "sort": order.value if order is not Order.BEST else None}
    return render_template(
        "console/search.html",
        q=asked,
        tab=tab,
        tabs=_tabs(asked),
        sort=order.value,
        sorts=_orders(),
        problems=problems_in(asked, parsed.notes, actor),
        understood=understood(parsed) if tab == TABS[0] else "",
        limited=results.limited or None if results else None,
        results=_entries(actor, asked, tab, results) if asked.strip() else None,
        total=_total(results) if results else _("Found"),
        suggestion=_suggestion(results),
        paging=_paging(results, kept) if results else None,
        examples=EXAMPLES,
        save_url=_save_url(parsed, asked) if tab == TABS[0] else None,
        facets=facets_of(asked) if "facets" in request.args and asked.strip() else None,
        facets_url=url_for(".search_facets", q=asked),
        plain_url=url_for(".search", facets="yes", **kept),
    )


def _save_url(parsed: Parsed, asked: str) -> str | None:
    """Where a search becomes a view; None for one that was not understood whole."""
    return None if parsed.notes or parsed.is_empty else url_for(".new_view", query=asked)


def _found(actor: Actor, asked: str, tab: str, order: Order) -> Results | None:
    """The tickets, for the tab that shows them."""
    if tab != TABS[0]:
        return None
    page = _page_number(request.args.get("page", "1"))
    return finding.find(actor, asked, page=page, order=order, with_people=False)


def _entries(actor: Actor, asked: str, tab: str, results: Results | None) -> list[dict[str, Any]]:
    if results is not None:
        return [_ticket(one) for one in results.tickets]
    if tab == "people":
        return [_person(one) for one in finding.find_people(actor, asked)]
    text = text_of(asked)
    found = beginning_with(text, actor, MOST_ARTICLES) if text else []
    return [_article(*one) for one in found]


def _tabs(asked: str) -> list[dict[str, str]]:
    names = {"tickets": _("Tickets"), "people": _("People"), "articles": _("Articles")}
    return [
        {
            "name": name,
            "label": label,
            "url": url_for(".search", q=asked or None, tab=name if name != TABS[0] else None),
        }
        for name, label in names.items()
    ]


def _orders() -> list[tuple[str, str]]:
    return [
        (Order.BEST.value, _("Best match")),
        (Order.ACTIVITY.value, _("Last activity")),
        (Order.NEWEST.value, _("Newest")),
        (Order.OLDEST.value, _("Oldest")),
    ]


def _order(said: str) -> Order:
    return Order(said) if said in {one.value for one in Order} else Order.BEST


def _page_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _ticket(found: FoundTicket) -> dict[str, Any]:
    row = found.row
    anchor = f"m{found.message_id}" if found.message_id else None
    at: datetime | None = row.last_activity_at
    return {
        "kind": "ticket",
        "title": marked(found.subject),
        "url": url_for("console.ticket", number=row.number, _anchor=anchor),
        "number": row.number,
        "snippet": marked(found.snippet),
        "requester": row.requester,
        "group": row.group,
        "status": row.status,
        "type": row.type,
        "channel": row.channel,
        "tags": row.tags,
        "at": at,
    }


def _person(found: FoundPerson) -> dict[str, Any]:
    return {
        "kind": "person",
        "title": found.name,
        "url": url_for("console.person", person_id=found.id),
        "number": None,
        "snippet": ", ".join(found.addresses),
        "requester": None,
        "group": found.organisation or None,
        "status": None,
        "channel": None,
        "tags": (),
        "at": None,
    }


def marked(text: str) -> Markup:
    """Text of people, escaped, with the matching words in <mark>."""
    safe = _LONE.sub("", _MARKED.sub(r"<mark>\1</mark>", str(escape(text))))
    # Escaped above; only the two tags of ours were put in.
    return Markup(safe)  # noqa: S704


def _article(article_id: int, title: str) -> dict[str, Any]:
    return {
        "kind": "article",
        "title": title,
        "url": url_for("console.article", article_id=article_id),
        "number": None,
        "snippet": "",
        "requester": None,
        "group": None,
        "status": None,
        "channel": None,
        "tags": (),
        "at": None,
    }


def _total(results: Results) -> str:
    if results.more or results.page > 1:
        return _("Page %(page)s", page=results.page)
    return ngettext("%(num)s found", "%(num)s found", len(results.tickets))


def _suggestion(results: Results | None) -> dict[str, str] | None:
    if results is None or not results.suggestion:
        return None
    return {"text": results.suggestion, "url": url_for(".search", q=results.suggestion)}


def _paging(results: Results, kept: dict[str, Any]) -> dict[str, str | None]:
    newer, older = results.page - 1, results.page + 1
    return {
        "newer_url": url_for(".search", page=newer, **kept) if newer else None,
        "older_url": url_for(".search", page=older, **kept) if results.more else None,
        "text": "",
    }
