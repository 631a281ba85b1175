"""What repeats while it is unread is one line with a number and one mail; what was read is told anew."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery, DeliveryKind
from helpdesk.notifications.commands import forget_old, mark_read
from helpdesk.notifications.models import Notification
from helpdesk.notifications.noting import QUIET
from helpdesk.notifications.queries import latest, standing_of, unread_since
from helpdesk.notifications.telling import tell_of_message
from helpdesk.operations.merges import merge
from helpdesk.people.models import Person
from helpdesk.tickets.commands import assign, lock
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.makers import make_ticket, make_words_of


def ticket_of(cast: Cast) -> Ticket:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        assign(lock(ticket.id), db.session.get_one(Person, cast.ben.id), by=None, cause="test")
    return ticket


def write(cast: Cast, ticket: Ticket) -> int:
    message = make_words_of(ticket, cast.ada)
    with unit_of_work():
        tell_of_message(message.id)
    return message.id


def mails() -> int:
    found = select(func.count()).where(Delivery.kind == DeliveryKind.NOTICE)
    return db.session.scalar(found) or 0


def test_ten_replies_on_one_ticket_are_one_line_with_a_number_and_one_mail(
    cast: Cast, clock: StoppedClock
) -> None:
    ticket = ticket_of(cast)
    first = write(cast, ticket)
    for _number in range(9):
        clock.advance(timedelta(minutes=1))
        write(cast, ticket)
    [line] = latest(cast.actor("ben"))
    assert (line.times, line.message_id, line.told_at) == (10, first, clock.now())
    assert mails() == 1


def test_what_goes_on_unread_is_mailed_again_after_a_while(cast: Cast, clock: StoppedClock) -> None:
    ticket = ticket_of(cast)
    write(cast, ticket)
    clock.advance(QUIET)
    write(cast, ticket)
    assert mails() == 2


def test_what_comes_after_a_line_was_read_is_a_line_of_its_own(
    cast: Cast, clock: StoppedClock
) -> None:
    ticket = ticket_of(cast)
    write(cast, ticket)
    with unit_of_work():
        mark_read(cast.ben.id, ticket_id=ticket.id)
    clock.advance(timedelta(minutes=1))
    second = write(cast, ticket)
    newest, older = latest(cast.actor("ben"))
    assert (newest.times, newest.message_id, newest.is_read) == (1, second, False)
    assert older.is_read
    assert mails() == 2


def test_lines_of_different_tickets_and_people_stand_apart(cast: Cast) -> None:
    one, other = ticket_of(cast), ticket_of(cast)
    for ticket in (one, other, other):
        write(cast, ticket)
    assert sorted(line.times for line in latest(cast.actor("ben"))) == [1, 2]
    assert latest(cast.actor("cleo")) == []


def test_merged_tickets_have_one_line_of_what_was_told_of_each(cast: Cast) -> None:
    one, other = ticket_of(cast), ticket_of(cast)
    for ticket in (one, other, other):
        write(cast, ticket)
    with unit_of_work():
        merge([lock(other.id)], lock(one.id), actor=cast.actor("ben"), cause="test")
    [line] = [one for one in latest(cast.actor("ben")) if one.kind == "message"]
    assert (line.number, line.times) == (one.number, 3)


def test_a_page_is_told_how_much_is_unread_of_what_its_reader_may_see(
    cast: Cast, clock: StoppedClock
) -> None:
    before, ticket = clock.now(), ticket_of(cast)
    clock.advance(timedelta(minutes=1))
    write(cast, ticket)
    ben, dan = cast.actor("ben"), cast.actor("dan")
    standing = standing_of([ben, dan])
    assert (standing[ben.person_id].unread, standing[dan.person_id].unread) == (1, 0)
    assert standing[ben.person_id].newest == clock.now()
    assert [line.number for line in unread_since(ben, before)] == [ticket.number]
    assert unread_since(ben, clock.now()) == []


def test_lines_that_nobody_looks_for_any_more_are_forgotten(
    cast: Cast, clock: StoppedClock
) -> None:
    ticket = ticket_of(cast)
    write(cast, ticket)
    clock.advance(timedelta(days=181))
    write(cast, ticket_of(cast))
    with unit_of_work():
        forget_old()
    assert db.session.scalar(select(func.count()).select_from(Notification)) == 1
