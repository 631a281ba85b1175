"""What a contact form asks: its questions, when each is asked, and what becomes of what is sent."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SOURCE_LANGUAGE = "en"
# What somebody answered, by the names of the questions: texts, lists, and for addresses and groups what they consist of.
Answers = Mapping[str, Any]
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class AnswerKind(enum.StrEnum):
    """How a question is answered."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    SEVERAL = "several"
    YES_NO = "yes_no"
    DATE = "date"
    ADDRESS = "address"
    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"
    FILES = "files"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Words:
    """A text in one or more languages."""

    by_language: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.by_language.values())

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.by_language.items())))

    def in_(self, language: str) -> str:
        """The text in this language, else in English, else in whatever there is."""
        known = self.by_language
        return known.get(language) or known.get(SOURCE_LANGUAGE) or next(iter(known.values()), "")


NO_WORDS = Words()


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers to choose from."""

    value: str
    label: Words
    hint: Words = NO_WORDS


@dataclass(frozen=True, slots=True)
class Shown:
    """A question is asked only if another was answered by one of these."""

    question: str
    values: frozenset[str]

    def holds(self, answers: Answers) -> bool:
        given = answers.get(self.question)
        said = given if isinstance(given, list) else [given]
        return any(isinstance(one, str) and one in self.values for one in said)


@dataclass(frozen=True, slots=True)
class Question:
    """One question, a page of its own. `when` are conditions that must all hold; `field` is a custom field of the ticket
    that gets the answer; a group has `questions` of its own, which are asked `most` times at most."""

    name: str
    kind: AnswerKind
    label: Words
    hint: Words = NO_WORDS
    required: bool = True
    options: tuple[Option, ...] = ()
    when: tuple[Shown, ...] = ()
    field: str = ""
    most: int = 10
    least_number: float | None = None
    most_number: float | None = None
    questions: tuple[Question, ...] = ()

    def option(self, value: str) -> Option | None:
        """The option of this value."""
        return next((one for one in self.options if one.value == value), None)


@dataclass(frozen=True, slots=True)
class ContactForm:
    """A form on the portal; `group` is the name of who gets its tickets, "" for nobody in particular."""

    title: Words
    lead: Words = NO_WORDS
    before: Words = NO_WORDS
    after: Words = NO_WORDS
    questions: tuple[Question, ...] = ()
    ticket_type: str = "request"
    group: str = ""
    tags: tuple[str, ...] = ()
    subject: Words = NO_WORDS
    signed_in_only: bool = False
    is_active: bool = True

    def question(self, name: str) -> Question | None:
        """The question of this name."""
        return next((one for one in self.questions if one.name == name), None)

    def all_questions(self) -> Iterator[Question]:
        """Every question, those within groups too."""
        for one in self.questions:
            yield one
            yield from one.questions


def asked(form: ContactForm, answers: Answers) -> list[Question]:
    """The questions that are asked after these answers; what is not asked any more counts no more as a condition."""
    found: list[Question] = []
    valid: dict[str, Any] = {}
    for question in form.questions:
        if all(one.holds(valid) for one in question.when):
            found.append(question)
            if question.name in answers:
                valid[question.name] = answers[question.name]
    return found


def asked_answers(form: ContactForm, answers: Answers) -> dict[str, Any]:
    """The answers that count: those to questions that are asked."""
    return {one.name: answers[one.name] for one in asked(form, answers) if one.name in answers}


def is_answered(question: Question, answers: Answers) -> bool:
    """Whether a person has dealt with a question, be it by leaving out what may be left out."""
    return question.name in answers


def first_open(form: ContactForm, answers: Answers) -> Question | None:
    """The first question that nobody has dealt with; None when all are."""
    return next((one for one in asked(form, answers) if not is_answered(one, answers)), None)


def following(questions: Sequence[Question], name: str) -> Question | None:
    """The question after this one, if there is one."""
    names = [one.name for one in questions]
    at = names.index(name) + 1 if name in names else len(names)
    return questions[at] if at < len(questions) else None


def preceding(questions: Sequence[Question], name: str) -> Question | None:
    """The question before this one, if there is one."""
    names = [one.name for one in questions]
    at = names.index(name) if name in names else 0
    return questions[at - 1] if at > 0 else None


def filled_in(template: str, said: Mapping[str, str]) -> str:
    """A subject with the answers it names; plain words, and nothing in it is ever computed (S31)."""
    text = _PLACE.sub(lambda place: said.get(place[1], ""), template)
    return " ".join(text.split()).strip(" :,-–")
