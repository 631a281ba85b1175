"""What a member of staff was told, and what of it they want by mail as well."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy
from wtforms import BooleanField

from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.notifications import telling
from helpdesk.notifications.commands import mark_read
from helpdesk.notifications.preferences import Preferences, choose, preferences_of
from helpdesk.notifications.queries import Line, latest
from helpdesk.notifications.telling_together import ASSIGNED_TOGETHER
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.forms import Form

WORDS: dict[str, Any] = {
    telling.NEW_TICKET: _lazy("New ticket for your group"),
    telling.MESSAGE: _lazy("New message"),
    telling.NOTE: _lazy("New internal note"),
    telling.MENTION: _lazy("You are named in a note"),
    telling.ASSIGNED: _lazy("Assigned to you"),
    ASSIGNED_TOGETHER: _lazy("Assigned to you, with others"),
    telling.DELIVERY_FAILED: _lazy("A mail could not be delivered"),
    telling.SLA_WARNING: _lazy("Due soon: it will be late if nothing is done"),
    telling.SLA_BREACH: _lazy("Late: a target was missed"),
    telling.CALL_BACK: _lazy("You promised to ring back"),
    "planned_wrote": _lazy("Your planned reply waits in your draft: they wrote first"),
    "planned_ended": _lazy("Your planned reply is in your drafts: the ticket was closed"),
    "planned_gone": _lazy("Your planned reply is in your drafts: the ticket was merged or deleted"),
    "planned_rights": _lazy("Your planned reply was not sent: you may not write there any more"),
    "planned_colleague": _lazy("A colleague took your planned reply back; it is in your draft"),
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
        for why in ("wrote", "ended", "gone", "rights", "status")
    },
}


class Button(Form):
    """A button."""


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
        "words": str(WORDS.get(line.kind, line.kind)),
        "tone": tone,
        "symbol": symbol,
        "url": url_for(
            "console.ticket",
            number=line.number,
            _anchor=f"m{line.message_id}" if line.message_id else None,
        ),
        "is_deadline": line.kind in (telling.SLA_WARNING, telling.SLA_BREACH),
    }


@console.post("/notices/read")
def read_notices() -> ResponseReturnValue:
    """Mark all as read."""
    if not Button().is_valid():
        raise Invalid(_("The form is not whole."), _("Open the page again."))
    with unit_of_work():
        mark_read(current_actor().person_id)
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
