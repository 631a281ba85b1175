"""Who is signed in, and who may pass: asked of every request before a view sees it."""

from __future__ import annotations

import logging

from flask import Flask, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.exceptions import Forbidden, Unauthorized

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.access import Actor
from helpdesk.people.sessions import OpenSession, end_session, mark_seen, read_session
from helpdesk.web.access_table import Who, row_of
from helpdesk.web.navigation import asked_page

log = logging.getLogger(__name__)


class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login holds for a request: the actor, and the session by whose token they came."""

    def __init__(self, token: str, opened: OpenSession) -> None:
        self.token = token
        self.session_id = opened.id
        self.is_confirmed = opened.is_confirmed
        self.actor = opened.actor

    def get_id(self) -> str:
        return self.token


class NotConfirmed(Forbidden):
    """The password has to be typed again before this (S30)."""


def init_auth(app: Flask) -> None:
    """Ask of every request who it comes from and whether they may pass."""
    # Templates know `me`; the library's own word for it would ask the database, even for the page that says it is away.
    login = LoginManager(app, add_context_processor=False)
    # An address changes when a laptop changes rooms; a session is bound to its random token and nothing else.
    login.session_protection = None
    login.user_loader(load_signed_in)
    app.before_request(guard)


def load_signed_in(token: str) -> SignedIn | None:
    """The person of a session that is good at this moment: active, staff, and with unchanged credentials (S37)."""
    opened = read_session(token)
    if opened is None:
        return None
    user = SignedIn(token, opened)
    if opened.needs_mark:
        with unit_of_work():
            mark_seen(opened.id)
    return user


def guard() -> ResponseReturnValue | None:
    """Let through whom the access table lets through; a route that it does not know is closed to all."""
    g.actor = None
    row = row_of(request.endpoint)
    if request.endpoint is None:
        _note_actor()
        return None
    if row is None:
        log.error("A route has no row in the access table.", extra={"endpoint": request.endpoint})
        raise Forbidden
    if row.who is Who.TOKEN or request.endpoint == "static":
        return None
    _note_actor()
    if row.who is Who.PUBLIC:
        return None
    if g.actor is None:
        return _ask_to_sign_in()
    if row.who is Who.ADMIN and not g.actor.is_admin:
        log.warning("Refused.", extra={"person": g.actor.person_id, "endpoint": request.endpoint})
        raise Forbidden
    if row.confirmed and not current_user.is_confirmed:
        return _ask_to_confirm()
    return None


def _note_actor() -> None:
    if current_user.is_authenticated:
        g.actor = current_user.actor


def act_as(actor: Actor) -> None:
    """Say who acts in this request, for doors that ask for another proof than a session."""
    g.actor = actor


def current_actor() -> Actor:
    """Who acts in this request; only where the access table asks for a sign-in."""
    actor = current_actor_or_none()
    if actor is None:
        raise Unauthorized
    return actor


def current_actor_or_none() -> Actor | None:
    """Who acts in this request, if anybody is signed in."""
    actor: Actor | None = g.get("actor")
    return actor


def require_confirmed() -> None:
    """Ask for the password again, where only some of what a form may say is weighty (S30).

    The answer shows what was typed, and the way to confirm. Where all of a route is weighty, its row says so.
    """
    if not current_user.is_confirmed:
        raise NotConfirmed


def _ask_to_sign_in() -> ResponseReturnValue:
    target = url_for("auth.sign_in", next=asked_page() or None)
    if request.headers.get("HX-Request") and request.method == "GET":
        return "", 401, {"HX-Redirect": target}
    if request.method in ("GET", "HEAD"):
        return redirect(target, code=303)
    # What was typed must not be lost to a redirect; the error page shows it.
    raise Unauthorized


def _ask_to_confirm() -> ResponseReturnValue:
    target = url_for("auth.confirm", next=asked_page() or None)
    if request.headers.get("HX-Request") and request.method == "GET":
        return "", 403, {"HX-Redirect": target}
    if request.method in ("GET", "HEAD"):
        return redirect(target, code=303)
    raise NotConfirmed


def enter(token: str) -> None:
    """Begin a session in this browser; whatever it held before is gone, a planted one too (S36)."""
    before = session.get("_user_id")
    if before and before != token:
        with unit_of_work():
            end_session(str(before))
    session.clear()
    g.pop("csrf_token", None)
    opened = read_session(token)
    if opened is None:
        raise Unauthorized
    login_user(SignedIn(token, opened))


def leave() -> None:
    """Forget the session in this browser."""
    logout_user()
    session.clear()


def source_address() -> str:
    """Where a request comes from, as the listed proxies say; never from a header that anybody can send (S49)."""
    return request.remote_addr or ""
