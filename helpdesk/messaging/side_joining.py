"""Which side conversation a mail belongs to, and its way into it; a number or a subject proves nothing (S16)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import gettext as _
from sqlalchemy import select

from channels.message import InboundMessage
from helpdesk.core.db import db
from helpdesk.messaging import tokens
from helpdesk.messaging.matching import Match, takes_part
from helpdesk.messaging.meeting import Met, answered_ids
from helpdesk.tickets.commands import lock
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.side_models import SideConversation, SideParticipant
from helpdesk.tickets.siding import hear_aside

BY_TOKEN = "side-token"  # noqa: S105 -- the name of a reason, and no secret.
BY_REFERENCES = "side-references"


@dataclass(frozen=True, slots=True)
class Aside:
    """The side conversation that a mail joins, why, and what speaks against its sender ("" for nothing)."""

    side: SideConversation
    why: str
    doubt: str = ""

    @property
    def match(self) -> Match:
        return Match(self.side.ticket_id, self.why)


def find_aside(inbound: InboundMessage, sender: str, met: Met, *, doubt: str) -> Aside | None:
    """The side conversation this mail joins; `sender` is the normalised address it names.

    Our token in the address it was sent to joins, with a doubt where we wrote to somebody else; a Message-ID of ours, or
    any other, only for who takes part. What the ticket's own people write is theirs and joins nothing here.
    """
    addressed = tokens.side_in_addresses(
        (*inbound.delivered_to, *(one.address for one in (*inbound.recipients, *inbound.cc)))
    )
    if addressed is not None:
        side = _standing(addressed.side_id)
        if side is None:
            return None
        if _participates(side.id, sender):
            return Aside(side, BY_TOKEN, doubt)
        if takes_part(sender, side.ticket_id):
            return None
        other = str(_("It answers a mail that we sent to somebody else."))
        return Aside(side, BY_TOKEN, doubt or other)
    if doubt:
        return None
    return _by_ids(inbound, sender, met)


def join_aside(found: Aside, new: NewMessage, *, by: int | None, cause: str) -> Message:
    """Write what came in on the side conversation it belongs to."""
    ticket = lock(found.side.ticket_id)
    return hear_aside(ticket, found.side, replace(new, unverified=found.doubt), by=by, cause=cause)


def _by_ids(inbound: InboundMessage, sender: str, met: Met) -> Aside | None:
    named = tokens.side_in_message_ids(answered_ids(inbound))
    ids = [(named.side_id, BY_TOKEN)] if named is not None else []
    ids += [(one.side_id, BY_REFERENCES) for one in met.places if one.side_id is not None]
    for side_id, why in dict.fromkeys(ids):
        side = _standing(side_id)
        if side is not None and _participates(side.id, sender):
            return Aside(side, why)
    return None


def _standing(side_id: int) -> SideConversation | None:
    """The side conversation of this id, unless its ticket was deleted."""
    return db.session.scalars(
        select(SideConversation)
        .join(Ticket, Ticket.id == SideConversation.ticket_id)
        .where(SideConversation.id == side_id, Ticket.deleted_at.is_(None))
    ).one_or_none()


def _participates(side_id: int, address: str) -> bool:
    asked = select(SideParticipant.id).where(
        SideParticipant.side_id == side_id, SideParticipant.address == address
    )
    return db.session.scalar(asked) is not None
