"""A question, what the service must know first, and the answer; a person is one step away on each page."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.answers import uses
from helpdesk.answers.asking import LONGEST_QUESTION, Answered, ask
from helpdesk.answers.known import services_for
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound, TooMany
from helpdesk.people.limits import allow, source_key
from helpdesk.people.models import Person
from helpdesk.web.answers.blueprint import answers
from helpdesk.web.auth import current_actor_or_none, source_address
from helpdesk.web.languages import public_language
from helpdesk.web.portal.visitor import current_requester
from workflows.services import text_in

# By source; a household asks far less, and a library of many readers less still.
ASKED_AN_HOUR = 240
MOST_LISTED = 50
# What the fields of services are called on these pages, so that none is taken for one of the page's own.
FIELD = "field-"


@answers.get("/ask")
def front() -> ResponseReturnValue:
    """One line to ask in, and what can be answered at once."""
    language = public_language()
    offered = services_for(viewer())[:MOST_LISTED]
    return render_template(
        "answers/ask.html",
        services=[(one.name, text_in(one.value.title, language)) for one in offered],
        errors={},
    )


@answers.post("/ask")
def question() -> ResponseReturnValue:
    """What the desk says to a question."""
    text = request.form.get("question", "").strip()[:LONGEST_QUESTION]
    if not text:
        return redirect(url_for(".front"), code=303)
    _count()
    return _page(ask(text, "portal", viewer(), public_language()), text)


@answers.route("/answers/<name>", methods=["GET", "POST"])
def service(name: str) -> ResponseReturnValue:
    """One service: what it must know, then what it says."""
    if name not in {one.name for one in services_for(viewer())}:
        raise NotFound(_("There is no such answer."), _("Ask us, or choose one of the list."))
    _count()
    given = {
        key.removeprefix(FIELD): value
        for key, value in request.form.items()
        if key.startswith(FIELD)
    }
    text = request.form.get("question", "").strip()[:LONGEST_QUESTION]
    answered = ask(text, "portal", viewer(), public_language(), service=name, given=given)
    return _page(answered, text)


@answers.post("/answers")
def helped() -> ResponseReturnValue:
    """Whether an answer helped, by the key that came with it."""
    uses.say_helpful(request.form.get("key", "")[:64], request.form.get("helped") == "yes")
    flash(_("Thank you. We use this to get better."), "ok")
    return redirect(url_for(".front"), code=303)


def viewer() -> Person | None:
    """Who asks, if that is proven: by a link to an address of theirs, or somebody of the staff who is signed in."""
    requester = current_requester()
    actor = current_actor_or_none() if requester is None else None
    return requester if actor is None else db.session.get(Person, actor.person_id)


def _count() -> None:
    if not allow("ask", source_key(source_address()), ASKED_AN_HOUR, timedelta(hours=1)):
        raise TooMany(_("You have asked very often."), _("Try again later, or ask a person."))


def _page(answered: Answered, text: str) -> str:
    piece = answered.pieces[0] if answered.is_sure and answered.pieces else None
    errors = {}
    if piece is not None and piece.asks_for is not None and piece.asks_for.error:
        errors = {FIELD + piece.asks_for.name: piece.asks_for.error}
    return render_template(
        "answers/said.html",
        answered=answered,
        piece=piece,
        offered=[] if piece is not None else answered.pieces,
        question=text,
        field=FIELD,
        typed=request.form.get(next(iter(errors)), "")[:120] if errors else "",
        errors=errors,
    )
