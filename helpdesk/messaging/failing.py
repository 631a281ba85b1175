"""A mail that did not arrive: marked, noted on its ticket for staff, and recorded."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import record
from helpdesk.messaging.events import DeliveryFailed
from helpdesk.messaging.models import Delivery, DeliveryKind, DeliveryState
from helpdesk.messaging.setting_aside import fit
from helpdesk.tickets.conversation import NewMessage, add_message
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility

# A note that the desk writes is no person's: it wakes no ticket, and nobody is answered.
BY_DESK = "delivery"


def fail(delivery: Delivery, words: str) -> Message | None:
    """This mail will not arrive; the ticket says so in the server's own words. Returns that note, if any."""
    if delivery.state is DeliveryState.FAILED:
        return None
    delivery.state, delivery.next_try_at, delivery.last_error = (
        DeliveryState.FAILED,
        None,
        fit(words),
    )
    delivery.held_for = ""
    return _note(
        delivery,
        _("The message to %(address)s was not delivered.", address=recipients_of(delivery)),
        words,
    )


def doubt(delivery: Delivery, words: str) -> Message | None:
    """Nobody can tell whether this mail arrived, and no further copy goes out; the agent decides."""
    delivery.state, delivery.next_try_at, delivery.last_error = (
        DeliveryState.UNCERTAIN,
        None,
        fit(words),
    )
    return _note(
        delivery,
        _(
            "It is not certain that the message to %(address)s arrived.",
            address=recipients_of(delivery),
        ),
        words,
    )


def partly_fail(delivery: Delivery, refused: Mapping[str, str]) -> Message | None:
    """Some people do not get this mail, and the others do; `refused` gives the words for each."""
    return _note(
        delivery,
        _("The message was not delivered to %(address)s.", address=", ".join(refused)),
        "; ".join(f"{address}: {words}" for address, words in refused.items()),
    )


def note_claim(delivery: Delivery, words: str) -> Message | None:
    """A report without any proof says that this mail did not arrive: the ticket says so, and nothing is decided."""
    return _note(
        delivery,
        _(
            "A report says that the message to %(address)s was not delivered. Nothing in it proves that.",
            address=recipients_of(delivery),
        ),
        words,
    )


def recipients_of(delivery: Delivery) -> str:
    """Whom a delivery goes to, for a sentence."""
    return ", ".join(str(address) for address in delivery.recipients)


def _note(delivery: Delivery, sentence: str, words: str) -> Message | None:
    ticket = db.session.get(Ticket, delivery.ticket_id) if delivery.ticket_id else None
    # News to staff that do not arrive are no matter of the ticket, and telling of them would be news again.
    if ticket is None or delivery.kind is DeliveryKind.NOTICE:
        return None
    note = add_message(
        ticket,
        NewMessage(
            text=f"{sentence}\n\n{words}",
            direction=Direction.NOTE,
            visibility=Visibility.INTERNAL,
            channel="desk",
            author_name=_("The desk"),
            automation=BY_DESK,
        ),
        by=None,
        cause="delivery",
    )
    record(DeliveryFailed(cause="delivery", subject_id=ticket.id, delivery_id=delivery.id))
    return note
