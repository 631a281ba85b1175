"""keep(): the bytes of a contact, once, before anyone tries to understand them."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from channels.channel import RawItem
from channels.email.addresses import usable
from channels.email.headers import raw_text, text_of
from helpdesk.core import clock, files
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.unit_of_work import record
from helpdesk.messaging.events import RawMessageKept
from helpdesk.messaging.models import ChannelAccount, RawMessage, RawState
from helpdesk.tickets.naming import single_line

FILE_RAW = "file_raw"
LARGEST_INLINE = 256 * 1024
# The headers of a mail that a list shows stand at its head; a forged endless head is not searched.
_HEAD_BYTES = 64 * 1024
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_SHOWN = re.compile(rb"(?im)^(from|subject)[ \t]*:[ \t]*([^\r\n]*(?:\r?\n[ \t][^\r\n]*){0,20})")


def keep(
    account: ChannelAccount, item: RawItem, envelope: dict[str, Any] | None = None
) -> RawMessage | None:
    """Write these bytes into the ledger and owe their reading; None when the ledger has them already.

    The unique key of account and remote id decides, so two collectors that meet do nothing twice.
    """
    digest = hashlib.sha256(item.body).hexdigest()
    sender, subject = shown_of(item.body) if account.kind == "email" else ("", "")
    small = len(item.body) <= LARGEST_INLINE
    if not small:
        files.keep(item.body)
    insert = insert_on_postgresql if is_postgresql() else insert_on_sqlite
    raw = db.session.scalars(
        insert(RawMessage)
        .values(
            account_id=account.id,
            remote_id=item.remote_id[:255],
            digest=digest,
            size=len(item.body),
            body=zlib.compress(item.body) if small else None,
            envelope={**_arrival(item.received_at), **(envelope or {})},
            state=RawState.WAITING,
            reason="",
            detail="",
            sender=sender,
            subject=subject,
            kept_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["account_id", "remote_id"])
        .returning(RawMessage)
    ).one_or_none()
    if raw is not None:
        record(RawMessageKept(cause="channel", raw_id=raw.id))
    return raw


def known(account_id: int, remote_ids: Sequence[str]) -> set[str]:
    """Those of these remote ids that the ledger has; it alone decides what is due, whatever Seen says."""
    if not remote_ids:
        return set()
    return set(
        db.session.scalars(
            select(RawMessage.remote_id).where(
                RawMessage.account_id == account_id,
                RawMessage.remote_id.in_([remote_id[:255] for remote_id in remote_ids]),
            )
        )
    )


def body_of(raw: RawMessage) -> bytes:
    """The bytes as they came. Raises FileDamaged when they are not those that were kept (P42)."""
    if raw.body is None:
        return files.open_file(raw.digest).read()
    try:
        return files.checked(zlib.decompress(raw.body), raw.digest)
    except zlib.error as error:
        raise files.FileDamaged(f"The body of raw message {raw.id} is damaged.") from error


def shown_of(body: bytes) -> tuple[str, str]:
    """Sender and subject as a list of waiting mail shows them: claims, cheaply read."""
    head = head_of(body)
    found: dict[bytes, bytes] = {}
    for name, value in _SHOWN.findall(head):
        found.setdefault(name.lower(), value)
    people = usable(raw_text(found.get(b"from", b"")))
    sender = people[0].address if people else text_of(found.get(b"from", b""))
    return single_line(sender, 320), single_line(text_of(found.get(b"subject", b"")), 500)


def head_of(body: bytes) -> bytes:
    """The header fields of a mail, or as much of them as is ever looked at."""
    head = body[:_HEAD_BYTES]
    end = _BLANK_LINE.search(head)
    return head[: end.start()] if end else head


def arrived_at(raw: RawMessage) -> datetime | None:
    """When the mail reached its mailbox, as the mailbox says."""
    noted = raw.envelope.get("received_at")
    return datetime.fromisoformat(noted).astimezone(UTC) if isinstance(noted, str) else None


def _arrival(received_at: datetime | None) -> dict[str, Any]:
    return {"received_at": received_at.isoformat()} if received_at else {}
