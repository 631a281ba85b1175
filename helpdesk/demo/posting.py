"""The mails that the demo desk has sent: prepared as any other, on the "Sent mail" page, and never on a wire."""

from __future__ import annotations

from datetime import timedelta

from channels.email.compose import compose
from helpdesk.core import clock, files
from helpdesk.messaging.failing import fail
from helpdesk.messaging.models import Delivery, DeliveryState
from helpdesk.messaging.outgoing import outbound_of
from helpdesk.messaging.outlets import LOCAL
from helpdesk.messaging.preparing import prepare_message
from helpdesk.tickets.models import Message

ON_THE_WAY = timedelta(seconds=4)


def post(message: Message, *, refused: str) -> None:
    """Note that this answer went out by mail, or what the other server said when it refused it."""
    for delivery in prepare_message(message.id):
        _hand_over(delivery)
        if refused:
            fail(delivery, refused)


def _hand_over(delivery: Delivery) -> None:
    outbound, _account = outbound_of(delivery)
    delivery.digest = files.keep(bytes(compose(outbound)))
    delivery.state, delivery.via = DeliveryState.SENT, LOCAL
    delivery.attempts = delivery.copies = 1
    delivery.next_try_at, delivery.sent_at = None, clock.now() + ON_THE_WAY
