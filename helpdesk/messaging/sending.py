"""deliver(): one prepared mail to the next server, at most once unless nobody can tell; and what is owed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import or_, select, update

from channels.channel import ChannelError
from channels.email.compose import compose
from channels.message import Receipt
from helpdesk.core import clock, files, hold
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict
from helpdesk.core.files import FileDamaged
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.core.vault import VaultLocked
from helpdesk.messaging.failing import doubt, fail
from helpdesk.messaging.models import Delivery, DeliveryKind, DeliveryState
from helpdesk.messaging.outgoing import outbound_of
from helpdesk.messaging.outlets import outlet_for
from helpdesk.messaging.preparing import DELIVER
from helpdesk.messaging.preparing import prepare_message as prepare_message
from helpdesk.messaging.preparing import prepare_notice as prepare_notice
from helpdesk.messaging.preparing import send_receipt as send_receipt
from helpdesk.messaging.rights import may_still_be_told
from helpdesk.messaging.setting_aside import fit

# Longer than any server may keep us waiting; a worker that is silent for so long is dead.
LEASE = timedelta(minutes=15)
GIVE_UP_AFTER = timedelta(hours=48)
LONGEST_PAUSE = timedelta(minutes=60)
# An uncertain mail goes out once more, under the same Message-ID, and then never again (P25, P26).
MOST_COPIES = 2
BEFORE_SECOND_COPY = timedelta(minutes=15)
# How soon the schedule owes a delivery again whose job came to nothing.
NEXT_LOOK = timedelta(minutes=10)

_SENDABLE = (DeliveryState.WAITING, DeliveryState.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery this worker holds; `attempt` is its fence against another that took it over."""

    id: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt: handed over, refused, or in doubt; `digest` names the bytes as they were composed."""

    via: str = ""
    digest: str | None = None
    receipt: Receipt | None = None
    error: ChannelError | None = None


def deliver(delivery_id: int) -> None:
    """Send one delivery if it is its turn; opens its own units of work, and none while a server is spoken to."""
    claim = _claim(delivery_id)
    if claim is None:
        return
    outcome = _attempt(delivery_id)
    with unit_of_work():
        delivery = db.session.get_one(
            Delivery, delivery_id, with_for_update=True, populate_existing=True
        )
        if delivery.state is DeliveryState.SENDING and delivery.attempts == claim.attempt:
            _note(delivery, outcome)
            _owe_next(delivery)


def deliveries_due() -> Sequence[int]:
    """The ids of what is to be tried now: pauses that are over, leases that have lapsed, jobs that were lost.

    Runs inside an open unit of work; each is handed out once in `NEXT_LOOK`.
    """
    at = clock.now()
    _doubt_lapsed(at)
    if hold.current() is not None:
        return []
    due = (
        select(Delivery.id)
        .where(Delivery.state.in_(_SENDABLE), Delivery.next_try_at <= at)
        .order_by(Delivery.id)
        .limit(500)
    )
    ids = list(db.session.scalars(due))
    if ids:
        db.session.execute(
            update(Delivery).where(Delivery.id.in_(ids)).values(next_try_at=at + NEXT_LOOK),
            execution_options={"synchronize_session": False},
        )
    return ids


def send_again(delivery: Delivery) -> None:
    """Send a failed or doubtful mail once more, because a person asked for it."""
    if delivery.state not in (DeliveryState.FAILED, DeliveryState.UNCERTAIN):
        raise Conflict(
            _("This mail is not waiting for a decision any more."), _("Look at the ticket again.")
        )
    delivery.state, delivery.copies, delivery.attempts = DeliveryState.WAITING, 0, 0
    delivery.headers = {**delivery.headers, "again_since": clock.now().isoformat()}
    delivery.next_try_at = clock.now() + NEXT_LOOK
    owe(DELIVER, delivery.id)


def pause_after(attempts: int) -> timedelta:
    """How long a mail rests after so many refusals for now: 1, 2, 4 .. 60 minutes (P23)."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_PAUSE)


def _claim(delivery_id: int) -> Claim | None:
    with unit_of_work():
        delivery = db.session.get(
            Delivery, delivery_id, with_for_update=True, populate_existing=True
        )
        if delivery is None or not _is_sendable(delivery) or _waits_for_earlier(delivery):
            return None
        if hold.current() is not None:
            return None
        if delivery.kind is DeliveryKind.NOTICE and not may_still_be_told(delivery):
            delivery.state, delivery.next_try_at = DeliveryState.WITHDRAWN, None
            return None
        delivery.state, delivery.attempts = DeliveryState.SENDING, delivery.attempts + 1
        delivery.next_try_at = clock.now() + LEASE
        return Claim(delivery.id, delivery.attempts)


def _is_sendable(delivery: Delivery) -> bool:
    if delivery.state is DeliveryState.UNCERTAIN:
        return delivery.copies < MOST_COPIES and delivery.next_try_at is not None
    return delivery.state is DeliveryState.WAITING


def _waits_for_earlier(delivery: Delivery) -> bool:
    """Mails of one ticket reach a recipient in the order in which they were written."""
    if delivery.ticket_id is None:
        return False
    earlier = select(Delivery.recipients).where(
        Delivery.ticket_id == delivery.ticket_id,
        Delivery.id < delivery.id,
        Delivery.state.in_((DeliveryState.WAITING, DeliveryState.SENDING)),
    )
    return any(row == delivery.recipients for row in db.session.scalars(earlier.limit(100)))


def _attempt(delivery_id: int) -> Outcome:
    delivery = db.session.get_one(Delivery, delivery_id)
    via, digest = "", None
    try:
        message, account = outbound_of(delivery)
        digest = files.keep(bytes(compose(message)))
        via, outlet = outlet_for(account)
        # A server may take its time, and nothing of ours may be locked meanwhile.
        db.session.rollback()
        receipt = outlet.send(message) if outlet is not None else None
    except ChannelError as error:
        return Outcome(via=via, digest=digest, error=error)
    except (FileDamaged, VaultLocked) as broken:
        return Outcome(via=via, digest=digest, error=ChannelError(str(broken)))
    finally:
        db.session.rollback()
    return Outcome(via=via, digest=digest, receipt=receipt)


def _note(delivery: Delivery, outcome: Outcome) -> None:
    delivery.digest = outcome.digest or delivery.digest
    delivery.via = outcome.via[:20]
    if outcome.error is None:
        delivery.state, delivery.next_try_at = DeliveryState.SENT, None
        delivery.sent_at = clock.now()
        delivery.copies += 1
        delivery.last_error = ""
    elif outcome.error.uncertain:
        _note_uncertain(delivery, outcome.error.message)
    elif outcome.error.permanent:
        fail(delivery, outcome.error.message)
    else:
        _note_temporary(delivery, outcome.error)


def _note_uncertain(delivery: Delivery, words: str) -> None:
    delivery.copies += 1
    if delivery.copies >= MOST_COPIES:
        doubt(delivery, words)
        return
    delivery.state, delivery.last_error = DeliveryState.UNCERTAIN, fit(words)
    delivery.next_try_at = clock.now() + BEFORE_SECOND_COPY


def _note_temporary(delivery: Delivery, error: ChannelError) -> None:
    at = clock.now()
    pause = max(pause_after(delivery.attempts), error.retry_after or timedelta(0))
    if at + pause > _since(delivery) + GIVE_UP_AFTER:
        fail(delivery, error.message)
        return
    # A mail that may have arrived once stays doubtful while its second copy is tried.
    doubtful = delivery.copies > 0
    delivery.state = DeliveryState.UNCERTAIN if doubtful else DeliveryState.WAITING
    delivery.last_error, delivery.next_try_at = fit(error.message), at + pause


def _since(delivery: Delivery) -> datetime:
    again = delivery.headers.get("again_since")
    return datetime.fromisoformat(again) if isinstance(again, str) else delivery.created_at


def _owe_next(delivery: Delivery) -> None:
    """Wake what waited for this one."""
    ended = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNCERTAIN)
    if delivery.ticket_id is None or delivery.state not in ended:
        return
    later = (
        select(Delivery.id, Delivery.recipients)
        .where(
            Delivery.ticket_id == delivery.ticket_id,
            Delivery.id > delivery.id,
            Delivery.state == DeliveryState.WAITING,
        )
        .order_by(Delivery.id)
        .limit(100)
    )
    for delivery_id, recipients in db.session.execute(later):
        if recipients == delivery.recipients:
            owe(DELIVER, delivery_id)
            return


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
        _note_uncertain(delivery, _("The desk was stopped while it sent this mail."))
        if delivery.next_try_at is not None:
            delivery.next_try_at = at
