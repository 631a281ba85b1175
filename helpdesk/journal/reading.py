"""Reading the journal: the history of a subject, and its state as the entries tell it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select, tuple_

from helpdesk.core.db import db
from helpdesk.journal.models import Entry

_NEWEST = (
    select(Entry)
    .where(Entry.subject_kind == bindparam("kind"), Entry.subject_id == bindparam("subject"))
    .order_by(Entry.seq.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Origin:
    """The entry that first told of something which stands elsewhere now: its subject, its number, its digest."""

    subject_id: int
    seq: int
    digest: str


@dataclass(slots=True)
class Told:
    """A state as the journal tells it.

    `fields` are plain values by name; `personal` pairs of digest and salt by name (the salt None once erased);
    `messages` by id the entry of each, or where that stands for one that was moved here; `links` pairs of ticket id
    and kind. `lost` has by message the digests of files that were taken out of it on purpose.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    messages: dict[int, Entry | Origin] = field(default_factory=dict)
    links: set[tuple[int, str]] = field(default_factory=set)
    lost: dict[int, set[str]] = field(default_factory=dict)


def history_of(kind: str, subject_id: int, *, limit: int = 200) -> Sequence[Entry]:
    """The newest entries of a subject, oldest first."""
    asked = {"kind": kind, "subject": subject_id, "most": limit}
    newest = db.session.scalars(_NEWEST, asked).all()
    return newest[::-1]


def entries_of(kind: str, first_id: int, last_id: int) -> Iterable[tuple[int, list[Entry]]]:
    """The entries of the subjects of a stretch of ids, subject by subject, in order."""
    rows = db.session.scalars(
        select(Entry)
        .where(Entry.subject_kind == kind, Entry.subject_id.between(first_id, last_id))
        .order_by(Entry.subject_id, Entry.seq)
    ).all()
    by_subject: dict[int, list[Entry]] = {}
    for entry in rows:
        by_subject.setdefault(entry.subject_id, []).append(entry)
    return by_subject.items()


def entries_at(kind: str, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Entry]:
    """The entries at these places, each a subject and a number."""
    asked = sorted(set(places))
    found: dict[tuple[int, int], Entry] = {}
    for start in range(0, len(asked), 400):
        some = asked[start : start + 400]
        rows = db.session.scalars(
            select(Entry).where(
                Entry.subject_kind == kind, tuple_(Entry.subject_id, Entry.seq).in_(some)
            )
        )
        found.update({(entry.subject_id, entry.seq): entry for entry in rows})
    return found


def replay(entries: Iterable[Entry]) -> Told:
    """The state that these entries lead to, given in order."""
    told = Told()
    for entry in entries:
        _tell(told, entry)
    return told


def _tell(told: Told, entry: Entry) -> None:
    after = dict(entry.after)
    personal = after.pop("personal", {})
    if "redacted" in after:
        for message_id, files in after.get("lost", ()):
            told.lost.setdefault(message_id, set()).update(files)
    elif "message" in after:
        told.messages[after["message"]] = entry
    elif "brought" in after:
        for message_id, *origin in after["brought"]:
            told.messages[message_id] = Origin(*origin)
    elif "taken" in after:
        for message_id in after["taken"]:
            told.messages.pop(message_id, None)
    elif "link" in after:
        told.links.add((after["link"], after["kind"]))
    elif "link" in entry.before:
        told.links.discard((entry.before["link"], entry.before["kind"]))
    else:
        told.fields.update(after)
        told.personal.update({name: (digest, entry.salt) for name, digest in personal.items()})
