"""What a change of status asks for, as forms show it: with JavaScript at once, without it when it was refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from wtforms import Field as FormField
from wtforms import StringField

from helpdesk.people.access import Actor
from helpdesk.tickets.lives import lifecycle_of
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.moves import MoveRefused, roles_of, standing, ways_on
from helpdesk.web import moments, words
from workflows.lifecycle import Facts, Lifecycle, Occasion, automatic
from workflows.lifecycle_fields import Field, FieldKind, is_typed

PREFIX = "move_"
MOST_NAMES = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """A field of a form: named with the prefix, with what may be chosen and what stands in it."""

    name: str
    label: str
    kind: str
    options: list[tuple[str, str]]
    value: str
    required: bool


@dataclass(frozen=True, slots=True)
class Asking:
    """What a status asks for; `shown` is true once it was refused, so that it needs no script to be seen."""

    status: str
    label: str
    fields: list[Asked]
    shown: bool


def field_names(ticket: Ticket, type: str | None = None) -> list[str]:
    """The names of all fields that a form of this ticket may send, with the prefix."""
    lives = [lifecycle_of(ticket.type), *([lifecycle_of(type)] if type else [])]
    found = [name for life in lives for move in life.moves for name in move.fields]
    return [PREFIX + name for name in dict.fromkeys(found) if is_typed(name)][:MOST_NAMES]


def form_fields(ticket: Ticket, type: str | None = None) -> dict[str, FormField]:
    """The same as fields of a form."""
    return {name: StringField() for name in field_names(ticket, type)}


def typed_in(sent: Mapping[str, Any]) -> dict[str, str]:
    """What was typed into these fields, without the prefix."""
    return {
        name.removeprefix(PREFIX): str(value)
        for name, value in sent.items()
        if name.startswith(PREFIX) and value
    }


def askings(
    ticket: Ticket,
    actor: Actor,
    *,
    values: Mapping[str, Any],
    refused: MoveRefused | None = None,
    answered: bool = False,
) -> list[Asking]:
    """What each status that may come next asks for; first what was refused, with what it lacks."""
    life = lifecycle_of(ticket.type)
    found = []
    if refused is not None and refused.typed_fields:
        asked_of = lifecycle_of(str(values.get("type") or ticket.type))
        required = {name for item in refused.missing.fields for name in item.split("|")}
        target = refused.move.target if refused.move else ""
        shown = _fields(asked_of, refused.typed_fields, required, ticket, values, actor)
        label = words.status_word(target, str(values.get("type") or ticket.type))
        found.append(Asking(target, label, shown, shown=True))
    for way in ways_on(ticket, roles_of(actor, ticket), state=_state(ticket, answered)):
        names = [name for name in way.move.fields if is_typed(name)]
        if names and all(one.status != way.status for one in found):
            required = {name for item in way.move.require for name in item.split("|")}
            asked = _fields(life, names, required, ticket, values, actor)
            found.append(Asking(way.status, way.label, asked, shown=False))
    return found


def _state(ticket: Ticket, answered: bool) -> str:
    state = standing(ticket)
    if not answered:
        return state
    facts = Facts(state=state, roles=frozenset())
    move = automatic(lifecycle_of(ticket.type), Occasion.AGENT_MESSAGE, facts)
    return move.target if move else state


def _fields(
    life: Lifecycle,
    names: Iterable[str],
    required: set[str],
    ticket: Ticket,
    values: Mapping[str, Any],
    actor: Actor,
) -> list[Asked]:
    return [_asked(life.field(name), name in required, ticket, values, actor) for name in names]


def _asked(
    field: Field, required: bool, ticket: Ticket, values: Mapping[str, Any], actor: Actor
) -> Asked:
    name = PREFIX + field.name
    kept = ticket.process.get(field.name) or field.default
    typed = values.get(name)
    value = str(typed) if typed is not None else _as_typed(field, kept, actor)
    return Asked(name, _(field.label), field.kind.value, options_of(field), value, required)


def _as_typed(field: Field, kept: Any, actor: Actor) -> str:
    if field.kind is FieldKind.MOMENT and kept:
        at = datetime.fromisoformat(str(kept)).astimezone(ZoneInfo(actor.time_zone))
        return at.strftime("%Y-%m-%dT%H:%M")
    if field.kind is FieldKind.YES:
        return "yes" if kept else ""
    return str(kept or "")


def options_of(field: Field) -> list[tuple[str, str]]:
    """What may be chosen, in words."""
    if field.kind is FieldKind.YES:
        return [("", _("No")), ("yes", _("Yes"))]
    chosen = [(option, words.code_word(option)) for option in field.options]
    return chosen if field.default or not chosen else [("", "–"), *chosen]


def shown_values(ticket: Ticket) -> list[tuple[str, str]]:
    """What moves have asked for so far, by label, in words."""
    life = lifecycle_of(ticket.type)
    return [
        (_(life.field(name).label), value_word(life.field(name), value))
        for name, value in ticket.process.items()
        if value not in (None, "")
    ]


def value_word(field: Field, value: Any) -> str:
    """A value as a page names it; moments are left as they are kept, for the page to write."""
    if field.kind is FieldKind.CHOICE:
        return words.code_word(str(value))
    if field.kind is FieldKind.YES:
        return _("Yes") if value else _("No")
    if field.kind is FieldKind.MOMENT:
        return moments.moment(datetime.fromisoformat(str(value))).exact
    return str(value)
