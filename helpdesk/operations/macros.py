"""Macros used on a ticket, as operations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from helpdesk.automation import macros
from helpdesk.core.db import db
from helpdesk.definitions.store import Version
from helpdesk.operations.models import Act, Operation, OperationPart
from helpdesk.operations.recording import recording
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket


def use(version: Version, ticket: Ticket, agent: Person) -> Operation | None:
    """Do all that a macro says to a locked ticket; None where it set nothing that could be taken back."""
    said = {"macro": version.name, "title": version.title}
    with recording(Act.MACRO, [ticket], by=agent.id, said=said) as now:
        macros.use(version, ticket, agent)
    return now.operation


def uses_of(ticket_id: int, *, limit: int = 5) -> Sequence[Operation]:
    """What was done with macros on a ticket, the newest first."""
    return db.session.scalars(
        select(Operation)
        .join(OperationPart, OperationPart.operation_id == Operation.id)
        .where(Operation.act == Act.MACRO, OperationPart.ticket_id == ticket_id)
        .order_by(Operation.id.desc())
        .limit(limit)
    ).all()
