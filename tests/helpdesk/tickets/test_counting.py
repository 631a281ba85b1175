"""The counts of the rail: what a list would hold, whoever asks."""

from __future__ import annotations

import pytest

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.tickets import commands, counting
from helpdesk.tickets.queries import Filters, capped_counts, list_tickets
from tests.cast import Cast
from tests.makers import make_ticket
from workflows.lifecycle import Status


@pytest.fixture
def tickets(cast: Cast) -> None:
    for group in (cast.it, cast.it, cast.highways, None):
        for channel in ("email", "phone"):
            mine = make_ticket(cast.ada, group, channel=channel)
            make_ticket(cast.ada, group)
            with unit_of_work():
                ticket = commands.lock(mine.id)
                if group is not cast.highways:
                    commands.assign(ticket, cast.ben, by=None, cause="test")
                commands.set_tags(ticket, [channel], by=None, cause="test")
    closed = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.change_status(commands.lock(closed.id), Status.RESOLVED, by=None, cause="test")


def every_view(cast: Cast) -> dict[str, Filters]:
    return {
        "open": Filters(),
        "all": Filters(is_open=None),
        "unassigned": Filters(assignee=0),
        "mine": Filters(assignee=cast.ben.id),
        "solved": Filters(is_open=False, statuses=("resolved", "closed")),
        "it": Filters(group=cast.it.id),
        "highways": Filters(group=cast.highways.id),
        "phone": Filters(channel="phone", tag="phone"),
        "phone in IT": Filters(channel="phone", group=cast.it.id),
        "hers": Filters(requester=cast.ada.id, is_open=None),
        "urgent": Filters(priority=4, type="incident"),
    }


@pytest.mark.parametrize("name", ["ada", "ben", "cleo", "dan", "eve"])
@pytest.mark.usefixtures("tickets")
def test_each_view_counts_what_its_list_holds(cast: Cast, name: str) -> None:
    actor = cast.actor(name)
    views = every_view(cast)
    held = {key: len(list_tickets(actor, filters).rows) for key, filters in views.items()}
    assert capped_counts(actor, views) == held


@pytest.mark.usefixtures("tickets")
def test_a_statement_kept_for_one_reader_shows_another_only_their_own(cast: Cast) -> None:
    views = {"open": Filters(), "it": Filters(group=cast.it.id)}

    def reader(*groups: int) -> Actor:
        return Actor(cast.ben.id, "Ben", cast.ben.role, dict.fromkeys(groups, Right.WORK))

    assert capped_counts(reader(cast.it.id), views) == {"open": 12, "it": 8}
    assert capped_counts(reader(cast.highways.id), views) == {"open": 8, "it": 0}
    assert capped_counts(reader(), views) == {"open": 4, "it": 0}


@pytest.mark.usefixtures("tickets")
def test_a_person_of_very_many_groups_is_counted_in_one_walk(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = cast.actor("ben")
    views = {"open": Filters(), "unassigned": Filters(assignee=0)}
    few = capped_counts(actor, views)
    monkeypatch.setattr("helpdesk.tickets.narrowing.MOST_BRANCHES", 0)
    assert capped_counts(actor, views) == few
    assert len(list_tickets(actor, Filters()).rows) == few["open"]


@pytest.mark.usefixtures("tickets")
def test_counting_stops_where_the_rail_says_more(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST_COUNTED", 3)
    counting._counting.cache_clear()
    found = capped_counts(cast.actor("eve"), {"open": Filters(), "it": Filters(group=cast.it.id)})
    counting._counting.cache_clear()
    assert found == {"open": 3, "it": 3}
