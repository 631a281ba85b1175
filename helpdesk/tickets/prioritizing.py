"""How pressing a ticket is: by the desk's matrix from impact and urgency, or by somebody's word with a reason."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.errors import Invalid
from helpdesk.core.remembering import Remembered
from helpdesk.core.unit_of_work import record
from helpdesk.definitions import store
from helpdesk.definitions.events import DefinitionEvent
from helpdesk.definitions.models import Kind
from helpdesk.tickets.events import PriorityChanged
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.naming import single_line
from workflows.priority import DEFAULT_MATRIX, HIGHEST, LOWEST, PriorityMatrix

LONGEST_REASON = 500


def _read() -> PriorityMatrix:
    found = (one.value for one in store.current(Kind.MATRIX) if one.body.get("active", True))
    matrix: PriorityMatrix = next(found, DEFAULT_MATRIX)
    return matrix


# The administrator's first one, or the one shipped; another process learns of a change this much later.
matrix = Remembered(_read, seconds=20)


def forget(event: DefinitionEvent) -> None:
    """Read the matrix anew once it was changed."""
    if event.kind == Kind.MATRIX:
        matrix.forget()


def by_matrix(impact: str, urgency: str, *, instead: int = LOWEST - 1) -> int:
    """What the matrix gives; `instead` for a pair that it does not have any more."""
    found = matrix().priority(impact, urgency)
    return instead if found is None else found


def beginning_with(impact: str | None, urgency: str | None) -> dict[str, Any]:
    """The columns of a new ticket; what is not known of it, or to the matrix, is as usual."""
    usual_impact, usual_urgency = matrix().usual
    impacts = {step.name for step in matrix().impacts}
    urgencies = {step.name for step in matrix().urgencies}
    one = str(impact) if impact in impacts else usual_impact
    other = str(urgency) if urgency in urgencies else usual_urgency
    return {"impact": one, "urgency": other, "priority": by_matrix(one, other)}


def set_priority(
    ticket: Ticket,
    *,
    impact: str,
    urgency: str,
    override: int | None,
    by: int | None,
    cause: str,
    because: str = "",
) -> None:
    """Set impact and urgency; the matrix gives the priority unless `override` does (1 highest, 5 lowest).

    `because` is why it does. Without an override the matrix holds again, and the reason is gone.
    """
    if override is not None and not HIGHEST <= override <= LOWEST:
        raise Invalid(
            _("A priority is a number from 1 to 5."), _("Choose one of the list."), field="priority"
        )
    given = by_matrix(impact, urgency, instead=ticket.priority)
    priority = given if override is None else override
    overridden = priority != given
    reason = single_line(because, LONGEST_REASON) if overridden else ""
    kept = reason or (ticket.priority_why or "" if overridden else "")
    before, reasoned = _facts(ticket), ticket.priority_why or ""
    ticket.impact, ticket.urgency = impact, urgency
    ticket.priority, ticket.priority_overridden = priority, overridden
    ticket.priority_why = kept or None
    if before != _facts(ticket) or kept != reasoned:
        told = {"priority_why": kept} if kept != reasoned else {}
        _record(ticket, before, told, by=by, cause=cause)


def _record(
    ticket: Ticket, before: dict[str, Any], told: dict[str, str], *, by: int | None, cause: str
) -> None:
    ticket.version += 1
    ticket.updated_at = clock.now()
    record(
        PriorityChanged(
            actor_id=by,
            cause=cause,
            subject_id=ticket.id,
            before=before,
            after=_facts(ticket),
            personal=told,
        )
    )


def _facts(ticket: Ticket) -> dict[str, Any]:
    return {
        "priority": ticket.priority,
        "priority_overridden": bool(ticket.priority_overridden),
        "impact": ticket.impact,
        "urgency": ticket.urgency,
    }
