"""What the fault tests of outgoing mail have in common: the desk on a scripted server, and time that passes."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.messaging.models import Delivery, DeliveryState
from helpdesk.messaging.preparing import prepare_message
from helpdesk.messaging.sending import deliver, deliveries_due
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.messaging.post import deliveries
from tests.makers import make_reply
from tests.servers.scripted_smtp import Taken
from tests.settling import settle_everything


def written(ticket: Ticket, cast: Cast, text: str = "Please try again.") -> Delivery:
    """An agent's answer, prepared and not yet sent."""
    message = make_reply(ticket, cast.ben, text)
    with unit_of_work():
        return prepare_message(message.id)[0]


def fresh(delivery: Delivery) -> Delivery:
    return db.session.get_one(Delivery, delivery.id, populate_existing=True)


def tick(app: Flask) -> None:
    """What the schedule and a worker do when it is time."""
    with unit_of_work():
        for delivery_id in deliveries_due():
            owe("deliver", delivery_id)
    settle_everything(app)


def pass_time(app: Flask, clock: StoppedClock, whole: timedelta, step: timedelta) -> None:
    """Let time pass in steps, with a turn of the schedule after each."""
    for _ in range(whole // step):
        clock.advance(step)
        tick(app)


def try_alone(delivery: Delivery) -> DeliveryState:
    """One try outside the outbox; how the delivery stands after it."""
    deliver(delivery.id)
    return fresh(delivery).state


def said(taken: Taken) -> str:
    """The first line of a mail that arrived."""
    part = taken.message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).splitlines()[0]


def states() -> list[str]:
    return [str(each.state) for each in deliveries()]
