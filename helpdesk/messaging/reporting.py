"""note_report(): what a service says became of a message of ours; reports come late, twice, and in any order."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from channels.message import Automation, InboundMessage, Stage
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.messaging import failing, outcomes
from helpdesk.messaging.models import Delivery, RawMessage, RawState
from helpdesk.messaging.setting_aside import Reason, fit, set_aside


def note_report(raw: RawMessage, inbound: InboundMessage) -> None:
    """Note on a delivery of this account what the other side says became of it."""
    original = inbound.report.original_message_id if inbound.report else None
    delivery = _delivery(raw.account_id, original or "")
    if delivery is None:
        set_aside(raw, Reason.AUTOMATIC, original or "")
        return
    words = fit(inbound.text or _("The other side gave no reason."))
    if inbound.automation is Automation.BOUNCE:
        _note_failure(raw, delivery, words)
    elif inbound.report is not None and inbound.report.stage is not None:
        _note_stage(delivery, inbound.report.stage, inbound)
    raw.state, raw.settled_at = RawState.DONE, clock.now()
    raw.reason, raw.detail = Reason.AUTOMATIC.value, words[:2000]
    raw.ticket_id = delivery.ticket_id


def _note_failure(raw: RawMessage, delivery: Delivery, words: str) -> None:
    # What arrived cannot fail any more, whatever a report that was overtaken says.
    if delivery.arrived_at is not None or delivery.read_at is not None:
        return
    note = failing.fail(delivery, words)
    raw.message_id = note.id if note else None


def _note_stage(delivery: Delivery, stage: Stage, inbound: InboundMessage) -> None:
    # The service's clock is a claim; nothing can have come before it was kept, nor after now.
    at = min(max(inbound.sent_at or clock.now(), delivery.created_at), clock.now())
    # The line was cut, and now we know: no second copy goes out (P25).
    outcomes.note_known(delivery)
    if stage is not Stage.TAKEN:
        delivery.arrived_at = delivery.arrived_at or at
    if stage is Stage.READ:
        delivery.read_at = delivery.read_at or at


def _delivery(account_id: int, name: str) -> Delivery | None:
    """The delivery of this name, ours or theirs, locked: its sender may be about to note how it went."""
    if not name:
        return None
    own = select(Delivery).where(Delivery.account_id == account_id).with_for_update()
    for condition in (Delivery.external_id == name, Delivery.remote_id == name):
        found = db.session.scalars(own.where(condition).limit(1)).first()
        if found is not None:
            return found
    return None
