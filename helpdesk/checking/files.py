"""Every file that a row names, held against its digest: `desk check --files` (P42)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import select, union

from helpdesk.core import files
from helpdesk.core.db import db
from helpdesk.core.files import FileDamaged
from helpdesk.messaging.models import Delivery, RawMessage
from helpdesk.tickets.models import Attachment, Message, Ticket


@dataclass(frozen=True, slots=True)
class Damage:
    """A file that is missing or was changed, and the tickets it belongs to."""

    digest: str
    what: str
    tickets: tuple[str, ...]


def check_files(report: Callable[[int, int], None] = lambda done, of: None) -> Iterator[Damage]:
    """Read every file once; yields each that is not what was kept. `report` is told how many of how many were read."""
    digests = db.session.scalars(
        union(
            select(Attachment.digest),
            select(RawMessage.file_digest).where(RawMessage.file_digest.is_not(None)),
            select(Delivery.digest).where(Delivery.digest.is_not(None)),
        ).order_by("digest")
    ).all()
    db.session.rollback()
    for count, digest in enumerate(digests, 1):
        try:
            files.store().read(digest)
        except FileDamaged as damaged:
            yield Damage(digest, str(damaged), tuple(_tickets_of(digest)))
        report(count, len(digests))


def _tickets_of(digest: str) -> list[str]:
    by_file = (
        select(Ticket)
        .join(Message, Message.ticket_id == Ticket.id)
        .join(Attachment, Attachment.message_id == Message.id)
        .where(Attachment.digest == digest)
    )
    by_mail = select(Ticket).join(RawMessage, RawMessage.ticket_id == Ticket.id)
    found = [
        *db.session.scalars(by_file),
        *db.session.scalars(by_mail.where(RawMessage.file_digest == digest)),
    ]
    return sorted({ticket.number for ticket in found})
