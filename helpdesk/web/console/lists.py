"""The list of tickets: views, filters and pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk.core.paging import Page
from helpdesk.people.access import Actor
from helpdesk.people.queries import access_person
from helpdesk.phone import call_backs
from helpdesk.tickets.ordered import list_ordered
from helpdesk.tickets.queries import PAGE, Row, Sort, list_tickets
from helpdesk.views import commands
from helpdesk.views.showing import COLUMNS
from helpdesk.web.auth import current_actor
from helpdesk.web.console import added_columns, gone_words, menus, seen, views
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.calls import call_back_shown
from helpdesk.web.console.list_words import column_word, sections_of
from helpdesk.web.console.narrowing import Narrowing, read_narrowing
from helpdesk.web.navigation import own_path

# Where a reader came from, so that a ticket leads back there.
BACK_COOKIE = "desk-list"


@console.get("/tickets", defaults={"view": views.DEFAULT})
@console.get("/views/<view>")
def tickets(view: str) -> ResponseReturnValue:
    """A view of tickets, narrowed and sorted."""
    actor = current_actor()
    chosen = view_asked(actor, view, request.args)
    narrowing = read_narrowing(request.args, chosen.sort)
    page = page_of(actor, chosen, narrowing, after=narrowing.after)
    response = make_response(
        render_template("console/list.html", **_context(actor, chosen, narrowing, page))
    )
    response.set_cookie(
        BACK_COOKIE, request.full_path.removesuffix("?"), httponly=True, samesite="Lax"
    )
    return response


def last_list() -> str:
    """The address of the list this reader looked at last."""
    return own_path(request.cookies.get(BACK_COOKIE)) or url_for("console.tickets")


def page_of(
    actor: Actor, view: views.View, narrowing: Narrowing, *, after: str | None, limit: int = PAGE
) -> Page[Row]:
    """A page of what a list holds; acts on the whole of a list ask for all of its pages."""
    filters = narrowing.applied_to(view.filters)
    if filters is None:
        return Page(rows=())
    where, sort = views.where_of(actor, view), narrowing.sort
    if isinstance(sort, Sort):
        return list_tickets(actor, filters, sort=sort, after=after, limit=limit, where=where)
    if filters.is_open:
        return list_ordered(actor, filters, sort, after=after, limit=limit, where=where)
    # Of ended tickets there are too many to be compared.
    return list_tickets(actor, filters, after=after, limit=limit, where=where)


def view_asked(actor: Actor, key: str, arguments: Mapping[str, str]) -> views.View:
    """The view of this key, narrowed to a requester where the address of the list names one."""
    view = views.find_view(actor, key)
    requester = arguments.get("requester", "")
    if requester.isascii() and requester.isdigit() and len(requester) < 16:
        person = access_person(actor, int(requester))
        return views.of_requester(view, person.id, person.name)
    return view


def _context(
    actor: Actor, view: views.View, narrowing: Narrowing, page: Page[Row]
) -> dict[str, Any]:
    offered = menus.menus_of_list(actor)
    me = (str(actor.person_id), _("Me"))
    people = [(menus.NOBODY, _("Nobody")), me, *(one for one in offered.agents if one[0] != me[0])]
    return {
        "view": _said_of(actor, view),
        "gone": gone_words.of_view(view.saved) if view.saved else None,
        "tickets": page.rows,
        **_shown(actor, view, narrowing, page),
        "call_backs": [call_back_shown(row) for row in call_backs.owed_by(actor)]
        if view.key == views.DUE_SOON
        else [],
        "filters": {**narrowing.chosen, "sort": narrowing.sort.value},
        "filtered": narrowing.is_narrow,
        "sorted_anew": _is_sorted_anew(view, narrowing),
        "base_url": view.url,
        "export_url": _export_url(view, narrowing),
        "options": {
            "status": menus.statuses(),
            "group": seen.choices_of(seen.readable_groups(actor)),
            "assignee": people,
            "priority": menus.priorities(),
            "channel": menus.channels(),
            "type": menus.types(),
            "sort": added_columns.with_own_order(menus.sorts(), narrowing.sort, view.sort),
            "tags": offered.tags,
        },
        "bulk_options": {
            "assignee": people,
            "group": seen.choices_of(one for one in seen.groups() if one.is_active),
            "status": menus.statuses(),
            "priority": menus.priorities(),
        },
        "paging": _paging(view, narrowing, page),
    }


def _is_sorted_anew(view: views.View, narrowing: Narrowing) -> bool:
    """Whether a list that everybody has was just given another order; its further pages only go on."""
    if view.saved is not None or view.filters.requester is not None or narrowing.after:
        return False
    return isinstance(narrowing.sort, Sort) and narrowing.sort is not view.sort


def _said_of(actor: Actor, view: views.View) -> dict[str, Any]:
    return {
        "title": view.title,
        "key": view.key,
        "version": view.saved.version if view.saved else None,
        "note": " ".join(filter(None, [view.note, *views.limits_of_words()])) or None,
        "requester": view.filters.requester,
        "is_due": bool(view.filters.due),
        "edit_url": _edit_url(actor, view),
        "copy_url": url_for("console.new_view", copy=view.saved.id) if view.saved else None,
    }


def _shown(actor: Actor, view: views.View, narrowing: Narrowing, page: Page[Row]) -> dict[str, Any]:
    """How the list is drawn for its reader."""
    shown = views.shown_for(actor, view)
    return {
        "sections": sections_of(page.rows, shown.grouping),
        "shown": shown,
        "added": added_columns.drawn(
            page.rows, shown.added, lambda one: _header(view, narrowing, one)
        ),
        "columns": [(name, column_word(name)) for name in COLUMNS],
        "headers": _headers(view, narrowing),
    }


def _edit_url(actor: Actor, view: views.View) -> str | None:
    """Where a reader who may changes this view."""
    if view.saved is None or not commands.may_edit(actor, view.saved):
        return None
    return url_for("console.edit_view_page", view_id=view.saved.id)


# What the head of a column sorts by: first so, and pressed again the other way.
_TURNS = {
    "number": ("newest", "oldest"),
    "priority": ("priority",),
    "due": ("due",),
    "activity": ("activity", "quiet"),
}
_RISING = ("oldest", "priority", "due", "quiet")


def _headers(view: views.View, narrowing: Narrowing) -> dict[str, dict[str, str]]:
    """For each column that sorts: where its head leads, and how it is sorted now, as ARIA says it."""
    return {column: _header(view, narrowing, turns) for column, turns in _TURNS.items()}


def _header(view: views.View, narrowing: Narrowing, turns: tuple[str, ...]) -> dict[str, str]:
    now = narrowing.sort.value
    following = turns[(turns.index(now) + 1) % len(turns)] if now in turns else turns[0]
    words = {**narrowing.words(), "sort": following}
    rises = now in _RISING or now.startswith("custom.")
    sorted_so = ("ascending" if rises else "descending") if now in turns else "none"
    return {"url": _address(view, words), "sorted": sorted_so}


def _paging(view: views.View, narrowing: Narrowing, page: Page[Row]) -> dict[str, str | None]:
    newer = narrowing.newer()
    shown = len(page.rows)
    return {
        "newer_url": _address(view, newer) if newer is not None else None,
        "older_url": _address(view, narrowing.older(page.older)) if page.older else None,
        "text": ngettext("%(num)s ticket here", "%(num)s tickets here", shown) if shown else "",
    }


def _export_url(view: views.View, narrowing: Narrowing) -> str:
    """Where this list is had as a file, narrowed and sorted as it is."""
    kept: dict[str, Any] = {"requester": view.filters.requester or None, **narrowing.words()}
    return url_for("console.export_list", view=view.key, **kept)


def _address(view: views.View, words: Mapping[str, Any]) -> str:
    kept: dict[str, Any] = (
        {"requester": str(view.filters.requester)} if view.filters.requester else {}
    )
    return url_for("console.tickets", view=view.key, **kept, **words)
