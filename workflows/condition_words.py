"""Conditions as sentences in plain words, put together from parts that can be translated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from workflows.condition_parts import ANY_TEXT, All, AnyOf, How, Not, Part, Test, field_of
from workflows.faults import N_
from workflows.fields import Field, Kind, field_named
from workflows.spans import read_period, read_span, span_words

Translate = Callable[[str], str]

_IS: Final = {
    True: N_("%(field)s is %(values)s"),
    False: N_("%(field)s is not %(values)s"),
}
_NAMED: Final = {
    True: N_("%(field)s begins with %(values)s"),
    False: N_("%(field)s does not begin with %(values)s"),
}
_TEXT: Final = {
    True: N_("%(field)s has the words %(values)s"),
    False: N_("%(field)s does not have the words %(values)s"),
}
_TAGGED: Final = {
    True: N_("it is tagged %(values)s"),
    False: N_("it is not tagged %(values)s"),
}
_FLAGGED: Final = {True: N_("it is %(values)s"), False: N_("it is not %(values)s")}
_HAS: Final = {True: N_("it has %(values)s"), False: N_("it does not have %(values)s")}
_CHANGED: Final = {
    True: N_("%(values)s changed just now"),
    False: N_("%(values)s did not change just now"),
}
_FORMER: Final = {
    True: N_("%(field)s was %(values)s before"),
    False: N_("%(field)s was not %(values)s before"),
}
_HAPPENED: Final = {
    True: N_("what happened is: %(values)s"),
    False: N_("what happened is not: %(values)s"),
}
_DONE_BY: Final = {
    True: N_("it was done by %(values)s"),
    False: N_("it was not done by %(values)s"),
}
_EMPTY: Final = {
    True: N_("there is no %(field)s"),
    False: N_("there is some %(field)s"),
}
_ANYWHERE: Final = {
    True: N_("subject or text has the words %(values)s"),
    False: N_("neither subject nor text has the words %(values)s"),
}
_COMPARED: Final = {
    How.LESS: N_("%(field)s is less than %(values)s"),
    How.AT_MOST: N_("%(field)s is at most %(values)s"),
    How.MORE: N_("%(field)s is more than %(values)s"),
    How.AT_LEAST: N_("%(field)s is at least %(values)s"),
}
_OPPOSITE: Final = {
    How.LESS: How.AT_LEAST,
    How.AT_LEAST: How.LESS,
    How.MORE: How.AT_MOST,
    How.AT_MOST: How.MORE,
}
_DAYS: Final = {
    How.IS: N_("%(field)s is %(values)s"),
    How.LESS: N_("%(field)s is before %(values)s"),
    How.AT_MOST: N_("%(field)s is not after %(values)s"),
    How.MORE: N_("%(field)s is after %(values)s"),
    How.AT_LEAST: N_("%(field)s is not before %(values)s"),
}
_BY_FIELD: Final = {
    "tag": _TAGGED,
    "is": _FLAGGED,
    "has": _HAS,
    "changed": _CHANGED,
    "was": _FORMER,
    "event": _HAPPENED,
    "by": _DONE_BY,
}
_BY_KIND: Final = {Kind.NAME: _NAMED, Kind.TEXT: _TEXT}
_ALWAYS, _AND, _OR = N_("always"), N_("%(first)s, and %(second)s"), N_("%(first)s, or %(second)s")
_EITHER, _NOT = N_("(%(inner)s)"), N_("it is not so that (%(inner)s)")
_OR_VALUE = N_("%(first)s or %(second)s")
_NO_TIME: Final = "0m"
_PASSED: Final = {How.LESS: N_("it is overdue"), How.AT_LEAST: N_("it is not overdue")}
_QUOTED, _GOES_ON = N_("“%(words)s”"), N_("“%(words)s…”")


def said(part: Part, translate: Translate) -> str:
    """A part as a clause or sentence, without a full stop."""
    if isinstance(part, Test):
        return _test(part, True, translate)
    if isinstance(part, Not):
        return _not(part, translate)
    if not part.parts:
        return translate(_ALWAYS)
    pattern = _AND if isinstance(part, All) else _OR
    return _joined([_grouped(one, translate) for one in part.parts], translate(pattern))


def _not(part: Not, translate: Translate) -> str:
    if isinstance(part.part, Test):
        return _test(part.part, False, translate)
    return translate(_NOT) % {"inner": said(part.part, translate)}


def _grouped(part: Part, translate: Translate) -> str:
    plain = said(part, translate)
    return translate(_EITHER) % {"inner": plain} if isinstance(part, All | AnyOf) else plain


def _joined(pieces: Sequence[str], pattern: str) -> str:
    whole = pieces[0]
    for piece in pieces[1:]:
        whole = pattern % {"first": whole, "second": piece}
    return whole


def _test(test: Test, holds: bool, translate: Translate) -> str:
    if test.field == ANY_TEXT:
        return translate(_ANYWHERE[holds]) % {"values": _words(test.values[0], translate)}
    field = field_of(test)
    label = translate(field.label)
    if test.how in (How.EMPTY, How.PRESENT):
        return translate(_EMPTY[holds is (test.how is How.EMPTY)]) % {"field": label}
    if test.how is How.IS:
        return _is(test, field, holds, translate)
    how = test.how if holds else _OPPOSITE[test.how]
    value = test.values[0]
    if field.kind is Kind.DEADLINE and value == _NO_TIME and how in _PASSED:
        return translate(_PASSED[how])
    if read_period(value) is not None and field.kind in (Kind.DAY, Kind.DEADLINE):
        pattern = _DAYS[how]
    else:
        pattern = _COMPARED[how]
        span = read_span(value) if field.kind in (Kind.SPAN, Kind.DEADLINE) else None
        value = value if span is None else span_words(span, translate)
    return translate(pattern) % {"field": label, "values": value}


def _is(test: Test, field: Field, holds: bool, translate: Translate) -> str:
    patterns = _BY_FIELD.get(field.name) or _BY_KIND.get(field.kind, _IS)
    if field.kind is Kind.FORMER:
        return _was(test, holds, translate)
    values = [_value(field, one, translate) for one in test.values]
    return translate(patterns[holds]) % {
        "field": translate(field.label),
        "values": _joined(values, translate(_OR_VALUE)),
    }


def _was(test: Test, holds: bool, translate: Translate) -> str:
    clauses = []
    for one in test.values:
        name, _equals, value = one.partition("=")
        of_field = field_named(name)
        label = translate(of_field.label) if of_field else name
        clauses.append(translate(_FORMER[holds]) % {"field": label, "values": _plain(value) or "–"})
    return _joined(clauses, translate(_OR if holds else _AND))


def _value(field: Field, value: str, translate: Translate) -> str:
    if field.kind is Kind.CHANGE:
        of_field = field_named(value)
        return translate(of_field.label) if of_field else value
    if field.kind is Kind.TEXT:
        return _words(value, translate)
    return value if field.kind in (Kind.NAME, Kind.PERSON, Kind.CUSTOM) else _plain(value)


def _words(value: str, translate: Translate) -> str:
    pattern = _GOES_ON if value.endswith("*") else _QUOTED
    return translate(pattern) % {"words": value.removesuffix("*")}


def _plain(value: str) -> str:
    return value.replace("_", " ")
