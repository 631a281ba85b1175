"""Which rules were set aside because they broke, and which set each other off; and putting them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from helpdesk.automation import troubles
from helpdesk.automation.models import RuleTrouble
from helpdesk.definitions.models import Kind
from helpdesk.people.access import Actor
from helpdesk.tickets.queries import numbers_of


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong with a rule, on which ticket and when."""

    id: int
    text: str
    ticket: str
    at: datetime
    is_set_aside: bool


def troubles_of(kind: Kind, *, actor: Actor) -> dict[str, list[Trouble]]:
    """What is wrong with rules of a kind and is not settled, by their names; two queries at the most."""
    open_ones = [one for one in troubles.troubles() if one.kind is kind]
    numbers = numbers_of(actor, {one.ticket_id for one in open_ones if one.ticket_id is not None})
    found: dict[str, list[Trouble]] = {}
    for one in open_ones:
        found.setdefault(one.name, []).append(_trouble(one, numbers))
    return found


def settle_all(kind: Kind, name: str, *, actor: Actor) -> int:
    """Put a rule back, and take note of what else was wrong with it; returns how much that was. In a unit of work."""
    open_ones = [one for one in troubles.troubles() if (one.kind, one.name) == (kind, name)]
    for one in open_ones:
        troubles.settle(one.id, actor=actor)
    return len(open_ones)


def _trouble(one: RuleTrouble, numbers: Mapping[int, str]) -> Trouble:
    ticket = numbers.get(one.ticket_id or 0, "")
    return Trouble(one.id, one.text, ticket, one.at, bool(one.is_set_aside))
