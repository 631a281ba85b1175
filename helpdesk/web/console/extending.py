"""Putting a clock of a ticket off, once and with a reason; the letter that tells of it comes back as a reply to send."""

from __future__ import annotations

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.sla.extending import extend
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.commands import lock
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.changing import CAUSE
from helpdesk.web.console.clocks import clock_page
from helpdesk.web.console.composer import Composer
from helpdesk.web.console.page import Shown, ticket_page
from helpdesk.web.forms import Form


class ExtendForm(Form):
    reason = StringField()


@console.post("/tickets/<number>/clocks/<metric>/<int:cycle>/extend")
def extend_clock(number: str, metric: str, cycle: int) -> ResponseReturnValue:
    """Put it off; what was typed stays where it is refused."""
    actor = current_actor()
    ticket = access_ticket(actor, number, to="edit")
    form = ExtendForm()
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        with unit_of_work():
            reason = form.reason.data or ""
            letter = extend(lock(ticket.id), metric, reason=reason, by=actor.person_id, cause=CAUSE)
    except (Invalid, Conflict) as error:
        form.refuse(error)
        again = access_ticket(actor, number, to="edit")
        page = clock_page(actor, again, metric, cycle, values=form.values, errors=form.complaints)
        return page, error.status
    flash(
        _("It is put off. The letter that tells of it stands below: read it, then send it."), "ok"
    )
    changed = access_ticket(actor, number)
    return ticket_page(actor, changed, Shown(composer=Composer(text=letter, kept=True)))
