"""A reply to a ticket that ended for good opens one that goes on with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets.commands import change_status, lock
from helpdesk.tickets.customizing import add_field, set_custom
from helpdesk.tickets.following_up import take_over, takes_up
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.makers import make_ticket


@pytest.fixture
def ended(cast: Cast) -> Ticket:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        add_field(key="floor", label="Floor", kind="number")
        locked = lock(ticket.id)
        set_custom(locked, {"floor": "2"}, by=None, cause="test")
        for status in ("resolved", "closed"):
            change_status(locked, status, by=None, cause="test")
    return db.session.get_one(Ticket, ticket.id)


def test_it_takes_over_the_requester_the_group_and_the_fields(ended: Ticket, cast: Cast) -> None:
    opened = make_ticket(cast.dan)
    with unit_of_work():
        take_over(lock(opened.id), lock(ended.id), cast.dan, by=None, cause="test")
    found = db.session.get_one(Ticket, opened.id)
    assert (found.requester_id, found.group_id) == (cast.ada.id, cast.it.id)
    assert found.custom == {"floor": 2}
    assert [watcher.person_id for watcher in found.watchers] == [cast.dan.id]


def test_after_its_days_a_reply_is_a_matter_of_its_own(ended: Ticket, clock: StoppedClock) -> None:
    clock.advance(timedelta(days=30))
    assert takes_up(ended)
    clock.advance(timedelta(seconds=1))
    assert not takes_up(ended)
