"""Reading the files of tickets once, and keeping their text."""

from __future__ import annotations

import logging
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select, text

from helpdesk.core import clock, files
from helpdesk.core.db import UTCDateTime, db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.search import extracting
from helpdesk.search.models import ExtractedText
from helpdesk.tickets.models import Attachment, Message

log = logging.getLogger(__name__)

MOST_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class _File:
    """A file that nobody has read."""

    digest: str
    content_type: str
    name: str


def unread(attachments: Iterable[Attachment], extracts: Container[str]) -> bool:
    """Whether one of these files holds text that has not been read."""
    return any(
        file.digest not in extracts and extracting.can_be_read(file.content_type, file.name)
        for file in attachments
    )


def read_files_of(ticket_ids: Sequence[int]) -> None:
    """Read every file of these tickets that nobody has read; outside any unit of work, each kept in its own."""
    for start in range(0, len(ticket_ids), MOST_TOGETHER):
        for file in _unread_of(ticket_ids[start : start + MOST_TOGETHER]):
            _keep(file.digest, _read(file))


def _unread_of(ticket_ids: Sequence[int]) -> list[_File]:
    rows = db.session.execute(
        select(Attachment.digest, Attachment.content_type, Attachment.name)
        .join(Message, Message.id == Attachment.message_id)
        .outerjoin(ExtractedText, ExtractedText.digest == Attachment.digest)
        .where(Message.ticket_id.in_(ticket_ids), ExtractedText.digest.is_(None))
        .distinct()
    ).all()
    db.session.rollback()
    found = [_File(*row) for row in rows if extracting.can_be_read(row.content_type, row.name)]
    return list({file.digest: file for file in found}.values())


def _read(file: _File) -> str:
    try:
        with files.open_file(file.digest) as body:
            return extracting.text_of(
                body.read(extracting.LARGEST_FILE + 1), file.content_type, file.name
            )
    except files.FileDamaged:
        log.warning(
            "A stored file is missing or damaged; its text is not searched.",
            extra={"digest": file.digest},
        )
        return ""


_KEEP = text(
    "INSERT INTO extracted_text (digest, text, read_at) VALUES (:digest, :text, :read_at) "
    "ON CONFLICT (digest) DO NOTHING"
).bindparams(bindparam("read_at", type_=UTCDateTime()))


def _keep(digest: str, found: str) -> None:
    with unit_of_work():
        db.session.execute(_KEEP, {"digest": digest, "text": found, "read_at": clock.now()})
