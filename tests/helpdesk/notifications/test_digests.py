"""The daily mail: what is unread, grouped by ticket, as far as it may be seen when it leaves; once for a turn, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery, DeliveryKind, DeliveryState
from helpdesk.messaging.sending import deliver
from helpdesk.notifications import digests
from helpdesk.notifications.commands import mark_read
from helpdesk.notifications.models import Digest
from helpdesk.notifications.noting import note
from helpdesk.notifications.preferences import Way
from helpdesk.people.models import Membership, Person
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.routing.desk import make_absence
from tests.makers import make_ticket

CANARY = "canary-words-77d1"
DAY = timedelta(days=1)


def want(cast: Cast, *, working_days: bool = False, days: range = range(7)) -> Digest:
    with unit_of_work():
        ben = db.session.get_one(Person, cast.ben.id)
        digests.choose_digest(ben, hour=17, weekdays=days, working_days=working_days)
    row = digests.digest_of(cast.ben.id)
    assert row is not None
    return row


def tell(cast: Cast, ticket: Ticket, kind: str = "mention") -> None:
    ways = [Way.BELL, Way.DIGEST]
    with unit_of_work():
        note(
            db.session.get_one(Person, cast.ben.id),
            db.session.get_one(Ticket, ticket.id),
            kind,
            ways=ways,
        )


def at_its_hour(
    cast: Cast, clock: StoppedClock, *, late: timedelta = timedelta()
) -> list[Delivery]:
    """Let the next turn come, and return the mails that were written at it."""
    row = digests.digest_of(cast.ben.id)
    assert row is not None
    before = {one.id for one in mails()}
    clock.set(row.next_at + late)
    with unit_of_work():
        digests.send(cast.ben.id)
    return [one for one in mails() if one.id not in before]


def mails() -> list[Delivery]:
    found = select(Delivery).where(Delivery.kind == DeliveryKind.NOTICE).order_by(Delivery.id)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def test_the_mail_has_each_ticket_once_with_fixed_words_and_no_content(
    cast: Cast, clock: StoppedClock
) -> None:
    one, other = (make_ticket(cast.ada, cast.it, subject=CANARY, text=CANARY) for _ in range(2))
    want(cast)
    for ticket, kind in ((one, "mention"), (other, "message"), (other, "message"), (one, "note")):
        tell(cast, ticket, kind)
    [mail] = at_its_hour(cast, clock)
    assert mail.recipients == ["ben@borough.example"]
    assert mail.subject == "2 tickets with news for you"
    assert mail.text.count(f"{one.number}:") == mail.text.count(f"{other.number}:") == 1
    for said in (mail.text, mail.html or ""):
        assert "New message, 2 times" in said
        assert f"http://desk.example/tickets/{one.number}" in said
        assert "http://desk.example/me#digest-title" in said
        assert CANARY not in said
    assert CANARY not in f"{mail.subject}{mail.headers}"


def test_nothing_is_sent_when_all_was_read(cast: Cast, clock: StoppedClock) -> None:
    want(cast)
    tell(cast, make_ticket(cast.ada, cast.it))
    with unit_of_work():
        mark_read(cast.ben.id)
    assert at_its_hour(cast, clock) == []


def test_what_stood_in_a_mail_stands_in_no_other_unless_it_happens_again(
    cast: Cast, clock: StoppedClock
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    want(cast)
    tell(cast, ticket)
    sent = [len(at_its_hour(cast, clock)) for _day in range(2)]
    clock.advance(timedelta(minutes=1))
    tell(cast, ticket)
    assert [*sent, len(at_its_hour(cast, clock))] == [1, 0, 1]


def test_a_turn_has_one_mail_however_often_it_is_asked_for(
    cast: Cast, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    row = want(cast)
    tell(cast, make_ticket(cast.ada, cast.it))
    clock.set(row.next_at)
    for _scheduler in range(2):
        with unit_of_work():
            digests.owe_due()
        settle()
    with unit_of_work():
        digests.send(cast.ben.id)
    assert len([one for one in mails() if "with news" in one.subject]) == 1


def test_what_may_be_seen_no_longer_is_not_in_it(cast: Cast, clock: StoppedClock) -> None:
    seen, hidden = make_ticket(cast.ada, None), make_ticket(cast.ada, cast.it)
    want(cast)
    for ticket in (seen, hidden):
        tell(cast, ticket)
    with unit_of_work():
        db.session.execute(delete(Membership).where(Membership.person_id == cast.ben.id))
    [mail] = at_its_hour(cast, clock)
    assert seen.number in mail.text
    assert hidden.number not in mail.text


def test_rights_that_end_on_its_way_keep_it_back_and_the_next_has_the_rest(
    cast: Cast, clock: StoppedClock
) -> None:
    seen, hidden = make_ticket(cast.ada, None), make_ticket(cast.ada, cast.it)
    want(cast)
    for ticket in (seen, hidden):
        tell(cast, ticket)
    [mail] = at_its_hour(cast, clock)
    with unit_of_work():
        db.session.execute(delete(Membership).where(Membership.person_id == cast.ben.id))
    deliver(mail.id)
    assert mails()[0].state is DeliveryState.WITHDRAWN
    [second] = at_its_hour(cast, clock)
    assert (seen.number in second.text, hidden.number in second.text) == (True, False)


def test_a_desk_that_was_off_at_the_hour_sends_late_or_waits_for_the_next(
    cast: Cast, clock: StoppedClock
) -> None:
    want(cast)
    ticket = make_ticket(cast.ada, cast.it)
    tell(cast, ticket)
    assert at_its_hour(cast, clock, late=digests.LATEST + timedelta(minutes=1)) == []
    assert len(at_its_hour(cast, clock, late=digests.LATEST)) == 1


def test_days_off_have_no_mail(cast: Cast, clock: StoppedClock) -> None:
    want(cast, working_days=True)
    tell(cast, make_ticket(cast.ada, cast.it))
    sent_on = []
    for _day in range(7):
        if at_its_hour(cast, clock):
            sent_on.append(clock.now().weekday())
        tell(cast, make_ticket(cast.ada, cast.it))
    assert sorted(sent_on) == [0, 1, 2, 3, 4]


def test_who_is_away_has_their_mail_once_they_are_back(cast: Cast, clock: StoppedClock) -> None:
    want(cast, working_days=True, days=range(5))
    make_absence(cast.ben)
    tell(cast, make_ticket(cast.ada, cast.it))
    assert at_its_hour(cast, clock) == []


@pytest.mark.parametrize(("hour", "days"), [(24, [0]), (-1, [0]), (17, []), (17, [7])])
def test_a_turn_that_never_comes_is_refused(cast: Cast, hour: int, days: list[int]) -> None:
    with pytest.raises(Invalid), unit_of_work():
        digests.choose_digest(cast.ben, hour=hour, weekdays=days, working_days=False)
