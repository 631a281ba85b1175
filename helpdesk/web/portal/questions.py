"""A question as its page shows it: what stands in its fields, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from workflows.contact_answers import Problem, typed_of
from workflows.contact_form import Question

Typed = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A question with what was typed, by field, and an error for each field that cannot be used."""

    question: Question
    typed: Typed = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def shown_answer(question: Question, value: Any) -> Shown:
    """A question with its answer of before."""
    return Shown(question, typed_of(question, value))


def typed_fields(form: MultiDict[str, str]) -> dict[str, list[str]]:
    """What was sent, by the names of fields."""
    return {name: list(values) for name, values in form.lists()}


def in_words(problems: Mapping[str, Problem]) -> dict[str, str]:
    """Problems as sentences in the reader's language."""
    return {name: str(_(one.text, **one.values)) for name, one in problems.items()}
