"""In which ways somebody is told; nothing in no way, and what comes by the dozen once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery, DeliveryKind
from helpdesk.notifications.kinds import ASSIGNED, ASSIGNED_TOGETHER, NEW_TICKET, NEW_TOGETHER
from helpdesk.notifications.models import Notification
from helpdesk.notifications.preferences import Preferences, Topic, Way, choose
from helpdesk.notifications.queries import latest, standing_of, unread_since
from helpdesk.notifications.saying import AT_ONCE, MOST_BY_THEMSELVES
from helpdesk.notifications.telling import tell_of_assignment, tell_of_message
from helpdesk.people.models import Person
from helpdesk.tickets.commands import assign, lock
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.makers import make_note, make_ticket, make_words_of

MANY = 12


def give(cast: Cast, ticket: Ticket, *, by: int | None = None) -> None:
    with unit_of_work():
        assign(lock(ticket.id), db.session.get_one(Person, cast.ben.id), by=by, cause="test")
    with unit_of_work():
        tell_of_assignment(ticket.id)


def want(cast: Cast, preferences: Preferences) -> None:
    with unit_of_work():
        choose(cast.ben.id, preferences)


def lines_of(person: Person) -> list[tuple[str, int]]:
    found = select(Notification.kind, Notification.times).where(Notification.person_id == person.id)
    return sorted((kind, times) for kind, times in db.session.execute(found))


def mails() -> list[str]:
    found = select(Delivery.subject).where(Delivery.kind == DeliveryKind.NOTICE)
    return list(db.session.scalars(found.order_by(Delivery.id)))


def test_who_wants_no_line_still_has_the_mail_and_no_number(cast: Cast) -> None:
    want(cast, Preferences().without(Way.BELL).without(Way.DESKTOP))
    give(cast, make_ticket(cast.ada, cast.it))
    ben = cast.actor("ben")
    assert len(mails()) == 1
    assert latest(ben) == []
    assert standing_of([ben])[ben.person_id].unread == 0


def test_who_wants_a_kind_in_no_way_is_told_nothing(cast: Cast) -> None:
    wanted = Preferences()
    for way in Way:
        wanted = wanted.without(way, Topic.ASSIGNED)
    want(cast, wanted)
    give(cast, make_ticket(cast.ada, cast.it))
    assert (lines_of(cast.ben), mails()) == ([], [])


def test_what_is_for_the_screen_alone_is_told_to_pages_and_stands_in_no_list(
    cast: Cast, clock: StoppedClock
) -> None:
    want(cast, Preferences().without(Way.BELL))
    before = clock.now() - timedelta(seconds=1)
    give(cast, make_ticket(cast.ada, cast.it))
    ben = cast.actor("ben")
    [line] = unread_since(ben, before)
    assert (line.on_desktop, line.in_bell) == (True, False)
    assert latest(ben) == []


def test_a_note_on_ones_own_ticket_is_another_kind_than_the_requesters_words(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    give(cast, ticket)
    want(cast, Preferences().without(Way.BELL, Topic.COLLEAGUE).without(Way.DESKTOP))
    for message in (make_note(ticket, cast.cleo), make_words_of(ticket, cast.ada)):
        with unit_of_work():
            tell_of_message(message.id)
    assert [line.kind for line in latest(cast.actor("ben"))] == ["message", "assigned"]


def test_tickets_that_a_rule_gives_by_the_dozen_are_some_lines_and_one_more(cast: Cast) -> None:
    for _number in range(MANY):
        give(cast, make_ticket(cast.ada, cast.it))
    rest = MANY - MOST_BY_THEMSELVES
    assert lines_of(cast.ben) == [
        *[(ASSIGNED, 1)] * MOST_BY_THEMSELVES,
        (ASSIGNED_TOGETHER, rest),
    ]
    assert len(mails()) == MOST_BY_THEMSELVES + 1


def test_tickets_that_a_colleague_gives_are_told_one_by_one(cast: Cast) -> None:
    for _number in range(MANY):
        give(cast, make_ticket(cast.ada, cast.it), by=cast.cleo.id)
    assert lines_of(cast.ben) == [(ASSIGNED, 1)] * MANY


def test_an_outage_is_one_line_and_after_it_tickets_are_told_one_by_one_again(
    cast: Cast, clock: StoppedClock
) -> None:
    def arrive() -> None:
        message_id = make_ticket(cast.ada, cast.it).messages[0].id
        with unit_of_work():
            tell_of_message(message_id)

    for _number in range(MANY):
        arrive()
    clock.advance(AT_ONCE + timedelta(seconds=1))
    arrive()
    rest = MANY - MOST_BY_THEMSELVES
    told = [*[(NEW_TICKET, 1)] * (MOST_BY_THEMSELVES + 1), (NEW_TOGETHER, rest)]
    assert lines_of(cast.ben) == lines_of(cast.cleo) == told
