"""parse(): the bytes of a mail as an InboundMessage; never raises on bad mail."""

import hashlib
from collections.abc import Iterable

from channels.email import bodies
from channels.email.addresses import parse_addresses, usable
from channels.email.compose import LOOP_HEADER
from channels.email.forwarding import read_forward
from channels.email.headers import date_of, ids_of, raw_text, text_of
from channels.email.mime import Limits, Part, read_parts
from channels.email.quoting import SplitReply, split_reply
from channels.email.reports import read_automation
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


def parse(raw: bytes) -> InboundMessage:
    """Read one mail, whole or broken.

    What could not be read is named in `defects`; `unreadable` is set when the
    mail met a limit, so that only a part of it is here and a person must look.
    """
    limits = Limits()
    root = read_parts(raw, limits)
    body = bodies.read_body(root, limits)
    sender, sender_problem = _sender(root)
    seen = read_automation(root, body.text, sender)
    subject = root.text("subject")
    forwarded, split = _pieces(body.text, subject)
    return InboundMessage(
        external_id=_external_id(root, raw),
        sender=sender,
        recipients=_people(root, "to"),
        cc=_people(root, "cc"),
        reply_to=_people(root, "reply-to"),
        delivered_to=tuple(dict.fromkeys(_envelope_recipients(root))),
        subject=subject,
        text=body.text,
        html=body.html,
        visible_text=split.visible,
        quoted_text=split.quoted,
        signature=split.signature,
        forwarded=forwarded,
        sent_at=date_of(root.raw("date") or b""),
        in_reply_to=_ids(root, "in-reply-to"),
        references=_ids(root, "references"),
        files=body.files,
        automation=seen.automation,
        report=seen.report,
        answer_unwanted=seen.answer_unwanted,
        headers=_headers(root),
        sender_problem=sender_problem,
        loop_marks=tuple(text_of(mark) for mark in root.all(LOOP_HEADER.lower())),
        defects=tuple(dict.fromkeys(limits.defects)),
        unreadable=limits.met,
    )


def _pieces(text: str, subject: str) -> tuple[Forwarded | None, SplitReply]:
    forwarded = read_forward(text, subject)
    # In a forwarded mail, what stands below the heading is what is to be shown.
    return forwarded, SplitReply(text) if forwarded else split_reply(text)


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
    text = raw_text(fields[0], root.header_charset)
    read = parse_addresses(text)
    if not any(each.address.address for each in read) and "=?" in text:
        read = parse_addresses(text_of(fields[0], root.header_charset))
        read = [each for each in read if each.address.address] or read
        problem: str | None = "The whole From field is an encoded word."
    else:
        problem = None
    people = [each for each in read if each.address.address]
    if not people:
        name = read[0].address.name if read else ""
        return Address("", name), "The From field holds no address."
    if len(fields) > 1:
        problem = "It has several From fields."
    elif len(read) > 1:
        problem = "The From field names several senders."
    elif people[0].problems:
        problem = f"The From field is not well formed: {people[0].problems[0]}."
    return people[0].address, problem


def _stand_in(root: Part) -> Address:
    for name in ("reply-to", "sender", "return-path"):
        people = _people(root, name)
        if people:
            return people[0]
    return Address("")
