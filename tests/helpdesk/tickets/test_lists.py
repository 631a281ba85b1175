"""Lists: what a person may see, page by page, at a fixed number of queries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets import commands
from helpdesk.tickets.queries import Filters, Sort, capped_counts, list_tickets
from tests.cast import Cast
from tests.counting import count_queries
from tests.makers import make_ticket
from workflows.lifecycle import Status


def make_many(cast: Cast, clock: StoppedClock, count: int) -> list[int]:
    made = []
    for number in range(count):
        group = (cast.it, None, cast.highways)[number % 3]
        made.append(make_ticket(cast.ada, group, subject=f"Number {number}").id)
        clock.advance(timedelta(minutes=1))
    return made


def test_an_agent_sees_the_tickets_of_their_groups_and_of_none(
    cast: Cast, clock: StoppedClock
) -> None:
    make_many(cast, clock, 9)
    seen = list_tickets(cast.actor("ben"), Filters()).rows
    assert {row.group for row in seen} == {"IT support", None}
    assert len(seen) == 6


def test_an_administrator_sees_all(cast: Cast, clock: StoppedClock) -> None:
    make_many(cast, clock, 9)
    assert len(list_tickets(cast.actor("eve"), Filters()).rows) == 9


def test_a_requester_sees_their_own_and_nobody_elses(cast: Cast, clock: StoppedClock) -> None:
    make_many(cast, clock, 3)
    make_ticket(cast.cleo, cast.it)
    assert len(list_tickets(cast.actor("ada"), Filters()).rows) == 3


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("name", ["ben", "eve"])
def test_pages_follow_each_other_without_gap_or_double(
    cast: Cast, clock: StoppedClock, sort: Sort, name: str
) -> None:
    make_many(cast, clock, 17)
    actor = cast.actor(name)
    whole = [row.id for row in list_tickets(actor, Filters(), sort=sort).rows]
    paged, after = [], None
    while True:
        page = list_tickets(actor, Filters(), sort=sort, after=after, limit=4)
        paged += [row.id for row in page.rows]
        after = page.older
        if after is None:
            break
    assert paged == whole


def test_a_cursor_that_we_did_not_make_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        list_tickets(cast.actor("ben"), Filters(), after="AAAA")


def test_filters_narrow_the_list(cast: Cast) -> None:
    mine, other = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it, channel="phone")
    with unit_of_work():
        commands.assign(commands.lock(mine.id), cast.ben, by=None, cause="test")
        commands.set_tags(commands.lock(other.id), ["vip"], by=None, cause="test")
    actor = cast.actor("ben")

    def found(filters: Filters) -> list[int]:
        return [row.id for row in list_tickets(actor, filters).rows]

    assert found(Filters(assignee=cast.ben.id)) == [mine.id]
    assert found(Filters(assignee=0)) == [other.id]
    assert found(Filters(channel="phone")) == [other.id]
    assert found(Filters(tag="vip")) == [other.id]
    assert found(Filters(statuses=(Status.RESOLVED,))) == []
    assert found(Filters(group=cast.highways.id)) == []


def test_a_list_costs_the_same_number_of_queries_whatever_its_length(
    cast: Cast, clock: StoppedClock
) -> None:
    actor = cast.actor("ben")
    make_many(cast, clock, 3)
    with count_queries() as few:
        list_tickets(actor, Filters())
    make_many(cast, clock, 30)
    with count_queries() as many:
        list_tickets(actor, Filters())
    assert few.count == many.count <= 3


def test_all_counts_of_the_rail_are_one_query(cast: Cast, clock: StoppedClock) -> None:
    make_many(cast, clock, 9)
    views = {
        "all": Filters(),
        "it": Filters(group=cast.it.id),
        "hidden": Filters(group=cast.highways.id),
    }
    actor = cast.actor("ben")
    with count_queries() as counted:
        counts = capped_counts(actor, views)
    assert counts == {"all": 6, "it": 3, "hidden": 0}
    assert counted.count == 1
