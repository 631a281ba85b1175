"""The search page: over tickets, messages, files and people that the reader may see."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from helpdesk.search.finding import FoundPerson, FoundTicket, Results, find
from helpdesk.search.query import Fault, Note
from helpdesk.web.auth import current_actor
from helpdesk.web.console import seen
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.menus import statuses
from helpdesk.web.console.seen import Choices

LONGEST_QUERY = 500
# What search puts around the words that match; a lone one came with the text itself.
_MARKED = re.compile("\ue000([^\ue000\ue001]*)\ue001")
_LONE = re.compile("[\ue000\ue001]")
EXAMPLES = (
    "printer",
    '"blank pages"',
    "from:ada status:open",
    "print*",
    "group:IT after:2026-01-01",
)


@console.get("/search")
def search() -> ResponseReturnValue:
    """What was found, best first."""
    actor = current_actor()
    asked = request.args.get("q", "")[:LONGEST_QUERY]
    status, group = request.args.get("status", ""), request.args.get("group", "")
    page = _page_number(request.args.get("page", "1"))
    results = find(actor, _narrowed(asked, status, group), page=page) if asked.strip() else None
    return render_template(
        "console/search.html",
        q=asked,
        filters={"status": status, "group": group},
        options={"status": statuses(), "group": _groups()},
        problem=_problem(results),
        limited=results.limited or None if results else None,
        results=_shown(results) if results else None,
        total=_total(results) if results else "",
        suggestion=_suggestion(results),
        paging=_paging(results, asked, status, group) if results else None,
        examples=EXAMPLES,
    )


def _narrowed(asked: str, status: str, group: str) -> str:
    """The query with what the menus say before it, in the words of the query."""
    parts = []
    for name, value in (("status", status), ("group", group)):
        if value:
            plain = value.replace('"', " ")
            parts.append(f'{name}:"{plain}"')
    return " ".join([*parts, asked])


def _groups() -> Choices:
    return [(one.name, one.name) for one in seen.readable_groups(current_actor())]


def _page_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _problem(results: Results | None) -> str | None:
    """What of the query could not be understood as it was meant."""
    if results is None or not results.notes:
        return None
    return " ".join(dict.fromkeys(_note(one) for one in results.notes))


def _note(note: Note) -> str:
    sentences = {
        Fault.UNKNOWN_FIELD: _("There is no field “%(text)s”; it was looked for as words."),
        Fault.BAD_DATE: _("“%(text)s” is not a date; write it like 2026-11-21."),
        Fault.OPEN_QUOTE: _("A quotation mark has no partner."),
        Fault.EMPTY_FIELD: _("“%(text)s” names a field and no word to look for."),
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
        return f"{_(note.wrong.text) % note.wrong.values}"
    return sentences[note.fault].replace("%(text)s", note.text)


def _shown(results: Results) -> list[dict[str, Any]]:
    people = [_person(one) for one in results.people]
    return [*people, *(_ticket(one) for one in results.tickets)]


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


def _total(results: Results) -> str:
    shown = len(results.tickets) + len(results.people)
    if results.more or results.page > 1:
        return _("Page %(page)s", page=results.page)
    return ngettext("%(num)s found", "%(num)s found", shown)


def _suggestion(results: Results | None) -> dict[str, str] | None:
    if results is None or not results.suggestion:
        return None
    return {"text": results.suggestion, "url": url_for(".search", q=results.suggestion)}


def _paging(results: Results, asked: str, status: str, group: str) -> dict[str, str | None]:
    kept: dict[str, Any] = {"q": asked, "status": status or None, "group": group or None}
    newer, older = results.page - 1, results.page + 1
    return {
        "newer_url": url_for(".search", page=newer, **kept) if newer else None,
        "older_url": url_for(".search", page=older, **kept) if results.more else None,
        "text": "",
    }
