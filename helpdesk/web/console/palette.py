"""The palette (Ctrl K): tickets, people and articles while somebody types; when it opens, what was lately looked at and can be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from helpdesk.automation import canned, macros
from helpdesk.core.errors import NotFound, Refused
from helpdesk.knowledge.looking import beginning_with
from helpdesk.people.access import Actor
from helpdesk.search import quick
from helpdesk.search.quick import Line, Who
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.views import choosing, store
from helpdesk.web import words
from helpdesk.web.admin.navigation import sections
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.searching import marked

MOST_RECENT = 6
# Who has more finds them by the list in the composer.
MOST_ANSWERS = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the palette: where it leads, and what stands beside its name."""

    title: str | Markup
    url: str
    beside: tuple[str, ...] = ()
    icon: str = ""
    number: str = ""
    # The key of a canned answer, which the script puts into the reply.
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one kind under a heading; `name` is what the script knows it by."""

    name: str
    title: str
    entries: Sequence[Entry]


@console.get("/palette")
def palette() -> ResponseReturnValue:
    """What was found for what was typed; for nothing typed, what the page of the reader offers."""
    actor = current_actor()
    typed = request.args.get("q", "")[: quick.LONGEST_TYPED].strip()
    groups = _found(actor, typed) if typed else _offered(actor)
    return render_template(
        "console/_palette.html", groups=[group for group in groups if group.entries]
    )


def _found(actor: Actor, typed: str) -> Iterable[Group]:
    text = quick.text_of(typed)
    articles = beginning_with(text, actor, quick.MOST) if text else []
    return (
        Group("tickets", _("Tickets"), [_ticket(one) for one in quick.tickets(actor, typed)]),
        Group("people", _("People"), [_person(one) for one in quick.people(actor, typed)]),
        Group("articles", _("Articles"), [_article(*one) for one in articles]),
    )


def _offered(actor: Actor) -> Iterable[Group]:
    """Recent tickets, what the ticket that is open offers, and the pages that are in no menu of every page."""
    number = request.args.get("ticket", "")
    recent = request.args.get("recent", "").split(",")[:MOST_RECENT]
    lines = quick.tickets_named(actor, recent)
    return (
        Group("recent", _("Lately looked at"), [_ticket(one) for one in lines]),
        Group("macros", _("Macros"), _macros(actor, number)),
        Group("answers", _("Canned answers"), _answers(actor, number)),
        Group("views", _("Views that are not in the menu"), _hidden_views(actor)),
        Group("settings", _("Settings"), _settings() if actor.is_admin else ()),
    )


def _macros(actor: Actor, number: str) -> list[Entry]:
    """The macros that are offered on a ticket; none on one that this person may not change."""
    ticket = _open_ticket(actor, number, to="edit")
    if ticket is None:
        return []
    return [
        Entry(
            one.title,
            url_for("console.preview_macro", number=ticket.number, name=one.name),
            icon="check-check",
        )
        for one in macros.offered(ticket, actor)
    ]


def _answers(actor: Actor, number: str) -> list[Entry]:
    """The canned answers that are offered on a ticket; none on one that this person may not answer."""
    ticket = _open_ticket(actor, number, to="reply")
    if ticket is None:
        return []
    here = url_for("console.ticket", number=ticket.number)
    return [
        Entry(
            one.title,
            f"{here}?{urlencode({'answer': one.key})}#composer",
            (one.of,),
            "file-text",
            answer=one.key,
        )
        for one in canned.offered(ticket, actor)[:MOST_ANSWERS]
    ]


def _hidden_views(actor: Actor) -> list[Entry]:
    """The views that a person may open and that are not in their rail; those in it stand on every page."""
    known = store.known_now()
    there = {one.id for one in choosing.in_rail(actor, known)}
    return [
        Entry(one.title, url_for("console.tickets", view=one.key), icon="filter")
        for one in choosing.in_order(actor, known)
        if one.id not in there
    ]


def _open_ticket(actor: Actor, number: str, *, to: str) -> Ticket | None:
    if not number:
        return None
    try:
        return access_ticket(actor, number, to=to)
    except (NotFound, Refused):
        return None


def _settings() -> list[Entry]:
    return [
        Entry(entry.label, entry.url, (section.title,), "server")
        for section in sections()
        for entry in section.entries
    ]


def _ticket(line: Line) -> Entry:
    return Entry(
        marked(line.subject) or _("(no subject)"),
        url_for("console.ticket", number=line.number),
        (line.requester, words.status_word(line.status, line.type)),
        "mail",
        line.number,
    )


def _person(one: Who) -> Entry:
    beside = tuple(part for part in (one.address, one.organisation) if part)
    url = url_for("console.person", person_id=one.id)
    return Entry(marked(one.name), url, beside, "person")


def _article(article_id: int, title: str) -> Entry:
    return Entry(title, url_for("console.article", article_id=article_id), icon="file-text")
