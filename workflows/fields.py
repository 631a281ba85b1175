"""THE LIST of fields that a person can name in a search, a view or a rule: one vocabulary for all of them."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from workflows.facts import TicketFacts, Who
from workflows.faults import N_
from workflows.text_match import fold


class Kind(enum.StrEnum):
    """What stands behind a field, and so what may be asked of it."""

    WORD = "word"
    NAME = "name"
    PERSON = "person"
    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"
    DAY = "day"
    SPAN = "span"
    DEADLINE = "deadline"
    CHANGE = "change"
    FORMER = "former"
    CUSTOM = "custom"


class Search(enum.StrEnum):
    """How the search answers for a field: from the ticket's row, from the index of texts, or not at all."""

    FACT = "fact"
    TEXT = "text"
    NEVER = "never"


# What a field of a ticket is: folded words, persons, a number, an instant, or a text; by its kind.
Words = Callable[[TicketFacts], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its name. `label` is how sentences call it; `values` are all it can be, empty where that is open."""

    name: str
    kind: Kind
    label: str
    search: Search = Search.NEVER
    aliases: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    words: Words | None = None
    people: Callable[[TicketFacts], Who | None] | None = None
    number: Callable[[TicketFacts], float] | None = None
    instant: Callable[[TicketFacts], datetime | None] | None = None


# Names of nobody and nothing, in the place of a value.
NOBODY: Final = frozenset({"nobody", "none", "unassigned"})
# Who reads, in the place of a person; known to searches and views, while nobody in particular reads a rule.
ME: Final = "me"

CATEGORIES: Final = (
    "active",
    "waiting_requester",
    "waiting_third_party",
    "waiting_internal",
    "resolved",
    "closed",
    "cancelled",
)
LEVELS: Final = ("high", "medium", "low")
EVENTS: Final = ("opened", "message", "reply", "note", "changed")
ACTORS: Final = ("requester", "agent", "other", "desk", "rule")
# What `changed:` and `was:` may name.
CHANGING: Final = (
    "status",
    "category",
    "type",
    "priority",
    "impact",
    "urgency",
    "group",
    "assignee",
    "requester",
    "tag",
    "subject",
)
PENDING: Final = "pending"
OPEN: Final = "open"
CUSTOM: Final = "custom."
_CUSTOM_NAME = re.compile(r"custom\.[a-z][a-z0-9_]{0,58}")


def _status(facts: TicketFacts) -> Iterable[str]:
    yield facts.status
    if facts.is_open:
        yield OPEN
    if facts.category.startswith("waiting_"):
        yield PENDING


def _number(facts: TicketFacts) -> Iterable[str]:
    """INC-1042, and 1042 alone."""
    number = facts.number.lower()
    return _said(number, number.rpartition("-")[2])


def _flags(facts: TicketFacts) -> Iterable[str]:
    states = {
        "open": facts.is_open,
        "closed": not facts.is_open,
        "assigned": facts.assignee is not None,
        "unassigned": facts.assignee is None,
        "breached": facts.is_breached,
        "overridden": facts.priority_overridden,
        "reply": facts.is_reply,
        "automatic": facts.is_automatic,
        "unverified": facts.is_unverified,
    }
    return (name for name, holds in states.items() if holds)


FLAGS: Final = (
    "open",
    "closed",
    "assigned",
    "unassigned",
    "breached",
    "overridden",
    "reply",
    "automatic",
    "unverified",
)
SEARCHED_FLAGS: Final = ("open", "closed", "assigned", "unassigned", "breached", "overridden")


def _said(*values: str | None) -> Iterable[str]:
    return [value for value in values if value]


_FACT, _TEXT = Search.FACT, Search.TEXT

FIELDS: Final[tuple[Field, ...]] = (
    Field("status", Kind.WORD, N_("status"), _FACT, ("state",), words=_status),
    Field(
        "category",
        Kind.WORD,
        N_("kind of status"),
        _FACT,
        values=CATEGORIES,
        words=lambda facts: _said(facts.category),
    ),
    Field("type", Kind.WORD, N_("type"), _FACT, words=lambda facts: _said(facts.type)),
    Field(
        "priority",
        Kind.NUMBER,
        N_("priority"),
        _FACT,
        ("prio",),
        number=lambda facts: facts.priority,
    ),
    Field(
        "impact",
        Kind.WORD,
        N_("impact"),
        _FACT,
        values=LEVELS,
        words=lambda facts: _said(facts.impact),
    ),
    Field(
        "urgency",
        Kind.WORD,
        N_("urgency"),
        _FACT,
        values=LEVELS,
        words=lambda facts: _said(facts.urgency),
    ),
    Field(
        "group",
        Kind.NAME,
        N_("group"),
        _FACT,
        ("team", "queue"),
        words=lambda facts: _said(facts.group),
    ),
    Field(
        "assignee",
        Kind.PERSON,
        N_("assignee"),
        _FACT,
        ("agent", "owner"),
        people=lambda facts: facts.assignee,
    ),
    Field("requester", Kind.PERSON, N_("requester"), _FACT, people=lambda facts: facts.requester),
    Field(
        "organisation",
        Kind.NAME,
        N_("organisation"),
        _FACT,
        ("organization", "org"),
        words=lambda facts: _said(facts.organisation),
    ),
    Field("channel", Kind.WORD, N_("channel"), _FACT, words=lambda facts: _said(facts.channel)),
    Field(
        "language",
        Kind.WORD,
        N_("language of the requester"),
        _FACT,
        ("lang",),
        words=lambda facts: _said(facts.language),
    ),
    Field("tag", Kind.WORD, N_("tag"), _FACT, ("tags",), words=lambda facts: facts.tags),
    Field("number", Kind.WORD, N_("number"), _FACT, words=_number),
    Field("is", Kind.FLAG, N_("state"), _FACT, values=FLAGS, words=_flags),
    Field(
        "has",
        Kind.FLAG,
        N_("contents"),
        values=("files",),
        words=lambda facts: _said("files" if facts.files else None),
    ),
    Field(
        "subject",
        Kind.TEXT,
        N_("subject"),
        _TEXT,
        ("title",),
        words=lambda facts: _said(facts.subject),
    ),
    Field("text", Kind.TEXT, N_("text"), aliases=("body",), words=lambda f: _said(f.text)),
    Field(
        "from", Kind.TEXT, N_("sender"), _TEXT, ("sender",), words=lambda facts: _said(facts.sender)
    ),
    Field("to", Kind.TEXT, N_("receiver"), _TEXT, words=lambda facts: facts.receivers),
    Field("event", Kind.WORD, N_("event"), values=EVENTS, words=lambda facts: facts.events),
    Field("by", Kind.WORD, N_("doer"), values=ACTORS, words=lambda facts: _said(facts.by)),
    Field("changed", Kind.CHANGE, N_("change"), values=CHANGING, words=lambda f: f.changed),
    Field("was", Kind.FORMER, N_("former value")),
    Field("messages", Kind.NUMBER, N_("number of messages"), _FACT, number=lambda f: f.messages),
    Field("answers", Kind.NUMBER, N_("number of answers"), number=lambda f: f.answers),
    Field("notes", Kind.NUMBER, N_("number of notes"), number=lambda f: f.notes),
    Field("created", Kind.DAY, N_("day it was opened"), _FACT, instant=lambda f: f.created_at),
    Field("updated", Kind.DAY, N_("day of the last change"), _FACT, instant=lambda f: f.updated_at),
    Field("resolved", Kind.DAY, N_("day it was resolved"), _FACT, instant=lambda f: f.resolved_at),
    Field("closed", Kind.DAY, N_("day it was closed"), _FACT, instant=lambda f: f.closed_at),
    Field("age", Kind.SPAN, N_("time since it was opened"), _FACT, instant=lambda f: f.created_at),
    Field(
        "idle",
        Kind.SPAN,
        N_("time since the last public message"),
        _FACT,
        instant=lambda f: f.last_activity_at,
    ),
    Field(
        "unchanged",
        Kind.SPAN,
        N_("time since the last change"),
        _FACT,
        instant=lambda f: f.updated_at,
    ),
    Field(
        "in_status",
        Kind.SPAN,
        N_("time in this status"),
        aliases=("in-status",),
        instant=lambda f: f.status_since,
    ),
    Field(
        "unanswered",
        Kind.SPAN,
        N_("time the requester has waited for an answer"),
        instant=lambda f: f.unanswered_since,
    ),
    Field(
        "awaiting",
        Kind.SPAN,
        N_("time we have waited for the requester"),
        instant=lambda f: f.awaiting_since,
    ),
    Field("due", Kind.DEADLINE, N_("time until it is due"), _FACT, instant=lambda f: f.due_at),
    Field(
        "breach", Kind.DEADLINE, N_("time until it is late"), _FACT, instant=lambda f: f.breach_at
    ),
)

BY_NAME: Final = MappingProxyType(
    {name: field for field in FIELDS for name in (field.name, *field.aliases)}
)
# `before:2026-11-21` and `after:2026-11-21` are short for a comparison of the day a ticket was opened.
BEFORE, AFTER = "before", "after"


def field_named(name: str) -> Field | None:
    """The field of this name, or of an administrator's own field such as custom.asset_tag; None if there is none."""
    lowered = name.lower()
    if _CUSTOM_NAME.fullmatch(lowered):
        return Field(lowered, Kind.CUSTOM, lowered.removeprefix(CUSTOM))
    return BY_NAME.get(lowered)


def all_names() -> tuple[str, ...]:
    """Every name that may stand before a colon."""
    return (*BY_NAME, BEFORE, AFTER)


def begins(name: str, wanted: str) -> bool:
    """Whether a name begins with what was typed."""
    return fold(name).startswith(fold(wanted))


def is_person(who: Who, wanted: str) -> bool:
    """Whether what was typed stands in a person's name, or begins one of their addresses."""
    typed = fold(wanted)
    return typed in fold(who.name) or any(fold(one).startswith(typed) for one in who.addresses)
