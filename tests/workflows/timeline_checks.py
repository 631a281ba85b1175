"""How a timeline of the SLA vectors is judged: what differs, where rows drift from the replay, where explanations gape."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from tests.workflows import vectors
from tests.workflows.timelines import Timelines, clock, fired, seconds, written
from workflows import sla

Case = dict[str, Any]


def differences(lines: Timelines, case: Case) -> list[str]:
    """What the timers show otherwise than expected."""
    opening, events = _history(lines, case)
    found: list[str] = []
    for number, check in enumerate(case["checks"]):
        now = seconds(check["now"])
        standing = sla.replay(opening, events, now, lines)
        shown = [
            (reading, clock(reading, sla.explain(row, now, lines)))
            for row, reading in zip(standing.rows, standing.readings, strict=True)
            if reading.metric in case["metrics"]
        ]
        got = {
            "clocks": [timer for _, timer in shown],
            "escalations": [
                fired(one) for one in standing.firings if one.metric in case["metrics"]
            ],
            "next_due_at": written(sla.next_due_at([reading for reading, _ in shown])),
        }
        expected = {key: value for key, value in check.items() if key != "now"}
        found += vectors.differences(expected, got, f"checks[{number}]")
    return found


def drift(lines: Timelines, case: Case) -> list[str]:
    """Where the rows, kept as JSON between any two events, differ from the replay."""
    opening, events = _history(lines, case)
    timers = sla.Incremental.opened(opening, lines, lambda: (opening, events))
    found: list[str] = []
    for number in range(len(events) + 1):
        if number:
            timers = _kept(timers, lines, lambda: (opening, events))
            timers.apply(events[number - 1])
        now = timers.facts.at
        instants = [now, *(seconds(one["now"]) for one in case["checks"])]
        until = events[number].at if number < len(events) else max(instants) + 1
        for instant in sorted({at for at in instants if now <= at < max(until, now + 1)}):
            replayed = sla.replay(opening, events[:number], instant, lines)
            read = [sla.reading_of(row, instant, lines) for row in timers.rows]
            if read != replayed.readings:
                found.append(f"after event {number} at {written(instant)}")
    return found


def _kept(timers: sla.Incremental, lines: Timelines, history: sla.History) -> sla.Incremental:
    """What comes back from a database that keeps JSON."""
    facts = sla.TicketFacts.from_json(json.loads(json.dumps(timers.facts.to_json())))
    rows = [sla.TimerRow.from_json(json.loads(json.dumps(row.to_json()))) for row in timers.rows]
    assert (facts, rows) == (timers.facts, timers.rows)
    return sla.Incremental(facts, rows, lines, history)


def gaps(lines: Timelines, case: Case) -> list[str]:
    """Where an explanation does not tile the life of its timer, or does not add up."""
    opening, events = _history(lines, case)
    now = seconds(case["checks"][-1]["now"])
    standing = sla.replay(opening, events, now, lines)
    found = []
    for row, reading in zip(standing.rows, standing.readings, strict=True):
        stretches = sla.explain(row, now, lines)
        name = f"{row.metric} {row.cycle}"
        ends = [int(one.start.timestamp()) for one in stretches[:1]]
        ends += [int(one.end.timestamp()) for one in stretches[-1:]]
        life = [row.started_at, now if row.stopped_at is None else row.stopped_at]
        if ends != life and life[0] != life[1]:
            found.append(f"{name} does not reach from its start to its end")
        if any(one.end != other.start for one, other in pairwise(stretches)):
            found.append(f"{name} has a gap")
        counted = sum(one.seconds for one in stretches if one.situation == "counted")
        if counted != reading.elapsed:
            found.append(f"{name} explains {counted} of {reading.elapsed}")
    return found


def _history(lines: Timelines, case: Case) -> tuple[sla.Opening, list[sla.Event]]:
    events = [lines.event(event, number) for number, event in enumerate(case["events"], 1)]
    return lines.opening(case["ticket"]), events
