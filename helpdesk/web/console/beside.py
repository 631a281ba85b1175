"""What is known of the requester beside a ticket, read when the page stands: warnings, notes, the time line, look-alikes."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from helpdesk.core.db import db
from helpdesk.identity.timeline import read_timeline
from helpdesk.people.access import Deed, may
from helpdesk.people.models import Person
from helpdesk.search.alike import alike
from helpdesk.tickets.access import access_ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.remarks import remarks_context

SAID = 6
# The messages of this ticket stand in its conversation already.
READ = 20


@console.get("/tickets/<number>/beside")
def beside(number: str) -> ResponseReturnValue:
    """What is known of the requester, as a part of the ticket's page."""
    actor = current_actor()
    ticket = access_ticket(actor, number)
    person = db.session.get_one(Person, ticket.requester_id)
    said = read_timeline(actor, person.id, before=None, limit=READ).items
    return render_template(
        "console/_beside.html",
        ticket=ticket,
        person=person,
        said=[one for one in said if one.ticket != ticket.number][:SAID],
        alike=alike(actor, ticket.number, ticket.subject),
        can={"edit": may(actor, Deed.MANAGE_STAFF) or not person.is_staff},
        **remarks_context(actor, person),
    )
