"""What a view asks for: a query of the search language as a condition, as SQL, and how it can be counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, true

from helpdesk.search import filters
from helpdesk.search.query import Filter
from helpdesk.tickets import lives, own_fields
from helpdesk.tickets.models import Ticket
from helpdesk.views.models import Counting
from helpdesk.views.words import Look, have_words
from workflows.condition_parts import ANY_TEXT, All, AnyOf, How, Not, Part, Test, tests_in
from workflows.condition_reading import BadCondition
from workflows.conditions import Condition, read_condition
from workflows.faults import N_
from workflows.fields import CUSTOM, ME, PENDING, SEARCHED_FLAGS, Kind, Search, field_named
from workflows.fields import OPEN as OPEN_WORD
from workflows.lifecycle import Category, is_open
from workflows.text_match import words_of

SUBJECT = "subject"
MOST_WORDS = 6
_MINE = Test("assignee", How.IS, (ME,))
_OPEN = Test("is", How.IS, ("open",))
_CLOSED = Test("is", How.IS, ("closed",))


@dataclass(frozen=True, slots=True)
class Question:
    """A query, understood.

    `kept` is what is judged of a ticket when it changes; `is_mine` means that of those each reader has the tickets
    assigned to them.
    """

    condition: Condition
    kept: Condition
    is_mine: bool
    counting: Counting
    is_open: bool


def read_query(text: str, *, is_own: bool) -> Question:
    """The question that a text asks; `is_own` says that only its owner reads it, who is then "me".

    Raises BadCondition, which knows the place in the text.
    """
    condition = read_condition(text, knows_me=True)
    for test in condition.tests():
        _check(test, text)
    _refuse_words_ruled_out(condition.part, text)
    _refuse_many_words(condition, text)
    kept = _without_me(condition)
    only_open = asks_for_open(kept.part)
    return Question(
        condition=condition,
        kept=kept,
        is_mine=kept != condition,
        counting=_counting(kept, is_own=is_own) if only_open else Counting.NEVER,
        is_open=only_open,
    )


def asks_for_open(part: Part) -> bool:
    """Whether only open tickets can fulfil a condition; in doubt, no."""
    if isinstance(part, All):
        return any(map(asks_for_open, part.parts))
    if isinstance(part, AnyOf):
        return all(map(asks_for_open, part.parts))
    if isinstance(part, Not):
        return part.part == _CLOSED
    if part == _OPEN:
        return True
    if part.how is not How.IS or part.field not in ("status", "category"):
        return False
    holds = _open_status if part.field == "status" else _open_category
    return all(map(holds, part.values))


def _open_status(value: str) -> bool:
    if value in (OPEN_WORD, PENDING):
        return True
    named = lives.states_named(value)
    return bool(named) and all(lives.openness_of(one) is True for one in named)


def _open_category(value: str) -> bool:
    return is_open(Category(value))


def sql_of(part: Part, reader_id: int | None, look: Look | None = None) -> ColumnElement[bool]:
    """The condition that `Ticket` must fulfil for a reader, who is "me"; words are looked for in the index, each once,
    without a look as for somebody who may read everything."""
    look = look or Look()
    if isinstance(part, Not):
        return not_(func.coalesce(sql_of(part.part, reader_id, look), false()))
    if isinstance(part, Test):
        return _sql_of_test(part, reader_id, look)
    parts = [sql_of(one, reader_id, look) for one in part.parts]
    if isinstance(part, All):
        return and_(true(), *parts)
    return or_(false(), *parts)


def _sql_of_test(test: Test, reader_id: int | None, look: Look) -> ColumnElement[bool]:
    if test.field == ANY_TEXT:
        return have_words(test, look)
    if test.field == SUBJECT:
        return _subject(test)
    if test.field.startswith(CUSTOM):
        return own_fields.holds(test.field.removeprefix(CUSTOM), test.how, test.values)
    asked = Filter(test.field, tuple(value.lower() for value in test.values), how=test.how)
    named = filters.named([asked], reader_id or 0)
    return filters.conditions(named)[0]


def _subject(test: Test) -> ColumnElement[bool]:
    if test.how is not How.IS:
        is_empty = Ticket.subject == ""
        return is_empty if test.how is How.EMPTY else not_(is_empty)
    folded = func.lower(Ticket.subject)
    return or_(
        *(
            and_(*(folded.contains(word, autoescape=True) for word in words_of(value).split()))
            for value in test.values
        )
    )


def _check(test: Test, text: str) -> None:
    """Refuse what only rules know, or only the search."""
    if test.field == ANY_TEXT:
        return
    field = field_named(test.field)
    if field is not None and (field.search is Search.FACT or field.name == SUBJECT):
        if field.name == "is" and not set(test.values) <= set(SEARCHED_FLAGS):
            raise refused(test, text, _ONLY_RULES)
        return
    if field is not None and field.kind is Kind.CUSTOM:
        return
    searched = field is None or field.search is Search.TEXT
    raise refused(test, text, _ONLY_SEARCH if searched else _ONLY_RULES)


_ONLY_RULES = N_("“%(said)s” is known to rules only; a view asks what stands on the ticket itself.")
_ONLY_SEARCH = N_(
    "A view does not ask who wrote. Write %(word)s alone, or look for “%(said)s” in the search."
)
_MANY_WORDS = N_(
    "A view looks for %(most)s words or phrases at most. Write those that matter, or a phrase in quotes."
)
_NOT_WORDS = N_(
    "A view finds words and cannot rule them out. Take the minus away, or write -subject:%(word)s."
)


def _refuse_words_ruled_out(part: Part, text: str, *, is_out: bool = False) -> None:
    """Of common words the newest matches are found; to rule those out alone would show tickets that have them."""
    if isinstance(part, Test):
        if is_out and part.field == ANY_TEXT:
            raise refused(part, text, _NOT_WORDS)
    elif isinstance(part, Not):
        _refuse_words_ruled_out(part.part, text, is_out=not is_out)
    else:
        for one in part.parts:
            _refuse_words_ruled_out(one, text, is_out=is_out)


def _refuse_many_words(condition: Condition, text: str) -> None:
    """Each word is looked for by itself, and each may bring as many tickets as an index ranks."""
    words = [test for test in condition.tests() if test.field == ANY_TEXT]
    if len(words) > MOST_WORDS:
        raise refused(words[MOST_WORDS], text, _MANY_WORDS, most=str(MOST_WORDS))


def refused(test: Test, text: str, sentence: str, **more: str) -> BadCondition:
    """What is said of a test that cannot be asked, with its place in the text."""
    word = test.values[0] if test.values else "…"
    said = word if test.field == ANY_TEXT else f"{test.field}:{','.join(test.values)}"
    at = max(0, text.lower().find(word.lower() if test.field == ANY_TEXT else f"{test.field}:"))
    shown = f'"{word}"' if " " in word else word
    values = {"said": said, "word": shown, **more}
    return BadCondition((), sentence, position=at + 1, length=len(said), values=values)


def _without_me(condition: Condition) -> Condition:
    """The condition without "assignee:me" where that must hold of the whole; it is asked of each reader apart."""
    if condition.part == _MINE:
        return Condition(All(()))
    if not isinstance(condition.part, All):
        return condition
    rest = [one for one in condition.part.parts if one != _MINE]
    if len(rest) == len(condition.part.parts):
        return condition
    return Condition(rest[0] if len(rest) == 1 else All(tuple(rest)))


def _counting(kept: Condition, *, is_own: bool) -> Counting:
    """How open tickets are counted; who reads may matter only where the reader is known."""
    tests: Sequence[Test] = list(tests_in(kept.part))
    knows_me = any(ME in test.values for test in tests if test.field in ("assignee", "requester"))
    if knows_me and not is_own:
        return Counting.NEVER
    if knows_me or any(test.field in (SUBJECT, ANY_TEXT) for test in tests):
        return Counting.SWEPT
    return Counting.TIMED if kept.looks_at_time else Counting.KEPT
