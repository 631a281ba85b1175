"""Whether a field can be compared so, and its values in the one way they are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from workflows.condition_parts import How, Test
from workflows.faults import N_
from workflows.fields import CHANGING, CUSTOM, Field, Kind, field_named
from workflows.near import nearest
from workflows.spans import read_period, read_span, span_text
from workflows.text_match import worded, words_of

MOST_VALUES: Final = 50
LONGEST_VALUE: Final = 200
HIGHEST_PRIORITY, LOWEST_PRIORITY = 1, 5

# Kinds of field of which nothing, or anything, may be asked by "" and *.
_MAY_BE_EMPTY = frozenset(
    {
        Kind.WORD,
        Kind.NAME,
        Kind.PERSON,
        Kind.TEXT,
        Kind.DAY,
        Kind.SPAN,
        Kind.DEADLINE,
        Kind.CHANGE,
        Kind.CUSTOM,
    }
)
_COMPARED = frozenset({Kind.NUMBER, Kind.DAY, Kind.SPAN, Kind.DEADLINE, Kind.CUSTOM})


class BadValue(ValueError):
    """A comparison that cannot be; `text` is for translation, with `values` to fill in."""

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text)
        self.text = text
        self.values = values


def read_test(field: Field, how: How, written: list[str]) -> Test:
    """The test of a field; `written` has at least one value. Raises BadValue."""
    if len(written) > MOST_VALUES or any(len(one) > LONGEST_VALUE for one in written):
        raise BadValue(
            N_("After “%(name)s:” stand at most %(most)d values of %(long)d characters."),
            name=field.name,
            most=MOST_VALUES,
            long=LONGEST_VALUE,
        )
    if how is not How.IS:
        return _compared(field, how, written)
    if written == [""] or written == ["*"]:
        if field.kind not in _MAY_BE_EMPTY:
            raise BadValue(N_("“%(name)s” always has a value; name one."), name=field.name)
        return Test(field.name, How.PRESENT if written[0] else How.EMPTY)
    if "" in written or "*" in written:
        raise BadValue(
            N_('Write (%(name)s:"" OR %(name)s:...) for a value or none at all.'), name=field.name
        )
    values = [_READERS[field.kind](field, how, one) for one in written]
    return Test(field.name, how, tuple(dict.fromkeys(values)))


def _compared(field: Field, how: How, written: list[str]) -> Test:
    if field.kind not in _COMPARED:
        raise BadValue(
            N_("“%(name)s” is not more or less than something; write %(name)s:%(value)s"),
            name=field.name,
            value=written[0],
        )
    if len(written) > 1 or written[0] in ("", "*"):
        raise BadValue(
            N_("One value stands after “%(name)s:%(how)s”."), name=field.name, how=how.value
        )
    return Test(field.name, how, (_READERS[field.kind](field, how, written[0]),))


def _word(field: Field, _how: How, written: str) -> str:
    value = " ".join(written.lower().split())
    if field.name in ("status", "category", "type"):
        value = value.replace(" ", "_").replace("-", "_")
    _refuse_star(value)
    if field.values and value not in field.values:
        near = nearest(value, field.values)
        raise BadValue(
            N_("“%(value)s” is no value of “%(name)s”; write %(near)s.")
            if near
            else N_("“%(value)s” is no value of “%(name)s”; write one of %(near)s."),
            value=written,
            name=field.name,
            near=near or ", ".join(field.values),
        )
    return value


def _name(_field: Field, _how: How, written: str) -> str:
    _refuse_star(written)
    return written


def _person(_field: Field, _how: How, written: str) -> str:
    _refuse_star(written)
    if written.lower() == "me":
        raise BadValue(
            N_("Nobody in particular reads this, so “me” is nobody; write a name or an address.")
        )
    return written


def _number(field: Field, _how: How, written: str) -> str:
    digits = written.lower().removeprefix("p") if field.name == "priority" else written
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise BadValue(
            N_("“%(value)s” is no whole number; write %(name)s:2 or %(name)s:<3"),
            value=written,
            name=field.name,
        )
    if field.name == "priority" and not HIGHEST_PRIORITY <= int(digits) <= LOWEST_PRIORITY:
        raise BadValue(N_("A priority is a number from 1, the highest, to 5."))
    return str(int(digits))


def _text(field: Field, _how: How, written: str) -> str:
    if not words_of(written).strip():
        raise BadValue(N_("After “%(name)s:” there is no word to look for."), name=field.name)
    return worded(written)


def _day(field: Field, _how: How, written: str) -> str:
    period = read_period(written)
    if period is None:
        if read_span(written) is not None:
            raise BadValue(
                N_("“%(name)s” takes a day; for how long ago write age:>%(value)s"),
                name=field.name,
                value=written,
            )
        raise BadValue(
            N_("“%(value)s” is no day; write it like 2026-11-21, a month like 2026-11."),
            value=written,
        )
    return period.text


def _span(field: Field, how: How, written: str) -> str:
    span = read_span(written)
    if span is None:
        raise BadValue(
            N_("“%(value)s” is no length of time; write it like 30m, 2h or 3d."), value=written
        )
    if how is How.IS:
        raise BadValue(
            N_("Write %(name)s:>%(value)s for longer, or %(name)s:<%(value)s for less."),
            name=field.name,
            value=written,
        )
    return span_text(span)


def _deadline(field: Field, how: How, written: str) -> str:
    return _day(field, how, written) if read_period(written) else _span(field, how, written)


def _changing(_field: Field, _how: How, written: str) -> str:
    return _changing_name(written)


def _former(_field: Field, how: How, written: str) -> str:
    name, _equals, value = written.partition("=")
    of_field = field_named(_changing_name(name))
    if of_field is None or of_field.kind not in (Kind.WORD, Kind.NUMBER) or not value:
        _refuse_star(value)
        return f"{_changing_name(name)}={value}"
    return f"{of_field.name}={_READERS[of_field.kind](of_field, how, value)}"


def _changing_name(written: str) -> str:
    field = field_named(written)
    name = field.name if field else ""
    if name in CHANGING or name.startswith(CUSTOM):
        return name
    near = nearest(written.lower(), CHANGING)
    raise BadValue(
        N_("No change of “%(value)s” is noticed; write %(near)s.")
        if near
        else N_("No change of “%(value)s” is noticed; write one of %(near)s."),
        value=written,
        near=near or ", ".join(CHANGING),
    )


def _custom(_field: Field, _how: How, written: str) -> str:
    _refuse_star(written)
    return written


def _refuse_star(written: str) -> None:
    if "*" in written:
        raise BadValue(N_("A star stands only after the beginning of a word of a text."))


_READERS: Final[dict[Kind, Callable[[Field, How, str], str]]] = {
    Kind.WORD: _word,
    Kind.FLAG: _word,
    Kind.NAME: _name,
    Kind.PERSON: _person,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.DAY: _day,
    Kind.SPAN: _span,
    Kind.DEADLINE: _deadline,
    Kind.CHANGE: _changing,
    Kind.FORMER: _former,
    Kind.CUSTOM: _custom,
}
