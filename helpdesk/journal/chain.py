"""The chain: each entry's digest covers the entry and the digest before it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from helpdesk.journal.models import Entry

START = "0" * 64


@dataclass(frozen=True, slots=True)
class Flaw:
    """A place where the journal, or what it says, does not hold."""

    subject: str
    seq: int
    what: str


def digest_of(entry: Entry) -> str:
    """The digest an entry must have. The salt is left out, so that a person can be erased and the chain still holds."""
    content = [
        entry.subject_kind,
        entry.subject_id,
        entry.seq,
        entry.event,
        entry.actor_id,
        entry.cause,
        entry.before,
        entry.after,
        entry.at.isoformat(timespec="microseconds"),
        entry.previous,
    ]
    plain = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def salted(text: str, salt: str) -> str:
    """The digest that stands for a text of a person; nobody can guess the text back without the salt."""
    return hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()


def check(entries: Iterable[Entry]) -> Iterator[Flaw]:
    """The flaws of one subject's entries, given in order."""
    previous, seq = START, 0
    for entry in entries:
        subject = f"{entry.subject_kind} {entry.subject_id}"
        seq += 1
        if entry.seq != seq:
            yield Flaw(subject, entry.seq, f"entry {seq} is missing")
            seq = entry.seq
        if entry.previous != previous:
            yield Flaw(subject, entry.seq, "does not continue the entry before it")
        if digest_of(entry) != entry.digest:
            yield Flaw(subject, entry.seq, "was changed after it was written")
        previous = entry.digest
