"""What form rules do to a form while it is filled in: which fields are hidden, required or filled; nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from workflows.facts import TicketFacts
from workflows.fields import CUSTOM
from workflows.rules import FormRule

# The fields of forms that conditions know by the same name.
_PLAIN = ("subject", "text", "type", "group", "impact", "urgency")


@dataclass(frozen=True, slots=True)
class FormState:
    """A form as its rules want it: a hidden field is never required, and what was typed is never overwritten."""

    hidden: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    filled: Mapping[str, str] | None = None

    def missing(self, typed: Mapping[str, str]) -> list[str]:
        """The required fields in which nothing stands, in order."""
        return sorted(name for name in self.required if not typed.get(name, "").strip())


def form_state(
    rules: Sequence[FormRule], typed: Mapping[str, str], facts: TicketFacts, at: datetime
) -> FormState:
    """What the active rules make of a form, in their order: of two that fill a field the first counts.

    `typed` has what stands in the form, by the names of its fields; `facts` the ticket as it was before, a blank one for
    a new ticket.
    """
    seen = _as_typed(typed, facts)
    hidden: set[str] = set()
    required: set[str] = set()
    filled: dict[str, str] = {}
    for rule in rules:
        if not rule.active or not rule.when.holds(seen, at):
            continue
        hidden |= set(rule.hide)
        required |= set(rule.require)
        for name, value in rule.fill.items():
            if not typed.get(name, "").strip():
                filled.setdefault(name, value)
    return FormState(frozenset(hidden), frozenset(required - hidden), filled)


def _as_typed(typed: Mapping[str, str], facts: TicketFacts) -> TicketFacts:
    """The ticket as it would be with what was typed."""
    values: dict[str, Any] = {name: typed[name] for name in _PLAIN if name in typed}
    if "tags" in typed:
        tags = (one.strip().lower() for one in typed["tags"].split(","))
        values["tags"] = frozenset(one for one in tags if one)
    if typed.get("priority", "").isdigit():
        values["priority"] = int(typed["priority"])
    own = {
        name.removeprefix(CUSTOM): value for name, value in typed.items() if name.startswith(CUSTOM)
    }
    return replace(facts, **values, custom={**facts.custom, **own})
