"""A form that somebody fills in all on one page: which questions are asked by now, and what was answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from workflows.contact_answers import DATE_PARTS, Problem, Read, fields_of, read_answer
from workflows.contact_form import AnswerKind, ContactForm, Question, asked
from workflows.faults import N_

Typed = Mapping[str, tuple[str, ...]]
_NUMBERS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Filled:
    """The answers to what is asked, problems by the names of fields; `unseen` says that not all of it was shown."""

    values: Mapping[str, Any]
    problems: Mapping[str, Problem]
    unseen: bool


@dataclass(frozen=True, slots=True)
class Filling:
    """A form and what was typed into it by field. `more` is how many of each group are shown, where that was changed."""

    name: str
    version_id: int
    form: ContactForm
    typed: Typed = field(default_factory=dict)
    more: Mapping[str, int] = field(default_factory=dict)
    words: str = ""

    def questions(self) -> list[Question]:
        """What is asked by now."""
        return asked(self.form, {one.name: self._read(one).value for one in self._seen()})

    def count(self, group: Question) -> int:
        """How many of a group are shown."""
        shown = self.more.get(group.name, 1 if group.required else 0)
        return max(0, min(shown, group.most))

    def with_one_more(self, group: str) -> Filling:
        """The same with room for one more of this group, as far as it takes more."""
        found = self.form.question(group)
        if found is None or found.kind is not AnswerKind.GROUP:
            return self
        return replace(self, more={**self.more, group: min(self.count(found) + 1, found.most)})

    def read(self) -> Filled:
        """All answers that count."""
        values: dict[str, Any] = {}
        problems: dict[str, Problem] = {}
        questions, seen = self.questions(), self._seen()
        for question in questions:
            read = self._read(question)
            values[question.name] = read.value
            problems.update(read.problems)
        return Filled(values, problems, unseen=any(one not in seen for one in questions))

    def fields(self, question: Question) -> Iterator[str]:
        """The names of the fields of a question, of each of a group."""
        if question.kind is AnswerKind.GROUP:
            for at in range(self.count(question)):
                for one in question.questions:
                    yield from _names(one, item_prefix(question, at))
        else:
            yield from _names(question, "")

    def _seen(self) -> list[Question]:
        return [
            one
            for one in self.form.questions
            if all(name in self.typed for name in self.fields(one))
        ]

    def _read(self, question: Question) -> Read:
        if question.kind is AnswerKind.GROUP:
            return self._read_group(question)
        return self._read_one(question, "")

    def _read_group(self, group: Question) -> Read:
        items: list[dict[str, Any]] = []
        problems: dict[str, Problem] = {}
        for at in range(self.count(group)):
            prefix = item_prefix(group, at)
            fields = [name for one in group.questions for name in _names(one, prefix)]
            # What was left blank altogether is one that they have no need of.
            if not any(self.typed.get(name) for name in fields) and (at > 0 or not group.required):
                continue
            reads = {one.name: self._read_one(one, prefix) for one in group.questions}
            items.append({name: read.value for name, read in reads.items()})
            for read in reads.values():
                problems.update(read.problems)
        return Read(items or None, problems)

    def _read_one(self, question: Question, prefix: str) -> Read:
        if question.kind is AnswerKind.FILES:
            names = list(self.typed.get(prefix + question.name, ()))
            lacks = {prefix + question.name: Problem(N_("Add at least one file."))}
            return Read(names or None, lacks if question.required and not names else {})
        read = read_answer(question, self._typed(question, prefix))
        return Read(
            read.value,
            {prefix + _name(question, name): problem for name, problem in read.problems.items()},
        )

    def _typed(self, question: Question, prefix: str) -> dict[str, list[str]]:
        if question.kind is not AnswerKind.DATE:
            return {name: list(self.typed.get(prefix + name, ())) for name in fields_of(question)}
        said = next(iter(self.typed.get(prefix + question.name, ())), "")
        parts = _date_parts(said)
        return {f"{question.name}-{part}": [parts.get(part, "")] for part in DATE_PARTS}


def item_prefix(group: Question, at: int) -> str:
    """What the names of the fields of one of a group begin with."""
    return f"{group.name}.{at}."


def _names(question: Question, prefix: str) -> list[str]:
    return list(dict.fromkeys(prefix + _name(question, name) for name in fields_of(question)))


def _name(question: Question, name: str) -> str:
    """A date is one field here, and three on a page of the portal."""
    return question.name if question.kind is AnswerKind.DATE else name


def _date_parts(said: str) -> dict[str, str]:
    numbers = _NUMBERS.findall(said)
    if len(numbers) != 3:
        return {"day": said, "month": said, "year": said} if said else {}
    if len(numbers[0]) == 4:
        numbers.reverse()
    return dict(zip(DATE_PARTS, numbers, strict=True))
