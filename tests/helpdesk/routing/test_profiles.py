"""What agents can bear and when they are away: who may say it, what is refused, and that the journal keeps it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.core import clock as desk_clock
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.people.access import SYSTEM
from helpdesk.routing import profiles
from tests.cast import Cast
from tests.helpdesk.routing.desk import make_absence, make_profile, switch


def last_entry(person_id: int) -> Entry:
    return db.session.scalars(
        select(Entry)
        .where(Entry.subject_kind == "person", Entry.subject_id == person_id)
        .order_by(Entry.seq.desc())
    ).first()


def test_skills_are_kept_in_one_form_and_the_journal_has_before_and_after(cast: Cast) -> None:
    make_profile(cast.ben, "  Welsh ", "network", "NETWORK", capacity=10, phone=2)
    profile = profiles.profile_of(cast.ben.id)
    assert (profile.skills, profile.capacity, profile.limits) == (
        ["network", "welsh"],
        10,
        {"phone": 2},
    )
    make_profile(cast.ben, "welsh", capacity=5)
    entry = last_entry(cast.ben.id)
    assert entry.event == "ProfileChanged"
    assert (entry.before["capacity"], entry.after["capacity"]) == (10, 5)


def test_only_administrators_set_skills_and_limits(cast: Cast) -> None:
    for name in ("ben", "cleo"):
        with unit_of_work(), pytest.raises(Refused):
            profiles.edit_profile(
                cast.ben,
                skills=[],
                capacity=None,
                limits={},
                calendar=None,
                actor=cast.actor(name),
            )


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("capacity", {"capacity": -1}),
        ("email", {"limits": {"email": 100_000}}),
        ("limits", {"limits": {"pigeon": 1}}),
        ("skills", {"skills": [f"skill {number}" for number in range(51)]}),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(
    cast: Cast, field: str, wrong: dict[str, object]
) -> None:
    usual: dict[str, object] = {"skills": [], "capacity": None, "limits": {}, "calendar": None}
    with unit_of_work(), pytest.raises(Invalid) as refused:
        profiles.edit_profile(cast.ben, **{**usual, **wrong}, actor=SYSTEM)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_calendar_that_is_not_there_is_refused(cast: Cast) -> None:
    with pytest.raises(NotFound):
        make_profile(cast.ben, calendar="nowhere")


@pytest.mark.parametrize(
    ("name", "may"), [("ben", True), ("cleo", True), ("eve", True), ("dan", False)]
)
def test_agents_themselves_their_leads_and_administrators_say_whether_they_are_there(
    cast: Cast, name: str, may: bool
) -> None:
    assert profiles.may_say_presence(cast.actor(name), cast.ben) is may
    with unit_of_work():
        if may:
            profiles.switch_availability(cast.ben, False, actor=cast.actor(name))
        else:
            with pytest.raises(Refused):
                profiles.switch_availability(cast.ben, False, actor=cast.actor(name))
    assert profiles.profile_of(cast.ben.id).is_available is not may


def test_a_requester_has_no_profile(cast: Cast) -> None:
    with pytest.raises(Invalid):
        switch(cast.ada, False)


def test_an_absence_is_planned_shown_and_taken_back(cast: Cast) -> None:
    absence = make_absence(cast.ben, days=3, substitute=cast.cleo)
    (shown,) = profiles.absences_of(cast.ben.id)
    assert (shown.id, shown.substitute_id) == (absence, cast.cleo.id)
    with unit_of_work():
        profiles.cancel_absence(cast.ben, absence, actor=cast.actor("ben"))
    assert profiles.absences_of(cast.ben.id) == []
    assert last_entry(cast.ben.id).event == "AbsenceCancelled"


def test_an_absence_that_has_begun_ends_now_and_stays_on_record(
    cast: Cast, clock: StoppedClock
) -> None:
    absence = make_absence(cast.ben, days=3)
    clock.advance(timedelta(hours=2))
    with unit_of_work():
        profiles.cancel_absence(cast.ben, absence, actor=cast.actor("cleo"))
    assert profiles.absences_of(cast.ben.id) == []
    with unit_of_work(), pytest.raises(NotFound):
        profiles.cancel_absence(cast.ben, absence, actor=cast.actor("cleo"))


def test_an_absence_of_somebody_else_cannot_be_taken_back_by_its_number(cast: Cast) -> None:
    absence = make_absence(cast.cleo)
    with unit_of_work(), pytest.raises(NotFound):
        profiles.cancel_absence(cast.ben, absence, actor=cast.actor("ben"))


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [(2, 1, "until"), (-5, -2, "until"), (0, 1000, "until"), (0, 2, "since")],
)
def test_an_absence_that_makes_no_sense_is_refused(
    cast: Cast, since: int, until: int, field: str
) -> None:
    make_absence(cast.ben)
    now = desk_clock.now()
    with unit_of_work(), pytest.raises(Invalid) as refused:
        profiles.plan_absence(
            cast.ben,
            since=now + timedelta(days=since),
            until=now + timedelta(days=until),
            actor=SYSTEM,
        )
    assert refused.value.field == field


def test_nobody_is_their_own_substitute_and_no_requester_is_one(cast: Cast) -> None:
    for substitute in (cast.ben, cast.ada):
        with pytest.raises(Invalid) as refused:
            make_absence(cast.ben, substitute=substitute)
        assert refused.value.field == "substitute"
