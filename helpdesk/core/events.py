"""Events: what happened, in the past tense, ids only; and the list of what they set off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened.

    `actor_id` is the person who did it, None for the desk itself; `cause` is the door or rule it came by
    ("console", "mail", "rule: ...").
    """

    actor_id: int | None = None
    cause: str = "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedEvent(Event):
    """An event that the journal keeps.

    `before` and `after` hold plain JSON values; `personal` holds text of people, of which the journal keeps only
    salted digests.
    """

    # Whether this is always the first event of its subject, so that the journal need not look for earlier ones.
    is_first: ClassVar[bool] = False

    subject_kind: str
    subject_id: int
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    personal: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Owed:
    """A job owed after the commit: its name, the attribute of the event that holds the id it is given, and when.

    `when` looks at the event; None means always.
    """

    job: str
    attribute: str
    when: Callable[[Any], bool] | None = None


Inside = Callable[[Any], None]


@dataclass(frozen=True)
class Reactions:
    """For each type of event (and its subtypes), what runs inside the transaction and what is owed after it."""

    inside: Mapping[type[Event], tuple[Inside, ...]] = field(default_factory=dict)
    after: Mapping[type[Event], tuple[Owed, ...]] = field(default_factory=dict)

    def inside_of(self, event: Event) -> list[Inside]:
        return [
            run for kind, runs in self.inside.items() if isinstance(event, kind) for run in runs
        ]

    def after_of(self, event: Event) -> list[Owed]:
        return [
            owed
            for kind, all_owed in self.after.items()
            if isinstance(event, kind)
            for owed in all_owed
            if owed.when is None or owed.when(event)
        ]
