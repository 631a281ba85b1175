"""What would have been under other rules: verdicts that flip, where the two begin to differ, and sums that add up."""

from __future__ import annotations

from typing import Any

from tests.workflows.test_sla import AGREED, HOUR, MONDAY, Shelf, _opening
from workflows import sla
from workflows.lifecycle import Category
from workflows.what_if import Comparison, Story, Tally, Verdict, compare

NOW = MONDAY + 72 * HOUR


def _solved(hour: int) -> sla.Event:
    return sla.Event(MONDAY + hour * HOUR, sla.Kind.STATE, Category.RESOLVED, id=2)


def _under(**values: Any) -> Shelf:
    """The desk whose policy says something else."""
    return Shelf(agreed=sla.read_policy(AGREED | values))


def _compared(*events: sla.Event, after: Shelf, since: int = MONDAY) -> Comparison:
    story = Story(7, "email", [(_opening(group="desk"), events)])
    return compare(story, since, NOW, Shelf(), after)


def _with_targets(seconds: int) -> dict[str, Any]:
    metrics = {"resolution": {"targets": {"p1": seconds}, "pause_in": ["waiting_requester"]}}
    return {"metrics": metrics}


def test_a_shorter_target_makes_a_solution_late_and_only_the_target_differs():
    found = _compared(_solved(15), after=_under(**_with_targets(2 * HOUR)))
    (flip,) = found.flips
    assert (flip.before.verdict, flip.after.verdict) == (Verdict.MET, Verdict.MISSED)
    assert (flip.before.elapsed, flip.after.target) == (4 * HOUR, 2 * HOUR)
    assert flip.at is None


def test_another_calendar_names_the_first_stretch_that_is_counted_otherwise():
    agreed = {**_with_targets(4 * HOUR + 1800), "calendar": None}
    found = _compared(_solved(15), after=_under(**agreed))
    (flip,) = found.flips
    assert flip.after.verdict is Verdict.MISSED
    assert flip.at == MONDAY + 12 * HOUR
    assert flip.before.stretch is not None
    assert (flip.before.stretch.situation, flip.before.stretch.cause) == ("out_of_hours", "break")


def test_a_pause_that_is_taken_away_names_the_event_that_began_it():
    asked = sla.Event(MONDAY + 11 * HOUR, sla.Kind.STATE, Category.WAITING_REQUESTER, id=9)
    metrics = {"resolution": {"targets": {"p1": 8 * HOUR}}}
    story = Story(7, "email", [(_opening(), [asked, _solved(66)])])
    found = compare(story, MONDAY, NOW, Shelf(), _under(metrics=metrics))
    (flip,) = found.flips
    assert flip.at == MONDAY + 11 * HOUR
    assert flip.before.stretch is not None
    assert flip.before.stretch.cause_id == 9


def test_a_timer_that_still_runs_is_late_or_in_time():
    found = _compared(after=_under(**_with_targets(30 * HOUR)))
    resolution = next(one for one in found.verdicts if one.metric == "resolution")
    assert (resolution.before, resolution.after) == (Verdict.LATE, Verdict.IN_TIME)
    assert resolution.gets_better


def test_what_ended_before_the_range_is_left_out():
    found = _compared(_solved(15), after=Shelf(), since=MONDAY + 24 * HOUR)
    assert found.verdicts == []


def test_the_same_rules_flip_nothing():
    assert _compared(_solved(15), after=Shelf()).flips == []


def test_sums_are_kept_by_team_channel_and_priority_and_add_up():
    found = _compared(_solved(15), after=_under(**_with_targets(2 * HOUR)))
    tally, other = Tally(), Tally()
    tally.add(found)
    other.add(found)
    other.merge(Tally.from_json(tally.to_json()))
    assert (other.tickets, other.better, other.worse) == (2, 0, 2)
    for dimension, value in (
        ("all", ""),
        ("team", "desk"),
        ("channel", "email"),
        ("priority", "p1"),
    ):
        line = next(one for one in other.lines(dimension) if one.metric == "resolution")
        assert line.value == value
        assert line.before.counts[Verdict.MET] == 2
        assert (line.before.attainment, line.after.attainment) == (1.0, 0.0)


def test_a_ticket_that_was_counted_twice_numbers_its_cycles_through():
    merged = sla.Event(MONDAY + 11 * HOUR, sla.Kind.MERGED)
    again = _opening(at=MONDAY + 14 * HOUR)
    story = Story(7, "email", [(_opening(), [merged]), (again, [_solved(15)])])
    found = compare(story, MONDAY, NOW, Shelf(), Shelf())
    cycles = [(one.cycle, one.before) for one in found.verdicts if one.metric == "resolution"]
    assert cycles == [(1, Verdict.CANCELLED), (2, Verdict.MET)]
