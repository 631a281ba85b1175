"""What a member of staff was told, and what of it they want by mail as well."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy
from flask_babel import ngettext
from wtforms import BooleanField, StringField

from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.live.bell import LONGEST_COMMIT
from helpdesk.notifications import telling
from helpdesk.notifications.commands import mark_read
from helpdesk.notifications.preferences import Preferences, choose, preferences_of
from helpdesk.notifications.queries import Line, latest, moment_of, stamp_of, unread_since
from helpdesk.notifications.telling_together import ASSIGNED_TOGETHER
from helpdesk.tickets.access import access_ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.forms import Form, own_line

WORDS: dict[str, Any] = {
    telling.NEW_TICKET: _lazy("New ticket for your group"),
    telling.MESSAGE: _lazy("New message"),
    telling.NOTE: _lazy("New internal note"),
    telling.MENTION: _lazy("You are named in a note"),
    telling.ASSIGNED: _lazy("Assigned to you"),
    telling.DELIVERY_FAILED: _lazy("A mail could not be delivered"),
    telling.SLA_WARNING: _lazy("Due soon: it will be late if nothing is done"),
    telling.SLA_BREACH: _lazy("Late: a target was missed"),
    telling.CALL_BACK: _lazy("You promised to ring back"),
    "planned_wrote": _lazy("Your planned reply waits in your draft: they wrote first"),
    "planned_ended": _lazy("Your planned reply is in your drafts: the ticket was closed"),
    "planned_gone": _lazy("Your planned reply is in your drafts: the ticket was merged or deleted"),
    "planned_rights": _lazy("Your planned reply was not sent: you may not write there any more"),
    "planned_colleague": _lazy("A colleague took your planned reply back; it is in your draft"),
    "planned_merged": _lazy(
        "Your planned reply is in your draft: the ticket was merged into this one"
    ),
    "planned_moved": _lazy("Your planned reply is in your draft: what it answers was moved"),
    "planned_requester": _lazy(
        "Your planned reply is in your draft: the ticket is for somebody else"
    ),
    "planned_status": _lazy("Your reply was sent, but its status could not be set"),
    telling.ANSWERED_ASIDE: _lazy("Answer in a side conversation"),
}
TONES = {
    telling.DELIVERY_FAILED: ("late", "alert"),
    telling.SLA_WARNING: ("warn", "clock"),
    telling.SLA_BREACH: ("late", "alert"),
    telling.CALL_BACK: ("warn", "phone"),
    **{
        f"planned_{why}": ("warn", "alert")
        for why in (
            *("wrote", "ended", "gone", "rights", "status"),
            *("merged", "moved", "requester"),
        )
    },
}


class ReadForm(Form):
    """All, or what there is of one ticket."""

    ticket = StringField(filters=[own_line])


class PreferencesForm(Form):
    assigned = BooleanField()
    message = BooleanField()
    deadline = BooleanField()


@console.get("/notices")
def notices() -> ResponseReturnValue:
    """The newest lines first, and the choice of mail."""
    actor = current_actor()
    chosen = preferences_of(actor.person_id)
    lines = [_shown(one) for one in latest(actor)]
    return render_template(
        "console/notices.html",
        lines=lines,
        unread=any(not one["line"].is_read for one in lines),
        values={
            "assigned": chosen.assigned,
            "message": chosen.message,
            "deadline": chosen.deadline,
        },
    )


def _shown(line: Line) -> dict[str, Any]:
    tone, symbol = TONES.get(line.kind, ("", ""))
    return {
        "line": line,
        "words": _words(line),
        "tone": tone,
        "symbol": symbol,
        "url": url_for(
            "console.ticket",
            number=line.number,
            _anchor=f"m{line.message_id}" if line.message_id else None,
        ),
        "is_deadline": line.kind in (telling.SLA_WARNING, telling.SLA_BREACH),
    }


def _words(line: Line) -> str:
    """What it is, with how many of them there are."""
    if line.kind == ASSIGNED_TOGETHER:
        return ngettext(
            "%(num)s ticket assigned to you", "%(num)s tickets assigned to you", line.times
        )
    said = str(WORDS.get(line.kind, line.kind))
    if line.times < 2:
        return said
    return _("%(what)s, %(times)s times", what=said, times=line.times)


@console.get("/notices/news")
def news_of_notices() -> ResponseReturnValue:
    """What this person was told after a moment and has not read, for a page that heard its bell."""
    actor = current_actor()
    after = moment_of(request.args.get("after", ""))
    fresh = unread_since(actor, after - LONGEST_COMMIT) if after is not None else []
    return jsonify({"lines": [_told(one) for one in fresh]})


def _told(line: Line) -> dict[str, Any]:
    shown = _shown(line)
    # Where it is another line, or the same once more, it is something else to say.
    key = f"{line.number}/{line.kind}/{stamp_of(line.told_at)}"
    said = {"words": shown["words"], "number": line.number, "url": shown["url"], "key": key}
    return {**said, "subject": line.subject or _("(no subject)")}


@console.post("/notices/read")
def read_notices() -> ResponseReturnValue:
    """Mark all as read, or those of one ticket that somebody has opened."""
    form = ReadForm()
    if not form.is_valid():
        raise Invalid(_("The form is not whole."), _("Open the page again."))
    actor = current_actor()
    with unit_of_work():
        if form.ticket.data:
            ticket = access_ticket(actor, form.ticket.data, to="read")
            mark_read(actor.person_id, ticket_id=ticket.id)
            return "", 204
        mark_read(actor.person_id)
    return redirect(url_for(".notices"), code=303)


@console.post("/notices/mail")
def choose_notices() -> ResponseReturnValue:
    """Choose what also comes by mail."""
    form = PreferencesForm()
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    with unit_of_work():
        choose(
            current_actor().person_id,
            Preferences(
                assigned=bool(form.assigned.data),
                message=bool(form.message.data),
                deadline=bool(form.deadline.data),
            ),
        )
    flash(_("Your choice is kept."), "ok")
    return redirect(url_for(".notices"), code=303)
