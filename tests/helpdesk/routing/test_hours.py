"""When somebody works: in their own hours before those that were set, and not while they are absent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people.access import SYSTEM
from helpdesk.people.models import Person
from helpdesk.routing import profiles, waiting
from helpdesk.routing.hours import back_at, is_working, read_weekly
from tests.cast import Cast
from tests.helpdesk.routing.desk import make_absence, make_profile, make_routing
from tests.makers import make_ticket
from workflows.faults import Faulty

LONDON = ZoneInfo("Europe/London")
MONDAYS: dict[str, Any] = {"mon": [["09:00", "12:00"], ["13:00", "17:00"]]}


def choose(person: Person, weekly: dict[str, Any] | None) -> None:
    with unit_of_work():
        found = db.session.get_one(Person, person.id)
        profiles.choose_hours(found, weekly, actor=SYSTEM, cause="test")


def at(day: int, hour: int) -> datetime:
    """An instant of November 2026, whose 16th is a Monday, on a clock in London."""
    return datetime(2026, 11, day, hour, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("away_until", "now", "back"),
    [
        (None, at(16, 10), None),
        (None, at(16, 12), at(16, 13)),
        (None, at(16, 18), at(23, 9)),
        (at(16, 11), at(16, 10), at(16, 11)),
        (at(18, 11), at(16, 10), at(23, 9)),
    ],
)
def test_somebody_is_back_when_their_hours_go_on_and_no_absence_lasts(
    away_until: datetime | None, now: datetime, back: datetime | None
) -> None:
    assert back_at(read_weekly(MONDAYS, "Europe/London"), away_until, now) == back


def test_who_has_no_hours_is_back_when_the_absence_ends() -> None:
    assert back_at(None, at(18, 11), at(16, 10)) == at(18, 11)
    assert back_at(None, None, at(16, 10)) is None


def test_own_hours_go_before_those_that_were_set_and_are_read_in_ones_own_zone(cast: Cast) -> None:
    with unit_of_work():
        body = {"title": "Office", "zone": "Europe/London", "weekly": {"tue": [["09:00", "17:00"]]}}
        store.save(Kind.CALENDAR, "office", body, by=None, cause="test")
        db.session.get_one(Person, cast.ben.id).time_zone = "Asia/Tokyo"
    make_profile(cast.ben, calendar="office")
    assert is_working(cast.ben, at(17, 10))
    choose(cast.ben, MONDAYS)
    assert not is_working(cast.ben, at(17, 10))
    assert is_working(cast.ben, datetime(2026, 11, 16, 9, tzinfo=ZoneInfo("Asia/Tokyo")))
    assert not is_working(cast.ben, at(16, 10))
    choose(cast.ben, None)
    assert is_working(cast.ben, at(17, 10))
    assert is_working(cast.cleo, at(16, 3)), "who has no hours may be given work at any time"


def test_who_is_absent_does_not_work(cast: Cast, clock: StoppedClock) -> None:
    make_absence(cast.ben, days=2)
    assert not is_working(cast.ben, clock.now())
    assert is_working(cast.ben, clock.now() + timedelta(days=3))


def test_no_work_is_given_outside_own_hours_where_a_routing_keeps_to_hours(
    cast: Cast, clock: StoppedClock
) -> None:
    here = clock.now().astimezone(UTC)
    tomorrow = (here + timedelta(days=1)).strftime("%a").lower()
    for person in (cast.ben, cast.cleo):
        choose(person, {tomorrow: [["09:00", "12:00"]]})
    make_routing(working_hours=True)
    ticket = make_ticket(cast.ada, cast.it)
    assert ticket.assignee_id is None
    (row,) = waiting.waiting_for_nobody(cast.actor("cleo"))
    assert str(row.why) == "it is outside everybody's working hours"


def test_hours_that_are_none_and_those_of_others_are_refused(cast: Cast) -> None:
    with unit_of_work(), pytest.raises(Refused):
        profiles.choose_hours(cast.ben, MONDAYS, actor=cast.actor("cleo"))
    with pytest.raises(Invalid):
        choose(cast.ben, {})
    with pytest.raises(Faulty):
        choose(cast.ben, {"mon": [["25:00", "26:00"]]})
