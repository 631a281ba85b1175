"""What the tests of routing stand on: routings, and agents with limits, skills and absences."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from helpdesk.core import clock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people.access import SYSTEM
from helpdesk.people.models import Person
from helpdesk.routing import profiles


def make_routing(name: str = "by-load", **body: Any) -> None:
    """A routing for every group, by load unless it says otherwise."""
    with unit_of_work():
        store.save(Kind.ROUTING, name, {"title": name, **body}, by=None, cause="test")


def make_profile(
    person: Person,
    *skills: str,
    capacity: int | None = None,
    calendar: str | None = None,
    **limits: int,
) -> None:
    """What an agent knows and can bear."""
    with unit_of_work():
        profiles.edit_profile(
            person,
            skills=skills,
            capacity=capacity,
            limits=limits,
            calendar=calendar,
            actor=SYSTEM,
            cause="test",
        )


def switch(person: Person, is_available: bool) -> None:
    """There, or away."""
    with unit_of_work():
        profiles.switch_availability(person, is_available, actor=SYSTEM, cause="test")


def make_absence(person: Person, *, days: int = 1, substitute: Person | None = None) -> int:
    """Away from now on."""
    now = clock.now()
    with unit_of_work():
        return profiles.plan_absence(
            person,
            since=now,
            until=now + timedelta(days=days),
            substitute=substitute,
            actor=SYSTEM,
            cause="test",
        ).id
