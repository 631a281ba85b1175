"""One request: where it stands, what was said, and what its requester may do: write, add files, close, reopen, rate."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from channels.message import File
from channels.web.submission import Submission
from helpdesk.contact_forms.drafts import MOST_BYTES, MOST_FILE_BYTES
from helpdesk.core import files
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, NotFound, TooMany
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import web_door
from helpdesk.messaging.joining import may_reopen
from helpdesk.messaging.placing import Place
from helpdesk.messaging.policy import lately
from helpdesk.people.limits import allow
from helpdesk.people.visiting import Visit
from helpdesk.tickets.access import access_attachment, access_own_ticket
from helpdesk.tickets.commands import lock
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.moving import merged_into
from helpdesk.tickets.naming import safe_file_name
from helpdesk.tickets.rating import rate, rating_of
from helpdesk.tickets.stepping import put_category
from helpdesk.web.console.downloads import download
from helpdesk.web.portal import following
from helpdesk.web.portal.blueprint import portal
from helpdesk.web.portal.visitor import current_visit, require_visit
from workflows.contact_answers import LONGEST_TEXT
from workflows.lifecycle import Category

CAUSE = "portal"
MESSAGES_AN_HOUR = 30
MOST_FILES = 10
_ENDED = (Category.RESOLVED, Category.CLOSED)


@portal.get("/requests/<number>")
def request_page(number: str) -> ResponseReturnValue:
    """A request, for its requester; for anybody else the way to a link."""
    visit = current_visit()
    if visit is None:
        return redirect(url_for("portal.follow", reference=number), code=303)
    ticket = access_own_ticket(visit.actor, number)
    survivor = merged_into(ticket)
    if survivor is not None:
        return redirect(url_for("portal.request_page", number=survivor.number), code=303)
    return _page(visit, ticket, {}, {})


@portal.post("/requests/<number>/messages")
def add_message(number: str) -> ResponseReturnValue:
    """Add words or files; what was sent twice stands there once (P36)."""
    visit = require_visit()
    ticket = access_own_ticket(visit.actor, number)
    text, nonce = request.form.get("text", "").strip(), request.form.get("nonce", "")
    errors, chosen = _unfit(text, nonce)
    if errors:
        return _page(visit, ticket, {"text": text}, errors), 422
    if not allow("portal-message", str(visit.person.id), MESSAGES_AN_HOUR, timedelta(hours=1)):
        raise TooMany(
            _("You have sent many messages."), _("Wait an hour, or ring us."), retry_after=3600
        )
    submission = Submission(
        id=f"add-{ticket.id}-{visit.person.id}-{nonce}",
        address=visit.address,
        name=visit.person.name,
        subject=ticket.subject,
        text=text or _("(files only)"),
        files=chosen,
    )
    place = Place(ticket_id=ticket.id, is_proven=True)
    db.session.rollback()
    sent = web_door.send(submission, place)
    flash(_("We have your message."), "ok")
    return redirect(url_for("portal.request_page", number=sent.number or number), code=303)


def _unfit(text: str, nonce: str) -> tuple[dict[str, str], list[File]]:
    uploads = [one for one in request.files.getlist("files") if one.filename]
    errors: dict[str, str] = {}
    chosen = [_file(one) for one in uploads[:MOST_FILES]]
    if not text and not chosen:
        errors["text"] = _("Type a message, or add a file.")
    elif len(text) > LONGEST_TEXT:
        errors["text"] = _(
            "Make this shorter: %(most)s characters are the most.", most=LONGEST_TEXT
        )
    if len(uploads) > MOST_FILES or sum(one.size for one in chosen) > MOST_BYTES:
        errors["files"] = _("These files are too many or too large: up to 10 files, 20 MB in all.")
    elif any(one.size > MOST_FILE_BYTES for one in chosen):
        errors["files"] = _("One of the files is larger than 10 MB.")
    if not nonce.isalnum() or len(nonce) > 40:
        errors.setdefault("text", _("Please send it once more."))
    return errors, chosen


def _file(upload: FileStorage) -> File:
    body = upload.stream.read(MOST_FILE_BYTES + 1)
    kind = (upload.mimetype or "application/octet-stream")[:120]
    return File(safe_file_name(upload.filename or ""), kind, body)


@portal.post("/requests/<number>/close")
def close(number: str) -> ResponseReturnValue:
    """It is done, says who asked."""
    visit = require_visit()
    ticket = access_own_ticket(visit.actor, number)
    with unit_of_work():
        held = lock(ticket.id)
        if held.is_open:
            # It closes for good by itself later, so that a wrong press of a button is put right with another.
            put_category(
                held, Category.RESOLVED, by=visit.person.id, cause=CAUSE, because="requester"
            )
    flash(_("You have closed this request. Thank you for telling us."), "ok")
    return redirect(url_for("portal.request_page", number=ticket.number), code=303)


@portal.post("/requests/<number>/reopen")
def reopen(number: str) -> ResponseReturnValue:
    """It is not done after all. What ended long ago is not taken up again; a message then opens a request that follows."""
    visit = require_visit()
    ticket = access_own_ticket(visit.actor, number)
    if not _may_reopen(ticket):
        raise Conflict(
            _("This request ended too long ago to be reopened."),
            _("Write what is left on its page; we open a new one that follows it."),
        )
    with unit_of_work():
        held = lock(ticket.id)
        if held.category in _ENDED:
            put_category(held, Category.ACTIVE, by=visit.person.id, cause=CAUSE, because="reopen")
    flash(_("Your request is open again."), "ok")
    return redirect(url_for("portal.request_page", number=ticket.number), code=303)


@portal.post("/requests/<number>/rating")
def rate_request(number: str) -> ResponseReturnValue:
    """How it went."""
    visit = require_visit()
    ticket = access_own_ticket(visit.actor, number)
    words, score = request.form.get("words", ""), request.form.get("score", "")
    if score not in ("1", "2", "3", "4", "5"):
        return _page(visit, ticket, {"words": words}, {"score": _("Choose how it went.")}), 422
    with unit_of_work():
        rate(lock(ticket.id), int(score), words, by=visit.person.id, cause=CAUSE)
    flash(_("Thank you for telling us how it went."), "ok")
    return redirect(url_for("portal.request_page", number=ticket.number), code=303)


@portal.get("/requests/<number>/files/<key>")
def request_file(number: str, key: str) -> Response:
    """A file of the conversation, saved and never shown in place (S03)."""
    visit = require_visit()
    ticket = access_own_ticket(visit.actor, number)
    attachment = access_attachment(visit.actor, key)
    if attachment.message.ticket_id != ticket.id:
        raise NotFound(_("There is no such file."))
    body = files.open_file(attachment.digest).read()
    return download(body, attachment.name, kind="application/octet-stream", inline=False)


def _may_reopen(ticket: Ticket) -> bool:
    if ticket.category is Category.RESOLVED:
        return True
    return may_reopen(ticket, lately(), "")


def _page(visit: Visit, ticket: Ticket, values: dict[str, str], errors: dict[str, str]) -> str:
    word, tone = following.status_words(ticket)
    rated = rating_of(ticket.id)
    return render_template(
        "portal/request.html",
        ticket=ticket,
        status=word,
        tone=tone,
        next_words=following.next_words(ticket),
        usual=following.usual_words(ticket),
        stages=following.stages_of(ticket),
        said=following.conversation(ticket, visit.actor),
        is_ended=ticket.category in _ENDED,
        may_reopen=ticket.category in _ENDED and _may_reopen(ticket),
        rated=rated,
        values=values,
        errors=errors,
        nonce=secrets.token_hex(12),
    )
