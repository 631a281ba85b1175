"""What the form of a rule offers beside its inputs, and the list of fields that a condition may ask for."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people.models import Group, Person, Role
from helpdesk.tickets.models import CustomField, Tag
from helpdesk.web.admin.rule_words import EVENTS, MATCHES, OCCASIONS, PICKS
from helpdesk.web.console import menus
from workflows.actions import WHO
from workflows.fields import FIELDS, Search
from workflows.fields import Kind as FieldKind
from workflows.rules import FORM_FIELDS

MOST_OFFERED = 500


def options_of(kind: Kind) -> dict[str, Any]:
    """The choices of a kind's form: pairs of value and label, or plain words for lists that help with typing."""
    groups = list(
        db.session.scalars(
            select(Group.name).where(Group.is_active).order_by(Group.name).limit(MOST_OFFERED)
        )
    )
    custom = [f"custom.{key}" for key in _custom_keys()]
    offered: dict[str, Any] = {
        "groups": [(name, name) for name in groups],
        "group": groups,
        "form_fields": [(name, name) for name in (*FORM_FIELDS, *custom)],
        "form_field": [*FORM_FIELDS, *custom],
        "custom": custom,
    }
    if kind is Kind.ROUTING:
        offered["on"] = [(str(one), label) for one, label in OCCASIONS.items()]
        offered["pick"] = [(str(one), label) for one, label in PICKS.items()]
        offered["match"] = [(str(one), label) for one, label in MATCHES.items()]
        return offered
    offered["on"] = list(EVENTS.items())
    offered["calendar"] = [
        ("", _("Every hour")),
        *((one.name, one.title) for one in store.current(Kind.CALENDAR)),
    ]
    return {**offered, **_of_actions()}


def _of_actions() -> dict[str, Any]:
    return {
        "status": [value for value, _label in menus.statuses()],
        "type": [value for value, _label in menus.types()],
        "priority": menus.priorities(),
        "agent": [*_agents(), "nobody"],
        "tag": list(db.session.scalars(select(Tag.name).order_by(Tag.name).limit(MOST_OFFERED))),
        "answer": [one.name for one in store.current(Kind.ANSWER)],
        "who": list(WHO),
    }


def field_help() -> list[dict[str, Any]]:
    """Every field that a condition may ask for: its name, what it is, how it is asked, and what it can be."""
    return [
        {
            "name": one.name,
            "label": _(one.label),
            "example": _example(one.name, one.kind, one.values),
            "values": one.values,
            "searched": one.search is not Search.NEVER,
        }
        for one in FIELDS
    ]


def _example(name: str, kind: FieldKind, values: tuple[str, ...]) -> str:
    if values:
        return f"{name}:{values[0]}"
    examples = {
        FieldKind.NUMBER: f"{name}:<=2",
        FieldKind.TEXT: f'{name}:"hot water"',
        FieldKind.DAY: f"{name}:>2027-01-31",
        FieldKind.SPAN: f"{name}:>2h",
        FieldKind.DEADLINE: f"{name}:<1h",
        FieldKind.FORMER: f"{name}:status=new",
        FieldKind.PERSON: f"{name}:kaya",
        FieldKind.NAME: f"{name}:it",
    }
    return examples.get(kind, f"{name}:word")


def _custom_keys() -> list[str]:
    return list(
        db.session.scalars(
            select(CustomField.key)
            .where(CustomField.is_active)
            .order_by(CustomField.position, CustomField.key)
            .limit(MOST_OFFERED)
        )
    )


def _agents() -> list[str]:
    return [
        address
        for address in db.session.scalars(
            select(Person.sign_in_name)
            .where(
                Person.is_active,
                Person.role.in_([Role.AGENT, Role.ADMIN]),
                Person.sign_in_name.is_not(None),
            )
            .order_by(Person.sign_in_name)
            .limit(MOST_OFFERED)
        )
        if address
    ]
