"""Clocks that count days: how their definitions are read, and what signals do to them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflows.walking import utc
from workflows import dates
from workflows.dates import ClockDefinition, Outcome, Signal, SignalKind, Status, Why
from workflows.faults import Faulty

BODY: dict[str, Any] = {
    "title": "Contract",
    "zone": "Europe/London",
    "start": "type:incident",
    "target": {"working_days": 3},
    "holidays": [{"date": "2024-06-05", "name": "Works outing"}],
    "extension": {"working_days": 2, "letter": "By {due_on}."},
}
AT = utc(2024, 6, 3, 9)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def clock(**changes: Any) -> ClockDefinition:
    return dates.read_clock({**BODY, **changes})


def due(definition: ClockDefinition) -> date | None:
    return dates.account_of(definition, dates.start(definition, AT), AT).due_on


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"target": {}}, ("target",)),
        ({"target": {"weeks": 2}}, ("target",)),
        ({"target": {"days": 1, "months": 1}}, ("target",)),
        ({"target": {"working_days": 0}}, ("target", "working_days")),
        ({"target": {"working_days": True}}, ("target", "working_days")),
        ({"target": {"working_days": 1001}}, ("target", "working_days")),
        ({"start": ""}, ("start",)),
        ({"start": 3}, ("start",)),
        ({"stop": "x" * 5001}, ("stop",)),
        ({"counted_from": "tomorrow"}, ("counted_from",)),
        ({"after_pause": None}, ("after_pause",)),
        ({"on_closed_day": []}, ("on_closed_day",)),
        ({"weekend": ["sat", "sunday"]}, ("weekend",)),
        ({"weekend": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}, ("weekend",)),
        ({"zone": "Mars"}, ("zone",)),
        ({"holidays": [{"date": "x"}]}, ("holidays", 0, "date")),
        ({"public_holidays": [{"country": "ZZ"}]}, ("public_holidays", 0, "country")),
        ({"extension": {"months": 1}}, ("extension",)),
        ({"extension": {"working_days": 1, "reasons": "none"}}, ("extension", "reasons")),
        ({"extension": {"working_days": 1, "because": ""}}, ("extension", "because")),
        ({"extension": []}, ("extension",)),
        ({"escalations": {}}, ("escalations",)),
        ({"escalations": ["week"]}, ("escalations", 0)),
        ({"escalations": [{"id": "a b", "days_before": 1}]}, ("escalations", 0, "id")),
        ({"escalations": [{"id": "week"}]}, ("escalations", 0, "days_before")),
        ({"escalations": [{"id": "a", "days_before": True}]}, ("escalations", 0, "days_before")),
        (
            {"escalations": [{"id": "a", "days_before": 1, "percent": 5}]},
            ("escalations", 0, "percent"),
        ),
        (
            {"escalations": [{"id": "a", "days_before": 1}, {"id": "a", "days_before": 2}]},
            ("escalations", 1, "id"),
        ),
        ({"targets": {"p1": 60}}, ("targets",)),
    ],
)
def test_what_is_wrong_with_a_clock_is_said_at_its_place(
    changes: dict[str, Any], path: tuple[str | int, ...]
):
    with pytest.raises(Faulty) as faulty:
        clock(**changes)
    assert [fault.path for fault in faulty.value.faults][-1] == path


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, date(2024, 6, 7)),
        ({"counted_from": "receipt"}, date(2024, 6, 6)),
        ({"weekend": ["tue"]}, date(2024, 6, 8)),
        ({"target": {"days": 3}, "extension": None}, date(2024, 6, 6)),
        ({"target": {"days": 2}, "extension": None}, date(2024, 6, 5)),
        (
            {"target": {"days": 2}, "extension": None, "on_closed_day": "next_working_day"},
            date(2024, 6, 6),
        ),
        ({"target": {"months": 1}, "extension": None}, date(2024, 7, 4)),
        (
            {"target": {"months": 1}, "extension": None, "counted_from": "receipt"},
            date(2024, 7, 3),
        ),
    ],
)
def test_days_are_counted_as_the_clock_says(changes: dict[str, Any], expected: date):
    assert due(clock(**changes)) == expected


def test_a_clock_that_has_not_started_owes_nothing():
    account = dates.account_of(clock(), dates.replay(clock(), []), AT)
    assert (account.status, account.due_on, account.ledger) == (Status.NOT_STARTED, None, ())


def test_what_is_so_already_changes_nothing():
    definition = clock()
    state = dates.start(definition, AT)
    assert dates.start(definition, AT + DAY, state) == state
    assert dates.resume(definition, state, AT) == state
    paused = dates.pause(definition, state, AT)
    assert dates.pause(definition, paused, AT + DAY) == paused
    stopped = dates.stop(definition, paused, AT + DAY)
    assert dates.cancel(definition, stopped, AT + DAY) == stopped
    assert dates.restart(definition, stopped, AT + DAY) == stopped


def test_a_clock_that_ended_begins_again_as_another_cycle():
    definition = clock()
    state = dates.stop(definition, dates.start(definition, AT), AT + HOUR)
    again = dates.start(definition, AT + DAY, state)
    assert (again.cycle, again.status) == (2, Status.RUNNING)


def test_what_ended_in_a_pause_was_in_time():
    definition = clock()
    state = dates.pause(definition, dates.start(definition, AT), AT + HOUR)
    state = dates.stop(definition, state, AT + 90 * DAY)
    account = dates.account_of(definition, state, AT + 91 * DAY)
    assert (account.outcome, account.due_on) == (Outcome.MET, None)


def test_a_pause_after_the_due_date_does_not_undo_that_it_was_late():
    definition = clock()
    state = dates.pause(definition, dates.start(definition, AT), AT + 10 * DAY)
    account = dates.account_of(definition, state, AT + 11 * DAY)
    assert account.due_on == date(2024, 6, 7)
    assert account.breached_at == utc(2024, 6, 7, 23)
    assert account.remaining == -7


def test_that_it_was_late_once_stays_though_it_begins_anew():
    definition = clock()
    state = dates.restart(definition, dates.start(definition, AT), AT + 10 * DAY)
    account = dates.account_of(definition, state, AT + 10 * DAY)
    assert account.due_on == date(2024, 6, 18)
    assert account.breached_at == utc(2024, 6, 7, 23)


def test_cancelled_is_neither_met_nor_missed():
    definition = clock()
    state = dates.cancel(definition, dates.start(definition, AT), AT + 40 * DAY)
    assert dates.account_of(definition, state, AT + 41 * DAY).outcome is Outcome.CANCELLED


def test_a_recorded_signal_that_is_refused_is_passed_over():
    definition = clock()
    signals = [
        Signal(AT, SignalKind.START),
        Signal(AT + HOUR, SignalKind.EXTEND, {"reason": "Once.", "amount": 1}),
        Signal(AT + DAY, SignalKind.EXTEND, {"reason": "Twice."}),
    ]
    state = dates.replay(definition, signals)
    assert state.extended is not None
    assert state.extended.reason == "Once."
    assert dates.account_of(definition, state, AT + DAY).due_on == date(2024, 6, 10)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from([*SignalKind])), max_size=8),
    st.sampled_from(("working_days", "days", "months")),
    st.sampled_from(("resume", "restart")),
    st.sampled_from(("stay", "next_working_day")),
)
def test_the_ledger_has_every_day_once_and_its_numbers_lead_to_the_due_date(
    happened: list[tuple[int, SignalKind]], unit: str, after_pause: str, on_closed_day: str
):
    definition = clock(
        target={unit: 2}, extension=None, after_pause=after_pause, on_closed_day=on_closed_day
    )
    signals = [Signal(AT, SignalKind.START)]
    signals += [Signal(AT + days * DAY, kind) for days, kind in sorted(happened)]
    account = dates.account_of(definition, dates.replay(definition, signals), AT + 41 * DAY)
    days = [entry.on for entry in account.ledger]
    assert days == [days[0] + number * DAY for number in range(len(days))]
    numbers = [entry.number for entry in account.ledger if entry.number is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    if account.due_on is not None:
        assert numbers[-1] == account.needed
        assert all(
            (entry.why is Why.LATE) == (entry.on > account.due_on) for entry in account.ledger
        )
