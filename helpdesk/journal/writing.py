"""Writing the journal: one entry from any event that is to be traced."""

from __future__ import annotations

import secrets
from typing import Any, cast

from sqlalchemy import Table, insert, select

from helpdesk.core import clock, push
from helpdesk.core.db import db
from helpdesk.core.events import TracedEvent
from helpdesk.core.unit_of_work import gather
from helpdesk.journal.chain import START, digest_of, salted
from helpdesk.journal.models import Entry

# Rung after a commit that wrote entries; the bell says nothing, and whoever hears it reads the journal.
TOPIC = "journal"
_HEADS = "journal_heads"
# Made once: building and compiling it anew took longer than running it.
_INSERT = insert(
    cast("Table", Entry.__table__)
)  # A mapped class's table is one, though typed wider.
_COLUMNS = [column.key for column in Entry.__table__.columns if column.key != "id"]


def trace(event: TracedEvent) -> None:
    """Keep an event: who, why, before, after and when; of personal text only salted digests."""
    subject = (event.subject_kind, event.subject_id)
    seq, previous = (0, START) if event.is_first else _head(*subject)
    salt = secrets.token_hex(16) if event.personal else None
    digests = {name: salted(text, salt or "") for name, text in event.personal.items()}
    entry = Entry(
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        seq=seq + 1,
        event=type(event).__name__,
        actor_id=event.actor_id,
        cause=event.cause[:200],
        before=dict(event.before),
        after={**event.after, **({"personal": digests} if digests else {})},
        salt=salt,
        at=clock.now(),
        previous=previous,
    )
    entry.digest = digest_of(entry)
    gather(_insert, {key: getattr(entry, key) for key in _COLUMNS})
    _heads()[subject] = (entry.seq, entry.digest)


def _insert(rows: list[dict[str, Any]]) -> None:
    # A plain insert: nobody needs the rows as objects, and this runs for every change of the desk.
    db.session.execute(_INSERT, rows)
    push.publish_after(TOPIC)


def _head(kind: str, subject_id: int) -> tuple[int, str]:
    known = _heads().get((kind, subject_id))
    if known is not None:
        return known
    row = db.session.execute(
        select(Entry.seq, Entry.digest)
        .where(Entry.subject_kind == kind, Entry.subject_id == subject_id)
        .order_by(Entry.seq.desc())
        .limit(1)
    ).first()
    return (row.seq, row.digest) if row else (0, START)


def _heads() -> dict[tuple[str, int], tuple[int, str]]:
    """The heads this transaction has read or written; they end with it, since then others may write."""
    transaction = db.session().get_transaction()
    kept = db.session.info.get(_HEADS)
    if kept is None or kept[0] is not transaction:
        kept = db.session.info[_HEADS] = (transaction, {})
    heads: dict[tuple[str, int], tuple[int, str]] = kept[1]
    return heads
