"""What the pages of rules know of each kind: which parts its form has, and how each action is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.core.errors import NotFound
from helpdesk.definitions.models import Kind

# The kinds that these pages are for; in a list of each the order counts, but for macros and form rules only to readers.
RULES = (Kind.TRIGGER, Kind.TIMED_RULE, Kind.MACRO, Kind.FORM_RULE, Kind.ROUTING)


@dataclass(frozen=True, slots=True)
class Asked:
    """How the form asks for an action: what it is called, and its two inputs.

    `value` is "line", "text", "choice" or "" for none; `extra` the label of a first input, "" for none. `choices` names
    the list of `options` that is offered for each.
    """

    label: Any
    value: str = "line"
    value_label: Any = ""
    choices: str = ""
    extra: Any = ""
    extra_choices: str = ""


ACTIONS: Mapping[str, Asked] = {
    "set_status": Asked(_l("Set the status"), "line", _l("Status"), "status"),
    "set_priority": Asked(_l("Set the priority"), "choice", _l("Priority"), "priority"),
    "set_type": Asked(_l("Change the type"), "line", _l("Type"), "type"),
    "assign_group": Asked(_l("Move to a group"), "line", _l("Group"), "group"),
    "assign_agent": Asked(
        _l("Give to an agent"), "line", _l("Address of the agent, or nobody"), "agent"
    ),
    "route": Asked(_l("Let routing choose an agent"), ""),
    "add_tag": Asked(_l("Add a tag"), "line", _l("Tag"), "tag"),
    "remove_tag": Asked(_l("Take off a tag"), "line", _l("Tag"), "tag"),
    "set_field": Asked(
        _l("Set a field"), "line", _l("Value"), "", _l("Key of the field"), "custom"
    ),
    "add_note": Asked(_l("Add an internal note"), "text", _l("Text")),
    "send_reply": Asked(
        _l("Write to the requester"),
        "text",
        _l("Text"),
        "",
        _l("Name of a canned answer, in place of a text"),
        "answer",
    ),
    "notify": Asked(
        _l("Tell staff by mail"), "text", _l("Text"), "", _l("Whom, or an address"), "who"
    ),
    "add_watcher": Asked(_l("Let somebody watch it"), "line", _l("Address"), "agent"),
}
FILL = Asked(_l("Fill a field"), "line", _l("Value"), "", _l("Field"), "form_field")


_TICKETS = _l("For which tickets")


@dataclass(frozen=True, slots=True)
class Shape:
    """The form of a kind: its parts by the keys of the body, and what it says about itself."""

    add: Any
    sentence: Any
    parts: frozenset[str]
    acts: bool = True
    # What must hold is asked by this label.
    when_label: Any = _TICKETS


SHAPES: Mapping[Kind, Shape] = {
    Kind.TRIGGER: Shape(
        _l("Add a trigger"),
        _l(
            "Triggers run from top to bottom after each change of a ticket, each at most once; a later one sees what an earlier one did."
        ),
        frozenset({"on", "last"}),
    ),
    Kind.TIMED_RULE: Shape(
        _l("Add a timed rule"),
        _l("Timed rules run by themselves once a ticket has met their condition for long enough."),
        frozenset({"calendar", "again"}),
        when_label=_l("When does it run"),
    ),
    Kind.MACRO: Shape(
        _l("Add a macro"),
        _l("Macros are several steps that an agent takes with one click, after seeing them."),
        frozenset({"groups"}),
        when_label=_l("On which tickets it is offered"),
    ),
    Kind.FORM_RULE: Shape(
        _l("Add a form rule"),
        _l(
            "Form rules say what the form of a new ticket and the properties of a ticket hide, ask for and fill. Of two that fill a field the upper one counts."
        ),
        frozenset({"hide", "require", "fill"}),
        acts=False,
        when_label=_l("While this is typed"),
    ),
    Kind.ROUTING: Shape(
        _l("Add a routing"),
        _l(
            "A ticket is given to an agent by the first routing of this list that is for its group and whose condition holds."
        ),
        frozenset({"groups", "occasions", "strategy"}),
        acts=False,
    ),
}


def rule_kind_in(slug: str) -> Kind:
    """The kind of rule that an address names. Raises NotFound."""
    if slug in [kind.value for kind in RULES]:
        return Kind(slug)
    raise NotFound(_("There is nothing here."), _("Choose from the list of settings."))


def asked_of(kind: str) -> Asked:
    """How an action is asked for; one that this page does not know is shown as a line."""
    return FILL if kind == "fill" else ACTIONS.get(kind, Asked(kind, "line", kind))
