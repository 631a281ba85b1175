"""Text that people write: read without surprises, and every fault named at its line."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as with_settings
from hypothesis import strategies as some

from helpdesk.configuration.reading import DEEPEST, LONGEST_TEXT, Unreadable, read_text
from helpdesk.configuration.writing import write_text
from workflows.faults import Fault, Faulty

pytestmark = pytest.mark.usefixtures("app")


def complaints(text: str) -> list[tuple[int, str]]:
    with pytest.raises(Unreadable) as unreadable:
        read_text(text)
    return [(one.place.line, one.sentence) for one in unreadable.value.complaints]


def test_values_are_what_they_look_like() -> None:
    text = "day: 2026-12-25\ntime: 09:00\nno: no\noff: off\nyes: true\nnone: null\nwhole: 3\nhalf: 0.5\nquoted: '3'\n"
    assert read_text(text).body == {
        "day": "2026-12-25",
        "time": "09:00",
        "no": "no",
        "off": "off",
        "yes": True,
        "none": None,
        "whole": 3,
        "half": 0.5,
        "quoted": "3",
    }


def test_every_fault_is_named_at_its_line_at_once() -> None:
    text = "a: !tag 1\nb: &x 2\nc: *x\nd: 0123\na: 3\n<<: 4\n"
    assert [line for line, _said in complaints(text)] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: 1\nb: c: d\n", 2, "colon"),
        ("a:\n\t- b\n", 2, "tab"),
        ("a: 1\nb: [1, 2\nc: 3\n", 2, "bracket"),
        ("a: 1\nb: 'x\n\nc: 3\n", 2, "quotation"),
        ("a: 1\nb: |x\n  t\n", 2, "After |"),
        ("- 1\n", 1, "fields"),
        ("", 1, "fields"),
        ("a: \x01\n", 1, "character"),
        ("---\na: 1\n---\nb: 1\n", 3, "one document"),
        ("? [a]\n: 1\n", 1, "plain text"),
        ("a: 12345678901234567890\n", 1, "quotes"),
    ],
)
def test_a_fault_says_what_to_write_instead(text: str, line: int, word: str) -> None:
    found = complaints(text)
    assert found[0][0] == line
    assert word in found[0][1]


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "x" * LONGEST_TEXT,
        "a: " + "[" * (DEEPEST + 1),
        "[" * 20_000,
        "{a: " * 10_000,
        "- " * 20_000,
        "a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b]\n",
        "a: !!python/object/apply:os.system ['true']\n",
        "? " * 20_000,
    ],
    ids=["long", "deep", "brackets", "braces", "dashes", "laughs", "object", "keys"],
)
def test_a_bomb_is_refused_before_it_grows(text: str) -> None:
    assert complaints(text)


def test_more_parts_than_a_thing_can_have_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk.configuration.reading.MOST_PARTS", 50)
    assert complaints("a: [" + "1," * 60)


def test_a_fault_of_a_body_is_named_where_the_field_stands() -> None:
    document = read_text("title: A\nweekly:\n  mon:\n    - [1, 2]\n")
    faulty = Faulty(
        Fault(("weekly", "mon", 0), "This is %(what)s.", {"what": "odd"}),
        Fault(("zone",), "Missing."),
    )
    assert [
        (one.place.line, one.field, one.sentence) for one in document.complaints_of(faulty)
    ] == [
        (1, "zone", "Missing."),
        (4, "weekly.mon[1]", "This is odd."),
    ]


TEXTS = some.text(
    some.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=30
)
PLAIN = (
    TEXTS
    | some.booleans()
    | some.none()
    | some.integers(-(10**14), 10**14)
    | some.floats(allow_nan=False, allow_infinity=False, width=32)
)
VALUES = some.recursive(
    PLAIN,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(body=some.dictionaries(TEXTS.filter(lambda name: name != "<<"), VALUES, max_size=5))
@with_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_written_is_read_back_the_same(app: Flask, body: dict[str, Any]) -> None:
    assert read_text(write_text(body)).body == body


@given(
    before=some.dictionaries(TEXTS.filter(lambda name: name != "<<"), VALUES, max_size=5),
    after=some.dictionaries(TEXTS.filter(lambda name: name != "<<"), VALUES, max_size=5),
)
@with_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_text_that_is_brought_up_to_date_says_what_it_should(
    app: Flask, before: dict[str, Any], after: dict[str, Any]
) -> None:
    assert read_text(write_text(after, before=write_text(before))).body == after


@given(text=some.text(max_size=200))
@with_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_is_read_or_refused_in_words(app: Flask, text: str) -> None:
    try:
        said: object = read_text(text).body
    except Unreadable as unreadable:
        said = [one.sentence for one in unreadable.complaints]
    assert isinstance(said, dict) or (said and all(said))
