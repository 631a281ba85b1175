"""What may tell of a person is covered in the list of what was asked, and the rest can still be read."""

from __future__ import annotations

import pytest

from helpdesk.answers.covering import LONGEST, covered


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("when is my bin collected", "when is my bin collected"),
        ("write to ada@borough.example please", "write to […] please"),
        ("ring 07700 900123 or +44 20 7946 0000", "ring […] or […]"),
        ("bins at SW1A 2AA?", "bins at […]?"),
        ("bins at 12 sw1a2aa", "bins at […]"),
        ("my number is QQ 12 34 56 C", "my number is […]"),
        ("what of INC-1042", "what of […]"),
        ("born 01/02/1980", "born […]"),
        ("I live at 10 Oak Road in town", "I live at […] in town"),
        ("my name is Ada Byrne and my bin is full", "my name is […]my bin is full"),
        ("see https://example.org/me?id=4", "see […]"),
        ("council tax band for 2026", "council tax band for […]"),
        ("form 12 page 3", "form 12 page 3"),
        ("two\nlines\x00\u202e", "two lines"),
    ],
)
def test_a_question_is_covered(question: str, left: str) -> None:
    assert covered(question) == left


def test_a_long_question_is_cut() -> None:
    assert len(covered("word " * 1_000)) <= LONGEST


@pytest.mark.parametrize("sign", ["1", "a", " ", "@", "1 ", "a1", "(1", "10 Oak "])
def test_no_question_takes_long(sign: str) -> None:
    assert len(covered(sign * 100_000)) <= LONGEST
