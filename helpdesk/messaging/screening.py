"""screen(): may this become a message at all? One question a function, asked in this order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, bindparam, or_, select, text

from channels.message import Automation, InboundMessage
from helpdesk.core import links
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.paging import EPOCH
from helpdesk.messaging import accounts, blocking, placing, tokens
from helpdesk.messaging.meeting import RESENT, answered_ids
from helpdesk.messaging.models import RawMessage, RawState
from helpdesk.messaging.policy import MailPolicy, Treatment
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


LOCK = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a message is set aside; `same_as` is the one that it repeats.

    `treatment` is what the administrator has set for mail of this kind, where there is a choice.
    """

    reason: Reason
    detail: str = ""
    same_as: RawMessage | None = None
    treatment: Treatment = Treatment.REJECT


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
    _wait_for_kin(asked.inbound, digest)
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
    if tokens.is_ours(asked.inbound.external_id):
        return Finding(Reason.OWN_MAIL, "Its Message-ID is one of ours.")
    if accounts.is_our_address(asked.inbound.sender.address):
        return Finding(Reason.OWN_MAIL, "It is from one of our own addresses.")
    return None


def is_blocked(asked: Screened) -> Finding | None:
    for address in {asked.inbound.sender.address, asked.inbound.author.address}:
        entry = blocking.blocked_by(address)
        if entry is not None:
            return Finding(Reason.BLOCKED, f"{address} ({entry})")
    return None


def is_unreadable(asked: Screened) -> Finding | None:
    met = asked.inbound.unreadable
    return Finding(Reason.UNREADABLE, met) if met else None


def is_unwanted_bulk(asked: Screened) -> Finding | None:
    if asked.inbound.automation not in BULK:
        return None
    return _as_set(asked.policy.bulk, Reason.BULK)


def is_spam(asked: Screened) -> Finding | None:
    """What the receiving server says of it; a report on mail of ours is judged by what it reports."""
    verdicts = asked.inbound.verdicts
    if not verdicts.spam or asked.inbound.automation in REPORTS:
        return None
    score = "" if verdicts.spam_score is None else f" ({verdicts.spam_score:g})"
    return _as_set(asked.policy.spam, Reason.SPAM, f"{verdicts.server}{score}".strip())


def looks_like_a_machine(asked: Screened) -> Finding | None:
    """What a form noticed of who filled it in; a person looks at it, since a form may be wrong."""
    place = placing.place_of(asked.raw)
    if place is None or not place.suspect:
        return None
    return Finding(Reason.SPAM, place.suspect, treatment=Treatment.QUARANTINE)


def is_untraceable(asked: Screened) -> Finding | None:
    """Whether the receiving server could not trace it to the domain it claims to be from (DMARC, RFC 7489)."""
    if not asked.inbound.verdicts.dmarc_failed or asked.inbound.automation in REPORTS:
        return None
    return _as_set(asked.policy.dmarc, Reason.DMARC, asked.inbound.sender.address)


def _as_set(treatment: Treatment, reason: Reason, detail: str = "") -> Finding | None:
    return None if treatment is Treatment.TAKE else Finding(reason, detail, treatment=treatment)


QUESTIONS: tuple[Callable[[Screened], Finding | None], ...] = (
    seen_before,
    is_our_own,
    has_no_sender,
    is_blocked,
    is_unreadable,
    is_spam,
    looks_like_a_machine,
    is_untraceable,
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
        # Whoever sends a mail on to somebody else says so, and it is another mail then (RFC 5322, 3.6.6).
        *(inbound.headers.get(name, "") for name in RESENT if name in inbound.headers),
        date,
        message_id,
        inbound.subject,
        inbound.text,
        *(hashlib.sha256(file.body).hexdigest() for file in inbound.files),
    )
    return hashlib.sha256("\0".join(seen).encode("utf-8", "replace")).hexdigest()


def _wait_for_kin(inbound: InboundMessage, digest: str | None) -> None:
    """Let workers that hold copies of one mail, or a mail and its answer, file them one after the other.

    SQLite does so anyhow. The locks are taken in one order, so that nobody waits for each other.
    """
    if not is_postgresql():
        return
    names = {digest or "", inbound.external_id, *answered_ids(inbound)} - {""}
    db.session.execute(LOCK, {"keys": sorted(lock_number(name) for name in names)})


def lock_number(name: str) -> int:
    """The number by which PostgreSQL knows a lock of this name."""
    found = hashlib.sha256(name.encode("utf-8", "replace")).digest()
    return int.from_bytes(found[:8], "big", signed=True)
