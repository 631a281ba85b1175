"""How pages say times, sizes, names and closed sets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask

from helpdesk.core.clock import StoppedClock
from helpdesk.tickets.models import LinkKind, TicketType
from helpdesk.web import filters, words
from tests.conftest import MONDAY
from workflows.lifecycle import Status
from workflows.priority import Level


@pytest.fixture(autouse=True)
def on_monday(app: Flask, clock: StoppedClock) -> Iterator[datetime]:
    """The stopped clock stands on a Monday in winter, ten o'clock in London."""
    with app.test_request_context():
        yield MONDAY


@pytest.mark.parametrize(
    ("past", "said"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(minutes=12), "12 min"),
        (timedelta(hours=3), "3 hr"),
        (timedelta(days=3), "13 Nov"),
        (timedelta(days=700), "16 Dec 2024"),
    ],
)
def test_a_list_says_how_long_ago(past: timedelta, said: str) -> None:
    assert said.replace(" ", "") in filters.ago(MONDAY - past).replace(" ", "")


def test_what_lies_ahead_is_said_by_its_date() -> None:
    assert filters.ago(MONDAY + timedelta(days=2)) == "18 Nov"


def test_a_message_of_today_is_stamped_with_the_time_alone() -> None:
    assert filters.stamp(MONDAY - timedelta(hours=1)) == "09:00"


def test_a_message_of_yesterday_is_stamped_with_its_date() -> None:
    assert filters.stamp(MONDAY - timedelta(days=1)) == "15 Nov 10:00"


def test_the_machine_readable_time_is_in_utc() -> None:
    assert filters.iso(MONDAY) == "2026-11-16T10:00:00Z"


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1200, "1.2 kB"),
        (88_231, "88 kB"),
        (1_200_000, "1.2 MB"),
        (3_000_000_000, "3.0 GB"),
    ],
)
def test_sizes_are_said_as_people_say_them(size: int, said: str) -> None:
    assert filters.filesize(size) == said


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Byrne", "AB"),
        ("Ada Mary Byrne", "AB"),
        ("ada.byrne@borough.example", "AE"),
        ("Ada", "A"),
        ("ليلى حداد", "لح"),
        ("", "?"),
        ("(?)", "?"),
    ],
)
def test_initials_stand_for_any_name(name: str, letters: str) -> None:
    assert filters.initials(name) == letters


def test_each_member_of_a_closed_set_has_words_of_its_own() -> None:
    assert all(words.status_word(one) != one.value for one in Status)
    assert all(words.type_word(one) != one.value for one in TicketType)
    assert all(words.level_word(one) != one.value for one in Level)
    assert all(words.link_word(one) != one.name for one in LinkKind)


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("application/pdf", "PDF"),
        ("image/png", "PNG"),
        ("image/svg+xml", "SVG"),
        ("text/plain; charset=utf-8", "TXT"),
        ("application/x-made-up", "File"),
        ("", "File"),
    ],
)
def test_types_of_files_are_named_as_people_know_them(content_type: str, kind: str) -> None:
    assert words.file_kind(content_type) == kind


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("email", "ada@home.example", "ada@home.example"),
        ("handle", "chat/6/visitor-d674d382", "chat"),
        ("handle", "form/0a1b2c3d", "web form"),
        ("handle", "slack/3/U0123", "Slack: U0123"),
        ("handle", "ada_b", "ada_b"),
    ],
)
def test_an_address_that_only_a_channel_can_read_is_said_by_the_channels_name(
    kind: str, value: str, said: str
) -> None:
    assert words.contact_word(value, kind) == said
