"""Two machines that answer each other without saying so: noticed by how fast they are (S19)."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _

from helpdesk.core import clock, throttle
from helpdesk.tickets.conversation import NewMessage, add_message
from helpdesk.tickets.models import Direction, Ticket, Visibility

# What `Message.automation` says of a message that came too soon after the others to be a person's.
LOOP = "loop"
BY_DESK = "loop-guard"
MOST_IN_A_ROW = 3
WINDOW = timedelta(minutes=10)
TOLD_EVERY = timedelta(days=1)


def runs_wild(ticket: Ticket, new: NewMessage) -> bool:
    """Count one more message of this sender on this ticket; whether it is one too many for a person.

    It joins all the same, but wakes nobody and is answered by nothing. Mail that says it was sent long before, such as
    after an outage, is not counted.
    """
    at = clock.now()
    if new.sent_at is not None and at - new.sent_at > WINDOW:
        return False
    who = f"{ticket.id}:{new.author_address.casefold()}"
    if throttle.hit(f"joined:{who}", MOST_IN_A_ROW, WINDOW):
        return False
    if throttle.hit(f"joined-told:{who}", 1, TOLD_EVERY):
        _tell(ticket, new.author_address)
    return True


def may_answer(address: str) -> bool:
    """Count one more automatic answer to this address; False once there were as many as two machines may exchange."""
    return throttle.hit(f"answered:{address}", MOST_IN_A_ROW, WINDOW * 6)


def _tell(ticket: Ticket, address: str) -> None:
    text = _(
        "More than %(num)s messages from %(address)s came within %(minutes)s minutes, as from a machine. "
        "They are kept here, but change nothing until it is quiet again.",
        num=MOST_IN_A_ROW,
        address=address,
        minutes=int(WINDOW.total_seconds() // 60),
    )
    add_message(
        ticket,
        NewMessage(
            text=text,
            direction=Direction.NOTE,
            visibility=Visibility.INTERNAL,
            channel="desk",
            author_name=_("The desk"),
            automation=BY_DESK,
        ),
        by=None,
        cause="loop",
    )
