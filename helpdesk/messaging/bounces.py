"""Reports on mail that we sent: tied to the delivery they speak of; they open no ticket and get no answer (P28)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from channels.message import Automation, DeliveryReport, FailedRecipient, InboundMessage
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.messaging import failing, tokens
from helpdesk.messaging.matching import token_of
from helpdesk.messaging.meeting import answered_ids
from helpdesk.messaging.models import Delivery, DeliveryKind, DeliveryState, RawMessage, RawState
from helpdesk.messaging.setting_aside import Reason, fit, set_aside
from helpdesk.people.addresses import normalise_email
from helpdesk.people.reachability import mark_reachable, mark_undeliverable, note_complaint
from helpdesk.tickets.models import Message
from helpdesk.tickets.side_models import SideParticipant

CAUSE = "report"
# A report without any proof is taken to speak of mail that left us lately, or of none.
LATELY = timedelta(days=5)
# Reports of other types speak of our servers and not of what a person wants (RFC 5965, 3.2; RFC 6591).
COMPLAINTS = frozenset({"abuse", "fraud", "miscategorized", "opt-out", "other", "virus"})


class Proof(enum.Enum):
    """Whether a report shows something that only whoever got our mail can know."""

    SHOWN = "shown"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Tied:
    """The delivery a report speaks of, and how surely."""

    delivery: Delivery
    proof: Proof


def note_report(raw: RawMessage, inbound: InboundMessage) -> None:
    """Note on the delivery what a report says of it; a report on nothing of ours is set aside."""
    tied = tied_to(inbound)
    if tied is None:
        failed = inbound.automation in (Automation.BOUNCE, Automation.DELAY)
        reason = Reason.BOUNCE if failed else Reason.AUTOMATIC
        set_aside(raw, reason, words_of(inbound) if failed else inbound.subject)
        return
    words = words_of(inbound)
    if inbound.automation is Automation.BOUNCE:
        _note_bounce(raw, inbound, tied, words)
    elif inbound.automation is Automation.DELAY:
        _show(tied.delivery, _("Still on its way: %(words)s", words=words))
    elif inbound.automation is Automation.FEEDBACK:
        _note_feedback(inbound, tied)
    else:
        _note_arrival(tied.delivery)
    _settle(raw, inbound, tied.delivery, words)


def delivery_of(inbound: InboundMessage) -> Delivery | None:
    """The delivery a report speaks of, if it shows a proof."""
    tied = tied_to(inbound)
    return tied.delivery if tied is not None and tied.proof is Proof.SHOWN else None


def tied_to(inbound: InboundMessage) -> Tied | None:
    """The delivery a report speaks of: by our Message-ID in it, by the token it came back to, or by its recipient.

    The first two only whoever got the mail can know, so nobody else can fail a delivery by them. A recipient and a
    subject anybody can guess: such a report is shown and decides nothing.
    """
    known = _by_id(inbound) or _by_token(inbound)
    if known is not None:
        return Tied(known, Proof.SHOWN)
    failed = inbound.automation in (Automation.BOUNCE, Automation.DELAY)
    report = inbound.report if failed else None
    # One that names a mail names one that is not ours, or it would have been found.
    unnamed = report is not None and not report.original_message_id
    guessed = _by_recipient(report) if report is not None and unnamed else None
    return Tied(guessed, Proof.NONE) if guessed is not None else None


def words_of(inbound: InboundMessage) -> str:
    """What the other side said, short enough for a note."""
    reasons = _reasons(inbound.report) if inbound.report else ""
    return fit(reasons or " ".join(inbound.text.split())[:500] or inbound.subject)


def _by_id(inbound: InboundMessage) -> Delivery | None:
    original = inbound.report.original_message_id if inbound.report else None
    ids = [*([original.strip("<> ")] if original else []), *answered_ids(inbound)]
    if not ids:
        return None
    named = select(Delivery).where(Delivery.external_id.in_(ids)).order_by(Delivery.id.desc())
    return db.session.scalars(named.limit(1)).first()


def _by_token(inbound: InboundMessage) -> Delivery | None:
    token = token_of(inbound)
    if token is None:
        return _by_side_token(inbound)
    latest = (
        select(Delivery)
        .where(Delivery.ticket_id == token.ticket_id, Delivery.person_id == token.person_id)
        .order_by(Delivery.id.desc())
        .limit(1)
    )
    return db.session.scalars(latest).first()


def _by_side_token(inbound: InboundMessage) -> Delivery | None:
    token = tokens.side_in_addresses(
        (*inbound.delivered_to, *(one.address for one in inbound.recipients))
    )
    if token is None:
        return None
    latest = (
        select(Delivery)
        .join(Message, Message.id == Delivery.message_id)
        .join(SideParticipant, SideParticipant.address == Delivery.recipient)
        .where(Message.side_id == token.side_id, SideParticipant.id == token.participant_id)
        .order_by(Delivery.id.desc())
        .limit(1)
    )
    return db.session.scalars(latest).first()


def _by_recipient(report: DeliveryReport) -> Delivery | None:
    """The newest mail of a ticket that we sent lately to an address in the report, under the subject it names."""
    addresses = [one for one in map(_normal, report.recipients) if one is not None][:20]
    if not addresses:
        return None
    found = (
        select(Delivery)
        .where(
            Delivery.recipient.in_(addresses),
            Delivery.kind == DeliveryKind.REPLY,
            Delivery.state.in_((DeliveryState.SENT, DeliveryState.UNCERTAIN)),
            Delivery.created_at > clock.now() - LATELY,
        )
        .order_by(Delivery.id.desc())
        .limit(20)
    )
    wanted = (report.original_subject or "").strip()
    for delivery in db.session.scalars(found):
        if not wanted or wanted == delivery.subject.strip():
            return delivery
    return None


def _note_bounce(raw: RawMessage, inbound: InboundMessage, tied: Tied, words: str) -> None:
    delivery = tied.delivery
    if tied.proof is Proof.NONE:
        if delivery.last_error != words:
            note = failing.note_claim(delivery, words)
            raw.message_id = note.id if note else None
        _show(delivery, words)
    elif _is_over(inbound.report):
        note = failing.fail(delivery, words)
        raw.message_id = note.id if note else None
        _mark_dead(delivery, inbound.report, words)
    else:
        _show(delivery, words)


def _is_over(report: DeliveryReport | None) -> bool:
    """Whether the server has given up. One that does not say is taken to have: the mail is not under way any more."""
    if report is None or not report.failures or report.permanent:
        return True
    given_up = any(failed.action == "failed" for failed in report.failures)
    return given_up or all(failed.permanent is None for failed in report.failures)


def _mark_dead(delivery: Delivery, report: DeliveryReport | None, words: str) -> None:
    """Mark the address we wrote to, if the report says that nobody is there; a full mailbox is no dead one."""
    for failed in report.failures if report is not None else ():
        for recipient in delivery.recipients:
            if failed.address_is_dead and _speaks_of(failed, str(recipient), delivery, report):
                mark_undeliverable(str(recipient), words, cause=CAUSE)


def _speaks_of(
    failed: FailedRecipient, recipient: str, delivery: Delivery, report: DeliveryReport | None
) -> bool:
    # A mailbox may lie behind the address we wrote to; with one of each there is no doubt whom it means.
    alone = report is not None and len(report.failures) == 1 and len(delivery.recipients) == 1
    return alone or _normal(failed.address) == recipient


def _note_feedback(inbound: InboundMessage, tied: Tied) -> None:
    """Note that somebody called our mail unwanted, where the report shows that it speaks of mail of ours."""
    kind = (inbound.report.feedback_type if inbound.report else None) or "other"
    if kind in COMPLAINTS:
        for recipient in tied.delivery.recipients:
            note_complaint(str(recipient), cause="feedback")


def _note_arrival(delivery: Delivery) -> None:
    for recipient in delivery.recipients:
        mark_reachable(str(recipient), cause=CAUSE)


def _show(delivery: Delivery, words: str) -> None:
    delivery.last_error = fit(words)


def _settle(raw: RawMessage, inbound: InboundMessage, delivery: Delivery, words: str) -> None:
    failed = inbound.automation in (Automation.BOUNCE, Automation.DELAY)
    raw.state = RawState.DONE
    raw.reason = (Reason.BOUNCE if failed else Reason.AUTOMATIC).value
    raw.detail = words[:2000]
    raw.ticket_id, raw.settled_at = delivery.ticket_id, clock.now()


def _reasons(report: DeliveryReport) -> str:
    said = [
        f"{failed.address}: {failed.reason or failed.status or ''}".strip(": ")
        for failed in report.failures
    ]
    return "; ".join(each for each in said if each)[:1000]


def _normal(address: str) -> str | None:
    try:
        return normalise_email(address)
    except Invalid:
        return None
