"""The SLA vectors that stand beside the project, or in the directory that VECTORS names, case by case.

`VECTORS=DIR pytest -s tests/workflows/test_vectors.py` runs others of the same format and prints what was met.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache, partial
from itertools import pairwise
from typing import Any

from tests.workflows import timeline_checks, vectors
from tests.workflows.timelines import Timelines
from tests.workflows.vectors import Case, moment, written
from workflows.calendar import BusinessCalendar


def test_every_calendar_case_is_met_exactly():
    vectors.check("calendar", vectors.read("calendar.json")["cases"], _differences)


def test_the_stretches_of_every_calendar_case_add_up_to_its_intervals():
    """The explanation is computed day by day, apart from the tables that answer the questions."""
    cases = [case for case in vectors.read("calendar.json")["cases"] if "to" in case]
    vectors.check("stretches", cases, _stretch_differences)


def test_every_timeline_is_met_exactly():
    lines = Timelines(vectors.read("timelines.json"))
    vectors.check("timelines", lines.cases, partial(timeline_checks.differences, lines))


def test_the_rows_carried_on_by_each_event_equal_the_full_replay_on_every_timeline():
    lines = Timelines(vectors.read("timelines.json"))
    vectors.check("incremental", lines.cases, partial(timeline_checks.drift, lines))


def test_the_explanation_of_every_timer_tiles_its_life_and_adds_up_to_what_was_counted():
    lines = Timelines(vectors.read("timelines.json"))
    vectors.check("explanations", lines.cases, partial(timeline_checks.gaps, lines))


def _differences(case: Case) -> list[str]:
    return vectors.differences(case["expect"], _answer(_calendar(case["calendar"]), case))


def _answer(calendar: BusinessCalendar, case: Case) -> dict[str, Any]:
    at = moment(case["at"] if "at" in case else case["from"])
    duration = timedelta(seconds=case.get("seconds", 0))
    match case["op"]:
        case "is_open":
            return {"open": calendar.is_open(at)}
        case "next_open":
            return {"at": written(calendar.next_open(at))}
        case "next_closed":
            return {"at": written(calendar.next_closed(at))}
        case "closing":
            return {"at": written(calendar.closing(at))}
        case "between":
            return {"seconds": int(calendar.between(at, moment(case["to"])).total_seconds())}
        case "intervals":
            found = calendar.intervals(at, moment(case["to"]))
            return {"intervals": [[written(start), written(end)] for start, end in found]}
        case "add":
            earliest, latest = calendar.add(at, duration)
        case "sub":
            earliest, latest = calendar.sub(at, duration)
        case other:
            raise ValueError(f"{other} is no operation of format 1")
    return {"earliest": written(earliest), "latest": written(latest)}


def _stretch_differences(case: Case) -> list[str]:
    calendar = _calendar(case["calendar"])
    start, end = moment(case["from"]), moment(case["to"])
    stretches = calendar.stretches(start, end)
    opened: list[list[Any]] = []
    for one in stretches:
        if one.is_open and opened and opened[-1][1] == one.from_:
            opened[-1][1] = one.to
        elif one.is_open:
            opened.append([one.from_, one.to])
    tiled = all(one.to == other.from_ for one, other in pairwise(stretches))
    whole = not stretches or (stretches[0].from_, stretches[-1].to) == (start, end)
    expected = [list(pair) for pair in calendar.intervals(start, end)]
    return vectors.differences(
        {"tiled": True, "whole": True, "opened": expected},
        {"tiled": tiled, "whole": whole, "opened": opened},
    )


@cache
def _calendar(name: str) -> BusinessCalendar:
    return vectors.calendar_of(vectors.read("calendar.json")["calendars"][name])
