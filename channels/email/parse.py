"""parse(): the bytes of a mail as an InboundMessage; never raises on bad mail."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import timezone

from channels.email import bodies
from channels.email.addresses import ReadAddress, parse_addresses, usable
from channels.email.compose import LOOP_HEADER
from channels.email.forwarding import read_attached, read_forward
from channels.email.headers import date_of, ids_of, offset_of, raw_text, text_of
from channels.email.in_words import in_words
from channels.email.mime import Limits, Part, read_parts
from channels.email.other_desks import read_external_ticket
from channels.email.quoting import SplitReply, split_reply
from channels.email.reports import read_automation
from channels.email.verdicts import read_verdicts
from channels.message import Address, Forwarded, InboundMessage

_OUR_PREFIX = "x-desk-"
_ENVELOPE_FIELDS = (
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-delivered-to",
)
_MOST_IDS = 200
_MOST_FROM_FIELDS = 10
# Nobody writes so much by hand: a log in the text is shown whole, and looking for quotations in it would take seconds.
_LONGEST_FOLDED = 1_000_000
_MOST_LINES_FOLDED = 20_000


def parse(raw: bytes, server: str = "") -> InboundMessage:
    """Read one mail, whole or broken; `server` is who alone is believed in Authentication-Results.

    What could not be read is named in `defects`; `unreadable` is set when the
    mail met a limit, so that only a part of it is here and a person must look.
    """
    limits = Limits()
    root = read_parts(raw, limits)
    body = bodies.read_body(root, limits)
    head = _read_head(root, raw)
    seen = read_automation(root, body.text, head.sender)
    forwarded, split = _pieces(root, body.text, head.subject)
    return replace(
        head,
        text=body.text,
        html=body.html,
        visible_text=split.visible,
        quoted_text=split.quoted,
        signature=split.signature,
        forwarded=forwarded,
        files=body.files,
        automation=seen.automation,
        report=seen.report,
        answer_unwanted=seen.answer_unwanted,
        invitation=body.invitation,
        protection=body.protection,
        verdicts=read_verdicts(root, server),
        stand_in="" if body.text.strip() else in_words(body),
        defects=tuple(dict.fromkeys((*limits.defects, *body.said_of_parts))),
        unreadable=limits.met,
    )


def _read_head(root: Part, raw: bytes) -> InboundMessage:
    """What the header says: who, to whom, when, about what."""
    sender, sender_problem = _sender(root)
    subject = root.text("subject")
    return InboundMessage(
        external_id=_external_id(root, raw),
        sender=sender,
        recipients=_people(root, "to"),
        cc=_people(root, "cc"),
        reply_to=_people(root, "reply-to"),
        delivered_to=tuple(dict.fromkeys(_envelope_recipients(root))),
        subject=subject,
        text="",
        sent_at=date_of(root.raw("date") or b""),
        in_reply_to=_ids(root, "in-reply-to"),
        references=_ids(root, "references"),
        headers=_headers(root),
        sender_problem=sender_problem,
        written_by=_writer(root, sender),
        external_ticket=read_external_ticket(root, subject),
        loop_marks=tuple(text_of(mark) for mark in root.all(LOOP_HEADER.lower())),
    )


def _pieces(root: Part, text: str, subject: str) -> tuple[Forwarded | None, SplitReply]:
    if len(text) > _LONGEST_FOLDED or text.count("\n") > _MOST_LINES_FOLDED:
        return read_attached(root, text), SplitReply(text)
    written = offset_of(root.raw("date") or b"")
    forwarded = read_forward(text, subject, timezone(written) if written is not None else None)
    # In a forwarded mail, what stands below the heading is what is to be shown.
    split = SplitReply(text) if forwarded else split_reply(text)
    return forwarded or read_attached(root, text), split


def digest_id(raw: bytes) -> str:
    """An id for a mail that has none: the same bytes always get the same one."""
    return f"{hashlib.sha256(raw).hexdigest()[:40]}@no-message-id.invalid"


def _external_id(root: Part, raw: bytes) -> str:
    ids = _ids(root, "message-id")
    return ids[0][:500] if ids else digest_id(raw)


def _ids(root: Part, name: str) -> tuple[str, ...]:
    value = root.raw(name)
    return ids_of(value)[:_MOST_IDS] if value else ()


def _people(root: Part, name: str) -> tuple[Address, ...]:
    values = root.all(name)
    if not values:
        return ()
    everybody = (
        person for value in values for person in usable(raw_text(value, root.header_charset))
    )
    return tuple({person.key: person for person in reversed(list(everybody))}.values())[::-1]


def _envelope_recipients(root: Part) -> Iterable[str]:
    for name in _ENVELOPE_FIELDS:
        for value in root.all(name):
            yield from (person.address for person in usable(raw_text(value, root.header_charset)))


def _headers(root: Part) -> dict[str, str]:
    """The first of each field, decoded; nothing from outside that looks like our own control."""
    found: dict[str, str] = {}
    for name, value in root.fields:
        if name not in found and not name.startswith(_OUR_PREFIX):
            found[name] = text_of(value, root.header_charset)
    return found


def _sender(root: Part) -> tuple[Address, str | None]:
    """Who wrote it, and why that is not to be believed, if anything is amiss (one From, one address)."""
    fields = root.all("from")
    if not fields:
        return _stand_in(root), "It has no From field."
    people, problem = _read_from(root, fields[0])
    if len(fields) > 1:
        problem = "It has several From fields."
        others = (_read_from(root, value)[0] for value in fields[1:_MOST_FROM_FIELDS])
        people = people if _addressed(people) else next(filter(_addressed, others), people)
    named = _addressed(people)
    if not named:
        name = people[0].address.name if people else ""
        return Address("", name), "The From field holds no address."
    if problem is None and len(people) > 1:
        problem = "The From field names several senders."
    elif problem is None and named[0].problems:
        problem = f"The From field is not well formed: {named[0].problems[0]}."
    return named[0].address, problem


def _read_from(root: Part, value: bytes) -> tuple[list[ReadAddress], str | None]:
    text = raw_text(value, root.header_charset)
    people = parse_addresses(text)
    if _addressed(people) or "=?" not in text:
        return people, None
    people = parse_addresses(text_of(value, root.header_charset))
    return _addressed(people) or people, "The whole From field is an encoded word."


def _addressed(people: list[ReadAddress]) -> list[ReadAddress]:
    return [each for each in people if each.address.address]


def _writer(root: Part, sender: Address) -> Address | None:
    """The writer of a mail that a list sent under its own address, where two of its fields agree.

    Reply-To alone may name anybody: a colleague, a list, a form's visitor.
    """
    answers = _people(root, "reply-to")
    for name in ("x-original-from", "x-original-sender"):
        for original in _people(root, name)[:1]:
            if len(answers) == 1 and answers[0].key == original.key != sender.key:
                return Address(original.address, original.name or answers[0].name)
    return None


def _stand_in(root: Part) -> Address:
    for name in ("reply-to", "sender", "return-path"):
        people = _people(root, name)
        if people:
            return people[0]
    return Address("")
