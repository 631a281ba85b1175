"""An agent's answer as a letter: the words, the signature of the group, and what it answers where that is set."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.messaging.identity import Identity
from helpdesk.messaging.letters import Letter, Quote
from helpdesk.messaging.own_signatures import OWN, signed_together
from helpdesk.messaging.policy import MailPolicy
from helpdesk.people.models import Group, Person
from helpdesk.tickets.models import Attachment, Direction, Message, Ticket, Visibility

# What mail programs show in its place.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
# All that a signature may name; each is replaced by plain words, and nothing in it is ever computed (S31).
PLACEHOLDERS: dict[str, Callable[[], str]] = {
    "agent": lambda: _("the agent's name"),
    "first_name": lambda: _("the agent's first name"),
    "job_title": lambda: _("the agent's job title"),
    OWN: lambda: _("the signature that the agent chose; it stands above this one if not named"),
    "group": lambda: _("the group"),
    "agency": lambda: _("the agency"),
    "desk": lambda: _("the name of the desk"),
    "address": lambda: _("the address it is sent from"),
    "number": lambda: _("the ticket's number"),
}


def letter_of(message: Message, reader: str, identity: Identity, policy: MailPolicy) -> Letter:
    """A public message as it goes to the address `reader`."""
    ticket = message.ticket
    return Letter(
        text=message.text,
        html=message.html,
        signature=signature_of(ticket.group, ticket.number, message.author, identity, policy),
        quote=_answered(message, reader) if policy.quotes_previous else None,
        pictures={
            one.name: picture_id(one)
            for one in message.attachments
            if one.content_type in PICTURES and f"[{one.name}]" in message.text
        },
    )


def picture_id(attachment: Attachment) -> str:
    """The content id by which the HTML of a mail shows this file."""
    return attachment.content_id or f"picture-{attachment.id}@desk"


def signature_of(
    group: Group | None,
    number: str,
    author: Person | None,
    identity: Identity,
    policy: MailPolicy,
) -> str:
    """The signature of a group, or of its agency, and that of the writer, with their placeholders filled in.

    Where agents are not named, neither their name nor their own signature is told.
    """
    agency = group.agency if group is not None else None
    template = (group.signature if group else "") or (agency.signature if agency else "")
    signer = author if policy.shows_agent_names else None
    own = signer.signature if signer is not None else ""
    if not template and not own:
        return ""
    name = signer.name.strip() if signer is not None else ""
    values = {
        "agent": name or identity.name,
        "first_name": name.split()[0] if name else identity.name,
        "job_title": signer.job_title if signer is not None else "",
        "group": group.name if group else identity.name,
        "agency": agency.name if agency else identity.desk,
        "desk": identity.desk,
        "address": identity.address,
        "number": number,
    }
    return signed_together(template.replace("\r\n", "\n"), own, values)


def _answered(message: Message, reader: str) -> Quote | None:
    """The public message before this one, if this reader wrote it or was sent it; a note is never found here (S12)."""
    before = db.session.scalars(
        select(Message)
        .where(
            Message.ticket_id == message.ticket_id,
            Message.id < message.id,
            Message.visibility == Visibility.PUBLIC,
            Message.direction.in_((Direction.IN, Direction.OUT)),
        )
        .order_by(Message.id.desc())
        .limit(1)
    ).first()
    if before is None or reader not in _readers_of(before, message.ticket):
        return None
    zone = ZoneInfo(message.ticket.requester.time_zone)
    return Quote(
        author=before.author_name or before.author_address or _("somebody"),
        at=before.created_at.astimezone(zone),
        text=before.text,
    )


def _readers_of(message: Message, ticket: Ticket) -> set[str]:
    """Who has seen a public message before: its writer, whom it was sent to, and the requester of the ticket."""
    named = [
        *message.recipients.get("to", ()),
        *message.recipients.get("cc", ()),
        message.author_address,
        *(point.value for point in ticket.requester.contact_points),
    ]
    return {str(address).casefold() for address in named if address}
