"""deliver(): one prepared mail to the next server, at most once unless nobody can tell; and what is owed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import or_, select, update

from channels.channel import ChannelError
from channels.email.compose import compose
from channels.email.smtp import Lines
from channels.message import OutboundMessage
from helpdesk.core import clock, files, hold
from helpdesk.core.crash_points import Point, reach
from helpdesk.core.db import db
from helpdesk.core.files import FileDamaged
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import outcomes, policy, standing
from helpdesk.messaging.accounts import EMAIL
from helpdesk.messaging.ceilings import pause_for
from helpdesk.messaging.models import ChannelAccount, Delivery, DeliveryKind, DeliveryState
from helpdesk.messaging.outcomes import GIVE_UP_AFTER, Outcome, pause_after, since
from helpdesk.messaging.outgoing import outbound_of
from helpdesk.messaging.outlets import outlet_for
from helpdesk.messaging.preparing import prepare_message as prepare_message
from helpdesk.messaging.preparing import prepare_notice as prepare_notice
from helpdesk.messaging.preparing import send_receipt as send_receipt
from helpdesk.messaging.rights import may_still_be_told
from helpdesk.messaging.signing import signed
from helpdesk.messaging.suppressing import leave_out_unreachable
from helpdesk.messaging.turns import Held, overtaken_receipts, waits_for_earlier, wake

# Longer than any server may keep us waiting (see `channels.email.smtp`); a worker silent for so long is dead.
LEASE = timedelta(minutes=30)
# How soon the schedule owes a delivery again whose job came to nothing.
NEXT_LOOK = timedelta(minutes=10)
# What waits for work that is owed already is looked at again soon.
SOON = timedelta(seconds=20)

SENDABLE = (DeliveryState.WAITING, DeliveryState.UNCERTAIN)

__all__ = ["deliver", "deliver_with", "deliveries_due", "pause_after"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery this worker holds; `attempt` is its fence against another that took it over."""

    id: int
    attempt: int


def deliver(delivery_id: int) -> None:
    """Send one delivery if it is its turn, on a line of its own."""
    with Lines() as lines:
        deliver_with(lines, delivery_id)


def deliver_with(lines: Lines, delivery_id: int) -> None:
    """Send one delivery if it is its turn; opens its own units of work, and none while a server is spoken to."""
    claim = _claim(delivery_id)
    if claim is None:
        return
    reach(Point.DELIVERY_CLAIMED)
    outcome = _attempt(delivery_id, lines)
    reach(Point.SENT)
    with unit_of_work():
        delivery = db.session.get_one(
            Delivery, delivery_id, with_for_update=True, populate_existing=True
        )
        # Whoever came after us knows more: after a lapse this mail is doubted, whatever we have heard.
        if delivery.state is DeliveryState.SENDING and delivery.attempts == claim.attempt:
            outcomes.note(delivery, outcome)
    reach(Point.NOTED)


def deliveries_due() -> Sequence[int]:
    """The ids of what is to be tried now: pauses that are over, leases that have lapsed, jobs that were lost.

    Runs inside an open unit of work; each is handed out once in `NEXT_LOOK`. A server that is away is asked for by one
    mail only.
    """
    at = clock.now()
    _doubt_lapsed(at)
    if hold.current() is not None:
        return []
    due = select(Delivery.id).where(Delivery.state.in_(SENDABLE), Delivery.next_try_at <= at)
    ids: list[int] = []
    for one in standing.away():
        behind = standing.leaves_by(one.name)
        if not standing.is_away(one, at):
            ids += db.session.scalars(due.where(behind).order_by(Delivery.id).limit(1))
        due = due.where(~behind)
    ids += db.session.scalars(due.order_by(Delivery.id).limit(500))
    if ids:
        db.session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids))
            .values(next_try_at=at + NEXT_LOOK, held_for=Held.TURN),
            execution_options={"synchronize_session": False},
        )
    return ids


def _claim(delivery_id: int) -> Claim | None:
    with unit_of_work():
        delivery = db.session.get(
            Delivery, delivery_id, with_for_update=True, populate_existing=True
        )
        if delivery is None or not _is_sendable(delivery) or hold.current() is not None:
            return None
        if delivery.kind is DeliveryKind.NOTICE and not may_still_be_told(delivery):
            outcomes.withdraw(delivery)
            return None
        if _has_to_wait(delivery) or leave_out_unreachable(delivery) or _is_over_ceiling(delivery):
            return None
        for receipt in overtaken_receipts(delivery):
            outcomes.withdraw(receipt)
        delivery.state, delivery.attempts = DeliveryState.SENDING, delivery.attempts + 1
        delivery.next_try_at, delivery.held_for = clock.now() + LEASE, Held.TURN
        return Claim(delivery.id, delivery.attempts)


def _is_sendable(delivery: Delivery) -> bool:
    at = clock.now()
    pauses = delivery.held_for in (Held.REFUSED, Held.RECIPIENT)
    if pauses and delivery.next_try_at is not None and delivery.next_try_at > at:
        return False
    if delivery.state is DeliveryState.UNCERTAIN:
        return delivery.copies < outcomes.MOST_COPIES and delivery.next_try_at is not None
    return delivery.state is DeliveryState.WAITING


def _has_to_wait(delivery: Delivery) -> bool:
    """For an earlier mail of its ticket, or for a server that is away; it is noted which."""
    at = clock.now()
    if waits_for_earlier(delivery):
        _hold_back(delivery, Held.EARLIER, at + SOON)
        return True
    found = standing.standing_of(standing.name_of(_account_of(delivery)))
    if found is None or found.next_try_at is None or not standing.is_away(found, at):
        return False
    if at > since(delivery) + GIVE_UP_AFTER:
        outcomes.give_up(delivery, found.last_error)
    else:
        _hold_back(delivery, Held.SERVER, found.next_try_at)
        delivery.last_error = found.last_error
    return True


def _is_over_ceiling(delivery: Delivery) -> bool:
    account = _account_of(delivery)
    name = standing.name_of(account)
    pause = pause_for(delivery, account, name, policy.lately()) if name else None
    if pause is None:
        return False
    _hold_back(delivery, Held.CEILING, clock.now() + pause)
    delivery.last_error = _("As many mails as are allowed have left; this one waits.")
    return True


def _hold_back(delivery: Delivery, held_for: Held, until: datetime) -> None:
    delivery.held_for, delivery.next_try_at = held_for, until


def _account_of(delivery: Delivery) -> ChannelAccount | None:
    return db.session.get(ChannelAccount, delivery.account_id) if delivery.account_id else None


def _attempt(delivery_id: int, lines: Lines) -> Outcome:
    delivery = db.session.get_one(Delivery, delivery_id)
    via, outlet_name, digest = "", standing.name_of(_account_of(delivery)), None
    try:
        message, account = outbound_of(delivery)
        body = _as_it_leaves(message, account)
        digest = files.keep(body)
        outlet = outlet_for(account)
        via, outlet_name = outlet.via, outlet.name
        # A server may take its time, and nothing of ours may be locked meanwhile.
        db.session.rollback()
        handed = outlet.hand_over(lines, message, body)
    except ChannelError as error:
        return Outcome(via, outlet_name, digest, error=error)
    except FileDamaged as broken:
        return Outcome(via, outlet_name, digest, error=ChannelError(str(broken)))
    finally:
        db.session.rollback()
    return Outcome(via, outlet_name, digest, receipt=handed.receipt, largest=handed.largest)


def _as_it_leaves(message: OutboundMessage, account: ChannelAccount | None) -> bytes:
    """A mail as its bytes; of what another channel carries, its words."""
    if account is None or account.kind == EMAIL:
        return signed(bytes(compose(message)), message)
    said = [message.text, *(f"[{file.name}]" for file in message.files)]
    return "\n".join(filter(None, said)).encode("utf-8", "replace")


def _doubt_lapsed(at: datetime) -> None:
    """A worker that died while it was sending may have sent; nobody can tell (P26)."""
    lapsed = (
        select(Delivery)
        .where(
            Delivery.state == DeliveryState.SENDING,
            or_(Delivery.next_try_at.is_(None), Delivery.next_try_at <= at),
        )
        .order_by(Delivery.id)
        .limit(100)
        .with_for_update()
    )
    for delivery in db.session.scalars(lapsed).all():
        outcomes.note_uncertain(delivery, _("The desk was stopped while it sent this mail."))
        if delivery.next_try_at is not None:
            delivery.next_try_at = at
        wake(delivery)
