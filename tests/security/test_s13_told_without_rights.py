"""S13: whoever lost the right to a ticket is told nothing of it any more, however they had come to be told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery, DeliveryState
from helpdesk.messaging.preparing import prepare_notice
from helpdesk.messaging.sending import deliver
from helpdesk.notifications.models import Notification
from helpdesk.notifications.queries import latest, unread_count
from helpdesk.notifications.telling import tell_of_assignment, tell_of_message
from helpdesk.people.access import actor_of
from helpdesk.people.models import Group, Membership, Person, Role
from helpdesk.phone.call_backs import claim_telling
from helpdesk.phone.models import CallBack
from helpdesk.tickets import commands, deleting
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.makers import make_ticket, make_words_of


def remove_from_group(person: Person, _ticket: Ticket, _cast: Cast) -> None:
    member = db.session.scalars(select(Membership).where(Membership.person_id == person.id)).one()
    db.session.delete(member)


def disable(person: Person, _ticket: Ticket, _cast: Cast) -> None:
    person.is_active = False


def demote(person: Person, _ticket: Ticket, _cast: Cast) -> None:
    person.role = Role.REQUESTER


def move_the_ticket(_person: Person, ticket: Ticket, cast: Cast) -> None:
    group: Group = cast.highways
    commands.move_to_group(commands.lock(ticket.id), group, by=None, cause="test")


def delete_the_ticket(_person: Person, ticket: Ticket, _cast: Cast) -> None:
    deleting.delete(commands.lock(ticket.id), "Twice.", by=None, cause="test")


LOST = (remove_from_group, disable, demote, move_the_ticket, delete_the_ticket)


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    """A ticket that Ben has and Cleo watches."""
    found = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        locked = commands.lock(found.id)
        commands.assign(locked, cast.ben, by=None, cause="test")
        commands.watch(locked, cast.cleo, by=None, cause="test")
    return found


def told(person: Person) -> int:
    mine = select(func.count()).where(Notification.person_id == person.id)
    return db.session.scalar(mine) or 0


@pytest.mark.parametrize("lose", LOST)
@pytest.mark.parametrize("name", ["ben", "cleo"])
def test_who_lost_the_right_is_told_of_no_message(
    cast: Cast, ticket: Ticket, lose: Callable[[Person, Ticket, Cast], None], name: str
) -> None:
    person: Person = getattr(cast, name)
    message = make_words_of(ticket, cast.ada, "More.").id
    with unit_of_work():
        lose(person, ticket, cast)
    with unit_of_work():
        tell_of_message(message)
        tell_of_assignment(ticket.id)
    assert told(person) == 0


@pytest.mark.parametrize("lose", LOST)
def test_a_notice_that_was_on_its_way_is_held_back(
    cast: Cast, ticket: Ticket, lose: Callable[[Person, Ticket, Cast], None]
) -> None:
    with unit_of_work():
        notice = prepare_notice(cast.ben, subject="News", text="News", ticket_id=ticket.id)
    with unit_of_work():
        lose(cast.ben, ticket, cast)
    deliver(notice.id)
    db.session.expire_all()
    assert db.session.get_one(Delivery, notice.id).state is DeliveryState.WITHDRAWN


@pytest.mark.parametrize("lose", LOST)
def test_a_promised_call_is_not_reminded_of(
    cast: Cast, ticket: Ticket, lose: Callable[[Person, Ticket, Cast], None]
) -> None:
    at = clock.now()
    with unit_of_work():
        call_back = CallBack(
            ticket_id=ticket.id,
            person_id=cast.ada.id,
            agent_id=cast.ben.id,
            due_at=at,
            tell_at=at,
            created_at=at,
        )
        db.session.add(call_back)
        db.session.flush()
    with unit_of_work():
        lose(cast.ben, ticket, cast)
    with unit_of_work():
        assert claim_telling(call_back.id) is None


def test_what_was_told_before_is_no_longer_shown(cast: Cast, ticket: Ticket) -> None:
    message = make_words_of(ticket, cast.ada, "More.").id
    with unit_of_work():
        tell_of_message(message)
    assert told(cast.cleo) == 1
    with unit_of_work():
        remove_from_group(cast.cleo, ticket, cast)
    db.session.expire_all()
    cleo = actor_of(db.session.get_one(Person, cast.cleo.id))
    assert list(latest(cleo)) == []
    assert unread_count(cleo) == 0
