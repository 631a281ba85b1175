"""redact(): take a stretch of text or files out of a message and out of every copy of it, for good."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import gettext as _

from helpdesk.core import clock, links, written
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import record
from helpdesk.journal.erasing import forget_texts
from helpdesk.journal.models import Entry
from helpdesk.journal.reading import entries_of, replay
from helpdesk.messaging.models import Delivery, DeliveryState, RawMessage
from helpdesk.messaging.outgoing import CHOICES
from helpdesk.operations.states import names_of
from helpdesk.redaction import stretches
from helpdesk.redaction.beside import Beside, clear_beside
from helpdesk.redaction.finding import Found, Place, find
from helpdesk.tickets.commands import lock, touch
from helpdesk.tickets.events import MessageRedacted
from helpdesk.tickets.models import Attachment, Message, Ticket
from helpdesk.tickets.naming import single_line
from helpdesk.tickets.rating_models import TicketRating
from helpdesk.tickets.redaction_models import Redaction
from helpdesk.tickets.rewording import PROCESS, WHY

LONGEST_REASON = 500
PURPOSE = "redaction"
# Noted in the envelope of bytes that were taken away, and among the facts of a message.
REDACTED = "redacted"


def redact(
    ticket: Ticket,
    message: Message,
    what: str,
    file_ids: Collection[int],
    why: str,
    *,
    seen: str,
    by: int | None,
    cause: str,
) -> Redaction:
    """Take out what a preview showed, on a ticket that the caller has locked; `seen` is the state of that preview.

    Raises Invalid without a reason or with nothing to take out, Conflict when something changed since the preview, or
    while a mail that holds it is on its way to the server.
    """
    reason = single_line(why, LONGEST_REASON)
    if not reason:
        raise Invalid(_("Say why it is taken out."), _("A few words are enough."), field="why")
    found = find(ticket, message, what, file_ids)
    for merged in found.besides[1:]:
        lock(merged.ticket.id)
    _refuse(found, seen)
    row = _row(message, what, found, why=reason, by=by)
    _forget_salts(ticket, found)
    shown = _shown(found)
    for place in found.places:
        _clear_message(place, found, shown, row)
    for delivery in found.deliveries:
        _without(shown, delivery)
        _clear_delivery(found.pattern, delivery)
    for raw in found.raws:
        _clear_raw(found.pattern, raw)
    _clear_rest(found)
    for beside in found.besides:
        clear_beside(beside, found.pattern, by=by, cause=cause)
    touch(ticket)
    db.session.flush()
    record(_event(ticket, message, row, found, by=by, cause=cause))
    return row


def _row(message: Message, what: str, found: Found, *, why: str, by: int | None) -> Redaction:
    row = Redaction(
        ticket_id=message.ticket_id,
        message_id=message.id,
        by_id=by,
        at=clock.now(),
        why=why,
        digest=_digest(what, found.digests),
        files=sorted(found.digests),
        blobs=sorted({*found.digests, *_blobs(found)}),
        places=found.count,
    )
    db.session.add(row)
    return row


def _refuse(found: Found, seen: str) -> None:
    if found.is_empty:
        raise Conflict(
            _("This does not stand here any more."), _("Somebody may have taken it out already.")
        )
    if found.state != seen:
        raise Conflict(
            _("Something changed since you looked."), _("Look at the preview again, then confirm.")
        )
    if any(one.state is DeliveryState.SENDING for one in found.deliveries):
        raise Conflict(_("A mail that holds it is just being sent."), _("Try again in a minute."))


def _event(
    ticket: Ticket, message: Message, row: Redaction, found: Found, *, by: int | None, cause: str
) -> MessageRedacted:
    """What the journal keeps: whose message, how much, the keyed digest, and for each message the files it lost."""
    lost = [
        [place.message.id, [one.digest for one in place.files]]
        for place in found.places
        if place.files
    ]
    return MessageRedacted(
        actor_id=by,
        cause=cause,
        subject_id=ticket.id,
        redaction_id=row.id,
        after={
            "redacted": message.id,
            "redaction": row.id,
            "digest": row.digest,
            "places": row.places,
            "lost": lost,
        },
        personal={"why": row.why},
    )


def _shown(found: Found) -> dict[str, str]:
    """The content id of each picture that a formatted text shows, and what stands for it in plain words."""
    shown = {}
    for place in found.places:
        html = place.message.html or ""
        for one in place.files:
            if one.content_id and f"cid:{one.content_id}" in html:
                name = written.name_of(html, one.content_id)
                shown[one.content_id] = written.picture_words(name)
    return shown


def _without(shown: Mapping[str, str], row: Message | Delivery) -> None:
    """The mark in the place of these pictures."""
    for content_id, said in shown.items():
        if row.html and f"cid:{content_id}" in row.html:
            row.text = row.text.replace(said, stretches.MARK)
            row.html = stretches.without_pictures(row.html, [content_id])


def _clear_message(place: Place, found: Found, shown: Mapping[str, str], row: Redaction) -> None:
    message, pattern = place.message, found.pattern
    message.text = stretches.in_text(pattern, message.text)[0]
    message.quoted = stretches.in_text(pattern, message.quoted)[0]
    message.subject = stretches.in_text(pattern, message.subject)[0][:500]
    if message.html:
        message.html = stretches.in_html(pattern, message.html)[0]
    _without(shown, message)
    for one in message.attachments:
        one.name = stretches.in_text(pattern, one.name)[0][:255]
    noted: dict[str, Any] = {
        "by": row.by_id,
        "at": row.at.isoformat(),
        "why": row.why,
        "ticket": row.ticket_id,
    }
    facts = stretches.in_value(pattern, dict(message.facts or {}))[0]
    message.facts = {**facts, REDACTED: [*facts.get(REDACTED, []), noted]}
    for one in list(place.files):
        _drop_file(message, one)


def _drop_file(message: Message, attachment: Attachment) -> None:
    message.text = message.text.replace(f"[{attachment.name}]", stretches.MARK)
    message.attachments.remove(attachment)
    db.session.delete(attachment)


def _clear_delivery(pattern: re.Pattern[str], delivery: Delivery) -> None:
    """The words that were or will be sent; the composed bytes go whole."""
    delivery.text = stretches.in_text(pattern, delivery.text)[0]
    delivery.subject = stretches.in_text(pattern, delivery.subject)[0][:500]
    delivery.html = stretches.in_html(pattern, delivery.html)[0] if delivery.html else None
    delivery.last_error = stretches.in_value(pattern, delivery.last_error)[0]
    delivery.copy_error = stretches.in_value(pattern, delivery.copy_error)[0]
    if CHOICES in delivery.headers:
        choices = stretches.in_value(pattern, delivery.headers[CHOICES])[0]
        delivery.headers = {**delivery.headers, CHOICES: choices}
    delivery.digest = None


def _clear_raw(pattern: re.Pattern[str], raw: RawMessage) -> None:
    """The bytes go whole, since the same words may stand in them in many forms; the ledger still knows them."""
    raw.body, raw.file_digest = None, None
    raw.subject = stretches.in_text(pattern, raw.subject)[0][:500]
    raw.detail = stretches.in_text(pattern, raw.detail)[0]
    raw.envelope = {**stretches.in_value(pattern, raw.envelope)[0], REDACTED: True}


def _clear_rest(found: Found) -> None:
    pattern = found.pattern
    keys = [one.key for one in found.waiting]
    for draft in found.drafts:
        html = str(draft.details.get("html", ""))
        draft.text, html = _without_waiting(draft.text, html, keys)
        draft.text = stretches.in_text(pattern, draft.text)[0]
        bare = {name: value for name, value in draft.details.items() if name != "html"}
        left = stretches.in_html(pattern, html)[0] if html else None
        draft.details = {
            **stretches.in_value(pattern, bare)[0],
            **({"html": left} if left else {}),
        }
        draft.version += 1
    for planned in found.planned:
        planned.text, planned.html = _without_waiting(planned.text, planned.html or "", keys)
        planned.text = stretches.in_text(pattern, planned.text)[0]
        planned.html = stretches.in_html(pattern, planned.html)[0] if planned.html else None
        planned.fields = stretches.in_value(pattern, planned.fields)[0]
        for one in planned.files:
            one.name = stretches.in_text(pattern, one.name)[0][:255]
    for picture in found.named:
        picture.name = stretches.in_text(pattern, picture.name)[0][:255]
    for file in (*found.planned_files, *found.waiting):
        db.session.delete(file)
    for side in found.sides:
        side.subject = stretches.in_text(pattern, side.subject)[0][:500]


def _without_waiting(text: str, html: str, keys: Collection[str]) -> tuple[str, str]:
    """Words and HTML that are being written, with the mark in the place of these pictures."""
    if not any(key in html for key in keys):
        return text, html
    left = stretches.without_waiting(html, keys)
    return written.words_of(left), left


def _blobs(found: Found) -> set[str]:
    named = {one.digest for one in found.deliveries} | {one.file_digest for one in found.raws}
    return {one for one in named if one is not None}


def _digest(what: str, files: Collection[str]) -> str:
    said = "\n".join([" ".join(what.split()), *sorted(files)])
    return links.digest_of(said.encode("utf-8", "replace"), purpose=PURPOSE, size=20).hex()


def _forget_salts(ticket: Ticket, found: Found) -> None:
    """Let nobody hold a guess of what was taken out against the digests of the journal."""
    messages = {place.message.id for place in found.places}
    places = []
    for beside in found.besides:
        own = beside.ticket.id
        entries = dict(entries_of("ticket", own, own)).get(own, [])
        told = replay(entries).messages
        places += [(told[one].subject_id, told[one].seq) for one in messages & set(told)]
        named = _names(found, beside, is_first=beside.ticket is ticket)
        places += [(own, one.seq) for one in entries if named & _told_by(one)]
    forget_texts("ticket", places)


def _names(found: Found, beside: Beside, *, is_first: bool) -> set[str]:
    """The names under which the journal told of what is taken out beside messages, of today and of before."""
    names = {*beside.words}
    for part in beside.parts:
        names |= {*names_of({**part.before, **part.after}), WHY}
        process = part.before.get("status", {}).get("process", {})
        names |= {f"{PROCESS}{key}" for key in process}
    if beside.in_subject or (is_first and found.sides):
        names |= {"subject", "side_subject"}
    if any(isinstance(row, TicketRating) for row, _columns in beside.rows):
        names.add("rating.words")
    return names


def _told_by(entry: Entry) -> set[str]:
    return set(entry.after.get("personal", {}))
