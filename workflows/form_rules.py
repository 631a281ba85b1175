"""What form rules do to a form while it is filled in: which fields are hidden, required or filled; nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from workflows.facts import CustomValue, TicketFacts
from workflows.fields import CUSTOM
from workflows.rules import FormRule

Typed = Mapping[str, str | tuple[str, ...]]
# The fields of forms that conditions know by the same name.
_PLAIN = ("subject", "text", "type", "group", "impact", "urgency")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class FormState:
    """A form as its rules want it: a hidden field is never required, and what was typed is never overwritten."""

    hidden: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    filled: Mapping[str, str] = field(default_factory=dict)
    filled_by: Mapping[str, FormRule] = field(default_factory=dict)

    def missing(self, typed: Typed) -> list[str]:
        """The required fields in which nothing stands and which no rule fills, in order."""
        return sorted(
            name for name in self.required if is_blank(typed, name) and name not in self.filled
        )


def is_blank(typed: Typed, name: str) -> bool:
    """Whether nothing stands in a field."""
    value = typed.get(name, "")
    return not value.strip() if isinstance(value, str) else not any(value)


def form_state(
    rules: Sequence[FormRule], typed: Typed, facts: TicketFacts, at: datetime
) -> FormState:
    """What the active rules make of a form, in their order: of two that fill a field the first counts.

    `typed` has what stands in the form, by the names of its fields, several values of one in a tuple; `facts` the ticket as it was before, a blank one for
    a new ticket.
    """
    seen = _as_typed(typed, facts)
    hidden: set[str] = set()
    required: set[str] = set()
    filled: dict[str, FormRule] = {}
    for rule in rules:
        if not rule.active or not rule.when.holds(seen, at):
            continue
        hidden |= set(rule.hide)
        required |= set(rule.require)
        for name in rule.fill:
            if is_blank(typed, name):
                filled.setdefault(name, rule)
    values = {name: rule.fill[name] for name, rule in filled.items()}
    return FormState(frozenset(hidden), frozenset(required - hidden), values, filled)


def _as_typed(typed: Typed, facts: TicketFacts) -> TicketFacts:
    """The ticket as it would be with what was typed."""
    values: dict[str, Any] = {name: typed[name] for name in _PLAIN if name in typed}
    if "tags" in typed:
        tags = (one.strip().lower() for one in str(typed["tags"]).split(","))
        values["tags"] = frozenset(one for one in tags if one)
    priority = str(typed.get("priority", ""))
    if priority.isdigit():
        values["priority"] = int(priority)
    own = {
        name.removeprefix(CUSTOM): _own_value(value, facts.custom.get(name.removeprefix(CUSTOM)))
        for name, value in typed.items()
        if name.startswith(CUSTOM)
    }
    return replace(facts, **values, custom={**facts.custom, **own})


def _own_value(value: str | tuple[str, ...], had: CustomValue | None) -> CustomValue:
    """What was typed into an administrator's own field, as tickets keep it: "12" as a number, "true" as a flag."""
    if isinstance(value, tuple) or (isinstance(had, str) and had == value):
        return value
    if value in ("true", "false"):
        return value == "true"
    return float(value) if _NUMBER.fullmatch(value) else value
