"""Lists by due date: the order, the pages, and the views of what is due soon and what is late."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets import commands
from helpdesk.tickets.queries import Filters, Row, Sort, capped_counts, list_tickets
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.makers import make_ticket

HOUR = timedelta(hours=1)


def due(cast: Cast, at: datetime | None, late: datetime | None = None) -> int:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        held = commands.lock(ticket.id)
        held.due_at, held.breach_at, held.due_metric = at, late or at, "resolution"
    return ticket.id


def ids(rows: object) -> list[int]:
    return [row.id for row in rows]  # type: ignore[attr-defined]


def paged(cast: Cast, name: str, filters: Filters) -> list[int]:
    found: list[int] = []
    after = None
    while True:
        page = list_tickets(cast.actor(name), filters, sort=Sort.DUE, after=after, limit=2)
        found += ids(page.rows)
        after = page.older
        if after is None:
            return found


@pytest.mark.parametrize("name", ["ben", "eve"])
@pytest.mark.parametrize("of_group", [True, False])
def test_the_next_due_comes_first_and_what_has_no_due_date_last(
    cast: Cast, name: str, of_group: bool
) -> None:
    made = [due(cast, at) for at in (None, MONDAY + HOUR, MONDAY - HOUR, None, MONDAY)]
    expected = [made[2], made[4], made[1], made[0], made[3]]
    filters = Filters(group=cast.it.id) if of_group else Filters()
    assert ids(list_tickets(cast.actor(name), filters, sort=Sort.DUE).rows) == expected
    assert paged(cast, name, filters) == expected


def test_rows_carry_what_is_due(cast: Cast) -> None:
    due(cast, MONDAY + HOUR, MONDAY + 2 * HOUR)
    row: Row = list_tickets(cast.actor("ben"), Filters()).rows[0]
    assert (row.due_at, row.due_metric, row.breach_at) == (
        MONDAY + HOUR,
        "resolution",
        MONDAY + 2 * HOUR,
    )


@pytest.mark.parametrize("name", ["ben", "eve"])
def test_what_is_late_and_what_is_due_soon_are_two_lists(cast: Cast, name: str) -> None:
    late = due(cast, MONDAY - HOUR)
    soon = due(cast, MONDAY + HOUR)
    at_closing = due(cast, MONDAY - HOUR, MONDAY + HOUR)
    due(cast, MONDAY + 5 * HOUR)
    due(cast, None)
    actor = cast.actor(name)
    assert ids(list_tickets(actor, Filters(due="late"), sort=Sort.DUE).rows) == [late]
    assert ids(list_tickets(actor, Filters(due="soon"), sort=Sort.DUE).rows) == [at_closing, soon]
    views = {"late": Filters(due="late"), "soon": Filters(due="soon")}
    assert capped_counts(actor, views) == {"late": 1, "soon": 2}


def test_what_was_due_soon_is_late_when_its_time_has_passed(
    cast: Cast, clock: StoppedClock
) -> None:
    ticket = due(cast, MONDAY + HOUR)
    clock.advance(2 * HOUR)
    assert ids(list_tickets(cast.actor("ben"), Filters(due="late")).rows) == [ticket]
    assert ids(list_tickets(cast.actor("ben"), Filters(due="soon")).rows) == []


def test_what_others_have_due_is_not_in_the_list(cast: Cast) -> None:
    due(cast, MONDAY - HOUR)
    assert ids(list_tickets(cast.actor("dan"), Filters(due="late")).rows) == []
