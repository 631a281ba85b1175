"""keep(): the bytes of a contact, once, before anyone tries to understand them."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Table, select
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
# The lane where mail that takes long to read waits only for its like.
FILE_SLOW = "file_slow"
LARGEST_INLINE = 256 * 1024
# Set in the envelope where the rest of the mail stays in its mailbox.
HEADERS_ONLY = "headers_only"
# Of a mail that is too large so much is read besides its head.
BEGINNING_BYTES = 32 * 1024
# Large bodies are mostly files in base64; to press them harder costs ten times as long and gains little.
_QUICK = 1
# The headers of a mail that a list shows stand at its head; a forged endless head is not searched.
_HEAD_BYTES = 64 * 1024
_LONGEST_SHOWN = 2_000
_LONGEST_HEAD = 128 * 1024
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
# Built once, and past the mapper: they run for every mail.
_TABLE = cast("Table", RawMessage.__table__)  # A mapped class's table is one, though typed wider.
_ONCE = ["account_id", "remote_id"]
_INSERT_ON_POSTGRESQL = (
    insert_on_postgresql(_TABLE).on_conflict_do_nothing(index_elements=_ONCE).returning(_TABLE.c.id)
)
_INSERT_ON_SQLITE = (
    insert_on_sqlite(_TABLE).on_conflict_do_nothing(index_elements=_ONCE).returning(_TABLE.c.id)
)
_SHOWN = re.compile(rb"(?im)^(from|subject)[ \t]*:[ \t]*([^\r\n]*(?:\r?\n[ \t][^\r\n]*){0,20})")


@dataclass(frozen=True, slots=True)
class Door:
    """Where an item came in: the id and the kind of a channel account."""

    account_id: int
    kind: str


def keep(
    account: ChannelAccount, item: RawItem, envelope: dict[str, Any] | None = None
) -> RawMessage | None:
    """As `keep_at`, but the row itself."""
    raw_id = keep_at(Door(account.id, account.kind), item, envelope)
    return None if raw_id is None else db.session.get_one(RawMessage, raw_id)


def keep_at(door: Door, item: RawItem, envelope: dict[str, Any] | None = None) -> int | None:
    """Write these bytes into the ledger and owe their reading; None when the ledger has them already, else the row's id.

    The unique key of account and remote id decides, so two collectors that meet do nothing twice.
    """
    sender, subject = shown_of(item.body) if door.kind == "email" else ("", "")
    small = len(item.body) <= LARGEST_INLINE
    row = {
        "account_id": door.account_id,
        "remote_id": item.remote_id[:255],
        "digest": hashlib.sha256(item.body).hexdigest(),
        "file_digest": None if small else files.keep(zlib.compress(item.body, _QUICK)),
        "size": item.size,
        "body": zlib.compress(item.body) if small else None,
        "envelope": {**_noted(item), **(envelope or {})},
        "state": RawState.WAITING,
        "reason": "",
        "detail": "",
        "sender": sender,
        "subject": subject,
        "kept_at": clock.now(),
    }
    insert = _INSERT_ON_POSTGRESQL if is_postgresql() else _INSERT_ON_SQLITE
    raw_id: int | None = db.session.connection().execute(insert, row).scalar_one_or_none()
    if raw_id is not None:
        record(RawMessageKept(cause="channel", raw_id=raw_id))
    return raw_id


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
    return unpacked(raw.id, raw.body, raw.file_digest, raw.digest)


def unpacked(raw_id: int, body: bytes | None, file_digest: str | None, digest: str) -> bytes:
    """The bytes of a row, from what it holds of them. Raises FileDamaged."""
    if file_digest == digest:
        # Before step 0003 of the database, large mail was kept as it came.
        return files.store().read(digest)
    packed = files.store().read(file_digest) if file_digest is not None else body
    try:
        return files.checked(zlib.decompress(packed or b""), digest)
    except zlib.error as error:
        raise files.FileDamaged(f"The body of raw message {raw_id} is damaged.") from error


def shown_of(body: bytes) -> tuple[str, str]:
    """Sender and subject as a list of waiting mail shows them: claims, cheaply read."""
    head = head_of(body)
    found: dict[bytes, bytes] = {}
    for name, value in _SHOWN.findall(head):
        found.setdefault(name.lower(), value)
    # This is read in our own process, so it must be short enough to be read quickly whatever it holds (S42).
    who, what = (found.get(name, b"")[:_LONGEST_SHOWN] for name in (b"from", b"subject"))
    people = usable(raw_text(who))
    sender = people[0].address if people else text_of(who)
    return single_line(sender, 320), single_line(text_of(what), 500)


def head_of(body: bytes) -> bytes:
    """The header fields of a mail, or as much of them as is ever looked at."""
    head = body[:_HEAD_BYTES]
    end = _BLANK_LINE.search(head)
    return head[: end.start()] if end else head


def head_and_beginning(body: bytes) -> bytes:
    """As much of a mail that is too large as is read of it."""
    end = _BLANK_LINE.search(body, 0, _LONGEST_HEAD)
    return body[: (end.end() if end else _LONGEST_HEAD) + BEGINNING_BYTES]


def arrived_at(raw: RawMessage) -> datetime | None:
    """When the mail reached its mailbox, as the mailbox says."""
    return arrival_of(raw.envelope)


def arrival_of(envelope: Mapping[str, Any]) -> datetime | None:
    """The same, from what was kept beside it."""
    noted = envelope.get("received_at")
    return datetime.fromisoformat(noted).astimezone(UTC) if isinstance(noted, str) else None


def _noted(item: RawItem) -> dict[str, Any]:
    noted: dict[str, Any] = {HEADERS_ONLY: True} if item.headers_only else {}
    if item.received_at is not None:
        noted["received_at"] = item.received_at.isoformat()
    return noted
