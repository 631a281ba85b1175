"""new_delivery(): one row for what goes to one address, and the work of handing it over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from helpdesk.core import clock
from helpdesk.core.crash_points import Point, reach
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import owe
from helpdesk.messaging import letters
from helpdesk.messaging.identity import Identity
from helpdesk.messaging.letters import Letter
from helpdesk.messaging.models import Delivery, DeliveryKind, DeliveryState
from helpdesk.messaging.turns import DELIVER

# A delivery is owed at once; should its job be lost, the schedule finds it after this long.
SAFETY_NET = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a copy goes, and whose address that is; one that is blind is known to the desk and to its reader alone."""

    address: str
    person_id: int | None
    is_blind: bool = False


def new_delivery(
    kind: DeliveryKind,
    identity: Identity,
    recipient: Recipient,
    *,
    subject: str,
    letter: Letter,
    external_id: str,
    headers: dict[str, Any],
    ticket_id: int | None = None,
    message_id: int | None = None,
) -> Delivery:
    """Write the row, and owe that it is sent. Inside the open unit of work."""
    delivery = Delivery(
        kind=kind,
        account_id=identity.account.id if identity.account else None,
        ticket_id=ticket_id,
        message_id=message_id,
        person_id=recipient.person_id,
        sender=identity.address,
        recipients=[recipient.address],
        recipient=recipient.address,
        subject=subject[:500],
        text=letters.text_of(letter),
        html=letters.html_of(letter),
        headers=headers,
        external_id=external_id,
        state=DeliveryState.WAITING,
        next_try_at=clock.now() + SAFETY_NET,
        created_at=clock.now(),
    )
    db.session.add(delivery)
    db.session.flush()
    owe(DELIVER, delivery.id)
    reach(Point.DELIVERY_PREPARED)
    return delivery
