"""What somebody did to a message that they had sent: what it said stays, and what it says now stands beside it."""

from __future__ import annotations

import hashlib

from flask_babel import gettext as _
from sqlalchemy import select

from channels.alteration import Alteration, Deed
from channels.message import InboundMessage
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import owe
from helpdesk.messaging import joining
from helpdesk.messaging.keeping import FILE_RAW
from helpdesk.messaging.matching import Match
from helpdesk.messaging.models import RawMessage, RawState
from helpdesk.messaging.setting_aside import Reason, set_aside
from helpdesk.tickets.commands import lock
from helpdesk.tickets.conversation import NewMessage, add_message
from helpdesk.tickets.models import Direction, Message, Visibility
from helpdesk.tickets.moving import standing_for

# Why such an entry stands on its ticket, and what it is called where no person said it.
EDITED, DELETED = "edited", "deleted"


def note(raw: RawMessage, inbound: InboundMessage, alteration: Alteration) -> Message | None:
    """Note a change on the ticket of the message it speaks of; None when the desk does not have that message."""
    original = message_called(alteration.of)
    ticket = standing_for(original.ticket_id) if original is not None else None
    if original is None or ticket is None or ticket.deleted_at is not None:
        return None
    cause = raw.account.kind
    if alteration.deed is Deed.DELETED:
        return add_message(lock(ticket.id), _gone(raw, original), by=None, cause=cause)
    author = original.author
    if author is None:
        return None
    new = joining.new_message(raw, inbound, author, Match(why=EDITED), "")
    facts = {**(new.facts or {}), "alters": original.id}
    # Whoever mends a word in what is settled takes nothing up again; on an open ticket it is news like any other.
    automation = None if ticket.is_open else EDITED
    changed = NewMessage(
        text=new.text,
        direction=Direction.IN,
        channel=new.channel,
        author=author,
        author_name=original.author_name,
        author_address=original.author_address,
        recipients=new.recipients,
        external_id=new.external_id,
        raw_id=raw.id,
        joined_by=EDITED,
        automation=automation,
        facts=facts,
        sent_at=new.sent_at,
        created_at=new.created_at,
    )
    return add_message(lock(ticket.id), changed, by=author.id, cause=cause)


def wait_for(raw: RawMessage, external_id: str) -> None:
    """What changes a message may come before it; it is taken up when that comes."""
    set_aside(raw, Reason.AUTOMATIC, _("It changes a message that the desk does not have."))
    raw.content_digest = _name(external_id)


def wake(external_id: str) -> None:
    """Take up what came too early to change this message."""
    early = select(RawMessage).where(
        RawMessage.content_digest == _name(external_id), RawMessage.state == RawState.REJECTED
    )
    for raw in db.session.scalars(early.order_by(RawMessage.id).limit(50)):
        raw.state, raw.content_digest = RawState.WAITING, None
        owe(FILE_RAW, raw.id)


def message_called(external_id: str) -> Message | None:
    """The first message of this external id."""
    return db.session.scalars(
        select(Message).where(Message.external_id == external_id).order_by(Message.id).limit(1)
    ).first()


def _name(external_id: str) -> str:
    return hashlib.sha256(f"alters {external_id}".encode()).hexdigest()


def _gone(raw: RawMessage, original: Message) -> NewMessage:
    words = _(
        "A message of %(name)s was deleted where it was written. It stays here as it was said: “%(words)s”",
        name=original.author_name,
        words=original.text[:200],
    )
    return NewMessage(
        text=words,
        direction=Direction.NOTE,
        visibility=Visibility.INTERNAL,
        channel=raw.account.kind,
        author_name=_("The desk"),
        raw_id=raw.id,
        joined_by=DELETED,
        automation=DELETED,
        facts={"alters": original.id},
        created_at=raw.kept_at,
    )
