"""How long requests like one usually take: reckoned from enough that are finished, and promised to whoever waits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.contact_forms import usual
from helpdesk.core import clock
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import ChannelAccount, RawMessage, RawState
from helpdesk.messaging.placing import Place
from helpdesk.messaging.web_door import web_account
from helpdesk.tickets.models import Ticket, TicketType
from helpdesk.web.portal.following import usual_words
from tests.cast import Cast
from tests.makers import make_reply, make_ticket
from workflows.lifecycle import Status


def finished(cast: Cast, count: int, status: Status = Status.RESOLVED) -> list[int]:
    """So many requests, each finished an hour later than the one before it, the first after an hour."""
    ids = [make_ticket(cast.ada, type=TicketType.REQUEST, channel="web").id for _at in range(count)]
    with unit_of_work():
        for at, ticket_id in enumerate(ids, start=1):
            ticket = db.session.get_one(Ticket, ticket_id)
            ticket.status, ticket.is_open = status, False
            ticket.resolved_at = ticket.created_at + timedelta(hours=at)
    return ids


def reckon() -> usual.Usual:
    with unit_of_work():
        usual.reckon()
    return usual.lately()


@pytest.mark.parametrize(("count", "place"), [(30, 23), (31, 24), (100, 79), (35, 27)])
def test_8_in_10_are_within_it(count: int, place: int) -> None:
    assert usual._place_of(count) == place


def test_from_enough_cases_the_time_in_which_8_in_10_were_finished_is_promised(
    cast: Cast, clock: StoppedClock
) -> None:
    finished(cast, 30)
    assert reckon().types == {"request": timedelta(hours=24)}
    ticket = make_ticket(cast.ada, type=TicketType.REQUEST)
    assert usual.finished_by(ticket) == ticket.created_at + timedelta(hours=24)
    assert usual_words(ticket).startswith("8 in 10 requests like this are finished by ")
    clock.advance(timedelta(hours=25))
    assert usual_words(ticket) == ""


def test_fewer_than_30_cases_promise_nothing(cast: Cast) -> None:
    finished(cast, 29)
    finished(cast, 2, Status.CANCELLED)
    assert reckon() == usual.Usual()
    assert usual.finished_by(make_ticket(cast.ada, type=TicketType.REQUEST)) is None


def test_a_form_of_its_own_counts_before_the_type(cast: Cast) -> None:
    ids = finished(cast, 30)
    with unit_of_work():
        keep_as_filed(web_account(), ids, "bin")
    assert reckon().forms == {"bin": timedelta(hours=24)}
    assert usual.form_of(ids[0]) == "bin"


def keep_as_filed(account: ChannelAccount, ids: list[int], form: str) -> None:
    """What the portal would have kept of these."""
    db.session.add_all(
        RawMessage(
            account_id=account.id,
            remote_id=f"form-{one}",
            digest=f"{one:064x}",
            size=1,
            envelope=Place(form=form).noted(),
            state=RawState.DONE,
            ticket_id=one,
            kept_at=clock.now(),
        )
        for one in ids
    )


def test_how_soon_people_are_answered_is_reckoned_by_channel(
    cast: Cast, clock: StoppedClock
) -> None:
    made = [make_ticket(cast.ada, channel="email") for _at in range(30)]
    clock.advance(timedelta(hours=3))
    for ticket in made:
        make_reply(ticket, cast.ben)
    assert reckon().answered == {"email": timedelta(hours=3)}
