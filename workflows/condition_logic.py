"""Whether a condition can hold of any ticket at all, and whether one condition follows from another.

A condition is split into its alternatives; in each, the tests of fields that belong together are tried on made-up
tickets that have just the values they mention, and one they do not. What holds of none of those holds of none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, Final

from workflows.condition_parts import All, Not, Part, Test, field_of, judge_of, plain_time
from workflows.conditions import Condition
from workflows.facts import TicketFacts, Who
from workflows.fields import CATEGORIES, NOBODY, Kind
from workflows.spans import read_period, read_span

MOST_BRANCHES: Final = 64
_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_OTHER: Final = "\x00other"
_STATE: Final = frozenset({"status", "category", "is", "assignee"})

Literal = tuple[Test, bool]


def can_hold(condition: Condition) -> bool:
    """Whether a ticket is thinkable of which it holds; in doubt, yes."""
    return any(_is_possible(branch) for branch in branches(condition.part))


def follows(condition: Condition, other: Condition) -> bool:
    """Whether a condition holds of every ticket of which `other` holds; in doubt, no."""
    both = All((other.part, Not(condition.part)))
    found = list(branches(both))
    return len(found) < MOST_BRANCHES and not any(_is_possible(branch) for branch in found)


def branches(part: Part, holds: bool = True) -> list[list[Literal]]:
    """The alternatives of a part, each a list of tests and whether they must hold; cut off where there are too many."""
    if isinstance(part, Test):
        return [[(part, holds)]]
    if isinstance(part, Not):
        return branches(part.part, not holds)
    each = [branches(one, holds) for one in part.parts]
    if isinstance(part, All) is holds:
        whole: list[list[Literal]] = [[]]
        for some in each:
            whole = [[*left, *right] for left in whole for right in some][:MOST_BRANCHES]
        return whole
    return [branch for some in each for branch in some][:MOST_BRANCHES]


def _is_possible(branch: Sequence[Literal]) -> bool:
    literals = set(branch)
    if any((test, not holds) in literals for test, holds in literals):
        return False
    groups: dict[str, list[Literal]] = {}
    for literal in branch:
        name = literal[0].field
        groups.setdefault("state" if name in _STATE else name, []).append(literal)
    return all(_some_fits(name, group) for name, group in groups.items())


def _some_fits(name: str, group: Sequence[Literal]) -> bool:
    candidates = list(_candidates(name, [test for test, _holds in group]))
    return not candidates or any(
        all(judge_of(test)(facts, _AT, plain_time) is holds for test, holds in group)
        for facts in candidates
    )


def _candidates(name: str, tests: Sequence[Test]) -> Iterable[TicketFacts]:
    """Made-up tickets on which tests of one field are tried; none where that would prove nothing."""
    if name == "state":
        return _states(tests)
    if name == "" or any(test.field.startswith("custom.") for test in tests):
        return ()
    kind = field_of(tests[0]).kind
    values = [value for test in tests for value in test.values]
    if kind is Kind.NUMBER:
        return _numbers(name, values)
    if kind is Kind.NAME:
        # Names are compared by their beginnings, so those mentioned are the longest that can matter.
        plain = [one for one in values if one.lower() not in NOBODY]
        return [_made(**{name: one}) for one in (*plain, _OTHER, None)]
    if kind in (Kind.SPAN, Kind.DAY, Kind.DEADLINE):
        return _instants(name, values)
    if name in ("type", "impact", "urgency", "channel", "language"):
        return [_made(**{name: one}) for one in (*values, _OTHER, "")]
    return ()


def _made(**values: Any) -> TicketFacts:
    return TicketFacts(**values)


def _states(tests: Sequence[Test]) -> Iterator[TicketFacts]:
    by_field: dict[str, list[str]] = {"status": [], "assignee": [], "is": []}
    for test in tests:
        by_field.setdefault(test.field, []).extend(test.values)
    statuses = [one for one in by_field["status"] if one not in ("open", "pending")]
    people = [Who(one, (one,)) for one in by_field["assignee"] if one.lower() not in NOBODY]
    # All whom the tests mention may be one person, by name and address.
    together = [Who(" ".join(one.name for one in people), tuple(one.name for one in people))]
    flags = {"breached": "is_breached", "overridden": "priority_overridden"}
    flags |= {"reply": "is_reply", "automatic": "is_automatic", "unverified": "is_unverified"}
    asked = [flags[one] for one in dict.fromkeys(by_field["is"]) if one in flags]
    for status, category, who, set_flags in product(
        (*statuses, _OTHER),
        CATEGORIES,
        (*people, *together, Who(_OTHER), None),
        product((True, False), repeat=len(asked)),
    ):
        states = dict(zip(asked, set_flags, strict=True))
        yield _made(status=status, category=category, assignee=who, **states)


def _numbers(name: str, values: Sequence[str]) -> list[TicketFacts]:
    if name == "priority":
        return [TicketFacts(priority=one) for one in range(1, 6)]
    near = {int(one) + step for one in values for step in (-1, 0, 1)}
    return [_made(**{name: one}) for one in sorted(near) if one >= 0]


_INSTANTS: Final = {
    "age": "created_at",
    "created": "created_at",
    "idle": "last_activity_at",
    "unchanged": "updated_at",
    "updated": "updated_at",
    "in_status": "status_since",
    "unanswered": "unanswered_since",
    "awaiting": "awaiting_since",
    "resolved": "resolved_at",
    "closed": "closed_at",
    "due": "due_at",
    "breach": "breach_at",
}


def _instants(name: str, values: Sequence[str]) -> list[TicketFacts]:
    points: list[datetime | None] = [None, _AT]
    second = timedelta(seconds=1)
    for value in values:
        span, period = read_span(value), read_period(value)
        if span is not None:
            points += [_AT + sign * span + step for sign in (-1, 1) for step in (-second, second)]
            points += [_AT - span, _AT + span]
        if period is not None:
            points += [period.start, period.start - second, period.end, period.end - second]
    return [_made(**{_INSTANTS[name]: one}) for one in points]
