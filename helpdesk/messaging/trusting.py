"""How far a sender is believed: what makes one doubtful, and who poses as an agent (S15, S16, S21)."""

from __future__ import annotations

from flask_babel import gettext as _

from channels.message import InboundMessage
from helpdesk.core.db import db
from helpdesk.messaging.matching import BY_TOKEN, FORWARDED, Match, takes_part
from helpdesk.messaging.meeting import Met
from helpdesk.messaging.on_behalf import word_on
from helpdesk.people.models import Person
from helpdesk.people.queries import standing_id
from helpdesk.tickets.models import Ticket


def doubt_of_sender(inbound: InboundMessage, met: Met) -> str:
    """Why this message may not be from whom it names; "" when nothing speaks against it.

    A doubtful sender joins nothing by ids, gets no receipt, and does not take part in a ticket by what they wrote.
    """
    if inbound.sender_problem:
        return inbound.sender_problem
    if inbound.written_by is not None:
        return str(_("A mailing list sent it in the name of this person."))
    if inbound.verdicts.dmarc_failed:
        return str(
            _("The server that received it could not confirm that it is from this address (DMARC).")
        )
    if met.repeats_id:
        return str(_("Another mail came before with the same Message-ID and other words."))
    return ""


def doubt_of_join(sender: str, author: Person, match: Match) -> str:
    """Why the sender may not be whom the reply token was made for; "" when there is none, or they take part."""
    if not match.why.startswith(BY_TOKEN) or match.ticket_id is None:
        return ""
    if match.person_id == author.id or takes_part(sender, match.ticket_id):
        return ""
    # The token may be of before a merge.
    if match.person_id is not None and standing_id(match.person_id) == author.id:
        return ""
    word = word_on(author.id, db.session.get_one(Ticket, match.ticket_id))
    if word is not None:
        return word.why
    return str(_("It answers a mail that we sent to somebody else."))


def posing(author: Person, match: Match, doubt: str, *, is_old: bool) -> str | None:
    """What a mail claims in the name of an agent and cannot prove; None for all others.

    A mail is no proof of being an agent, so staff write by mail only on tickets of their own, or open new ones; and of
    a doubtful sender not even that is believed. Mail of long ago, read in from an archive, is only not joined.
    """
    if not author.is_staff:
        return None
    claimed = match.ticket_id or (None if is_old or match.why == FORWARDED else match.claimed_id)
    ticket = db.session.get(Ticket, claimed) if claimed else None
    if ticket is not None and ticket.requester_id != author.id:
        return ticket.number
    return doubt or None
