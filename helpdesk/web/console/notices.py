"""What a member of staff was told, and what of it they want in which way."""

from __future__ import annotations

from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.live.bell import LONGEST_COMMIT
from helpdesk.notifications import kinds
from helpdesk.notifications.commands import mark_read
from helpdesk.notifications.preferences import preferences_of
from helpdesk.notifications.queries import (
    Line,
    has_unread_of,
    latest,
    moment_of,
    stamp_of,
    unread_since,
)
from helpdesk.notifications.wording import words_of
from helpdesk.tickets.access import access_ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.forms import Form, own_line

TONES = {
    kinds.DELIVERY_FAILED: ("late", "alert"),
    kinds.SLA_WARNING: ("warn", "clock"),
    kinds.SLA_BREACH: ("late", "alert"),
    kinds.CALL_BACK: ("warn", "phone"),
    kinds.CHAT_WAITS: ("warn", "chat"),
    f"{kinds.OPERATION}stopped": ("warn", "alert"),
}
# Something came between an agent and a reply that they had planned.
PLANNED = ("warn", "alert")


class ReadForm(Form):
    """All, or what there is of one ticket."""

    ticket = StringField(filters=[own_line])


@console.get("/notices")
def notices() -> ResponseReturnValue:
    """The newest lines first."""
    lines = [_shown(one) for one in latest(current_actor())]
    unread = any(not one["line"].is_read for one in lines)
    return render_template("console/notices.html", lines=lines, unread=unread)


def _shown(line: Line) -> dict[str, Any]:
    usual = PLANNED if line.kind.startswith(kinds.PLANNED) else ("", "")
    tone, symbol = TONES.get(line.kind, usual)
    place = f"m{line.message_id}" if line.message_id else None
    list_of = kinds.PLACES.get(line.kind)
    return {
        "line": line,
        "words": words_of(line.kind, line.times),
        "tone": tone,
        "symbol": symbol,
        "list": list_of,
        "url": list_of or url_for("console.ticket", number=line.number, _anchor=place),
        "is_deadline": line.kind in (kinds.SLA_WARNING, kinds.SLA_BREACH),
    }


@console.get("/notices/news")
def news_of_notices() -> ResponseReturnValue:
    """What this person was told after a moment and has not read, for a page that heard its bell."""
    actor = current_actor()
    after = moment_of(request.args.get("after", ""))
    fresh = unread_since(actor, after - LONGEST_COMMIT) if after is not None else []
    is_brief = bool(fresh) and preferences_of(actor.person_id).is_brief
    return jsonify({"lines": [_told(one, is_brief=is_brief) for one in fresh]})


def _told(line: Line, *, is_brief: bool) -> dict[str, Any]:
    """A line for a page: what is said of it, and with a title what is shown on the screen."""
    shown = _shown(line)
    said: dict[str, Any] = {
        # Where it is another line, or the same once more, it is something else to say.
        "key": f"{line.number}/{line.kind}/{stamp_of(line.told_at)}",
        "url": shown["url"],
        "tag": f"{line.number}/{line.kind}",
        "number": line.number,
        "words": shown["words"] if line.in_bell else "",
    }
    if not line.on_desktop:
        return said
    if is_brief:
        return {**said, "title": _("There is news for you in the desk"), "body": ""}
    about = f"{line.number} {line.subject or _('(no subject)')}"
    return {**said, "title": shown["words"], "body": "" if shown["list"] else about}


@console.post("/notices/read")
def read_notices() -> ResponseReturnValue:
    """Mark all as read, or those of one ticket that somebody has opened."""
    form = ReadForm()
    if not form.is_valid():
        raise Invalid(_("The form is not whole."), _("Open the page again."))
    actor = current_actor()
    if form.ticket.data:
        ticket = access_ticket(actor, form.ticket.data, to="read")
        if has_unread_of(actor.person_id, ticket.id):
            with unit_of_work():
                mark_read(actor.person_id, ticket_id=ticket.id)
        return "", 204
    with unit_of_work():
        mark_read(actor.person_id)
    return redirect(url_for(".notices"), code=303)
