"""What side conversations are called, and how the ticket's page lists them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from helpdesk.tickets.models import Ticket
from helpdesk.tickets.side_models import SideConversation, SideState
from helpdesk.tickets.siding import addresses_in, counts_of, sides_of
from helpdesk.web.console.flow import side_url

# The tone and the sign of each state; the words stand beside them.
_LOOKS = {
    SideState.WAITING: ("", "clock"),
    SideState.ANSWERED: ("warn", "reply"),
    SideState.CLOSED: ("line", "check"),
}


def state_word(state: SideState) -> str:
    words = {
        SideState.WAITING: _("waiting for them"),
        SideState.ANSWERED: _("they answered"),
        SideState.CLOSED: _("closed"),
    }
    return words[state]


def shown(ticket: Ticket, side: SideConversation, people: list[str], count: int) -> dict[str, Any]:
    """A side conversation as `console/_sides.html` lists it."""
    tone, symbol = _LOOKS[side.state]
    return {
        "id": side.id,
        "url": side_url(ticket, side.id),
        "subject": side.subject,
        "people": people,
        "state": side.state.value,
        "word": state_word(side.state),
        "tone": tone,
        "symbol": symbol,
        "count": count,
        "at": side.changed_at,
    }


def sides_shown(ticket: Ticket) -> list[dict[str, Any]]:
    """All side conversations of a ticket, for the strip above its messages."""
    sides = sides_of(ticket.id)
    if not sides:
        return []
    ids = [one.id for one in sides]
    people, counts = addresses_in(ids), counts_of(ids)
    return [shown(ticket, one, people.get(one.id, []), counts.get(one.id, 0)) for one in sides]
