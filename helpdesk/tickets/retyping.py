"""A ticket becomes another type: its number and its words stay, its state is mapped by what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import record
from helpdesk.tickets import timing
from helpdesk.tickets.events import TicketChanged
from helpdesk.tickets.lives import is_type, lifecycle_of, type_label
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.moves import MoveRefused, facts_of_move, field_word, roles_of_person, standing
from helpdesk.tickets.stepping import put_status
from workflows.lifecycle import Facts, Lifecycle, Missing, Move, map_state, refusal


def change_type(
    ticket: Ticket,
    type: str,
    *,
    by: int | None,
    cause: str,
    fields: Mapping[str, Any] | None = None,
) -> None:
    """Make a ticket another type until it was resolved for the first time; its number stays.

    It stands in the other lifecycle where its state means the same. What it would have needed to come there must be
    filled in. Raises Invalid for a type that is not in use, and MoveRefused, naming what is missing.
    """
    if type == ticket.type:
        return
    if not is_type(type):
        raise Invalid(_("There is no such type."), _("Choose one of the list."), field="type")
    if not ticket.is_open or ticket.reopened:
        raise Invalid(
            _("The type stays as it is once a ticket was resolved."),
            _("Open a ticket of the other type, and link the two."),
            field="type",
        )
    new = lifecycle_of(type)
    state = map_state(lifecycle_of(ticket.type), ticket.status, new, category=ticket.category)
    _refuse_incomplete(ticket, type, new, state, by=by, fields=fields)
    before, ticket.type = ticket.type, type
    ticket.version += 1
    record(
        TicketChanged(
            actor_id=by,
            cause=cause,
            subject_id=ticket.id,
            before={"type": before},
            after={"type": str(type)},
        )
    )
    if state != ticket.status or fields or new.category(state) is not ticket.category:
        put_status(ticket, state, by=by, cause=cause, values=fields)
    timing.plan(ticket)


def _refuse_incomplete(
    ticket: Ticket,
    type: str,
    new: Lifecycle,
    state: str,
    *,
    by: int | None,
    fields: Mapping[str, Any] | None,
) -> None:
    """A ticket that has gone past the beginning must have what the first way there asks for."""
    ways = [move for move in new.moves if move.target == state and new.initial in move.source]
    if state == new.initial or standing(ticket) == lifecycle_of(ticket.type).initial or not ways:
        return
    facts = facts_of_move(ticket, roles_of_person(by, ticket), ways, typed=fields)
    lacking = [_lacking(new, move, facts) for move in ways]
    if not all(lacking):
        return
    missing = lacking[0]
    names = ", ".join(field_word(new, item) for item in missing)
    raise MoveRefused(
        _("This ticket cannot become a %(type)s yet.", type=type_label(type)),
        _("Still missing: %(fields)s.", fields=names),
        missing=Missing(fields=missing),
        move=ways[0],
    )


def _lacking(life: Lifecycle, move: Move, facts: Facts) -> tuple[str, ...]:
    found = refusal(life, move, facts)
    return found.fields if found else ()
