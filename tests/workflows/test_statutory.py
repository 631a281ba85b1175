"""The clocks of the law, on dates that a person can check with a calendar on the wall."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.workflows.walking import utc
from workflows import dates
from workflows.conditions import read_condition
from workflows.dates import Account, ClockDefinition, ClockRefused, Outcome, Status, Why
from workflows.statutory import nations, statutory_clocks

DAY = timedelta(days=1)
EAW, SCT, NIR = "england-and-wales", "scotland", "northern-ireland"


def clock(name: str, nation: str = EAW) -> ClockDefinition:
    return dates.read_clock(statutory_clocks(nation)[name])


def received(definition: ClockDefinition, at: datetime) -> Account:
    return dates.account_of(definition, dates.start(definition, at), at)


def due(name: str, nation: str, at: datetime) -> date | None:
    return received(clock(name, nation), at).due_on


@pytest.mark.parametrize("nation", nations())
def test_every_clock_of_the_pack_can_be_read_and_names_its_law(nation: str):
    for name, body in statutory_clocks(nation).items():
        definition = dates.read_clock(body)
        assert definition.law, name
        assert definition.conditions["start"], name
        assert definition.conditions["stop"], name
        for condition in definition.conditions.values():
            assert read_condition(condition, ()), name
        assert definition.extension is None or "{reason}" in definition.extension.letter, name


@pytest.mark.parametrize(
    ("nation", "at", "expected"),
    [
        # 20 working days, without Good Friday and Easter Monday.
        (EAW, utc(2024, 3, 20, 10), date(2024, 4, 19)),
        # Scotland's own Act knows bank holidays of Scotland only, and Easter Monday is none.
        (SCT, utc(2024, 3, 20, 10), date(2024, 4, 18)),
        # A bank holiday in any part of the kingdom is no working day: 12 July of Northern Ireland, 5 August of Scotland.
        (EAW, utc(2024, 7, 8, 10), date(2024, 8, 7)),
        (NIR, utc(2024, 7, 8, 10), date(2024, 8, 7)),
        (SCT, utc(2024, 7, 8, 10), date(2024, 8, 6)),
        # Received on a Saturday, and on a holiday.
        (EAW, utc(2024, 6, 1, 10), date(2024, 6, 28)),
        (EAW, utc(2024, 12, 25, 10), date(2025, 1, 27)),
        # Half past midnight in London, where it is summer, is the next day already.
        (EAW, utc(2024, 6, 19, 23, 30), date(2024, 7, 19)),
    ],
)
def test_freedom_of_information_is_twenty_working_days_after_the_day_of_receipt(
    nation: str, at: datetime, expected: date
):
    assert due("foi", nation, at) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (utc(2024, 9, 3, 10), date(2024, 10, 3)),
        # No 31 September: its last day.
        (utc(2024, 8, 31, 10), date(2024, 9, 30)),
        (utc(2023, 1, 31, 10), date(2023, 2, 28)),
        (utc(2024, 1, 31, 10), date(2024, 2, 29)),
        # 25 December is followed by Boxing Day.
        (utc(2024, 11, 25, 10), date(2024, 12, 27)),
        # 1 April 2024 is Easter Monday.
        (utc(2024, 3, 1, 10), date(2024, 4, 2)),
    ],
)
def test_subject_access_is_a_calendar_month_to_the_next_working_day(at: datetime, expected: date):
    assert due("subject-access", EAW, at) == expected


def test_two_more_months_count_from_the_receipt_too():
    sar, at = clock("subject-access"), utc(2024, 11, 30, 10)
    state = dates.extend(sar, dates.start(sar, at), at + 5 * DAY, reason="It is complex.")
    account = dates.account_of(sar, state, at + 6 * DAY)
    assert account.due_on == date(2025, 2, 28)
    assert account.extended is not None
    assert account.extended.reason == "It is complex."


def test_days_of_clarification_are_added_to_a_month():
    sar = clock("subject-access")
    state = dates.start(sar, utc(2024, 9, 3, 10))
    state = dates.pause(sar, state, utc(2024, 9, 10, 10))
    assert dates.account_of(sar, state, utc(2024, 9, 12)).due_on is None
    assert dates.account_of(sar, state, utc(2024, 9, 12)).status is Status.PAUSED
    state = dates.resume(sar, state, utc(2024, 9, 12, 10))
    # The 10th, 11th and 12th do not count; 6 October is a Sunday.
    assert dates.account_of(sar, state, utc(2024, 9, 13)).due_on == date(2024, 10, 7)


def test_freedom_of_information_begins_anew_when_it_is_clear_what_is_wanted():
    foi = clock("foi")
    state = dates.start(foi, utc(2024, 5, 1, 9))
    state = dates.pause(foi, state, utc(2024, 5, 2, 9))
    state = dates.resume(foi, state, utc(2024, 6, 3, 9))
    account = dates.account_of(foi, state, utc(2024, 6, 4, 9))
    assert account.due_on == date(2024, 7, 1)
    assert account.ledger[0].why is Why.SUPERSEDED


def test_a_pause_leaves_out_its_first_and_its_last_day():
    body = {**statutory_clocks(EAW)["foi"], "after_pause": "resume"}
    fees = dates.read_clock(body)
    state = dates.start(fees, utc(2024, 6, 3, 9))
    state = dates.pause(fees, state, utc(2024, 6, 5, 9))
    state = dates.resume(fees, state, utc(2024, 6, 7, 9))
    without = received(fees, utc(2024, 6, 3, 9)).due_on
    assert without == date(2024, 7, 1)
    assert dates.account_of(fees, state, utc(2024, 6, 8)).due_on == date(2024, 7, 4)


def test_complaints_are_acknowledged_answered_and_answered_again():
    at = utc(2024, 12, 19, 9)
    assert due("complaint-acknowledgement", EAW, at) == date(2024, 12, 30)
    assert due("complaint-stage-1", EAW, at) == date(2025, 1, 7)
    assert due("complaint-stage-2", EAW, at) == date(2025, 1, 21)
    # Scotland has 2 January.
    assert due("complaint-stage-2", SCT, at) == date(2025, 1, 22)


def test_environmental_information_is_extended_once_to_forty_days():
    eir, at = clock("eir"), utc(2024, 6, 3, 9)
    state = dates.extend(eir, dates.start(eir, at), at + 3 * DAY, reason="A lot of it.")
    # 12 July is a bank holiday in Northern Ireland.
    assert dates.account_of(eir, state, at + 4 * DAY).due_on == date(2024, 7, 30)
    with pytest.raises(ClockRefused):
        dates.extend(eir, state, at + 5 * DAY, reason="More of it.")


@pytest.mark.parametrize(
    ("name", "nation", "days", "asked"),
    [
        ("foi", SCT, 1, {"reason": "Complex."}),
        ("eir", EAW, 1, {"reason": "  "}),
        ("eir", EAW, 1, {"reason": "Complex.", "amount": 21}),
        ("eir", EAW, 1, {"reason": "Complex.", "amount": 0}),
        ("eir", EAW, 60, {"reason": "Complex."}),
    ],
)
def test_an_extension_that_the_law_does_not_know_is_refused(
    name: str, nation: str, days: int, asked: dict[str, Any]
):
    definition, at = clock(name, nation), utc(2024, 6, 3, 9)
    with pytest.raises(ClockRefused):
        dates.extend(definition, dates.start(definition, at), at + days * DAY, **asked)


def test_the_last_day_is_in_time_until_midnight():
    foi = clock("foi")
    state = dates.start(foi, utc(2024, 3, 20, 10))
    late = dates.stop(foi, state, utc(2024, 4, 19, 23))
    met = dates.stop(foi, state, utc(2024, 4, 19, 22, 59))
    assert dates.account_of(foi, met, utc(2024, 5, 1)).outcome is Outcome.MET
    assert dates.account_of(foi, late, utc(2024, 5, 1)).outcome is Outcome.MISSED
    assert dates.account_of(foi, late, utc(2024, 5, 1)).breached_at == utc(2024, 4, 19, 23)
    account = dates.account_of(foi, state, utc(2024, 4, 19))
    assert account.due_at == account.breach_at == utc(2024, 4, 19, 23) - timedelta(seconds=1)
    assert account.remaining == 0


def test_every_day_says_why_it_counts_or_not():
    foi = clock("foi")
    account = received(foi, utc(2024, 3, 27, 10))
    said = [(entry.on.day, entry.why, entry.number, entry.name) for entry in account.ledger[:7]]
    assert said == [
        (27, Why.RECEIVED, None, ""),
        (28, Why.COUNTED, 1, ""),
        (29, Why.HOLIDAY, None, "Good Friday"),
        (30, Why.WEEKEND, None, ""),
        (31, Why.WEEKEND, None, ""),
        (1, Why.HOLIDAY, None, "Easter Monday"),
        (2, Why.COUNTED, 2, ""),
    ]
    assert account.ledger[-1].number == account.needed == 20


def test_the_letter_of_an_extension_holds_its_reason_and_both_dates():
    eir, at = clock("eir"), utc(2024, 6, 3, 9)
    before = received(eir, at)
    reason = "Maps of {due_on}"
    state = dates.extend(eir, dates.start(eir, at), at + DAY, reason=reason)
    after = dates.account_of(eir, state, at + DAY)
    text = dates.letter(eir, before, after, values={"name": "Ada {reason}", "ticket": "INC-7"})
    assert "Dear Ada {reason}," in text
    assert "Maps of {due_on}" in text
    assert "2024-07-01" in text
    assert "2024-07-30" in text
