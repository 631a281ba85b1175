"""Drafts: what an agent types is kept as they type, one for each ticket and kind, until it is sent or discarded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from helpdesk.composing.models import Draft
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import attempt
from helpdesk.core.written import joined
from helpdesk.people.access import Actor
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.models import FIRST_NUMBER, Ticket
from helpdesk.tickets.naming import beginning

# Each kind of draft, and the deed on the ticket that it is written for.
KINDS = {"reply": "reply", "note": "note", "forward": "reply"}
# Before the id of a side conversation: each has a draft of its own.
SIDE = "side-"
# What a draft remembers beside its words.
DETAILS = ("html", "to", "cc", "bcc", "way", "status", "subject", "passed", "passed_file")
# Files of words that came back, each as [digest, name, content type, size].
FILES = "files"
LONGEST = 200_000
# A window that sent its text may still have a save on its way for so long.
SENT_KNOWN = timedelta(days=1)
MOST_LISTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a window of the composer holds now: its words, and what was chosen beside them.

    `writer` names the window, `known` is the version of the draft that it began from.
    """

    text: str
    writer: str = ""
    known: int = 0
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """The draft as it stands after a save; `met` says that another window's words stand there, and none were changed."""

    version: int
    at: datetime
    text: str
    met: bool = False
    html: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A draft as a list shows it."""

    number: str
    subject: str
    kind: str
    beginning: str
    at: datetime


def keep(owner_id: int, ticket_id: int, kind: str, written: Written) -> Kept:
    """Keep what was typed, unless another window kept something else meanwhile; inside a unit of work.

    No words and no file make no draft: what was there goes away.
    """
    # A form brings its line breaks as two characters each; the page that compares has one.
    text = written.text[:LONGEST].replace("\r\n", "\n").replace("\x00", "")
    draft = _locked(owner_id, ticket_id, kind) or _begun(owner_id, ticket_id, kind)
    if draft.sent_at is not None and draft.writer == written.writer and written.writer:
        # It was sent from this very window; the save was only slower than the sending.
        return _as_kept(draft)
    own = draft.writer == written.writer or not draft.text
    same = (draft.text, draft.details.get("html", "")) == (text, written.details.get("html", ""))
    if not own and draft.version != written.known and not same:
        return _as_kept(draft, met=True)
    draft.text = text
    kept = {name: value for name, value in written.details.items() if value}
    draft.details = {**kept, **({FILES: draft.details[FILES]} if FILES in draft.details else {})}
    draft.version, draft.writer = draft.version + 1, written.writer
    draft.kept_at, draft.sent_at = clock.now(), None
    return _as_kept(draft)


def give_back(
    owner_id: int,
    ticket_id: int,
    kind: str,
    text: str,
    details: Mapping[str, Any],
    files: list[Any],
) -> None:
    """Put words that have not left into the draft again, before whatever was begun there since."""
    draft = _locked(owner_id, ticket_id, kind) or _begun(owner_id, ticket_id, kind)
    kept = {name: value for name, value in details.items() if value}
    if draft.text and draft.text.split() != text.split():
        before, after = str(details.get("html", "")), str(draft.details.get("html", ""))
        kept["html"] = joined(text, before, draft.text, after)
        text = f"{text}\n\n{draft.text}"
    draft.text = text
    held = {name: value for name, value in draft.details.items() if name != "html"}
    draft.details = {**held, **kept, **({FILES: files} if files else {})}
    draft.version, draft.writer = draft.version + 1, ""
    draft.kept_at, draft.sent_at = clock.now(), None


def note_sent(owner_id: int, ticket_id: int, kind: str, sent: Written) -> None:
    """Its words have left: the draft is over, unless another window wrote something else there.

    Words that left before the desk kept them are noted as well: a save that is still on its way does not bring
    them back, and the browser that holds them knows that they went.
    """
    draft = _locked(owner_id, ticket_id, kind)
    if draft is None:
        if sent.writer:
            _empty(_begun(owner_id, ticket_id, kind), sent.writer)
        return
    same = draft.text.split() == sent.text.split()
    if same or draft.version == sent.known or (sent.writer and draft.writer == sent.writer):
        _empty(draft, sent.writer)


def discard(owner_id: int, ticket_id: int, kind: str) -> None:
    """Throw a draft away, as its owner asked."""
    draft = _locked(owner_id, ticket_id, kind)
    if draft is not None:
        _empty(draft, "")


def of_ticket(owner_id: int, ticket_id: int) -> dict[str, Draft]:
    """One's own drafts on a ticket by kind; one query."""
    rows = db.session.scalars(
        select(Draft).where(Draft.owner_id == owner_id, Draft.ticket_id == ticket_id)
    )
    return {row.kind: row for row in rows}


def side_in(kind: str) -> int | None:
    """The side conversation that a kind of draft belongs to, None for every other kind."""
    number = kind.removeprefix(SIDE)
    is_one = number != kind and number.isascii() and number.isdigit() and len(number) <= 12
    return int(number) if is_one else None


def all_of(actor: Actor) -> Sequence[Listed]:
    """One's own drafts, the newest first, on tickets that one may still see (S09)."""
    rows = db.session.execute(
        select(Ticket.prefix, Ticket.id, Ticket.subject, Draft.kind, Draft.text, Draft.kept_at)
        .join(Ticket, Ticket.id == Draft.ticket_id)
        .where(Draft.owner_id == actor.person_id, Draft.text != "", visible_tickets(actor))
        .order_by(Draft.kept_at.desc(), Draft.id.desc())
        .limit(MOST_LISTED)
    )
    return [
        Listed(f"{prefix}-{FIRST_NUMBER + ticket_id}", subject, kind, beginning(text), at)
        for prefix, ticket_id, subject, kind, text, at in rows
    ]


def sweep() -> None:
    """Forget what was sent and can have no late save any more."""
    db.session.execute(delete(Draft).where(Draft.sent_at < clock.now() - SENT_KNOWN))


def _locked(owner_id: int, ticket_id: int, kind: str) -> Draft | None:
    return db.session.scalars(
        select(Draft)
        .where(Draft.owner_id == owner_id, Draft.ticket_id == ticket_id, Draft.kind == kind)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _begun(owner_id: int, ticket_id: int, kind: str) -> Draft:
    """A new row; where another window made one at this moment, that one."""
    row = Draft(owner_id=owner_id, ticket_id=ticket_id, kind=kind, text="", kept_at=clock.now())
    row.version, row.writer = 0, ""
    try:
        with attempt():
            db.session.add(row)
            db.session.flush()
    except IntegrityError:
        found = _locked(owner_id, ticket_id, kind)
        if found is None:
            raise
        return found
    return row


def _empty(draft: Draft, writer: str) -> None:
    draft.text, draft.details, draft.version = "", {}, draft.version + 1
    draft.writer, draft.sent_at = writer, clock.now()


def _as_kept(draft: Draft, *, met: bool = False) -> Kept:
    html = str(draft.details.get("html", ""))
    return Kept(draft.version, draft.kept_at, draft.text, met, html)
