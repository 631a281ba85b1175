"""Errors as pages of ours: what happened, what to do next, and what was typed."""

from __future__ import annotations

import errno
import logging
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, g, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge
from werkzeug.wrappers import Response

from helpdesk.core.errors import DomainError, Invalid, TooMany
from helpdesk.web import languages
from helpdesk.web.access_table import Who, row_of
from helpdesk.web.auth import NotConfirmed, current_actor_or_none
from helpdesk.web.navigation import own_path
from helpdesk.web.security import ForeignForm, UnfitCharacter, UnknownHost

log = logging.getLogger(__name__)

API_PREFIXES = ("/api/", "/hooks/", "/chat/api/")
# The frame of the console asks the database, so it is only for errors that leave the database well.
IN_THE_FRAME = frozenset({403, 404, 405, 409, 413, 422, 429})
_NEVER_SHOWN = ("csrf_token", "password", "current", "again", "secret", "token", "next")
# What a page sends along that nobody typed.
_NOT_TYPED = frozenset(
    {
        *("version", "seen", "known", "writer", "undo", "asks", "warned", "kept", "mode", "way"),
        *("html", "back", "ticket", "count", "all", "step"),
    }
)
LONGEST_KEPT = 100_000
# A shorter value in one line is one of many, so it is shown with the name of its field.
LONGEST_VALUE = 120
# What the system says when a disk takes no more.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error as its page tells it."""

    status: int
    title: str
    advice: str
    field: str | None = None
    retry_after: int | None = None
    confirm: bool = False


def init_errors(app: Flask) -> None:
    """Give every request an id, and every error a page."""
    app.before_request(_name_request)
    app.after_request(_tell_request_id)
    app.register_error_handler(DomainError, _on_domain_error)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(InternalServerError, _on_our_fault)
    for kind in (OperationalError, InterfaceError, OSError):
        app.register_error_handler(kind, _on_nothing_stored)


def request_id() -> str:
    """What the log calls this request; shown with an error of ours, so that the two can be brought together."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    return str(g.request_id)


def _name_request() -> None:
    request_id()


def _tell_request_id(response: Response) -> Response:
    response.headers["X-Request-ID"] = request_id()
    return response


def _on_domain_error(error: DomainError) -> Response:
    trouble = Trouble(
        error.status,
        error.title,
        error.advice,
        field=error.field if isinstance(error, Invalid) else None,
        retry_after=error.retry_after if isinstance(error, TooMany) else None,
    )
    log.info("Refused with %d.", error.status, extra={"request_id": request_id()})
    return _answer(trouble)


def _on_http_error(error: HTTPException) -> Response:
    if error.response is not None or (error.code is not None and error.code < 400):
        # A redirect, or an answer that a view has made itself.
        return Response.force_type(error.get_response(request.environ), request.environ)
    response = _answer(_trouble_of(error))
    for name, value in error.get_headers(request.environ):
        if name.lower() not in ("content-type", "content-length"):
            response.headers.setdefault(name, value)
    return response


def _on_our_fault(error: InternalServerError) -> Response:
    # Flask has logged the traceback; this line ties it to what the person sees.
    log.error("A request failed.", extra={"request_id": request_id(), "path": request.path})
    trouble = _trouble_of(error)
    try:
        return _answer(trouble)
    except (TemplateError, SQLAlchemyError, HTTPException, KeyError, RuntimeError):
        log.exception("The error page failed as well.", extra={"request_id": request_id()})
        return _bare(trouble)


def _on_nothing_stored(error: OperationalError | InterfaceError | OSError) -> Response:
    """The database is away, or a disk is full: whoever sent something is told that we do not have it (P05)."""
    if isinstance(error, OSError) and error.errno not in _NO_ROOM:
        raise error
    log.exception("Nothing can be stored.", extra={"request_id": request_id()}, exc_info=error)
    if request.method in ("GET", "HEAD"):
        title, advice = _words(503)
    else:
        title = _("This was not received: the desk cannot store anything now.")
        advice = _("Send it again later. What you typed is below.")
    try:
        return _answer(Trouble(503, title, advice))
    except (TemplateError, SQLAlchemyError, HTTPException, KeyError, RuntimeError):
        log.exception("The error page failed as well.", extra={"request_id": request_id()})
        return _bare(Trouble(503, title, advice))


def _trouble_of(error: HTTPException) -> Trouble:
    status = error.code or 500
    if isinstance(error, UnknownHost):
        return Trouble(
            400,
            _("This desk is not known under that address."),
            _("Use the address you were given."),
        )
    if isinstance(error, UnfitCharacter):
        return Trouble(
            400,
            _("A field holds a character that cannot be stored."),
            _("Take it out and send it again. What you typed is below."),
        )
    if isinstance(error, CSRFError) and _is_signed_out():
        # Signed out in another window, or too long ago: the form's token went with the session.
        return Trouble(401, *_words(401))
    if isinstance(error, (CSRFError, ForeignForm)):
        return Trouble(
            403,
            _("This form is too old, or did not come from this desk."),
            _("Open the page again and send the form from there. What you typed is below."),
        )
    if isinstance(error, NotConfirmed):
        return Trouble(
            403,
            _("Type your password again first."),
            _("It is some time since you did. Then send this again."),
            confirm=True,
        )
    title, advice = _words(status)
    return Trouble(status, title, advice)


def _is_signed_out() -> bool:
    row = row_of(request.endpoint)
    return (
        row is not None and row.who in (Who.STAFF, Who.ADMIN) and not current_user.is_authenticated
    )


def _words(status: int) -> tuple[str, str]:
    known = {
        400: (_("The desk could not read that."), _("Go back and try again.")),
        401: (
            _("You are not signed in any more."),
            _(
                "Sign in, and send it again from the page that you come to. What you typed is below."
            ),
        ),
        403: (_("You may not do this."), _("Ask an administrator of the desk if you need to.")),
        404: (
            _("There is nothing here."),
            _("It may have been moved, or you may not see it. Search for it instead."),
        ),
        405: (_("This address is not for opening."), _("Go back and use the button on the page.")),
        409: (_("Somebody else changed this meanwhile."), _("Look at the change, then decide.")),
        413: (_("That is too large."), _("Send smaller files, or fewer at a time.")),
        415: (_("The desk does not take that kind of content."), _("Use the form on the page.")),
        422: (_("Something in that cannot be used."), _("Go back and check what you typed.")),
        429: (_("Too many tries."), _("Wait a few minutes, then try again.")),
        500: (
            _("Something went wrong on our side."),
            _("Try again in a moment. If it happens again, tell us the number below."),
        ),
        503: (_("The desk is busy or being looked after."), _("Try again in a minute.")),
    }
    return known.get(status) or known[500 if status >= 500 else 400]


def _answer(trouble: Trouble) -> Response:
    response = _problem(trouble) if request.path.startswith(API_PREFIXES) else _page(trouble)
    if trouble.retry_after is not None:
        response.headers["Retry-After"] = str(trouble.retry_after)
    return response


def _problem(trouble: Trouble) -> Response:
    """A problem document (RFC 9457)."""
    said: dict[str, str | int] = {
        "type": "about:blank",
        "title": trouble.title,
        "status": trouble.status,
        "detail": trouble.advice,
        "request_id": request_id(),
    }
    if trouble.field:
        said["field"] = trouble.field
    response = jsonify(said)
    response.status_code = trouble.status
    response.content_type = "application/problem+json"
    return response


def _page(trouble: Trouble) -> Response:
    """The page of an error: within the console's frame for who is signed in, unless the frame itself may fail."""
    shown: dict[str, Any] = {
        "code": trouble.status,
        "title": trouble.title,
        "advice": trouble.advice,
        "back_url": url_for("auth.confirm", next=_way_back()) if trouble.confirm else _way_back(),
        "back_label": _("Type your password") if trouble.confirm else None,
        "retry_after": trouble.retry_after,
        "typed": _typed(trouble.status),
        "reference": request_id() if trouble.status >= 500 else None,
        "sign_in_url": url_for("auth.sign_in", next=_came_from()),
    }
    actor = current_actor_or_none()
    if actor is not None and actor.is_staff and trouble.status in IN_THE_FRAME:
        text = render_template("errors/console_error.html", **shown)
    elif actor is None and (languages.is_public() or request.endpoint is None):
        text = render_template("errors/portal_error.html", bare=True, **shown)
    else:
        text = render_template("errors/error.html", me=None, **shown)
    return Response(text, trouble.status, content_type="text/html; charset=utf-8")


def _way_back() -> str | None:
    """The page of ours from which the request came, if it says so."""
    came_from = _came_from()
    return None if came_from and urlsplit(came_from).path == request.path else came_from


def _came_from() -> str | None:
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc.lower() != request.host.lower():
        return None
    return own_path(came_from.path + (f"?{came_from.query}" if came_from.query else ""))


def _bare(trouble: Trouble) -> Response:
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Error</title>'
        "<h1>Something went wrong on our side.</h1>"
        f"<p>Try again in a moment. If it happens again, tell us this number: {request_id()}</p></html>"
    )
    return Response(text, trouble.status, content_type="text/html; charset=utf-8")


def _typed(status: int) -> str | None:
    """What was typed into the form that was refused, so that nobody has to type it again."""
    if request.method in ("GET", "HEAD") or status == 413:
        return None
    try:
        sent = list(request.form.items(multi=True))
    except RequestEntityTooLarge:
        return None
    kept = [
        (name, text.strip()[:LONGEST_KEPT])
        for name, text in sent
        if text.strip()
        and name not in _NOT_TYPED
        and not any(word in name.lower() for word in _NEVER_SHOWN)
    ]
    texts = [text for name, text in kept if not _is_value(name, text)]
    values = [f"{_field_name(name)}: {text}" for name, text in kept if _is_value(name, text)]
    whole = "\n\n".join([*texts, *(["\n".join(values)] if values else [])])
    return "".join(sign for sign in whole if sign.isprintable() or sign in "\r\n\t") or None


def _is_value(name: str, text: str) -> bool:
    return "text" not in name and len(text) <= LONGEST_VALUE and "\n" not in text


def _field_name(name: str) -> str:
    return name.replace("_", " ").strip().capitalize()
