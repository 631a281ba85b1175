"""Lists by when tickets are due: soonest first, those without a deadline last."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets.deadlines import Deadline, put_deadlines
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import Filters, Sort, list_tickets
from tests.cast import Cast
from tests.counting import count_queries
from tests.makers import make_ticket


def make_due(cast: Cast, clock: StoppedClock, hours: list[int | None]) -> list[int]:
    """Tickets of three groups, each due after so many hours, or never."""
    made = []
    for number in range(len(hours)):
        group = (cast.it, None, cast.highways)[number % 3]
        made.append(make_ticket(cast.ada, group, subject=f"Number {number}").id)
    with unit_of_work():
        put_deadlines(
            Deadline(ticket, clock.now() + timedelta(hours=one), "resolution", clock.now())
            for ticket, one in zip(made, hours, strict=True)
            if one is not None
        )
    return made


@pytest.mark.parametrize("name", ["ben", "eve"])
def test_the_soonest_comes_first_and_what_is_never_due_last(
    cast: Cast, clock: StoppedClock, name: str
) -> None:
    make_due(cast, clock, [5, 3, 4, None, 1, 2, 0, None, 6, 7])
    paged, after = [], None
    while True:
        page = list_tickets(cast.actor(name), Filters(), sort=Sort.DUE, after=after, limit=3)
        paged += page.rows
        after = page.older
        if after is None:
            break
    whole = list_tickets(cast.actor(name), Filters(), sort=Sort.DUE).rows
    assert [row.id for row in paged] == [row.id for row in whole]
    due = [row.due_at for row in paged]
    timed = [one for one in due if one is not None]
    assert due == [*sorted(timed), *[None] * (len(due) - len(timed))]
    assert len({row.id for row in paged}) == (10 if name == "eve" else 7)


def test_a_ticket_that_was_read_already_says_when_it_is_due(
    cast: Cast, clock: StoppedClock
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        read = db.session.get_one(Ticket, ticket.id)
        version = read.version
        put_deadlines([Deadline(ticket.id, clock.now(), "first_response", clock.now())])
        assert (read.due_at, read.due_metric) == (clock.now(), "first_response")
    db.session.expire_all()
    assert db.session.get_one(Ticket, ticket.id).version == version


def test_what_does_not_change_is_not_written(cast: Cast, clock: StoppedClock) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work(), count_queries() as counted:
        db.session.get_one(Ticket, ticket.id)
        put_deadlines([Deadline(ticket.id, None, None, None)])
    assert not [one for one in counted.statements if one.startswith("UPDATE")]


def test_the_order_by_due_is_read_from_an_index(cast: Cast, clock: StoppedClock) -> None:
    asked = (
        "SELECT id FROM ticket WHERE is_open = {true} AND due_at IS NOT NULL "
        "ORDER BY due_at, id LIMIT 50"
    )
    if is_postgresql():
        # Empty tables are read as a whole whatever their indexes; whether the index could serve is what is asked.
        for way in ("seqscan", "bitmapscan", "sort"):
            db.session.execute(text(f"SET LOCAL enable_{way} = off"))
        plan = db.session.execute(text("EXPLAIN " + asked.format(true="true"))).scalars().all()
    else:
        rows = db.session.execute(text("EXPLAIN QUERY PLAN " + asked.format(true="1"))).all()
        plan = [str(row[3]) for row in rows]
        assert not any("TEMP B-TREE" in line for line in plan)
    assert any("ix_ticket_open_due" in line for line in plan)
    assert not any("Sort" in line for line in plan)
