"""The front page of the desk, and the choice of a language."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from helpdesk.web.auth import current_actor_or_none
from helpdesk.web.languages import CHOSEN, is_spoken
from helpdesk.web.navigation import first_page, own_path
from helpdesk.web.portal.blueprint import portal


@portal.get("/")
def front() -> ResponseReturnValue:
    """What one may ask for here; staff who are signed in are taken to their work, as ever."""
    actor = current_actor_or_none()
    if actor is not None and actor.is_staff:
        return redirect(first_page(), code=303)
    return render_template("portal/front.html")


@portal.post("/language")
def choose_language() -> ResponseReturnValue:
    """Read the public pages in this language from now on, in this browser."""
    chosen = request.form.get("language", "")
    if is_spoken(chosen):
        session[CHOSEN] = chosen
    return redirect(own_path(request.form.get("next")) or url_for("portal.front"), code=303)
