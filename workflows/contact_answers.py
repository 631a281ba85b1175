"""What somebody typed into a question: read, with a sentence for each field that cannot be used; and put into words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workflows.contact_form import AnswerKind, Question
from workflows.faults import N_

LONGEST_LINE, LONGEST_TEXT = 300, 20_000
LONGEST_ADDRESS = 254
ADDRESS_PARTS = ("line1", "line2", "town", "postcode")
DATE_PARTS = ("day", "month", "year")
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+\.[^\s@<>,;:\"()\[\]\\.]+")
_PHONE = re.compile(r"\+?[0-9(][0-9 ().\-/]{4,28}")
# Signs that no text has and that would hide what it says: controls, and those that turn the direction of what follows.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")

Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with what stands in a field, and what to do; a message for gettext with its values."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """An answer as it is kept, None for none; and the problems by the names of fields."""

    value: Any = None
    problems: Mapping[str, Problem] = field(default_factory=dict)


def fields_of(question: Question) -> tuple[str, ...]:
    """The names of the fields that a question has on its page."""
    parts = {AnswerKind.DATE: DATE_PARTS, AnswerKind.ADDRESS: ADDRESS_PARTS}.get(question.kind)
    return tuple(f"{question.name}-{part}" for part in parts) if parts else (question.name,)


def read_answer(question: Question, typed: Typed) -> Read:
    """What was typed as an answer. Files and groups are read by whoever keeps them."""
    read = _READERS[question.kind](question, typed)
    if read.value is None and not read.problems and question.required:
        first = fields_of(question)[0]
        return Read(
            None, {first: Problem(_MISSING.get(question.kind, N_("Answer this question.")))}
        )
    return read


def read_several(questions: Sequence[Question], typed: Typed) -> Read:
    """The answers to questions that stand on one page, by name."""
    values: dict[str, Any] = {}
    problems: dict[str, Problem] = {}
    for question in questions:
        read = read_answer(question, typed)
        values[question.name] = read.value
        problems.update(read.problems)
    return Read(None if problems else values, problems)


def typed_of(question: Question, value: Any) -> dict[str, list[str]]:
    """What stands in the fields of a question that was answered before."""
    if value is None:
        return {}
    if question.kind is AnswerKind.DATE:
        year, month, day = str(value).split("-")
        parts = (str(int(day)), str(int(month)), year)
        return {name: [part] for name, part in zip(fields_of(question), parts, strict=True)}
    if question.kind is AnswerKind.ADDRESS:
        return {f"{question.name}-{part}": [str(value.get(part, ""))] for part in ADDRESS_PARTS}
    return {question.name: [str(one) for one in value] if isinstance(value, list) else [str(value)]}


def one_line(text: str) -> str:
    """A line as it is kept: no breaks, no unseen signs, no blanks around."""
    return " ".join(_UNSEEN.sub("", text).split())


def _said(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, ())), "")


def _too_long(name: str, text: str, most: int) -> Read | None:
    if len(text) <= most:
        return None
    over = {"over": len(text) - most, "most": most}
    return Read(
        None,
        {
            name: Problem(
                N_("Make this shorter by %(over)s characters: %(most)s are the most."), over
            )
        },
    )


def _read_line(question: Question, typed: Typed) -> Read:
    text = one_line(_said(typed, question.name))
    return _too_long(question.name, text, LONGEST_LINE) or Read(text or None)


def _read_text(question: Question, typed: Typed) -> Read:
    said = _said(typed, question.name).replace("\r\n", "\n").replace("\r", "\n")
    text = _UNSEEN.sub("", said).strip()
    return _too_long(question.name, text, LONGEST_TEXT) or Read(text or None)


def _read_choice(question: Question, typed: Typed) -> Read:
    value = _said(typed, question.name)
    if not value:
        return Read()
    known = {one.value for one in question.options} if question.options else {"yes", "no"}
    if value not in known:
        return Read(None, {question.name: Problem(N_("Choose one of the answers."))})
    return Read(value)


def _read_several(question: Question, typed: Typed) -> Read:
    chosen = list(dict.fromkeys(one for one in typed.get(question.name, ()) if one))
    if any(question.option(one) is None for one in chosen):
        return Read(None, {question.name: Problem(N_("Choose only from the answers."))})
    return Read(chosen or None)


def _read_date(question: Question, typed: Typed) -> Read:
    names = fields_of(question)
    day, month, year = (one_line(_said(typed, name)) for name in names)
    if not (day or month or year):
        return Read()
    for name, text, problem in zip(names, (day, month, year), _DATE_LACKS, strict=True):
        if not text:
            return Read(None, {name: Problem(problem)})
    if not all(text.isascii() and text.isdigit() for text in (day, month, year)) or len(year) != 4:
        return Read(None, {names[0]: Problem(N_("Type the date in numbers, such as 27 3 2026."))})
    try:
        return Read(date(int(year), int(month), int(day)).isoformat())
    except ValueError:
        return Read(None, {names[0]: Problem(N_("Type a real date, such as 27 3 2026."))})


def _read_address(question: Question, typed: Typed) -> Read:
    parts = {one: one_line(_said(typed, f"{question.name}-{one}")) for one in ADDRESS_PARTS}
    if not any(parts.values()):
        return Read()
    for part, text in parts.items():
        too_long = _too_long(f"{question.name}-{part}", text, LONGEST_LINE)
        if too_long is not None:
            return too_long
    lacks = {
        f"{question.name}-{part}": Problem(problem)
        for part, problem in _ADDRESS_LACKS.items()
        if not parts[part]
    }
    return Read(None, lacks) if lacks else Read({**parts, "postcode": parts["postcode"].upper()})


def _read_email(question: Question, typed: Typed) -> Read:
    text = one_line(_said(typed, question.name))
    if not text:
        return Read()
    if len(text) > LONGEST_ADDRESS or not _EMAIL.fullmatch(text):
        return Read(
            None, {question.name: Problem(N_("Type an e-mail address, such as name@example.org."))}
        )
    return Read(text)


def _read_phone(question: Question, typed: Typed) -> Read:
    text = one_line(_said(typed, question.name))
    if not text:
        return Read()
    if not _PHONE.fullmatch(text):
        return Read(
            None, {question.name: Problem(N_("Type a telephone number, such as 01632 960 001."))}
        )
    return Read(text)


def _read_number(question: Question, typed: Typed) -> Read:
    text = one_line(_said(typed, question.name)).replace(",", "")
    if not text:
        return Read()
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", text):
        return Read(None, {question.name: Problem(N_("Type a number, such as 12 or 3.5."))})
    number, least, most = float(text), question.least_number, question.most_number
    if least is not None and number < least:
        return Read(
            None,
            {
                question.name: Problem(
                    N_("Type a number of at least %(least)s."), {"least": f"{least:g}"}
                )
            },
        )
    if most is not None and number > most:
        return Read(
            None,
            {
                question.name: Problem(
                    N_("Type a number of at most %(most)s."), {"most": f"{most:g}"}
                )
            },
        )
    return Read(text)


def _read_nothing(_question: Question, _typed: Typed) -> Read:
    return Read()


_MISSING = {
    AnswerKind.TEXT: N_("Type an answer."),
    AnswerKind.LONG_TEXT: N_("Type an answer."),
    AnswerKind.CHOICE: N_("Choose one of the answers."),
    AnswerKind.SEVERAL: N_("Choose at least one of the answers."),
    AnswerKind.YES_NO: N_("Choose yes or no."),
    AnswerKind.DATE: N_("Type a date, such as 27 3 2026."),
    AnswerKind.ADDRESS: N_("Type the first line of the address."),
    AnswerKind.EMAIL: N_("Type an e-mail address, such as name@example.org."),
    AnswerKind.PHONE: N_("Type a telephone number, such as 01632 960 001."),
    AnswerKind.NUMBER: N_("Type a number, such as 12 or 3.5."),
    AnswerKind.FILES: N_("Add at least one file."),
    AnswerKind.GROUP: N_("Add at least one."),
}
_DATE_LACKS = (N_("Add the day."), N_("Add the month."), N_("Add the year."))
_ADDRESS_LACKS = {
    "line1": N_("Type the first line of the address."),
    "town": N_("Type the town."),
    "postcode": N_("Type the postcode."),
}
_READERS: dict[AnswerKind, Callable[[Question, Typed], Read]] = {
    AnswerKind.TEXT: _read_line,
    AnswerKind.LONG_TEXT: _read_text,
    AnswerKind.CHOICE: _read_choice,
    AnswerKind.SEVERAL: _read_several,
    AnswerKind.YES_NO: _read_choice,
    AnswerKind.DATE: _read_date,
    AnswerKind.ADDRESS: _read_address,
    AnswerKind.EMAIL: _read_email,
    AnswerKind.PHONE: _read_phone,
    AnswerKind.NUMBER: _read_number,
    AnswerKind.FILES: _read_nothing,
    AnswerKind.GROUP: _read_nothing,
}
