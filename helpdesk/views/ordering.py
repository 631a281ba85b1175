"""In which order a person left each of the lists that everybody has; a view that somebody made brings its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpdesk.core.db import db
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.people.preferences import choose_part
from helpdesk.tickets.narrowing import Sort

PART = "orders"
# One for each list that everybody has, and for those of groups one was in long ago.
MOST_KEPT = 60


def order_left(actor: Actor, key: str, usual: Sort) -> Sort:
    """The order in which a person left the list of this key; the usual one where they never sorted it."""
    held = _held(actor.choices).get(key)
    return Sort(held) if held in set(Sort) else usual


def keep_order(actor: Actor, key: str, sort: Sort, usual: Sort) -> None:
    """Remember how a person sorted a list; in a unit of work. The usual order is not written down."""
    person = db.session.get_one(Person, actor.person_id)
    held = {name: one for name, one in _held(person.choices).items() if name != key}
    if sort is not usual:
        held[key] = sort.value
    kept = dict(list(held.items())[-MOST_KEPT:])
    choose_part(person, PART, kept or None)


def _held(choices: Mapping[str, Any] | None) -> dict[str, Any]:
    found = (choices or {}).get(PART)
    return dict(found) if isinstance(found, Mapping) else {}
