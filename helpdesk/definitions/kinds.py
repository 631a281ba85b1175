"""How the body of each kind of definition is read: what stands in the database becomes a value of `workflows/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from helpdesk.definitions.models import Kind
from workflows.assignment_reading import read_routing
from workflows.calendar import read_calendar
from workflows.lifecycle_reading import read_lifecycle
from workflows.sla_agreement import read_agreement

Parser = Callable[[Mapping[str, Any]], object]

# Each raises `workflows.faults.Faulty` for a body it cannot use.
PARSERS: dict[Kind, Parser] = {
    Kind.CALENDAR: read_calendar,
    Kind.POLICY: read_agreement,
    Kind.ROUTING: read_routing,
    Kind.LIFECYCLE: read_lifecycle,
}


def parse(kind: Kind, body: Mapping[str, Any]) -> object:
    """The value that a body stands for. Raises Faulty."""
    parser = PARSERS.get(kind)
    return dict(body) if parser is None else parser(body)
