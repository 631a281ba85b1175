"""How the body of each kind of definition is read: what stands in the database becomes a value of `workflows/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from helpdesk.definitions.models import Kind
from workflows.assignment_reading import read_routing
from workflows.calendar import read_calendar
from workflows.chat import read_chat
from workflows.contact_form_reading import read_contact_form
from workflows.contact_way import read_contact_way
from workflows.lifecycle_reading import read_lifecycle
from workflows.priority import read_matrix
from workflows.rules import (
    read_answer,
    read_form_rule,
    read_macro,
    read_timed_rule,
    read_trigger,
)
from workflows.service_reading import read_service
from workflows.sla_agreement import read_agreement, read_any_clock

Parser = Callable[[Mapping[str, Any]], object]

# Each raises `workflows.faults.Faulty` for a body it cannot use.
PARSERS: dict[Kind, Parser] = {
    Kind.CALENDAR: read_calendar,
    Kind.POLICY: read_agreement,
    Kind.CLOCK: read_any_clock,
    Kind.ROUTING: read_routing,
    Kind.LIFECYCLE: read_lifecycle,
    Kind.MATRIX: read_matrix,
    Kind.TRIGGER: read_trigger,
    Kind.TIMED_RULE: read_timed_rule,
    Kind.MACRO: read_macro,
    Kind.FORM_RULE: read_form_rule,
    Kind.ANSWER: read_answer,
    Kind.SERVICE: read_service,
    Kind.FORM: read_contact_form,
    Kind.CHAT: read_chat,
    Kind.CONTACT: read_contact_way,
}


def parse(kind: Kind, body: Mapping[str, Any]) -> object:
    """The value that a body stands for. Raises Faulty."""
    parser = PARSERS.get(kind)
    return dict(body) if parser is None else parser(body)
