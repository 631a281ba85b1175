"""The pill of what is due next: its words, its tone, and the time that it names."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from flask import Flask

from helpdesk.core.clock import StoppedClock
from helpdesk.web import deadlines, durations
from tests.conftest import MONDAY

HOUR = timedelta(hours=1)


def pill(due: datetime | None, late: datetime | None = None, category: str = "active") -> str:
    return str(deadlines.due_pill(due, "resolution", late or due, category))


def said(drawn: str) -> str:
    found = re.search(r"<span data-said>([^<]+)</span>", drawn)
    assert found is not None, drawn
    return unescape(found[1])


@pytest.fixture(autouse=True)
def _request(app: Flask) -> object:
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("left", "words", "tone"),
    [
        (timedelta(days=2, hours=4, minutes=3), "Resolution in 2 d 4 h", "pill due"),
        (timedelta(hours=5, minutes=9), "Resolution in 5 h 09", "pill due"),
        (timedelta(hours=4), "Resolution due in 4 h", "pill due warn"),
        (timedelta(minutes=25, seconds=59), "Resolution due in 25 min", "pill due warn"),
        (timedelta(seconds=30), "Resolution due in under 1 min", "pill due warn"),
        (timedelta(0), "Resolution due now", "pill due warn"),
        (-timedelta(minutes=35), "Resolution late by 35 min", "pill due late"),
    ],
)
def test_a_pill_counts_down_and_then_says_how_late_it_is(
    left: timedelta, words: str, tone: str
) -> None:
    drawn = pill(MONDAY + left)
    assert said(drawn) == words
    assert f'class="{tone}"' in drawn


def test_a_target_that_ran_out_at_closing_time_is_late_when_work_begins_again() -> None:
    assert said(pill(MONDAY - HOUR, MONDAY + HOUR)) == "Resolution due now"
    assert said(pill(MONDAY - 3 * HOUR, MONDAY - HOUR)) == "Resolution late by 1 h"


def test_the_exact_time_stands_in_the_title_and_in_the_machine_readable_time() -> None:
    drawn = pill(MONDAY + HOUR)
    assert 'datetime="2026-11-16T11:00:00Z"' in drawn
    assert "Resolution: due Monday 16 November 2026, 11:00:00 GMT" in drawn


@pytest.mark.parametrize(
    ("category", "words"),
    [
        ("waiting_requester", "Paused: waiting for the requester"),
        ("waiting_third_party", "Paused: waiting for a third party"),
        ("active", "Paused"),
    ],
)
def test_a_paused_pill_says_why_and_names_no_time(category: str, words: str) -> None:
    drawn = pill(None, category=category)
    assert said(drawn) == words
    assert "<time" not in drawn


def test_a_ticket_without_a_target_has_no_pill() -> None:
    assert str(deadlines.due_pill(None, None, None)) == ""


def test_the_name_of_a_free_clock_is_escaped() -> None:
    drawn = str(deadlines.due_pill(MONDAY + HOUR, "<b>x</b>", None))
    assert "<b>" not in drawn
    assert said(drawn) == "<b>x</b> due in 1 h"


def test_the_script_is_given_the_same_words_and_the_time_of_the_desk(clock: StoppedClock) -> None:
    drawn = str(deadlines.due_words())
    words = json.loads(unescape(re.findall(r'data-due-words="([^"]+)"', drawn)[0]))
    assert words["soon"] == "{what} due in {time}"
    assert words["hm"] == "{h} h {m}"
    assert 'data-now="2026-11-16T10:00:00Z"' in drawn


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(hours=2, minutes=40), "2 h 40 min"),
        (timedelta(hours=31, seconds=5), "31 h 5 s"),
        (timedelta(0), "0 min"),
        (-timedelta(minutes=35), "\u221235 min"),
    ],
)
def test_a_length_in_a_ledger_is_whole(length: timedelta, words: str) -> None:
    assert durations.whole(length) == words
