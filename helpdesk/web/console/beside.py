"""What is known of the requester beside a ticket, read when the page stands: warnings, notes, the time line, look-alikes."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from helpdesk.core.db import db
from helpdesk.identity.timeline import read_timeline
from helpdesk.people.access import Actor, Deed, may
from helpdesk.people.models import Person
from helpdesk.search.alike import alike
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.remarks_shown import NOTHING, TypedRemark, remarks_context

SAID = 6
# The messages of this ticket stand in its conversation already.
READ = 20


@console.get("/tickets/<number>/beside")
def beside(number: str) -> ResponseReturnValue:
    """What is known of the requester, as a part of the ticket's page."""
    actor = current_actor()
    return beside_panel(actor, access_ticket(actor, number), NOTHING)


def beside_panel(actor: Actor, ticket: Ticket, typed: TypedRemark, *, said: str = "") -> str:
    """The panel; with what was typed and could not be kept, or what was done."""
    person = db.session.get_one(Person, ticket.requester_id)
    before = read_timeline(actor, person.id, before=None, limit=READ).items
    return render_template(
        "console/_beside.html",
        ticket=ticket,
        person=person,
        done=said,
        said=[one for one in before if one.ticket != ticket.number][:SAID],
        alike=alike(actor, ticket.number, ticket.subject),
        can={"edit": may(actor, Deed.MANAGE_STAFF) or not person.is_staff},
        **remarks_context(actor, person, typed),
    )
