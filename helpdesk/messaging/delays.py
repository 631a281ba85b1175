"""Why a mail has not left yet, for the people who wait for it."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.messaging.models import Delivery, DeliveryState
from helpdesk.messaging.outcomes import since
from helpdesk.messaging.turns import Held

# A mail that waits longer than people expect of one is shown as late (P22).
DELAYED_AFTER = timedelta(minutes=15)


def is_delayed(delivery: Delivery) -> bool:
    """Whether a mail that is still to leave waits for longer than people expect."""
    under_way = delivery.state in (DeliveryState.WAITING, DeliveryState.SENDING)
    return under_way and clock.now() - since(delivery) >= DELAYED_AFTER


def shown_state(delivery: Delivery) -> str:
    """The state as people see it: "delayed" is a waiting mail that waits for long; what came further is so reported."""
    if delivery.state is DeliveryState.SENT and (delivery.read_at or delivery.arrived_at):
        return "read" if delivery.read_at else "delivered"
    return "delayed" if is_delayed(delivery) else delivery.state.value


def why_waiting(delivery: Delivery) -> str:
    """What a waiting mail waits for, in a sentence; "" for its turn, which comes at once."""
    if delivery.state not in (DeliveryState.WAITING, DeliveryState.UNCERTAIN):
        return ""
    if delivery.state is DeliveryState.UNCERTAIN and delivery.next_try_at is not None:
        return _("It goes out once more under the same Message-ID, so that most programs show one.")
    words = {
        Held.SERVER: _("The mail server is away. It is asked again and again, for up to 48 hours."),
        Held.EARLIER: _("It waits for an earlier mail of this ticket."),
        Held.CEILING: _("As many mails as are allowed have left; this one waits for its turn."),
        Held.REFUSED: _("The mail server did not take it for now."),
        Held.RECIPIENT: _("The mail server does not take mail for this address for now."),
    }
    return words.get(Held(delivery.held_for), "")
