"""The two forms of agents as form rules want them: what is not shown, what is asked for, and what may not be sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from wtforms import Field, SelectMultipleField, StringField

from helpdesk.automation import forms
from helpdesk.core.db import db
from helpdesk.definitions.store import Version
from helpdesk.people.models import Person
from helpdesk.tickets.customizing import fields_in_use, is_for
from helpdesk.tickets.lives import category_of, initial_of
from helpdesk.tickets.models import CustomField, Ticket
from helpdesk.tickets.prioritizing import by_matrix
from helpdesk.web.console import seen
from workflows.facts import TicketFacts, Who
from workflows.fields import CUSTOM
from workflows.form_rules import FormState, Typed

PREFIX = "field_"
_OPENING = ("subject", "text", "type", "group", "assignee", "impact", "urgency", "tags")
# What the new form shows of what rules fill; the rest is filled when the ticket is opened.
SHOWN = frozenset({"subject", "text", "type", "group", "impact", "urgency", "tags"})
# Without these there is no ticket.
ALWAYS_SHOWN = frozenset({"subject", "text"})
_CHANGING = ("type", "group", "assignee", "impact", "urgency", "priority", "tags")


def form_name(name: str) -> str:
    """What a form calls a field of a rule."""
    return PREFIX + name.removeprefix(CUSTOM) if name.startswith(CUSTOM) else name


def left_out(name: str) -> str:
    """What is said of something that was chosen in a field which a rule hides."""
    return str(
        _("A form rule hides “%(field)s” here; what was chosen there was left out.", field=name)
    )


def form_fields(fields: Sequence[CustomField]) -> dict[str, Field]:
    """Added fields as fields of a form."""
    return {
        PREFIX + one.key: SelectMultipleField(validate_choice=False)
        if one.kind == "multi"
        else StringField()
        for one in fields
    }


def drawn(one: CustomField, value: Any) -> dict[str, Any]:
    """An added field as templates want it."""
    return {
        "name": PREFIX + one.key,
        "label": one.label,
        "kind": one.kind,
        "options": [(str(choice), str(choice)) for choice in one.options],
        "value": value,
        "hint": None,
    }


def asked_fields(versions: Sequence[Version]) -> list[CustomField]:
    """The added fields that rules may ask for when a ticket is opened; no query where there are none."""
    keys = {
        name.removeprefix(CUSTOM)
        for one in versions
        for name in one.value.require
        if name.startswith(CUSTOM)
    }
    return [one for one in fields_in_use() if one.key in keys] if keys else []


def opening_state(
    versions: Sequence[Version],
    values: Mapping[str, Any],
    person: Person | None,
    asked: Sequence[CustomField],
) -> FormState:
    """What the rules make of the form of a new ticket in which these values stand."""
    if not versions:
        return FormState()
    typed = _typed(values, [name for name in _OPENING if values.get(name)])
    kind, impact, urgency = (str(values.get(one) or "") for one in ("type", "impact", "urgency"))
    facts = TicketFacts(
        type=kind,
        status=initial_of(kind),
        category=str(category_of(kind, initial_of(kind))),
        priority=by_matrix(impact, urgency, instead=4),
        assignee=_agent(values.get("assignee"), versions),
        requester=_requester(values, person),
        organisation=person.organisation.name if person and person.organisation else None,
        language=person.locale if person else "",
        channel=str(values.get("channel") or ""),
        messages=1,
    )
    own = {CUSTOM + one.key for one in asked if is_for(one, kind)}
    return _kept(forms.state_of(versions, typed, facts), {*_OPENING, *own})


def changing_state(
    versions: Sequence[Version],
    ticket: Ticket,
    values: Mapping[str, Any],
    custom: Sequence[CustomField],
) -> FormState:
    """What the rules make of the properties of a ticket, with what was typed into them."""
    if not versions:
        return FormState()
    typed = changing_typed(ticket, values)
    facts = forms.facts_for(versions, ticket)
    kind = str(values.get("type") or ticket.type)
    status = str(values.get("status") or ticket.status)
    impact, urgency = (
        str(values.get(one) or getattr(ticket, one)) for one in ("impact", "urgency")
    )
    chosen = typed.get("priority")
    if not chosen and ("impact" in values or "urgency" in values or "priority" in values):
        facts = replace(facts, priority=by_matrix(impact, urgency, instead=ticket.priority))
    facts = replace(facts, status=status, category=str(category_of(kind, status)))
    if "assignee" in values:
        facts = replace(facts, assignee=_agent(values.get("assignee"), versions))
    own = {CUSTOM + one.key for one in custom}
    return _kept(forms.state_of(versions, typed, facts), {*_CHANGING, *own})


def changing_typed(ticket: Ticket, values: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
    """What stands on a ticket, and over it what was typed."""
    return {**forms.standing_in(ticket), **_typed(values, [n for n in _CHANGING if n in values])}


def _typed(values: Mapping[str, Any], names: Collection[str]) -> dict[str, str | tuple[str, ...]]:
    found: dict[str, str | tuple[str, ...]] = {}
    for name in names:
        value = str(values.get(name) or "")
        if name == "group":
            value = seen.group_name(int(value)) or "" if value.isdigit() else ""
        elif name in ("assignee", "priority"):
            value = "" if value == "0" else value
        found[name] = value
    for name, value in values.items():
        if name.startswith(PREFIX) and value is not None:
            key = CUSTOM + name.removeprefix(PREFIX)
            many = isinstance(value, list | tuple)
            found[key] = tuple(one for one in value if one) if many else _plain(str(value))
    return found


def as_typed(value: Any) -> tuple[str, ...]:
    """The value of an added field, sent or kept, so that the two can be compared."""
    every = value if isinstance(value, list | tuple) else [value]
    return tuple(_word(one) for one in every if one not in (None, ""))


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _plain(str(value).strip())


def _plain(value: str) -> str:
    return {"yes": "true", "no": "false"}.get(value, value)


def _agent(chosen: Any, versions: Sequence[Version]) -> Who | None:
    text = str(chosen or "0")
    if not text.isdigit() or text == "0":
        return None
    tests = (test for one in versions for test in one.value.when.tests())
    if not any(test.field == "assignee" for test in tests):
        return Who("?")
    person = db.session.get(Person, int(text))
    return _who(person) if person else None


def _requester(values: Mapping[str, Any], person: Person | None) -> Who:
    if person is not None:
        return _who(person)
    return Who(str(values.get("name") or ""), (str(values.get("address") or ""),))


def _who(person: Person) -> Who:
    return Who(person.name, tuple(one.value for one in person.contact_points))


def _kept(state: FormState, names: set[str]) -> FormState:
    """The state as far as this form has the fields."""
    return replace(state, hidden=state.hidden & names, required=state.required & names)


def missing_of_opening(state: FormState, values: Mapping[str, Any]) -> dict[str, str]:
    """A sentence for each field that the form of a new ticket asks for and that is empty."""
    return missing_in(state, _typed(values, [name for name in _OPENING if values.get(name)]))


def missing_in(state: FormState, typed: Typed) -> dict[str, str]:
    """A sentence for each field that is asked for and empty, by its name in the form."""
    return {form_name(name): forms.still_needed() for name in state.missing(typed)}


def marks(state: FormState) -> dict[str, frozenset[str]]:
    """As templates want it: the fields not shown and the fields asked for, by their names in the form."""
    return {
        "hidden": frozenset(map(form_name, state.hidden)) - ALWAYS_SHOWN,
        "required": frozenset(map(form_name, state.required)),
    }
