"""Names in notes: who is offered behind an @, and who was named and cannot see the ticket."""

from __future__ import annotations

from flask import flash, jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.notifications import mentions
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console


@console.get("/tickets/<number>/mentionable")
def mentionable(number: str) -> ResponseReturnValue:
    """Everybody of the staff and every group, with whether they see this ticket."""
    actor = current_actor()
    found = access_ticket(actor, number, to="note")
    return jsonify(
        {
            "names": [
                {"name": one.name, "may": one.may_see, "words": _words(one)}
                for one in mentions.mentionable(found, but=actor.person_id)
            ]
        }
    )


def say_who_is_blind(ticket: Ticket, text: str) -> None:
    """Say which of those whom a note names cannot see the ticket, and so are not told."""
    blind = mentions.named_in(text, ticket).blind
    if blind:
        names = ", ".join(blind)
        flash(_("%(names)s cannot see this ticket, and is not told.", names=names), "warn")


def _words(one: mentions.Mentionable) -> str:
    if not one.may_see:
        return str(_("cannot see this ticket"))
    return str(_("all of the group")) if one.is_group else ""
