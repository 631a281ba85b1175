"""How a person has the views in their rail: in which order, and which they hid."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from helpdesk.core.db import db
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.people.preferences import choose_part
from helpdesk.views.store import View, is_for, visible_to

PART = "views"
Move = Literal["up", "down", "hide", "show"]
MOVES: tuple[Move, ...] = ("up", "down", "hide", "show")


def in_rail(actor: Actor, views: Iterable[View]) -> list[View]:
    """The views that are for a person and that they did not hide, in their order."""
    hidden = _ids(actor, "hidden")
    return [one for one in in_order(actor, views) if one.id not in hidden and is_for(actor, one)]


def mark_of(views: Iterable[View]) -> int:
    """A number that is another one as soon as a rail of these views would read otherwise."""
    said = [(one.id, one.version, one.is_counted) for one in views]
    return zlib.crc32(repr(said).encode())


def in_order(actor: Actor, views: Iterable[View]) -> list[View]:
    """Every view that a person may open, in their order; what they never moved stays in that of its makers, own ones
    first."""
    places = {view_id: place for place, view_id in enumerate(_ids(actor, "order"))}
    found = visible_to(actor, views)
    usual = sorted(found, key=lambda one: not one.is_own)
    return sorted(usual, key=lambda one: places.get(one.id, len(places)))


def is_hidden(actor: Actor, view: View) -> bool:
    """Whether a person took a view out of their rail."""
    return view.id in _ids(actor, "hidden")


def arrange(actor: Actor, views: Iterable[View], view_id: int, move: Move) -> None:
    """Move a view up or down, hide it or show it again, for this person alone; in a unit of work."""
    order = [one.id for one in in_order(actor, views)]
    hidden = [one for one in _ids(actor, "hidden") if one in order]
    if move in ("up", "down") and view_id in order:
        place = order.index(view_id)
        other = place + (-1 if move == "up" else 1)
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
    elif move == "hide":
        hidden = [*(one for one in hidden if one != view_id), view_id]
    elif move == "show":
        hidden = [one for one in hidden if one != view_id]
    person = db.session.get_one(Person, actor.person_id)
    choose_part(person, PART, {"order": order, "hidden": hidden})


def _ids(actor: Actor, name: str) -> Sequence[int]:
    held: Any = actor.choices.get(PART)
    found = held.get(name) if isinstance(held, Mapping) else None
    return [one for one in found if isinstance(one, int)] if isinstance(found, list) else []
