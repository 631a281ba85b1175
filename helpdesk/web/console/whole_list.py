"""All tickets of a list, for acts on the whole of it: as the list itself would show them, page after page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import HTTPException

from helpdesk.core.errors import Invalid
from helpdesk.people.access import Actor
from helpdesk.web.console import views
from helpdesk.web.console.lists import page_of, view_asked
from helpdesk.web.console.narrowing import read_narrowing

MOST_OF_A_LIST = 2_000
A_PAGE = 500


def tickets_of_list(actor: Actor, address: str) -> dict[int, int]:
    """The tickets that the list at an address of ours holds for this person, each with its version. Raises Invalid, NotFound.

    Refused where they are more than one act should change.
    """
    view, arguments = _read(actor, address)
    narrowing = read_narrowing(arguments, view.sort)
    found: dict[int, int] = {}
    after: str | None = None
    while True:
        page = page_of(actor, view, narrowing, after=after, limit=A_PAGE)
        found.update((row.id, row.version) for row in page.rows)
        if len(found) > MOST_OF_A_LIST:
            raise _too_many()
        after = page.older
        if after is None:
            break
    return found


def _read(actor: Actor, address: str) -> tuple[views.View, Mapping[str, str]]:
    parts = urlsplit(address)
    arguments: dict[str, str] = dict(parse_qsl(parts.query))
    try:
        endpoint, named = current_app.url_map.bind("localhost").match(parts.path, method="GET")
    except HTTPException:
        raise _no_list() from None
    if endpoint != "console.tickets":
        raise _no_list()
    return view_asked(actor, _key(named), arguments), arguments


def _key(named: Mapping[str, Any]) -> str:
    return str(named.get("view") or views.DEFAULT)


def _no_list() -> Invalid:
    return Invalid(_("That is no list of tickets."), _("Go back to the list and choose again."))


def _too_many() -> Invalid:
    return Invalid(
        ngettext(
            "At most %(num)s ticket can be changed at once.",
            "At most %(num)s tickets can be changed at once.",
            MOST_OF_A_LIST,
        ),
        _("Narrow the list first."),
    )
