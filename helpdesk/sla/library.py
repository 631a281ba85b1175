"""Policies, calendars and free clocks as the engine asks for them: each version by a reference that never changes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from helpdesk.core.errors import NotFound
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from workflows.calendar import ALWAYS, BusinessCalendar
from workflows.sla import Policy
from workflows.sla_agreement import read_free_clock


class Library:
    """The versions that one piece of work asks for, each read once; a reference is the version's row id in digits.

    A name instead of a reference is a calendar that nobody has defined: it counts round the clock, and `desk check`
    names it.
    """

    def __init__(self) -> None:
        self._versions: dict[str, Version] = {}
        self._current: dict[tuple[Kind, str], Version] | None = None

    def policy(self, reference: str) -> Policy:
        """The policy of a reference; a free clock is a policy of one metric."""
        version = self.version(reference)
        if version.kind is Kind.CLOCK:
            return _clock(version.id, version.name, _Body(version.body))
        policy: Policy = version.value
        return policy

    def policy_of(self, version: Version) -> Policy | None:
        """A version as a policy; None for a clock that counts days, which has its own holidays."""
        return None if is_of_days(version) else self.policy(str(version.id))

    def hours(self, reference: str | None) -> BusinessCalendar:
        """The calendar of a reference, None for round the clock."""
        if reference is None or not reference.isdigit():
            return ALWAYS
        calendar: BusinessCalendar = self.version(reference).value
        return calendar

    def version(self, reference: str) -> Version:
        """The version of a reference."""
        known = self._versions.get(reference)
        if known is None:
            self._read_current()
            known = self._versions.get(reference)
        if known is None:
            known = self._versions[reference] = store.version_by_id(int(reference))
        return known

    def title(self, reference: str | None) -> str:
        """What people call a policy or calendar; "" for none."""
        try:
            return self.version(reference).title if reference and reference.isdigit() else ""
        except NotFound:
            return ""

    def current(self, kind: Kind) -> list[Version]:
        """What is defined of a kind and in use, by position and name."""
        found = [one for one in self._read_current().values() if one.kind is kind]
        return sorted(found, key=lambda one: (one.position, one.name))

    def reference(self, kind: Kind, name: str) -> str | None:
        """The reference of the version in force under a name; None where there is none."""
        found = self._read_current().get((kind, name))
        return None if found is None else str(found.id)

    def meant(self, policy: Policy) -> dict[str, str]:
        """What a policy's names of calendars mean now, by name."""
        named = {name: self.reference(Kind.CALENDAR, name) for name in sorted(policy.calendars)}
        return {name: reference for name, reference in named.items() if reference is not None}

    def _read_current(self) -> Mapping[tuple[Kind, str], Version]:
        if self._current is None:
            versions = store.all_current()
            self._current = {
                (one.kind, one.name): one for one in versions if one.body.get("active", True)
            }
            self._versions |= {str(one.id): one for one in versions}
        return self._current


def is_of_days(version: Version) -> bool:
    """Whether a version is of a clock that counts days."""
    return version.kind is Kind.CLOCK and "target" in version.body


class _Body:
    """Carries a body past the cache; the same id always means the same body but in tests."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.body = body

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Body) and other.body == self.body

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=512)
def _clock(_version_id: int, name: str, body: _Body) -> Policy:
    return read_free_clock(name, body.body).policy
