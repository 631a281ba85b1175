"""Timers over random calendars, zones, policies and events, against a ticket lived through minute by minute."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.workflows.calendars import DAYS
from tests.workflows.tickets import (
    HORIZON,
    LIFE,
    calendar,
    event_of,
    history,
    in_seconds,
    opening_of,
    policy,
    ticket,
)
from tests.workflows.timer_walk import Timer, Walk
from workflows import sla
from workflows.calendar import ALWAYS, BusinessCalendar, read_hours

few = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
many = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@dataclass
class World:
    """Three calendars and three policies; the book in which timers look them up."""

    base: datetime
    bodies: dict[str, Any]
    policies: dict[str, Any]

    def __post_init__(self) -> None:
        self._read = {name: sla.read_policy(in_seconds(one)) for name, one in self.policies.items()}
        self._hours = {name: read_hours(body) for name, body in self.bodies.items()}

    @property
    def at(self) -> int:
        return int(self.base.timestamp())

    def policy(self, reference: str) -> sla.Policy:
        # "x-copy" is another policy that says the same.
        return self._read[reference[0]]

    def hours(self, reference: str | None) -> BusinessCalendar:
        return ALWAYS if reference is None else self._hours[reference]

    def opened(self) -> dict[str | None, list[bool]]:
        """Which minutes are open; that calendars are right about it is shown by a walk of their own."""
        minutes = range(self.at, self.at + 60 * (LIFE + HORIZON), 60)
        walks: dict[str | None, list[bool]] = {None: [True] * len(minutes)}
        for name, hours in self._hours.items():
            walks[name] = [hours.is_open_at(at) for at in minutes]
        return walks


@dataclass
class Lived:
    """A ticket and what happened to it, in the words of the walk and in those of the desk."""

    world: World
    ticket: dict[str, Any]
    history: list[dict[str, Any]]

    @property
    def opening(self) -> sla.Opening:
        return opening_of(self.ticket, self.world.at)

    @property
    def events(self) -> list[sla.Event]:
        return [event_of(one, self.world.at, number) for number, one in enumerate(self.history, 1)]


def _lived(seed: int, events: int) -> Lived:
    """Drawn by chance from a seed, since a library that shrinks every choice takes longer than all the rest."""
    chance = Random(seed)
    day = datetime.combine(chance.choice(DAYS), time(), UTC)
    base = day + timedelta(minutes=chance.randint(-1440, 1440))
    hours = {name: calendar(chance) for name in "abc"}
    world = World(base, hours, {name: policy(chance) for name in "xyz"})
    return Lived(world, ticket(chance), history(chance, events))


lives = st.builds(_lived, st.integers(0, 2**32), st.integers(0, 14))


@few
@given(lives, st.integers(0, LIFE))
def test_timers_show_what_a_walk_through_every_minute_finds(lived: Lived, now: int):
    world, opening, events = lived.world, lived.opening, lived.events
    walked = Walk(lived.ticket, lived.history, world.policies, world.opened(), now)
    standing = sla.replay(opening, events, world.at + 60 * now, world)
    expected = {(one.metric, one.cycle): one for one in walked.timers}
    assert {(one.metric, one.cycle) for one in standing.readings} == set(expected)
    for row, reading in zip(standing.rows, standing.readings, strict=True):
        timer = expected[reading.metric, reading.cycle]
        assert _shown(world, reading) == _found(walked, timer), (reading.metric, reading.cycle)
        assert {rule: _minute(world, at) for rule, at in row.fired.items()} == timer.fired
        due = walked.due(timer)
        if due != -1:
            assert _minute(world, reading.due_at) == due


def _shown(world: World, reading: sla.Reading) -> dict[str, Any]:
    return {
        "start": _minute(world, reading.started_at),
        "stop": _minute(world, reading.stopped_at),
        "reason": reading.reason,
        "elapsed": reading.elapsed // 60,
        "paused": reading.paused_working // 60,
        "target": None if reading.target is None else reading.target // 60,
        "breached_at": _minute(world, reading.breached_at),
        "group": reading.group,
    }


def _found(walked: Walk, timer: Timer) -> dict[str, Any]:
    return {
        "start": timer.start,
        "stop": timer.stop,
        "reason": timer.reason,
        "elapsed": timer.counted,
        "paused": walked.idle(timer),
        "target": timer.target,
        "breached_at": timer.breached,
        "group": timer.group,
    }


@many
@given(lives, st.integers(0, 2000))
def test_the_rows_equal_the_replay_after_every_event(lived: Lived, later: int):
    world, opening, events = lived.world, lived.opening, lived.events
    timers = sla.Incremental.opened(opening, world, lambda: (opening, events))
    for number, event in enumerate(events):
        facts = sla.TicketFacts.from_json(timers.facts.to_json())
        rows = [sla.TimerRow.from_json(row.to_json()) for row in timers.rows]
        timers = sla.Incremental(facts, rows, world, lambda: (opening, events))
        timers.apply(event)
        until = events[number + 1].at if number + 1 < len(events) else event.at + 60 * later
        for now in {event.at, max(event.at, until - 1)}:
            replayed = sla.replay(opening, events[: number + 1], now, world)
            assert [sla.reading_of(row, now, world) for row in timers.rows] == replayed.readings
            looked_at = [sla.TimerRow.from_json(row.to_json()) for row in timers.rows]
            for row in looked_at:
                sla.fire(row, now, world)
            assert looked_at == replayed.rows


@many
@given(lives, st.integers(0, LIFE))
def test_explanations_tile_the_life_of_a_timer_and_add_up(lived: Lived, now: int):
    world, opening, events = lived.world, lived.opening, lived.events
    standing = sla.replay(opening, events, world.at + 60 * now, world)
    for row, reading in zip(standing.rows, standing.readings, strict=True):
        stretches = sla.explain(row, world.at + 60 * now, world)
        at = reading.started_at
        for one in stretches:
            assert int(one.start.timestamp()) == at
            assert one.seconds > 0
            at += one.seconds
        assert at == (reading.stopped_at or world.at + 60 * now)
        by = dict.fromkeys(sla.Situation, 0)
        for one in stretches:
            by[one.situation] += one.seconds
        assert by[sla.Situation.COUNTED] == reading.elapsed
        assert by[sla.Situation.PAUSED] >= reading.paused_working


@many
@given(lives, st.integers(0, LIFE))
def test_an_event_that_changes_nothing_leaves_no_trace(lived: Lived, at: int):
    world, opening, events = lived.world, lived.opening, lived.events
    instant = world.at + 60 * at
    before = [event for event in events if event.at <= instant]
    priority = next(
        (one.to for one in reversed(before) if one.kind is sla.Kind.PRIORITY), opening.priority
    )
    agreed = next(
        (one.to for one in reversed(before) if one.kind is sla.Kind.POLICY), opening.policy
    )
    idle = [
        sla.Event(instant, sla.Kind.PRIORITY, priority),
        sla.Event(instant, sla.Kind.POLICY, f"{agreed}-copy" if agreed else None),
        sla.Event(instant, sla.Kind.MESSAGE, by=sla.By.AGENT),
        sla.Event(instant, sla.Kind.MESSAGE, by=sla.By.SYSTEM, is_public=True),
    ]
    now = world.at + 60 * LIFE
    split = sla.replay(opening, [*before, *idle, *events[len(before) :]], now, world)
    whole = sla.replay(opening, events, now, world)
    assert split.readings == whole.readings
    assert split.firings == whole.firings


@many
@given(lives, st.data())
def test_moving_an_event_within_closed_hours_changes_nothing_that_is_counted(
    lived: Lived, data: st.DataObject
):
    world, opening = _with_one_calendar(lived.world), lived.opening
    events = [event for event in lived.events if event.kind is not sla.Kind.CALENDAR]
    hours, end = world.hours("a"), world.at + 60 * LIFE
    movable = []
    for number, event in enumerate(events):
        until = events[number + 1].at if number + 1 < len(events) else end
        until = min(until - 1, hours.next_change(event.at) or until)
        if event.at < until and not hours.is_open_at(event.at):
            movable.append((number, event, until))
    assume(movable)
    number, event, until = data.draw(st.sampled_from(movable))
    moved = replace(event, at=data.draw(st.integers(event.at + 1, until)))
    shifted = [*events[:number], moved, *events[number + 1 :]]
    before, after = (sla.replay(opening, one, end, world) for one in (events, shifted))
    # A cycle that ends in the second it began is dropped; moving its end lets it be.
    kept_after = {(one.metric, one.cycle) for one in after.readings}
    if {(one.metric, one.cycle) for one in before.readings} == kept_after:
        assert _counted(before) == _counted(after)


def _counted(standing: sla.Standing) -> list[Any]:
    return [(one.metric, one.cycle, one.elapsed, one.outcome) for one in standing.readings]


def _with_one_calendar(world: World) -> World:
    agreed = {}
    for name, one in world.policies.items():
        metrics = {
            metric: {key: value for key, value in rules.items() if key != "calendar"}
            for metric, rules in one["metrics"].items()
        }
        agreed[name] = one | {"calendar": "a", "metrics": metrics}
    return World(world.base, world.bodies, agreed)


def _minute(world: World, at: int | None) -> int | None:
    if at is None:
        return None
    assert (at - world.at) % 60 == 0, "everything lies on whole minutes"
    return (at - world.at) // 60
