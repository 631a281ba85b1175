"""Who visits the public pages: somebody who followed a link to an address of theirs, or anybody."""

from __future__ import annotations

from typing import Any

from flask import g, session
from werkzeug.exceptions import Unauthorized

from helpdesk.core.unit_of_work import is_open, unit_of_work
from helpdesk.people import visiting
from helpdesk.people.models import Person
from helpdesk.people.visiting import Visit

_TOKEN = "visitor"  # noqa: S105 - the name of a place in the session
_DRAFTS = "drafts"
_MOST_DRAFTS = 8


def current_visit() -> Visit | None:
    """The visit of this browser, if a link was followed in it lately; one query a request."""
    if "desk_visit" not in g:
        g.desk_visit = _read()
    found: Visit | None = g.desk_visit
    return found


def current_requester() -> Person | None:
    """The person who visits, known by an address that they have proven; None for anybody else."""
    visit = current_visit()
    return visit.person if visit is not None else None


def require_visit() -> Visit:
    """The visit, where a page is only for who has one."""
    visit = current_visit()
    if visit is None:
        raise Unauthorized
    return visit


def enter_visit(token: str) -> None:
    """Begin a visit in this browser; the one before it ends."""
    before = session.get(_TOKEN)
    if isinstance(before, str):
        with unit_of_work():
            visiting.end_visit(before)
    session[_TOKEN] = token
    g.pop("desk_visit", None)


def leave_visit() -> None:
    """End the visit, and forget what was begun in this browser."""
    token = session.pop(_TOKEN, None)
    session.pop(_DRAFTS, None)
    g.pop("desk_visit", None)
    if isinstance(token, str):
        with unit_of_work():
            visiting.end_visit(token)


def remember_draft(key: str) -> None:
    """Let this browser go on with a draft; nobody else may, whoever learns its address."""
    known = [one for one in _drafts() if one != key]
    session[_DRAFTS] = [*known, key][-_MOST_DRAFTS:]


def knows_draft(key: str) -> bool:
    """Whether this browser began a draft, or followed the link to it."""
    return key in _drafts()


def give_visitor() -> dict[str, Any]:
    """What every public page knows of its visitor; asked only by templates that use it."""
    return {"current_visit": current_visit}


def _drafts() -> list[str]:
    known = session.get(_DRAFTS)
    return [str(one) for one in known] if isinstance(known, list) else []


def _read() -> Visit | None:
    token = session.get(_TOKEN)
    found = visiting.read_visit(token) if isinstance(token, str) else None
    if found is None:
        return None
    visit, needs_mark = found
    if needs_mark and not is_open():
        with unit_of_work():
            visiting.mark_visit(str(token))
        fresh = visiting.read_visit(str(token))
        return fresh[0] if fresh is not None else None
    return visit
