"""Lifecycles as data: the states of a type of ticket, what each means, and which moves lead from one to another.

A lifecycle is read by `workflows.lifecycle_reading` from what an administrator wrote; those that are there from the
start stand in `workflows/lifecycles/`. Here are the questions asked of one, as pure functions of facts.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from workflows.lifecycle_fields import Field, field_named


class Category(enum.StrEnum):
    """What a state means to clocks and lists, whatever it is called."""

    ACTIVE = "active"
    WAITING_REQUESTER = "waiting_requester"
    WAITING_THIRD_PARTY = "waiting_third_party"
    WAITING_INTERNAL = "waiting_internal"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Status(enum.StrEnum):
    """The states of an incident (ITIL 4), whose names other shipped lifecycles share; compare by `==`."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    PENDING_REQUESTER = "pending_requester"
    PENDING_THIRD_PARTY = "pending_third_party"
    PENDING_INTERNAL = "pending_internal"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


CATEGORY_OF = {
    Status.NEW: Category.ACTIVE,
    Status.IN_PROGRESS: Category.ACTIVE,
    Status.PENDING_REQUESTER: Category.WAITING_REQUESTER,
    Status.PENDING_THIRD_PARTY: Category.WAITING_THIRD_PARTY,
    Status.PENDING_INTERNAL: Category.WAITING_INTERNAL,
    Status.RESOLVED: Category.RESOLVED,
    Status.CLOSED: Category.CLOSED,
    Status.CANCELLED: Category.CANCELLED,
}

WAITING = frozenset(
    {Category.WAITING_REQUESTER, Category.WAITING_THIRD_PARTY, Category.WAITING_INTERNAL}
)
ENDED = frozenset({Category.RESOLVED, Category.CLOSED, Category.CANCELLED})
FINAL = frozenset({Category.CLOSED, Category.CANCELLED})

# Where a ticket goes whose category the other lifecycle does not have; the first that it has.
_NEAREST: Mapping[Category, tuple[Category, ...]] = {
    Category.ACTIVE: (),
    Category.WAITING_REQUESTER: (Category.ACTIVE,),
    Category.WAITING_THIRD_PARTY: (Category.WAITING_INTERNAL, Category.ACTIVE),
    Category.WAITING_INTERNAL: (Category.WAITING_THIRD_PARTY, Category.ACTIVE),
    Category.RESOLVED: (Category.CLOSED,),
    Category.CLOSED: (Category.RESOLVED,),
    Category.CANCELLED: (Category.CLOSED, Category.RESOLVED),
}


class Role(enum.StrEnum):
    """What somebody is to a ticket, as moves name who may make them."""

    REQUESTER = "requester"
    AGENT = "agent"
    LEAD = "lead"
    INCIDENT_MANAGER = "incident_manager"
    MAJOR_INCIDENT_MANAGER = "major_incident_manager"
    PROBLEM_MANAGER = "problem_manager"
    CHANGE_OWNER = "change_owner"
    CHANGE_MANAGER = "change_manager"
    APPROVER = "approver"
    FULFILLER = "fulfiller"
    SYSTEM = "system"


class Occasion(enum.StrEnum):
    """What makes the desk move a ticket by itself."""

    REQUESTER_MESSAGE = "requester_message"
    AGENT_MESSAGE = "agent_message"
    WAKE = "wake"
    AUTO_CLOSE = "auto_close"
    NO_RESPONSE = "no_response"
    LINKED_CLOSED = "linked_closed"
    APPROVAL_NEEDED = "approval_needed"
    APPROVED = "approved"
    REJECTED = "rejected"
    TASKS_DONE = "tasks_done"
    PROTECTED_EDIT = "protected_edit"


class AfterResolved(enum.StrEnum):
    """What a mail of the requester does to a resolved ticket."""

    REOPEN = "reopen"
    ASK = "ask"
    APPEND = "append"


class Unit(enum.StrEnum):
    """How days are counted: every day, or days on which a calendar is open."""

    DAYS = "days"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class State:
    """A state: its name in the rows, what it means, and what people call it.

    `by_moves_only` keeps out tickets that change their type: nobody is put before a board by a menu.
    """

    name: str
    category: Category
    label: str
    by_moves_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A transition: from which states to which, who may make it, and what it takes.

    `require` names fields that must be filled, each an alternative of several with "|" between; `ask` those that are
    offered. `guard` names what must hold, `auto` what makes the desk do it, `kinds` the kinds of change it is for.
    `sets` and `effect` are what follows, as data.
    """

    id: str
    label: str
    source: tuple[str, ...]
    target: str
    by: frozenset[Role]
    require: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    guard: tuple[str, ...] = ()
    auto: frozenset[Occasion] = frozenset()
    kinds: frozenset[str] = frozenset()
    sets: Mapping[str, Any] = field(default_factory=dict)
    effect: tuple[str, ...] = ()
    approval: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field this move may need or offers, in order."""
        wanted = [part for item in (*self.require, *self.ask) for part in item.split("|")]
        return tuple(dict.fromkeys(wanted))


@dataclass(frozen=True, slots=True)
class Span:
    """A number of days, counted by a unit and for working days by the calendar of this name ("" is the desk's)."""

    days: int
    unit: Unit = Unit.DAYS
    calendar: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What time does to tickets of a type.

    A resolved one closes after `auto_close`; `reminders` are days of waiting for the requester after which they are
    reminded, and with `ends_unanswered` the last of them is followed by the end. A reply to a closed ticket within
    `follow_up_days` opens a follow-up.
    """

    auto_close: Span | None = None
    after_resolved: AfterResolved = AfterResolved.REOPEN
    follow_up_days: int = 30
    reminders: tuple[Span, ...] = ()
    ends_unanswered: Span | None = None


@dataclass(frozen=True)
class Lifecycle:
    """The states of a type of ticket in order, and the moves between them.

    `moved` says where tickets go that stand in a state which there is no more.
    """

    title: str
    prefix: str
    initial: str
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    fields: Mapping[str, Field] = field(default_factory=dict)
    times: Times = field(default_factory=Times)
    strict: bool = False
    moved: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_name(self) -> Mapping[str, State]:
        return {state.name: state for state in self.states}

    def has(self, state: str) -> bool:
        """Whether there is such a state."""
        return state in self.by_name

    def category(self, state: str) -> Category:
        """What a state means. Raises KeyError."""
        return self.by_name[state].category

    def field(self, name: str) -> Field:
        """A field that moves ask for: as this lifecycle has it, else as it is known, else a line of text."""
        return self.fields.get(name) or field_named(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What decides about a move: where the ticket stands, who asks, what is filled in, and which guards do not hold."""

    state: str
    roles: frozenset[Role]
    values: Mapping[str, Any] = field(default_factory=dict)
    hindered: frozenset[str] = frozenset()
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Why a move is refused, all at once: it does not lead from here, is for others, lacks fields, or is hindered."""

    state: bool = False
    roles: tuple[Role, ...] = ()
    fields: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()


def moves_from(lifecycle: Lifecycle, facts: Facts) -> list[Move]:
    """The moves that lead on from here for whoever asks, in order; what they take is another question."""
    return [
        move
        for move in lifecycle.moves
        if facts.state in move.source and _is_of_kind(move, facts) and move.by & facts.roles
    ]


def move_to(lifecycle: Lifecycle, state: str, facts: Facts) -> Move | None:
    """The move that would bring a ticket to a state: one that nothing stands against if there is, else the first."""
    fitting = [move for move in lifecycle.moves if move.target == state]
    from_here = [
        move for move in fitting if facts.state in move.source and _is_of_kind(move, facts)
    ]
    mine = [move for move in from_here if move.by & facts.roles]
    free = [move for move in mine if refusal(lifecycle, move, facts) is None]
    return next(iter([*free, *mine, *from_here]), None)


def refusal(lifecycle: Lifecycle, move: Move, facts: Facts) -> Missing | None:
    """All that stands against a move, or None when it may be made."""
    wrong = facts.state not in move.source or not _is_of_kind(move, facts)
    missing = Missing(
        state=wrong,
        roles=() if move.by & facts.roles else tuple(sorted(move.by)),
        fields=tuple(item for item in move.require if not _is_filled(item, facts.values)),
        guards=tuple(name for name in move.guard if name in facts.hindered),
    )
    return None if missing == Missing() else missing


def automatic(lifecycle: Lifecycle, occasion: Occasion, facts: Facts) -> Move | None:
    """The move that the desk makes by itself on an occasion; None where there is none, or something stands against it."""
    for move in lifecycle.moves:
        fits = occasion in move.auto and facts.state in move.source and _is_of_kind(move, facts)
        if fits and not _lacks(move, facts):
            return move
    return None


def state_for(lifecycle: Lifecycle, category: Category) -> str:
    """The first state of a category, or of the one nearest to it; tickets are put there when no move says where.

    It is not the first of all unless there is no other, for nothing becomes new again.
    """
    for wanted in (category, *_NEAREST[category]):
        found = _first_of(lifecycle, wanted, but=lifecycle.initial)
        if found:
            return found
    return lifecycle.initial


def map_state(
    old: Lifecycle, state: str, new: Lifecycle, *, category: Category | None = None
) -> str:
    """Where a ticket stands in another lifecycle: in the state of the same name and meaning, else by category.

    What was untouched stays untouched, and what was begun does not become new again. `category` says what a state
    meant that the old lifecycle does not have any more.
    """
    meant = old.category(state) if old.has(state) else category or Category.ACTIVE
    if state == old.initial and new.category(new.initial) is meant:
        return new.initial
    known = new.by_name.get(state)
    if known is not None and known.category is meant:
        return state
    for wanted in (meant, *_NEAREST[meant]):
        found = _first_of(new, wanted, but=new.initial)
        if found:
            return found
    return new.initial


def is_open(category: Category) -> bool:
    """Whether somebody still has to do something, or wait for it."""
    return category not in ENDED


def _first_of(lifecycle: Lifecycle, category: Category, *, but: str) -> str:
    of_it = [
        state for state in lifecycle.states if state.category is category and state.name != but
    ]
    open_to_all = [state for state in of_it if not state.by_moves_only]
    # Where a ticket ended is where it ended, whatever moves lead there.
    fitting = open_to_all or (of_it if category in ENDED else [])
    return fitting[0].name if fitting else ""


def _is_of_kind(move: Move, facts: Facts) -> bool:
    return not move.kinds or (facts.kind or "normal") in move.kinds


def _lacks(move: Move, facts: Facts) -> bool:
    lacking = any(not _is_filled(item, facts.values) for item in move.require)
    return lacking or any(name in facts.hindered for name in move.guard)


def _is_filled(item: str, values: Mapping[str, Any]) -> bool:
    return any(values.get(name) not in (None, "", [], False) for name in item.split("|"))
