"""The properties of a ticket: its form, and what was typed when it comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import gettext as _
from wtforms import Field, SelectMultipleField, StringField

from helpdesk.automation import forms
from helpdesk.definitions.store import Version
from helpdesk.people.access import Actor
from helpdesk.tickets.customizing import fields_of
from helpdesk.tickets.models import CustomField, Ticket
from helpdesk.tickets.moves import MoveRefused
from helpdesk.tickets.prioritizing import by_matrix, matrix
from helpdesk.web import words
from helpdesk.web.console import asking, menus, ruled_forms, seen
from helpdesk.web.console.changing import Changes
from helpdesk.web.console.fields import id_in, level_in, status_in, type_in
from helpdesk.web.console.seen import Choices
from helpdesk.web.forms import Form, own_line
from workflows.form_rules import FormState

PREFIX = "field_"
BY_MATRIX = "0"
NO_GROUP = "0"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into the properties, and what is wrong with it; empty on a fresh page."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    refused: MoveRefused | None = None


class PropertiesForm(Form):
    version = StringField()
    status = StringField(filters=[own_line])
    assignee = StringField(filters=[own_line])
    group = StringField(filters=[own_line])
    priority = StringField(filters=[own_line])
    impact = StringField(filters=[own_line])
    urgency = StringField(filters=[own_line])
    type = StringField(filters=[own_line])
    priority_why = StringField(filters=[own_line])
    tags = StringField(filters=[own_line])


def form_for(ticket: Ticket) -> tuple[PropertiesForm, Sequence[CustomField]]:
    """The form of a ticket of this type, with the fields that the administrator added."""
    custom = fields_of(ticket.type)
    own: dict[str, Field] = {
        PREFIX + one.key: SelectMultipleField(validate_choice=False)
        if one.kind == "multi"
        else StringField()
        for one in custom
    }
    own |= asking.form_fields(ticket, request.form.get("type"))
    kind: type[PropertiesForm] = type("FormOfTicket", (PropertiesForm,), own)
    return kind(), custom


def changes_in(form: PropertiesForm, custom: Sequence[CustomField], ticket: Ticket) -> Changes:
    """What was sent and differs from the ticket; what the form did not send stays. Raises Invalid."""
    sent = {name: form[name].data for name in form._fields if name in request.form}
    return Changes(
        status=_other(status_in(sent.get("status")), ticket.status),
        assignee=_other(id_in(sent.get("assignee"), field="assignee"), ticket.assignee_id or 0),
        group=_other(id_in(sent.get("group"), field="group"), ticket.group_id or 0),
        priority=_other(id_in(sent.get("priority"), field="priority"), _chosen_priority(ticket)),
        impact=_other(
            level_in(sent.get("impact"), matrix().impacts, ticket.impact, field="impact"),
            ticket.impact,
        ),
        urgency=_other(
            level_in(sent.get("urgency"), matrix().urgencies, ticket.urgency, field="urgency"),
            ticket.urgency,
        ),
        because=str(sent["priority_why"] or "") if "priority_why" in sent else "",
        type=_other(type_in(sent.get("type")), ticket.type),
        tags=tuple(str(sent["tags"] or "").split(",")) if "tags" in sent else None,
        custom=_custom(sent, custom) or None,
        fields=asking.typed_in(sent),
    )


@dataclass(frozen=True, slots=True)
class Followed:
    """What form rules make of what was sent: what is wrong, by field, and what they fill where the rest is saved."""

    state: FormState
    versions: Sequence[Version]
    errors: Mapping[str, str]


def follow_rules(
    form: PropertiesForm, custom: Sequence[CustomField], ticket: Ticket, changes: Changes
) -> Followed:
    """Hold what was sent against the rules in force; what they hide is taken out of the form, and said if it was changed.

    A form that only says who has the ticket is a button, and is asked nothing.
    """
    versions = forms.in_force()
    sent = {name: form[name].data for name in form._fields if name in request.form}
    state = ruled_forms.changing_state(versions, ticket, sent, custom)
    errors: dict[str, str] = {}
    if set(sent) - {"version", "csrf_token", "assignee"}:
        errors |= ruled_forms.missing_in(state, ruled_forms.changing_typed(ticket, sent))
    for name in sorted(map(ruled_forms.form_name, state.hidden)):
        if name in sent:
            if _is_changed(name, sent[name], changes, ticket):
                errors.setdefault("", ruled_forms.left_out(name))
            # Nothing typed stands in it any more, so that the page shows the ticket's own.
            form._fields[name].data = None
    return Followed(state, versions, errors)


def _is_changed(name: str, sent: Any, changes: Changes, ticket: Ticket) -> bool:
    if name == "tags":
        typed = {one.strip().lower() for one in str(sent or "").split(",")} - {""}
        return typed != {tag.name for tag in ticket.tags}
    if name.startswith(PREFIX):
        had = ruled_forms.as_typed(ticket.custom.get(name.removeprefix(PREFIX)))
        return ruled_forms.as_typed(sent) != had
    return getattr(changes, name) is not None


def _custom(sent: Mapping[str, Any], custom: Sequence[CustomField]) -> dict[str, Any]:
    found = {}
    for one in custom:
        name = PREFIX + one.key
        if name in sent:
            value = sent[name]
            found[one.key] = [part for part in value if part] if one.kind == "multi" else value
    return found


def _other(new: Any, now: Any) -> Any:
    return None if new == now else new


def _chosen_priority(ticket: Ticket) -> int:
    return ticket.priority if ticket.priority_overridden else int(BY_MATRIX)


def properties_context(ticket: Ticket, typed: Typed, actor: Actor) -> dict[str, Any]:
    """As `console/_properties.html` wants it."""
    values = {
        "status": ticket.status,
        "assignee": str(ticket.assignee_id or 0),
        "group": str(ticket.group_id or 0),
        "priority": str(_chosen_priority(ticket)),
        "impact": ticket.impact,
        "urgency": ticket.urgency,
        "type": ticket.type,
        "priority_why": ticket.priority_why or "",
    }
    tags = ", ".join(tag.name for tag in ticket.tags)
    custom = fields_of(ticket.type)
    state = ruled_forms.changing_state(forms.lately(), ticket, typed.values, custom)
    return {
        "values": {**values, **typed.values},
        "errors": typed.errors,
        "options": _options(ticket, actor),
        "tags": typed.values.get("tags", tags),
        "all_tags": [],
        "asking": asking.askings(ticket, actor, values=typed.values, refused=typed.refused),
        "process": asking.shown_values(ticket),
        "fields": [_field(one, ticket, typed) for one in custom],
        **ruled_forms.marks(state),
    }


def _options(ticket: Ticket, actor: Actor) -> dict[str, Choices]:
    given = by_matrix(ticket.impact, ticket.urgency, instead=ticket.priority)
    assignee = [(ticket.assignee.id, ticket.assignee.name)] if ticket.assignee else []
    groups = [one for one in seen.groups() if one.is_active or one.id == ticket.group_id]
    return {
        "status": [
            (ticket.status, words.status_word(ticket.status, ticket.type)),
            *menus.statuses_after(ticket, actor),
        ],
        "assignee": [
            (menus.NOBODY, _("Nobody")),
            *menus.agents_for(ticket.group_id, also=assignee),
        ],
        "group": [(NO_GROUP, _("No group")), *seen.choices_of(groups)],
        "priority": [
            (BY_MATRIX, _("P%(num)s by the matrix", num=given)),
            *menus.priorities(),
        ],
        "impact": menus.with_own(menus.impacts(), ticket.impact),
        "urgency": menus.with_own(menus.urgencies(), ticket.urgency),
        "type": menus.types(),
    }


def _field(one: CustomField, ticket: Ticket, typed: Typed) -> dict[str, Any]:
    name = PREFIX + one.key
    return {
        "name": name,
        "label": one.label,
        "kind": one.kind,
        "options": [(str(choice), str(choice)) for choice in one.options],
        "value": typed.values.get(name, ticket.custom.get(one.key)),
        "hint": None,
    }
