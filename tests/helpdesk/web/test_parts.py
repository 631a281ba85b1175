"""What is drawn without a template: escaped as a template would, and worth its sameness."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from babel.dates import format_datetime, format_timedelta
from babel.dates import get_timezone as babel_zone
from flask import Flask, render_template_string, url_for

from helpdesk.core.clock import StoppedClock
from helpdesk.web import moments, parts
from helpdesk.web.addresses import address
from tests.conftest import MONDAY

EVIL = '<script>alert(\'"&")</script>'


@pytest.fixture(autouse=True)
def in_a_request(app: Flask, clock: StoppedClock) -> Iterator[None]:
    with app.test_request_context():
        yield


def test_the_words_of_a_moment_are_those_of_babel() -> None:
    pattern = "EEEE d MMMM yyyy, HH:mm:ss zzz"
    summer, winter = datetime(2026, 7, 3, 23, 30, 5, tzinfo=UTC), MONDAY
    for zone in ("Europe/London", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"):
        for locale in ("en", "de", "ar", "lt"):
            for at in (summer, winter):
                whole = format_datetime(at, pattern, tzinfo=babel_zone(zone), locale=locale)
                assert moments._moment(at, locale, zone).exact == whole


@pytest.mark.parametrize("seconds", [45, 59, 89, 91, 3569, 3571, 3599, 3600, 5399, 5401, 86_399])
def test_a_rounded_time_is_said_as_the_exact_one_would_be(seconds: int) -> None:
    said = format_timedelta(
        timedelta(seconds=-seconds),
        granularity="minute",
        threshold=1,
        add_direction=True,
        format="short",
        locale="en",
    )
    assert moments.ago(MONDAY - timedelta(seconds=seconds)) == said


def test_a_time_of_a_page_names_the_exact_one() -> None:
    assert str(parts.ago(MONDAY - timedelta(minutes=12), "late")) == (
        '<time datetime="2026-11-16T09:48:00Z" title="Monday 16 November 2026, 09:48:00 GMT"'
        ' data-ago class="late">12 min. ago</time>'
    )
    assert parts.ago(None) == parts.stamp(None) == ""


def test_what_people_wrote_is_escaped_in_every_part() -> None:
    icon = render_template_string("{{ draw_icon(name, name) }}", name=EVIL)
    drawn = [
        icon,
        parts.options([(EVIL, EVIL), (EVIL, [(EVIL, EVIL)])], ""),
        parts.linked(EVIL),
        parts.linked(f"www.example.org/{EVIL}\n{EVIL}"),
        parts.ago(MONDAY, EVIL),
    ]
    for one in drawn:
        assert "<script" not in one
        assert '("' not in one


def test_an_option_is_chosen_by_what_its_value_is_written_as() -> None:
    assert parts.options([(1, "One"), ("2", "Two"), (None, "None")], "1") == (
        '<option value="1" selected>One</option><option value="2">Two</option><option value="">None</option>'
    )
    assert parts.options([("Heading", [("a", "A")])], "a") == (
        '<optgroup label="Heading"><option value="a" selected>A</option></optgroup>'
    )


@pytest.mark.parametrize(
    "text",
    [
        "Nothing to follow here. Not even at 10.30!",
        "See https://a.example/x?y=1&z=2, or (www.b.example).",
        "Write to ada@c.example\nor look at d.org.\r\nThanks",
        "<https://e.example/>\n\n  indented\ttext",
    ],
)
def test_links_are_those_of_the_filter_that_looks_at_every_word(text: str) -> None:
    slow = render_template_string(
        "{{ text|urlize(target='_blank', rel='noopener noreferrer nofollow') }}", text=text
    )
    assert parts.linked(text) == slow


def test_an_address_is_that_of_flask() -> None:
    for values in (
        {"number": "INC-1001"},
        {"number": "INC-1001", "messages": 5, "_anchor": "m3"},
        {"number": "INC-1001", "messages": True},
        {"number": "INC-1001", "messages": 1},
        {"number": "a b/c", "messages": None},
    ):
        assert address("console.ticket", **values) == url_for("console.ticket", **values)


def test_an_address_knows_where_the_desk_is_mounted(app: Flask) -> None:
    assert address("console.people") == "/people"
    with app.test_request_context(environ_overrides={"SCRIPT_NAME": "/desk"}):
        assert address("console.people") == "/desk/people"


def test_words_with_values_escape_them_and_words_without_are_formats_too() -> None:
    assert render_template_string("{{ _('Select %(number)s', number=name) }}", name="<b>") == (
        "Select &lt;b&gt;"
    )
    assert render_template_string("{{ _('100%%') }}") == "100%"
    plain = "{% autoescape false %}{{ _('Select %(number)s', number=name) }}{% endautoescape %}"
    assert render_template_string(plain, name="<b>") == "Select <b>"


@pytest.mark.parametrize(
    "text",
    [
        "word " * 3_000,
        "A line of a letter.\n" * 500,
        "x" * 20_000,
        "\n" * 500,
        "Short\n" + "y" * 9_000,
    ],
)
def test_a_long_text_is_shown_in_two_parts_that_lose_nothing(text: str) -> None:
    start, rest = parts.in_two(text)
    assert 0 < len(start) <= parts.SHOWN_SIGNS
    assert text in (start + rest, f"{start}\n{rest}", f"{start} {rest}")


@pytest.mark.parametrize("text", ["", "Hello", "word " * 1_000, "line\n" * 100])
def test_a_text_of_common_length_is_shown_whole(text: str) -> None:
    assert parts.in_two(text) == (text, "")
