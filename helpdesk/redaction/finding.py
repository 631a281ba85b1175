"""Where a stretch of text or a file of a message stands: in the ticket, in what was sent of it, in what is being written."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from helpdesk.composing import pictures
from helpdesk.composing.models import Draft, PlannedFile, PlannedReply, WaitingPicture
from helpdesk.core.db import db
from helpdesk.messaging.models import Delivery, RawMessage
from helpdesk.messaging.setting_aside import Reason
from helpdesk.redaction import stretches
from helpdesk.redaction.beside import Beside, find_beside
from helpdesk.tickets.models import Attachment, Message, Ticket
from helpdesk.tickets.side_models import SideConversation

NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Place:
    """A message that holds what is to be taken out: how often, which files of it, and whether its HTML has to go whole."""

    message: Message
    count: int
    files: Sequence[Attachment] = ()
    loses_html: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that taking out would touch; `elsewhere` counts other tickets where a file lies too, and stays.

    `waiting` are pictures in replies that are being written and lose their bytes, `named` those that lose their name.
    `besides` has what the ticket keeps beside its messages, and each ticket that was merged into it.
    """

    pattern: re.Pattern[str]
    places: Sequence[Place]
    deliveries: Sequence[Delivery]
    raws: Sequence[RawMessage]
    drafts: Sequence[Draft]
    planned: Sequence[PlannedReply]
    planned_files: Sequence[PlannedFile]
    waiting: Sequence[WaitingPicture]
    named: Sequence[WaitingPicture]
    sides: Sequence[SideConversation]
    besides: Sequence[Beside]
    elsewhere: int
    digests: Collection[str] = field(default_factory=frozenset)

    @property
    def is_empty(self) -> bool:
        return not self.places

    @property
    def in_subject(self) -> bool:
        return any(one.in_subject for one in self.besides)

    @property
    def count(self) -> int:
        """How many stretches and files there are in messages."""
        return sum(place.count + len(place.files) for place in self.places)

    @property
    def state(self) -> str:
        """What a preview was shown of; when this is another, somebody changed something since."""
        said = [
            (place.message.id, place.count, place.message.text, [one.id for one in place.files])
            for place in self.places
        ]
        return hashlib.sha256(repr(said).encode("utf-8", "replace")).hexdigest()


def find(ticket: Ticket, message: Message, what: str, file_ids: Collection[int]) -> Found:
    """Where a stretch, and these files of a message, stand on its ticket; "" for no stretch."""
    pattern = stretches.pattern_of(what) or NOTHING
    messages = db.session.scalars(
        select(Message)
        .where(Message.ticket_id == ticket.id)
        .options(selectinload(Message.attachments))
        .order_by(Message.id)
        .execution_options(populate_existing=True)
    ).all()
    digests = {one.digest for one in message.attachments if one.id in file_ids}
    places = [place for one in messages if (place := _place(pattern, one, digests)) is not None]
    ids = [place.message.id for place in places]
    family = [ticket, *_merged(ticket)]
    own = [one.id for one in family]
    holding = [place.message for place in places]
    beside = pictures.on_tickets(own)
    waiting = [one for one in beside if one.digest in digests]
    keys = [one.key for one in waiting]
    deliveries = _deliveries(own, pattern, ids)
    return Found(
        pattern=pattern,
        places=places,
        deliveries=deliveries,
        raws=[*_raws(holding), *(_reports(own, holding) if deliveries else ())],
        drafts=_drafts(own, pattern, keys),
        planned=_planned(own, pattern, keys),
        planned_files=_planned_files(own, digests),
        waiting=waiting,
        named=[one for one in beside if pattern.search(one.name)],
        sides=_sides(own, pattern),
        besides=[find_beside(one, pattern, messages, holding) for one in family],
        elsewhere=_elsewhere(ticket, digests),
        digests=digests,
    )


def _place(pattern: re.Pattern[str], message: Message, digests: Collection[str]) -> Place | None:
    files = [one for one in message.attachments if one.digest in digests]
    named = sum(1 for one in message.attachments if pattern.search(one.name))
    texts = (message.text, message.quoted, message.subject)
    count = sum(len(pattern.findall(one)) for one in texts) + named
    count += stretches.in_value(pattern, message.facts)[1]
    loses = False
    if message.html and stretches.holds(pattern, message.html):
        loses = stretches.in_html(pattern, message.html)[0] is None
        count = count or 1
    return Place(message, count, files, loses) if count or files else None


def _merged(ticket: Ticket) -> list[Ticket]:
    """The tickets that were merged into this one, and into these."""
    found: list[Ticket] = []
    ids = [ticket.id]
    while ids:
        rows = db.session.scalars(
            select(Ticket).where(Ticket.merged_into_id.in_(ids)).order_by(Ticket.id)
        ).all()
        found += rows
        ids = [one.id for one in rows]
    return found


def _deliveries(
    tickets: Sequence[int], pattern: re.Pattern[str], message_ids: Collection[int]
) -> list[Delivery]:
    """What was sent of the messages, and what quotes them."""
    rows = db.session.scalars(
        select(Delivery)
        .where(Delivery.ticket_id.in_(tickets))
        .order_by(Delivery.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return [
        one
        for one in rows
        if one.message_id in message_ids
        or any(pattern.search(text) for text in (one.text, one.subject))
        or (one.html and stretches.holds(pattern, one.html))
    ]


def _raws(messages: Sequence[Message]) -> Sequence[RawMessage]:
    """The bytes as which these messages came, and copies of them that came to other mailboxes."""
    ids = [one.id for one in messages]
    own = [one.raw_id for one in messages if one.raw_id is not None]
    if not ids:
        return []
    return db.session.scalars(
        select(RawMessage).where(or_(RawMessage.message_id.in_(ids), RawMessage.id.in_(own)))
    ).all()


def _reports(tickets: Sequence[int], holding: Sequence[Message]) -> Sequence[RawMessage]:
    """Reports on what was sent, which quote it as they like; those of a message that holds it are found with that."""
    known = [one.id for one in holding]
    return db.session.scalars(
        select(RawMessage).where(
            RawMessage.ticket_id.in_(tickets),
            RawMessage.reason.in_((Reason.BOUNCE, Reason.AUTOMATIC)),
            or_(RawMessage.message_id.is_(None), RawMessage.message_id.not_in(known)),
        )
    ).all()


def _drafts(tickets: Sequence[int], pattern: re.Pattern[str], keys: Sequence[str]) -> list[Draft]:
    rows = db.session.scalars(select(Draft).where(Draft.ticket_id.in_(tickets)))
    return [
        one
        for one in rows
        if pattern.search(one.text)
        or stretches.in_value(pattern, one.details)[1]
        or stretches.holds(pattern, str(one.details.get("html", "")))
        or any(key in str(one.details.get("html", "")) for key in keys)
    ]


def _planned(
    tickets: Sequence[int], pattern: re.Pattern[str], keys: Sequence[str]
) -> list[PlannedReply]:
    """Replies that wait to leave, and those that left or were taken back."""
    rows = db.session.scalars(select(PlannedReply).where(PlannedReply.ticket_id.in_(tickets)))
    return [
        one
        for one in rows
        if pattern.search(one.text)
        or stretches.in_value(pattern, one.fields)[1]
        or any(pattern.search(file.name) for file in one.files)
        or stretches.holds(pattern, one.html or "")
        or any(key in (one.html or "") for key in keys)
    ]


def _planned_files(tickets: Sequence[int], digests: Collection[str]) -> Sequence[PlannedFile]:
    if not digests:
        return []
    return db.session.scalars(
        select(PlannedFile)
        .join(PlannedReply, PlannedReply.id == PlannedFile.planned_id)
        .where(PlannedReply.ticket_id.in_(tickets), PlannedFile.digest.in_(digests))
    ).all()


def _sides(tickets: Sequence[int], pattern: re.Pattern[str]) -> list[SideConversation]:
    rows = db.session.scalars(
        select(SideConversation).where(SideConversation.ticket_id.in_(tickets))
    )
    return [one for one in rows if pattern.search(one.subject)]


def _elsewhere(ticket: Ticket, digests: Collection[str]) -> int:
    if not digests:
        return 0
    found = (
        select(func.count(Message.ticket_id.distinct()))
        .join(Attachment, Attachment.message_id == Message.id)
        .where(Attachment.digest.in_(digests), Message.ticket_id != ticket.id)
    )
    return db.session.scalar(found) or 0
