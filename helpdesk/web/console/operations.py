"""What was done that can be taken back: one's own acts, those of the groups one leads, and undoing them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.operations import listing
from helpdesk.operations.access import access_operation, undoable
from helpdesk.operations.models import Operation, OperationPart, OperationState
from helpdesk.operations.undoing import Result, result_of, undo
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.people.queries import names_of
from helpdesk.tickets.models import Ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.change_words import changes_shown
from helpdesk.web.console.names import Names, read_names
from helpdesk.web.console.operation_words import (
    left_words,
    state_word,
    summary,
    undone_words,
)
from helpdesk.web.forms import Form
from helpdesk.web.navigation import own_path

GROUPS = "groups"


class UndoForm(Form):
    back = StringField()


@console.get("/operations")
def operations() -> ResponseReturnValue:
    """What one did lately, or what was done on the tickets of groups one leads."""
    actor = current_actor()
    leads = actor.is_admin or any(actor.holds(group, Right.LEAD) for group in actor.groups)
    of_groups = leads and request.args.get("of") == GROUPS
    found = listing.latest(actor, own=not of_groups)
    return render_template(
        "console/operations.html",
        operations=_lines(actor, found),
        leads=leads,
        of_groups=of_groups,
    )


@console.get("/operations/<int:operation_id>")
def operation(operation_id: int) -> ResponseReturnValue:
    """One operation: each ticket with what was changed, and how far it is."""
    actor = current_actor()
    found = access_operation(actor, operation_id)
    parts = listing.parts_seen(actor, found)
    counts = listing.counts_of(found)
    names = read_names(_people(found, parts), watching=0)
    return render_template(
        "console/operation.html",
        line=_lines(actor, [found])[0],
        operation=found,
        counts=counts,
        hidden=max(0, sum(counts.values()) - len(parts)) if len(parts) < listing.MOST_PARTS else 0,
        parts=[_part(part, ticket, names) for part, ticket in parts],
        is_going_on=found.state in (OperationState.RUNNING, OperationState.UNDOING),
    )


@console.post("/operations/<int:operation_id>/undo")
def undo_operation(operation_id: int) -> ResponseReturnValue:
    """Take an operation back; what was changed since stays, and is told."""
    actor, form = current_actor(), UndoForm()
    found = access_operation(actor, operation_id)
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    with unit_of_work():
        done = undo(found.id, actor=actor)
        result = result_of(done)
        state = done.state
    here = url_for(".operation", operation_id=operation_id)
    if state is OperationState.UNDOING:
        return redirect(here, code=303)
    _tell(result)
    back = own_path(form.back.data)
    return redirect(here if result.left or not back else back, code=303)


def _tell(result: Result) -> None:
    flash(undone_words(result.whole, len(result.left)), "warn" if result.left else "ok")


def _lines(actor: Actor, found: Sequence[Operation]) -> list[dict[str, Any]]:
    tickets = listing.tickets_of(actor, [one.id for one in found])
    people = {one.actor_id for one in found if one.actor_id is not None}
    people |= {int(one.said[key]) for one in found for key in ("kept", "gone") if key in one.said}
    names, can_undo = names_of(people), undoable(actor, found)
    return [
        {
            "id": one.id,
            "text": summary(one, tickets.get(one.id, []), names),
            "who": names.get(one.actor_id or 0, ""),
            "is_own": one.actor_id == actor.person_id,
            "at": one.at,
            "state": state_word(one),
            "can_undo": one.id in can_undo,
        }
        for one in found
    ]


def _people(found: Operation, parts: Sequence[tuple[OperationPart, Ticket]]) -> set[int | None]:
    ids: set[int | None] = {found.actor_id, found.undone_by_id}
    for part, _ticket in parts:
        for state in (part.before, part.after):
            ids |= {state.get("assignee"), state.get("requester"), *state.get("watchers", ())}
    return ids


def _part(part: OperationPart, ticket: Ticket, names: Names) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "state": part.state.value,
        "why": str(part.told.get("why", "")),
        "changes": changes_shown(part.before, part.after, names),
        "messages": len(part.moved.get("messages", ())),
        "linked": len(part.moved.get("linked", ())),
        "unlinked": len(part.moved.get("unlinked", ())),
        "left": left_words(part.told),
    }
