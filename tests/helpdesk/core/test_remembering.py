"""Answers that may be a moment old."""

from __future__ import annotations

from helpdesk.core import remembering
from helpdesk.core.remembering import Remembered


def counting() -> tuple[Remembered[int], list[int]]:
    asked: list[int] = []

    def ask() -> int:
        asked.append(1)
        return len(asked)

    return Remembered(ask), asked


def test_a_question_is_asked_once_for_a_while() -> None:
    answer, asked = counting()
    assert [answer(), answer(), answer()] == [1, 1, 1]
    assert len(asked) == 1


def test_what_is_forgotten_is_asked_anew() -> None:
    answer, _asked = counting()
    answer()
    answer.forget()
    assert answer() == 2


def test_everything_can_be_forgotten_at_once() -> None:
    first, second = counting()[0], counting()[0]
    first(), second()
    remembering.forget_all()
    assert (first(), second()) == (2, 2)
