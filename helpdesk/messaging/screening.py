"""screen(): may this become a message at all? One question a function, asked in this order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, bindparam, func, or_, select

from channels.message import Automation, InboundMessage
from helpdesk.core import links
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.paging import EPOCH
from helpdesk.messaging import accounts, tokens
from helpdesk.messaging.models import RawMessage, RawState
from helpdesk.messaging.policy import MailPolicy
from helpdesk.messaging.setting_aside import Reason

# A program may send the same words every day; a server that heard no answer sends them again within one.
RETRIED_WITHIN = timedelta(days=1)
HANDED_OVER = "smtp:"

BULK = frozenset({Automation.BULK, Automation.MAILING_LIST})
# What a machine answers of its own accord; it may join its ticket and opens none.
ANSWERS = frozenset({Automation.AUTO_REPLY, Automation.OUT_OF_OFFICE})
REPORTS = frozenset({Automation.BOUNCE, Automation.DELAY, Automation.RECEIPT, Automation.FEEDBACK})


# Said as what it is not: asked for "waiting or done", SQLite would walk the index of states, which is everything.
_SET_ASIDE = (RawState.DUPLICATE, RawState.REJECTED, RawState.QUARANTINED)
# Built once, since every mail asks it. Nothing has an empty content digest, so "" finds no twin by content.
_TWIN = (
    select(RawMessage)
    .where(
        or_(
            and_(
                RawMessage.account_id == bindparam("account_id"),
                RawMessage.digest == bindparam("digest"),
                RawMessage.kept_at > bindparam("not_before"),
            ),
            RawMessage.content_digest == bindparam("content_digest"),
        ),
        RawMessage.id < bindparam("own_id"),
        RawMessage.state.not_in(_SET_ASIDE),
    )
    .order_by(RawMessage.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a message is set aside; `same_as` is the one that it repeats."""

    reason: Reason
    detail: str = ""
    same_as: RawMessage | None = None


@dataclass(frozen=True, slots=True)
class Screened:
    """All that a question may look at."""

    raw: RawMessage
    inbound: InboundMessage
    policy: MailPolicy


def screen(asked: Screened) -> Finding | None:
    """The first reason to set this message aside, or None; what a person accepted is not asked again."""
    accepted = asked.raw.envelope.get("accepted")
    for question in QUESTIONS:
        finding = question(asked)
        if finding is not None and finding.reason.value != accepted:
            return finding
    return None


def seen_before(asked: Screened) -> Finding | None:
    """The same bytes in this mailbox, or the same content anywhere; the Message-ID alone never decides (P09, P10)."""
    raw, digest = asked.raw, content_digest(asked.inbound)
    if digest is not None:
        _wait_for_twins(digest)
    retried = digest is None and raw.remote_id.startswith(HANDED_OVER)
    asked_for = {
        "own_id": raw.id,
        "account_id": raw.account_id,
        "digest": raw.digest,
        "content_digest": digest or "",
        "not_before": raw.kept_at - RETRIED_WITHIN if retried else EPOCH,
    }
    twin = db.session.scalars(_TWIN, asked_for).first()
    if twin is None:
        return None
    reason = Reason.SAME_BYTES if twin.digest == raw.digest else Reason.SAME_CONTENT
    return Finding(reason, same_as=twin)


def has_no_sender(asked: Screened) -> Finding | None:
    if asked.inbound.sender.address:
        return None
    return Finding(Reason.NO_SENDER, asked.inbound.sender_problem or "")


def is_our_own(asked: Screened) -> Finding | None:
    """Mail that this desk sent itself, come back; answering it would go on for ever (RFC 3834, section 2)."""
    if loop_mark() in asked.inbound.loop_marks:
        return Finding(Reason.OWN_MAIL, "It carries the mark of this desk.")
    if tokens.in_message_ids([asked.inbound.external_id]) is not None:
        return Finding(Reason.OWN_MAIL, "Its Message-ID is one of ours.")
    if accounts.is_our_address(asked.inbound.sender.address):
        return Finding(Reason.OWN_MAIL, "It is from one of our own addresses.")
    return None


def is_blocked(asked: Screened) -> Finding | None:
    sender = asked.inbound.sender.address
    return Finding(Reason.BLOCKED, sender) if asked.policy.blocks(sender) else None


def is_unreadable(asked: Screened) -> Finding | None:
    met = asked.inbound.unreadable
    return Finding(Reason.UNREADABLE, met) if met else None


def is_unwanted_bulk(asked: Screened) -> Finding | None:
    if asked.policy.bulk_opens_tickets or asked.inbound.automation not in BULK:
        return None
    return Finding(Reason.BULK)


QUESTIONS: tuple[Callable[[Screened], Finding | None], ...] = (
    seen_before,
    is_our_own,
    has_no_sender,
    is_blocked,
    is_unreadable,
    is_unwanted_bulk,
)


def loop_mark() -> str:
    """What our own mail carries, so that we know it when it comes back; another desk has another."""
    return links.digest_of(b"loop", purpose="loop-mark", size=12).hex()


def content_digest(inbound: InboundMessage) -> str | None:
    """A digest of what a reader sees, only for mail with both a Date and a Message-ID of its own."""
    date, message_id = inbound.headers.get("date"), inbound.headers.get("message-id")
    if not date or not message_id:
        return None
    seen = (
        inbound.sender.key,
        date,
        message_id,
        inbound.subject,
        inbound.text,
        *(hashlib.sha256(file.body).hexdigest() for file in inbound.files),
    )
    return hashlib.sha256("\0".join(seen).encode("utf-8", "replace")).hexdigest()


def _wait_for_twins(digest: str) -> None:
    """Let two workers that hold copies of one mail file them one after the other; SQLite does so anyhow."""
    if is_postgresql():
        number = int.from_bytes(bytes.fromhex(digest[:16]), "big", signed=True)
        db.session.execute(select(func.pg_advisory_xact_lock(number)))
