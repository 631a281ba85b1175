"""Who is told of what, where, and in which words; rights count when the news leaves (S13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.failing import fail
from helpdesk.messaging.models import Delivery, DeliveryKind, DeliveryState
from helpdesk.messaging.preparing import prepare_message, prepare_notice
from helpdesk.messaging.sending import deliver
from helpdesk.notifications.commands import mark_read
from helpdesk.notifications.models import Notification
from helpdesk.notifications.preferences import Preferences, Way, choose
from helpdesk.notifications.queries import latest, unread_count
from helpdesk.notifications.telling import tell_of_assignment, tell_of_failure, tell_of_message
from helpdesk.people.models import Membership, Person
from helpdesk.tickets.commands import assign, watch
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.helpdesk.routing.desk import make_absence
from tests.makers import make_note, make_reply, make_ticket, make_words_of

CANARY = "canary-words-91c2"


def told() -> set[tuple[int, str]]:
    found = db.session.execute(select(Notification.person_id, Notification.kind))
    return {(person_id, kind) for person_id, kind in found}


def notices() -> list[Delivery]:
    found = select(Delivery).where(Delivery.kind == DeliveryKind.NOTICE)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def first_of(ticket: Ticket) -> Message:
    return db.session.scalars(select(Message).where(Message.ticket_id == ticket.id)).all()[0]


def give(ticket: Ticket, agent: Person, *, by: int | None = None) -> None:
    with unit_of_work():
        assign(ticket, agent, by=by, cause="test")


def say(message_id: int) -> None:
    with unit_of_work():
        tell_of_message(message_id)


def test_a_new_ticket_is_told_to_the_members_of_its_group_in_the_desk_only(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)

    say(first_of(ticket).id)

    assert told() == {(cast.ben.id, "new_ticket"), (cast.cleo.id, "new_ticket")}
    assert notices() == []


def test_the_words_of_a_requester_are_told_and_mailed_to_the_assignee_without_the_words(
    cast: Cast,
) -> None:
    ticket = make_ticket(cast.ada, cast.it, subject=CANARY)
    give(ticket, cast.ben)

    say(make_words_of(ticket, cast.ada, CANARY).id)

    [notice] = notices()
    assert told() == {(cast.ben.id, "message")}
    assert notice.recipients == ["ben@borough.example"]
    assert ticket.number in notice.text
    assert "http://desk.example/" in notice.text
    assert CANARY not in f"{notice.subject}{notice.text}{notice.html}{notice.headers}"
    assert "reply_to" not in notice.headers
    assert notice.headers["auto_submitted"] == "auto-generated"


def test_nobody_is_told_of_their_own_message(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    give(ticket, cast.ben)

    say(make_reply(ticket, cast.ben).id)

    assert told() == set()


def test_a_note_is_told_to_watching_staff_in_the_desk_only(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    give(ticket, cast.ben)
    with unit_of_work():
        watch(ticket, cast.cleo, by=None, cause="test")
        watch(ticket, cast.ada, by=None, cause="test")

    say(make_note(ticket, cast.ben).id)

    assert told() == {(cast.cleo.id, "note")}
    assert notices() == []


def test_a_watcher_without_rights_is_not_told(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        watch(ticket, cast.dan, by=None, cause="test")

    say(make_words_of(ticket, cast.ada).id)

    assert told() == set()


def test_an_assignment_is_told_and_mailed_but_not_to_who_took_it(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    give(ticket, cast.cleo, by=cast.cleo.id)
    with unit_of_work():
        tell_of_assignment(ticket.id)
    own = told()
    give(ticket, cast.ben, by=cast.cleo.id)
    with unit_of_work():
        tell_of_assignment(ticket.id)

    assert own == set()
    assert told() == {(cast.ben.id, "assigned")}
    assert len(notices()) == 1


def test_whoever_wants_no_mail_gets_none(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    give(ticket, cast.ben)
    with unit_of_work():
        choose(cast.ben.id, Preferences().without(Way.MAIL))
    say(make_words_of(ticket, cast.ada).id)
    with unit_of_work():
        tell_of_assignment(ticket.id)

    assert notices() == []
    assert len(told()) == 2


def test_rights_that_ended_keep_the_mail_back(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        notice = prepare_notice(cast.ben, subject="News", text="News", ticket_id=ticket.id)
        membership = db.session.scalars(
            select(Membership).where(Membership.person_id == cast.ben.id)
        ).one()
        db.session.delete(membership)
    assert notice is not None

    deliver(notice.id)

    assert notices()[0].state is DeliveryState.WITHDRAWN


def test_a_failed_delivery_is_told_to_its_author_and_the_assignee(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    give(ticket, cast.cleo)
    message = make_reply(ticket, cast.ben)
    with unit_of_work():
        [delivery] = prepare_message(message.id)
        fail(delivery, "550 no")
    with unit_of_work():
        tell_of_failure(delivery.id)

    assert told() == {(cast.ben.id, "delivery_failed"), (cast.cleo.id, "delivery_failed")}


def test_all_of_it_runs_by_itself(cast: Cast, settle: Callable[[], None]) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    give(ticket, cast.ben, by=cast.cleo.id)
    ben_id = cast.ben.id
    settle()

    assert (ben_id, "assigned") in told()
    assert [notice.state for notice in notices()] == [DeliveryState.SENT]


def test_a_person_sees_their_own_lines_of_tickets_they_may_read(cast: Cast, db: Any) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    say(first_of(ticket).id)
    before = (unread_count(cast.actor("ben")), unread_count(cast.actor("dan")))
    with unit_of_work():
        marked = mark_read(cast.ben.id, ticket_id=ticket.id)

    assert before == (1, 0)
    assert marked == 1
    [line] = latest(cast.actor("ben"))
    assert (line.number, line.is_read, line.kind) == (ticket.number, True, "new_ticket")
    with unit_of_work():
        for membership in db.session.scalars(select(Membership)):
            db.session.delete(membership)
    assert latest(cast.actor("ben")) == []


def test_while_an_agent_is_away_their_substitute_is_told_if_they_may_see_the_ticket(
    cast: Cast,
) -> None:
    seen, hidden = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    for one in (seen, hidden):
        give(one, cast.ben, by=cast.eve.id)
    make_absence(cast.ben, substitute=cast.cleo)
    say(make_words_of(seen, cast.ada).id)
    assert told() == {(cast.ben.id, "message"), (cast.cleo.id, "message")}
    assert {one.person_id for one in notices()} == {cast.ben.id, cast.cleo.id}
    with unit_of_work():
        held = select(Membership).where(Membership.person_id == cast.cleo.id)
        for one in db.session.scalars(held):
            db.session.delete(one)
    say(make_words_of(hidden, cast.ada).id)
    assert [one.person_id for one in notices() if one.ticket_id == hidden.id] == [cast.ben.id]
