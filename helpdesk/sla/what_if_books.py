"""The books of a what-if: every version as it was written, and the same with a draft in the place of one definition.

Everything here is fit for JSON, so that other processes can be given it; nothing here asks the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from helpdesk.definitions.models import Kind
from workflows.calendar import ALWAYS, BusinessCalendar, read_calendar
from workflows.sla import Policy
from workflows.sla_agreement import read_agreement, read_free_clock


@dataclass(frozen=True, slots=True)
class Written:
    """A version as it was written; `reference` is its row id in digits."""

    reference: str
    kind: str
    name: str
    body: Mapping[str, Any]
    is_current: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """What would take the place of every version of one definition."""

    kind: str
    name: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What a run asks: the versions there are, the draft, and the range in seconds since 1970."""

    versions: list[Written]
    draft: Draft
    since: int
    until: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Question:
        """What `to_json()` said."""
        return cls(
            [Written(**one) for one in kept["versions"]],
            Draft(**kept["draft"]),
            kept["since"],
            kept["until"],
        )

    def as_it_was(self) -> Shelf:
        """The book by which tickets were counted."""
        return Shelf({one.reference: one for one in self.versions})

    def as_it_would_be(self) -> Shelf:
        """The same book with the draft in the place of what it is a draft of."""
        draft = self.draft
        replaced = {
            one.reference: Written(one.reference, one.kind, one.name, draft.body, one.is_current)
            if (one.kind, one.name) == (draft.kind, draft.name)
            else one
            for one in self.versions
        }
        calendars = {
            one.name: one.reference
            for one in self.versions
            if one.kind == Kind.CALENDAR and one.is_current
        }
        return Shelf(replaced, calendars)


@dataclass(slots=True)
class Shelf:
    """A book for the timers; each version is read when it is first asked for.

    `calendars` says what a calendar's name means where a ticket does not know it; without, it counts round the clock.
    """

    versions: Mapping[str, Written]
    calendars: Mapping[str, str] = field(default_factory=dict)
    _policies: dict[str, Policy] = field(default_factory=dict)
    _hours: dict[str, BusinessCalendar] = field(default_factory=dict)

    def policy(self, reference: str) -> Policy:
        """The policy of a reference; a free clock is a policy of one metric."""
        found = self._policies.get(reference)
        if found is None:
            one = self.versions[reference]
            if one.kind == Kind.CLOCK:
                found = read_free_clock(one.name, one.body).policy
            else:
                found = read_agreement(one.body)
            self._policies[reference] = found
        return found

    def hours(self, reference: str | None) -> BusinessCalendar:
        """The calendar of a reference or name, None for round the clock."""
        if reference is None:
            return ALWAYS
        found = self._hours.get(reference)
        if found is None:
            one = self.versions.get(self.calendars.get(reference, reference))
            found = self._hours[reference] = ALWAYS if one is None else read_calendar(one.body)
        return found
