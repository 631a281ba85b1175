"""What a person decides about a mail that did not simply leave: again, now, or never."""

from __future__ import annotations

from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict
from helpdesk.core.unit_of_work import owe, record
from helpdesk.messaging import outcomes, standing
from helpdesk.messaging.events import DeliverySentAgain, DeliveryWithdrawn
from helpdesk.messaging.models import ChannelAccount, Delivery, DeliveryKind, DeliveryState
from helpdesk.messaging.sending import NEXT_LOOK
from helpdesk.messaging.suppressing import DESPITE
from helpdesk.messaging.turns import DELIVER, Held
from helpdesk.people.access import Actor, id_of

STUCK = (DeliveryState.FAILED, DeliveryState.UNCERTAIN)
NOT_LEFT = (DeliveryState.WAITING, DeliveryState.UNCERTAIN)


def can_send_again(delivery: Delivery) -> bool:
    """Whether a person may have it sent once more: it failed, or nobody can tell."""
    return delivery.state in STUCK


def can_try_now(delivery: Delivery) -> bool:
    """Whether it waits for a later try."""
    return delivery.state is DeliveryState.WAITING


def can_withdraw(delivery: Delivery) -> bool:
    """Whether it can still be kept from leaving, or from leaving again."""
    return delivery.state in NOT_LEFT and delivery.next_try_at is not None


def send_again(delivery: Delivery, *, actor: Actor | None = None) -> None:
    """Send a failed or doubtful mail once more, because a person asked for it.

    A mark on the recipient's address, which the person has read of, holds it back no longer.
    """
    if not can_send_again(delivery):
        raise _too_late()
    delivery.state, delivery.copies, delivery.attempts = DeliveryState.WAITING, 0, 0
    again = {"again_since": clock.now().isoformat(), DESPITE: True}
    delivery.headers = {**delivery.headers, **again}
    _owe_now(delivery)
    _record(DeliverySentAgain, delivery, actor)


def try_now(delivery: Delivery, *, actor: Actor | None = None) -> None:
    """Try a waiting mail at once, and its server with it."""
    if not can_try_now(delivery):
        raise _too_late()
    account = db.session.get(ChannelAccount, delivery.account_id) if delivery.account_id else None
    standing.look_now(standing.name_of(account))
    _owe_now(delivery)
    _record(DeliverySentAgain, delivery, actor)


def withdraw(delivery: Delivery, *, actor: Actor | None = None) -> None:
    """Keep a mail from leaving; what may have left already cannot be taken back, only its second copy can."""
    if not can_withdraw(delivery):
        raise _too_late()
    if delivery.state is DeliveryState.UNCERTAIN:
        delivery.next_try_at = None
    else:
        outcomes.withdraw(delivery)
    _record(DeliveryWithdrawn, delivery, actor)


def _owe_now(delivery: Delivery) -> None:
    delivery.next_try_at, delivery.held_for = clock.now() + NEXT_LOOK, Held.TURN
    owe(DELIVER, delivery.id)


def _record(
    kind: type[DeliverySentAgain | DeliveryWithdrawn], delivery: Delivery, actor: Actor | None
) -> None:
    if delivery.ticket_id is None or delivery.kind is DeliveryKind.NOTICE:
        return
    record(
        kind(
            actor_id=id_of(actor),
            cause="console",
            subject_id=delivery.ticket_id,
            after={"delivery": delivery.id},
        )
    )


def _too_late() -> Conflict:
    return Conflict(
        _("This mail is not waiting for a decision any more."), _("Look at the ticket again.")
    )
