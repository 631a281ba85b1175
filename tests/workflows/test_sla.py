"""What timers do that the vectors do not ask: free clocks, extensions, recounts, kept rows, and faulty policies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from workflows import sla
from workflows.calendar import ALWAYS, BusinessCalendar, read_calendar
from workflows.faults import Faulty
from workflows.lifecycle import Category

HOUR = 3600
# Monday the 3rd of June 2024, 00:00 in UTC.
MONDAY = 1_717_372_800
OFFICE: dict[str, Any] = {
    "zone": "UTC",
    "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "breaks": {"mon": [["12:00", "13:00"]]},
    "holidays": [{"date": "2024-06-04", "name": "Founders' Day"}],
}
AGREED: dict[str, Any] = {
    "calendar": "office",
    "metrics": {
        "first_response": {"targets": {"p1": HOUR, "p2": 4 * HOUR}},
        "resolution": {"targets": {"p1": 8 * HOUR}, "pause_in": ["waiting_requester"]},
    },
    "escalations": [{"id": "soon", "metric": "resolution", "percent": 50}],
}


class Shelf:
    """A book of one office and some policies."""

    def __init__(self, **policies: sla.Policy) -> None:
        self._policies = {"agreed": sla.read_policy(AGREED), **policies}
        self._office = read_calendar(OFFICE)

    def policy(self, reference: str) -> sla.Policy:
        return self._policies[reference]

    def hours(self, reference: str | None) -> BusinessCalendar:
        return self._office if reference else ALWAYS


def _opening(**values: Any) -> sla.Opening:
    opening = sla.Opening(MONDAY + 10 * HOUR, sla.By.REQUESTER, "p1", policy="agreed", id=1)
    return replace(opening, **values)


def _row(standing: sla.Standing, metric: str) -> sla.TimerRow:
    return next(row for row in standing.rows if row.metric == metric)


def _reading(standing: sla.Standing, metric: str) -> sla.Reading:
    return next(one for one in standing.readings if one.metric == metric)


def test_an_explanation_names_the_break_the_holiday_and_the_event():
    asked = sla.Event(MONDAY + 11 * HOUR, sla.Kind.STATE, Category.WAITING_REQUESTER, id=7)
    answered = sla.Event(MONDAY + 11 * HOUR + 1800, sla.Kind.STATE, Category.ACTIVE, id=8)
    now = MONDAY + (24 + 24 + 10) * HOUR
    standing = sla.replay(_opening(), [asked, answered], now, Shelf())
    stretches = sla.explain(_row(standing, "resolution"), now, Shelf())
    assert [(one.situation.value, one.cause, one.cause_id, one.name) for one in stretches] == [
        ("counted", "start", 1, ""),
        ("paused", "waiting_requester", 7, ""),
        ("counted", "state", 8, ""),
        ("out_of_hours", "break", None, ""),
        ("counted", "weekly", None, ""),
        ("out_of_hours", "weekly", None, ""),
        ("out_of_hours", "holiday", None, "Founders' Day"),
        ("out_of_hours", "weekly", None, ""),
        ("counted", "weekly", None, ""),
    ]


def test_a_row_knows_when_it_is_due_late_and_next_to_be_looked_at():
    row = _row(sla.replay(_opening(), [], MONDAY + 10 * HOUR, Shelf()), "resolution")
    wednesday = MONDAY + 48 * HOUR
    assert (row.due_at, row.breach_at) == (wednesday + 11 * HOUR, wednesday + 11 * HOUR)
    assert row.next_rule_at == MONDAY + 15 * HOUR


def test_firing_a_row_notes_the_planned_instant_and_what_comes_next():
    timers = sla.Incremental.opened(_opening(), Shelf(), lambda: (_opening(), []))
    row = next(row for row in timers.rows if row.metric == "resolution")
    late = MONDAY + 15 * HOUR + 600
    assert sla.fire(row, late, Shelf()) == [sla.Firing("resolution", 1, "soon", MONDAY + 15 * HOUR)]
    assert row.next_rule_at is None
    assert sla.fire(row, late, Shelf()) == []


def test_a_paused_timer_has_no_instant_at_which_it_is_due():
    asked = sla.Event(MONDAY + 11 * HOUR, sla.Kind.STATE, Category.WAITING_REQUESTER)
    standing = sla.replay(_opening(), [asked], MONDAY + 12 * HOUR, Shelf())
    row = _row(standing, "resolution")
    assert (row.due_at, row.breach_at, row.next_rule_at) == (None, None, None)


def test_a_recount_counts_by_the_rules_of_now_from_the_start():
    other = sla.read_policy(AGREED | {"calendar": None})
    book = Shelf(other=other)
    changed = sla.Event(MONDAY + 12 * HOUR + 1800, sla.Kind.POLICY, "other")
    recounted = sla.Event(MONDAY + 12 * HOUR + 1800, sla.Kind.RECOUNT)
    now = MONDAY + 13 * HOUR
    carried = sla.replay(_opening(), [changed], now, book)
    anew = sla.replay(_opening(), [changed, recounted], now, book)
    assert _reading(carried, "resolution").elapsed == 2 * HOUR + 1800
    assert _reading(anew, "resolution").elapsed == 3 * HOUR


def test_an_event_before_the_last_one_is_refused():
    timers = sla.Incremental.opened(_opening(), Shelf(), lambda: (_opening(), []))
    with pytest.raises(sla.OutOfOrder):
        timers.apply(sla.Event(MONDAY, sla.Kind.PRIORITY, "p2"))


def _free(**values: Any) -> sla.Policy:
    return sla.read_clock("audit", {"targets": {"*": 4 * HOUR}, "calendar": "office"} | values)


def _signal(hour: int, to: sla.Signal) -> sla.Event:
    return sla.Event(MONDAY + hour * HOUR, sla.Kind.SIGNAL, to, clock="audit")


def _with_terms() -> sla.Event:
    return sla.Event(MONDAY + 10 * HOUR, sla.Kind.TERMS, "free", clock="audit")


def test_a_free_clock_runs_between_its_signals_and_not_while_they_hold_it():
    signals = [
        _with_terms(),
        _signal(10, sla.Signal.START),
        _signal(11, sla.Signal.PAUSE),
        _signal(14, sla.Signal.RESUME),
        _signal(15, sla.Signal.STOP),
    ]
    book = Shelf(free=_free())
    reading = _reading(sla.replay(_opening(), signals, MONDAY + 20 * HOUR, book), "audit")
    assert (reading.elapsed, reading.paused_working) == (2 * HOUR, 2 * HOUR)
    assert (reading.outcome, reading.reason) == (sla.Outcome.MET, sla.Reason.STOPPED)


def test_a_free_clock_is_not_stopped_by_a_resolution_and_starts_again_as_the_next_cycle():
    events = [
        _with_terms(),
        _signal(10, sla.Signal.START),
        sla.Event(MONDAY + 11 * HOUR, sla.Kind.STATE, Category.RESOLVED),
        _signal(12, sla.Signal.STOP),
        _signal(14, sla.Signal.START),
    ]
    standing = sla.replay(_opening(), events, MONDAY + 15 * HOUR, Shelf(free=_free()))
    found = [(one.cycle, one.elapsed) for one in standing.readings if one.metric == "audit"]
    assert found == [(1, 2 * HOUR), (2, HOUR)]


def test_an_extension_gives_one_cycle_more_time():
    events = [
        _with_terms(),
        _signal(10, sla.Signal.START),
        sla.Event(MONDAY + 11 * HOUR, sla.Kind.EXTENSION, clock="audit", seconds=HOUR),
    ]
    book = Shelf(free=_free())
    reading = _reading(sla.replay(_opening(), events, MONDAY + 11 * HOUR, book), "audit")
    assert (reading.target, reading.due_at) == (5 * HOUR, MONDAY + 16 * HOUR)


def test_what_is_wrong_with_a_policy_is_told_all_at_once_with_its_places():
    body = {
        "calender": "office",
        "on_change": "later",
        "metrics": {
            "resolution": {"targets": {"p1": "4h"}, "pause_in": ["lunch"]},
            "ownership": {"targets": {"p1": 5}},
            "speed": {},
        },
        "escalations": [
            {"id": "a", "metric": "resolution", "percent": 50, "before": 5},
            {"id": "b", "metric": "resolution", "percent": 0},
            {"metric": "resolution", "breach": True},
            {"id": "c", "metric": "resolution", "breach": False},
        ],
    }
    with pytest.raises(Faulty) as raised:
        sla.read_policy(body)
    assert {".".join(map(str, one.path)) for one in raised.value.faults} == {
        "calender",
        "on_change",
        "metrics.resolution.targets.p1",
        "metrics.resolution.pause_in.0",
        "metrics.ownership.targets",
        "metrics.ownership.targets_by_group",
        "metrics.speed",
        "escalations.0",
        "escalations.1.percent",
        "escalations.2.id",
        "escalations.3.breach",
    }


def test_two_escalations_of_one_metric_may_not_share_an_id_and_those_of_two_may():
    rules = [{"id": "a", "metric": metric, "breach": True} for metric in ("resolution", "update")]
    metrics: dict[str, Any] = {"resolution": {"targets": {}}, "update": {"targets": {}}}
    sla.read_policy({"metrics": metrics, "escalations": rules})
    with pytest.raises(Faulty, match=r"escalations\.2\.id"):
        sla.read_policy({"metrics": metrics, "escalations": [*rules, rules[0]]})
