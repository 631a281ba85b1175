"""What was understood of a query, in plain words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from helpdesk.search.query import ME, Filter, Parsed, Part, Way
from workflows import fields
from workflows.condition_parts import How, Not, Test
from workflows.condition_words import said
from workflows.faults import N_
from workflows.spans import read_span, span_words

Translate = Callable[[str], str]

_WITH = {
    Way.WORD: N_("the word “%(words)s”"),
    Way.PHRASE: N_("the words “%(words)s” beside each other"),
    Way.PREFIX: N_("a word that begins with “%(words)s”"),
    Way.IDENTIFIER: N_("“%(words)s” as it is written"),
}
_IN_FIELD = N_("%(what)s in %(field)s")
_WITHOUT = N_("not %(what)s")
_SINCE, _UNTIL = N_("opened on %(day)s or later"), N_("opened before %(day)s")
_BETWEEN = N_("opened on %(day)s")
_AGO = {
    How.LESS: N_("opened less than %(span)s ago"),
    How.AT_MOST: N_("opened at most %(span)s ago"),
    How.MORE: N_("opened more than %(span)s ago"),
    How.AT_LEAST: N_("opened at least %(span)s ago"),
}
_LABELS = {"title": "subject", "sender": "from", "receiver": "to"}


def clauses(parsed: Parsed, translate: Translate, day: Callable[[date], str]) -> list[str]:
    """All that a ticket must fulfil, a clause each; `day` writes a day as the reader does."""
    return [
        *(_part(one, translate) for one in parsed.parts),
        *(_filter(one, translate) for one in parsed.filters),
        *_bounds(parsed, translate, day),
    ]


def _part(part: Part, translate: Translate) -> str:
    words = " ".join(part.words) if part.way in (Way.WORD, Way.PHRASE) else part.raw
    what = translate(_WITH[part.way]) % {"words": words}
    if part.field:
        label = fields.BY_NAME[_LABELS[part.field]].label
        what = translate(_IN_FIELD) % {"what": what, "field": translate(label)}
    return translate(_WITHOUT) % {"what": what} if part.negated else what


def _filter(one: Filter, translate: Translate) -> str:
    span = read_span(one.values[0]) if one.name == "age" and one.values else None
    if span is not None and one.how in _AGO and not one.negated:
        return translate(_AGO[one.how]) % {"span": span_words(span, translate)}
    values = tuple(translate(N_("you")) if value == ME else value for value in one.values)
    test = Test(one.name, one.how, () if one.how in (How.EMPTY, How.PRESENT) else values)
    return said(Not(test) if one.negated else test, translate)


def _bounds(parsed: Parsed, translate: Translate, day: Callable[[date], str]) -> list[str]:
    since, until = parsed.since, parsed.until
    if since and until and until - since == timedelta(days=1):
        return [translate(_BETWEEN) % {"day": day(since.date())}]
    found = [translate(_SINCE) % {"day": day(since.date())}] if since else []
    return [*found, *([translate(_UNTIL) % {"day": day(until.date())}] if until else [])]
