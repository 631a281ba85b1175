"""The list of reactions and the list of jobs fit each other."""

from __future__ import annotations

import dataclasses
import inspect

from helpdesk.core.events import Event
from helpdesk.jobs import CREWS, JOBS
from helpdesk.reactions import REACTIONS


def test_every_job_owed_is_a_job() -> None:
    owed = {one.job for all_owed in REACTIONS.after.values() for one in all_owed}
    assert owed <= set(JOBS)


def test_every_event_has_the_id_its_jobs_are_given() -> None:
    for kind, all_owed in REACTIONS.after.items():
        names = {field.name for field in dataclasses.fields(kind)}
        names |= {
            name for name, _ in inspect.getmembers(kind, lambda one: isinstance(one, property))
        }
        for owed in all_owed:
            assert owed.attribute in names, f"{kind.__name__} has no {owed.attribute}"


def test_reactions_are_of_events() -> None:
    assert all(issubclass(kind, Event) for kind in [*REACTIONS.inside, *REACTIONS.after])


def test_every_lane_is_served_by_the_embedded_desk() -> None:
    served = {lane for crew in CREWS for lane in crew}
    assert {job.lane for job in JOBS.values()} == served
