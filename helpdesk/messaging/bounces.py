"""Reports on mail that we sent: tied to the delivery they speak of; they open no ticket and get no answer (P28)."""

from __future__ import annotations

from sqlalchemy import select

from channels.message import Automation, DeliveryReport, InboundMessage
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.messaging.failing import fail
from helpdesk.messaging.matching import answered_ids, token_of
from helpdesk.messaging.models import Delivery, RawMessage, RawState
from helpdesk.messaging.setting_aside import Reason, fit, set_aside


def note_report(raw: RawMessage, inbound: InboundMessage) -> None:
    """Note on the delivery what a report says of it; a report on nothing of ours is set aside."""
    failed = inbound.automation in (Automation.BOUNCE, Automation.DELAY)
    delivery = delivery_of(inbound)
    if not failed:
        set_aside(raw, Reason.AUTOMATIC, inbound.subject)
    elif delivery is None:
        set_aside(raw, Reason.BOUNCE, words_of(inbound))
    else:
        _settle(raw, inbound, delivery)


def delivery_of(inbound: InboundMessage) -> Delivery | None:
    """The delivery a report speaks of, by our Message-ID in it or by the reply token it was sent to.

    Both hold a proof that only whoever got the mail can know, so nobody else can fail a delivery.
    """
    original = inbound.report.original_message_id if inbound.report else None
    ids = [*([original.strip("<> ")] if original else []), *answered_ids(inbound)]
    if ids:
        named = select(Delivery).where(Delivery.external_id.in_(ids)).order_by(Delivery.id.desc())
        found = db.session.scalars(named.limit(1)).first()
        if found is not None:
            return found
    token = token_of(inbound)
    if token is None:
        return None
    latest = (
        select(Delivery)
        .where(Delivery.ticket_id == token.ticket_id, Delivery.person_id == token.person_id)
        .order_by(Delivery.id.desc())
        .limit(1)
    )
    return db.session.scalars(latest).first()


def words_of(inbound: InboundMessage) -> str:
    """What the other side said, short enough for a note."""
    reasons = _reasons(inbound.report) if inbound.report else ""
    return reasons or " ".join(inbound.text.split())[:500] or inbound.subject


def _settle(raw: RawMessage, inbound: InboundMessage, delivery: Delivery) -> None:
    words = words_of(inbound)
    if inbound.automation is Automation.BOUNCE and _is_for_good(inbound.report):
        note = fail(delivery, words)
        raw.message_id = note.id if note else None
    else:
        delivery.last_error = fit(words)
    raw.state, raw.reason, raw.detail = RawState.DONE, Reason.BOUNCE.value, fit(words)[:2000]
    raw.ticket_id, raw.settled_at = delivery.ticket_id, clock.now()


def _is_for_good(report: DeliveryReport | None) -> bool:
    """A bounce that does not say whether it is for good is taken as one: the mail is not under way any more."""
    if report is None or not report.failures:
        return True
    return report.permanent or all(failed.permanent is None for failed in report.failures)


def _reasons(report: DeliveryReport) -> str:
    said = [
        f"{failed.address}: {failed.reason or failed.status or ''}".strip(": ")
        for failed in report.failures
    ]
    return "; ".join(each for each in said if each)[:1000]
