"""Reading conditions: from what a person typed to parts, or to an error that says where and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from workflows.condition_parts import ANY_TEXT, All, AnyOf, How, Not, Part, Test
from workflows.condition_values import BadValue, read_test
from workflows.faults import N_, Fault, Faulty, Path
from workflows.fields import AFTER, BEFORE, ME, Field, Kind, all_names, field_named
from workflows.near import nearest
from workflows.text_match import worded, words_of

LONGEST: Final = 2000
DEEPEST: Final = 12
MOST_TESTS: Final = 60
SHORTEST_BEGINNING: Final = 2

_BLANK = re.compile(r"\s+")
_NAME = re.compile(r"[^\W\d_][\w.-]{0,70}:")
_COMPARISON = re.compile(r"<=|>=|<|>")
_QUOTED = re.compile(r'"([^"]*)"(\*?)')
_ITEM = re.compile(r'[^\s"(),]+')
_FORMER_NAME = re.compile(r"([^\W\d_][\w.-]{0,70})=")
_WORD = re.compile(r'[^\s"()]+')


class BadCondition(Faulty):
    """A condition that cannot be understood; `position` counts characters from 1."""

    def __init__(
        self, path: Path, text: str, *, position: int, length: int, values: Mapping[str, object]
    ) -> None:
        super().__init__(Fault(path, text, values, position=position))
        self.position = position
        self.length = length


@dataclass(slots=True)
class _Reader:
    """A place in a text, and how much was read up to there."""

    text: str
    path: Path
    knows_me: bool = False
    at: int = 0
    depth: int = 0
    tests: int = 0

    def bad(
        self,
        text: str,
        *,
        start: int | None = None,
        end: int | None = None,
        said: Mapping[str, object] | None = None,
        **values: object,
    ) -> BadCondition:
        begin = self.at if start is None else start
        return BadCondition(
            self.path,
            text,
            position=begin + 1,
            length=max(1, (self.at if end is None else end) - begin),
            values={**values, **(said or {})},
        )

    def skip(self) -> None:
        blank = _BLANK.match(self.text, self.at)
        if blank:
            self.at = blank.end()

    def looks_at(self, sign: str) -> bool:
        return self.text.startswith(sign, self.at)

    def takes(self, word: str) -> bool:
        """Whether a word of logic stands here; then it is behind us."""
        found = _WORD.match(self.text, self.at)
        if found is None or found[0] != word:
            return False
        self.at = found.end()
        self.skip()
        return True

    def is_over(self) -> bool:
        return self.at >= len(self.text)


def read_part(text: str, path: Path = (), *, knows_me: bool = False) -> Part:
    """The parts that a text says; nothing at all always holds. Raises BadCondition.

    With `knows_me` a person may be "me": whoever reads what the condition finds.
    """
    reader = _Reader(text.replace("\x00", " "), path, knows_me)
    if len(text) > LONGEST:
        reader.at = LONGEST
        raise reader.bad(
            N_("A condition has at most %(most)d characters; split it into two rules."),
            most=LONGEST,
        )
    reader.skip()
    if reader.is_over():
        return All(())
    part = _either(reader)
    if not reader.is_over():
        raise reader.bad(N_("This bracket closes nothing; take it out."))
    return part


def _either(reader: _Reader) -> Part:
    parts = [_every(reader)]
    while reader.takes("OR"):
        parts.append(_every(reader))
    flat: list[Part] = []
    for part in parts:
        flat += part.parts if isinstance(part, AnyOf) else (part,)
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))


def _every(reader: _Reader) -> Part:
    parts: list[Part] = []
    while True:
        if _stands_before_end(reader):
            raise reader.bad(N_("Something to compare is missing here."))
        one = _one(reader)
        parts += one.parts if isinstance(one, All) else (one,)
        reader.skip()
        if reader.takes("AND"):
            continue
        if _stands_before_end(reader):
            return parts[0] if len(parts) == 1 else All(tuple(parts))


def _stands_before_end(reader: _Reader) -> bool:
    word = _WORD.match(reader.text, reader.at)
    return (
        reader.is_over() or reader.looks_at(")") or (word is not None and word[0] in ("OR", "AND"))
    )


def _one(reader: _Reader) -> Part:
    negated = _negations(reader)
    part = _group(reader) if reader.looks_at("(") else _test(reader)
    if not negated:
        return part
    return part.part if isinstance(part, Not) else Not(part)


def _negations(reader: _Reader) -> bool:
    negated = False
    while not reader.is_over():
        start = reader.at
        if reader.takes("NOT"):
            negated = not negated
        elif reader.looks_at("-"):
            reader.at += 1
            negated = not negated
        else:
            return negated
        if reader.is_over() or _BLANK.match(reader.text, reader.at):
            raise reader.bad(
                N_("What must not hold stands right after the minus."),
                start=start,
            )
    raise reader.bad(N_("Something to compare is missing here."))


def _group(reader: _Reader) -> Part:
    start = reader.at
    reader.at += 1
    reader.depth += 1
    if reader.depth > DEEPEST:
        raise reader.bad(
            N_("Brackets stand in brackets more than %(most)d deep."),
            start=start,
            most=DEEPEST,
        )
    reader.skip()
    part = _either(reader)
    if not reader.looks_at(")"):
        raise reader.bad(
            N_("This bracket is never closed; add “)”."),
            start=start,
            end=start + 1,
        )
    reader.at += 1
    reader.depth -= 1
    reader.skip()
    return part


def _test(reader: _Reader) -> Part:
    reader.tests += 1
    if reader.tests > MOST_TESTS:
        raise reader.bad(
            N_("A condition compares at most %(most)d things; split it into two rules."),
            most=MOST_TESTS,
        )
    named = _NAME.match(reader.text, reader.at)
    if named is not None and not reader.text.startswith("//", named.end()):
        return _of_field(reader, named)
    start = reader.at
    quoted = _quoted(reader)
    if quoted is None:
        found = _WORD.match(reader.text, reader.at)
        if found is None:
            raise reader.bad(N_("Something to compare is missing here."))
        reader.at = found.end()
        quoted = found[0]
    return _words(reader, worded(quoted), start)


def _words(reader: _Reader, words: str, start: int) -> Test:
    if not words_of(words).strip():
        raise reader.bad(N_("There is no word to look for here."), start=start)
    if words.endswith("*") and len(words) <= SHORTEST_BEGINNING:
        raise reader.bad(N_("Write two letters or more before a star."), start=start)
    return Test(ANY_TEXT, How.IS, (words,))


def _of_field(reader: _Reader, named: re.Match[str]) -> Test:
    start, name = reader.at, named[0][:-1]
    shortened = name.lower() in (BEFORE, AFTER)
    field = field_named("created" if shortened else name)
    if field is None:
        raise _unknown(reader, name)
    reader.at = named.end()
    comparison = _COMPARISON.match(reader.text, reader.at)
    if comparison:
        reader.at = comparison.end()
    values = _values(reader, name, start, former=field.name == "was")
    how = How(comparison[0]) if comparison else How.IS
    if shortened:
        if comparison or len(values) > 1:
            raise reader.bad(
                N_("Write one day after the colon, such as 2026-11-21."),
                start=start,
            )
        how = How.LESS if name.lower() == BEFORE else How.AT_LEAST
    try:
        return _read_test(reader, field, how, values)
    except BadValue as wrong:
        raise reader.bad(wrong.text, start=start, said=wrong.values) from None


def _read_test(reader: _Reader, field: Field, how: How, values: list[str]) -> Test:
    mine = [one for one in values if one.lower() == ME]
    if not (reader.knows_me and mine and how is How.IS and field.kind is Kind.PERSON):
        return read_test(field, how, values)
    others = [one for one in values if one.lower() != ME]
    return Test(field.name, how, (ME, *(read_test(field, how, others).values if others else ())))


def _unknown(reader: _Reader, name: str) -> BadCondition:
    near = nearest(name.lower(), all_names())
    if near:
        text = N_("There is no field “%(name)s”; did you mean “%(near)s”?")
    else:
        text = N_(
            "There is no field “%(name)s”; put quotation marks around it to look for the words."
        )
    return reader.bad(text, end=reader.at + len(name), name=name, near=near or "")


def _values(reader: _Reader, name: str, start: int, *, former: bool) -> list[str]:
    values = []
    while True:
        values.append(_former(reader, name, start) if former else _value(reader, name, start))
        if not reader.looks_at(","):
            return values
        reader.at += 1


def _former(reader: _Reader, name: str, start: int) -> str:
    of_field = _FORMER_NAME.match(reader.text, reader.at)
    if of_field is None:
        return f"status={_value(reader, name, start)}"
    reader.at = of_field.end()
    return f"{of_field[1]}={_value(reader, name, start)}"


def _value(reader: _Reader, name: str, start: int) -> str:
    quoted = _quoted(reader)
    if quoted is not None:
        return quoted
    found = _ITEM.match(reader.text, reader.at)
    if found is None:
        raise reader.bad(
            N_('No value follows “%(name)s:”; for none write %(name)s:""'),
            start=start,
            name=name,
        )
    reader.at = found.end()
    return found[0]


def _quoted(reader: _Reader) -> str | None:
    if not reader.looks_at('"'):
        return None
    found = _QUOTED.match(reader.text, reader.at)
    if found is None:
        raise reader.bad(
            N_("This quotation mark has no partner."),
            end=reader.at + 1,
        )
    reader.at = found.end()
    # A star within the quotation marks says nothing, as in a search.
    return _BLANK.sub(" ", found[1]).strip().rstrip("*").rstrip() + found[2]
