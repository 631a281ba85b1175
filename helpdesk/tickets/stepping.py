"""Tickets go from state to state: by a move somebody chose, by themselves on an occasion, or put where they belong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpdesk.core import clock
from helpdesk.core.unit_of_work import record
from helpdesk.tickets import timing
from helpdesk.tickets.events import StatusChanged
from helpdesk.tickets.lives import category_of, lifecycle_of, state_of
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.moves import (
    OF_A_WAIT,
    OF_AN_END,
    OF_ONE_MOVE,
    facts_of_move,
    refuse,
    roles_of,
    roles_of_person,
)
from helpdesk.tickets.processing import is_text, keep, process_facts
from workflows.lifecycle import (
    FINAL,
    WAITING,
    AfterResolved,
    Category,
    Missing,
    Move,
    Occasion,
    Role,
    automatic,
    is_open,
    move_to,
    refusal,
)


def change_status(
    ticket: Ticket,
    status: str,
    *,
    by: int | None,
    cause: str,
    fields: Mapping[str, Any] | None = None,
    roles: frozenset[Role] | None = None,
) -> None:
    """Move a ticket to another status. Raises MoveRefused, naming all that is missing, when it may not go there.

    `fields` has what the move asks for, as `processing.read_fields` gives it. `by` None is the desk itself, to whom
    every move is open. `roles` are those of the person who acts, where they are known already.
    """
    if status == ticket.status:
        return
    life = lifecycle_of(ticket.type)
    moves = [move for move in life.moves if move.target == status]
    mine = roles if roles is not None else roles_of_person(by, ticket)
    facts = facts_of_move(ticket, mine, moves, typed=fields)
    move = move_to(life, status, facts)
    missing = refusal(life, move, facts) if move else Missing(state=True)
    if move is None or missing is not None:
        raise refuse(life, ticket, str(status), move, missing or Missing(state=True))
    take(ticket, move, fields or {}, by=by, cause=cause)


def move_by_itself(
    ticket: Ticket,
    occasion: Occasion,
    *,
    by: int | None,
    cause: str,
    fields: Mapping[str, Any] | None = None,
) -> Move | None:
    """Make the move that an occasion asks for, if there is one and nothing stands against it; returns it."""
    life = lifecycle_of(ticket.type)
    moves = [move for move in life.moves if occasion in move.auto]
    if not moves or _is_left_alone(ticket, occasion):
        return None
    facts = facts_of_move(ticket, roles_of(None, ticket), moves, typed=fields)
    move = automatic(life, occasion, facts)
    if move is not None:
        take(ticket, move, fields or {}, by=by, cause=cause)
    return move


def take(
    ticket: Ticket, move: Move, fields: Mapping[str, Any], *, by: int | None, cause: str
) -> None:
    """Go where a move leads, with what it sets; the caller has made sure that it may be made."""
    asked = {name: value for name, value in fields.items() if name in move.fields}
    put_status(
        ticket, move.target, by=by, cause=cause, values={**move.sets, **asked}, because=move.id
    )


def put_category(
    ticket: Ticket, category: Category, *, by: int | None, cause: str, because: str = ""
) -> None:
    """Put a ticket where its lifecycle has tickets of a category, whatever moves there are."""
    put_status(ticket, state_of(ticket.type, category), by=by, cause=cause, because=because)


def put_status(
    ticket: Ticket,
    status: str,
    *,
    by: int | None,
    cause: str,
    values: Mapping[str, Any] | None = None,
    because: str = "",
    reopened: int | None = None,
) -> None:
    """Set a status and what follows from it; the caller has made sure that it may follow.

    `values` are fields that came with it. `because` is the move that was made, "" for putting something right: then
    work that begins again is no reopening, and `reopened` may say how often it truly was.
    """
    before, at = _facts(ticket), clock.now()
    was, was_open = ticket.category, ticket.is_open
    ticket.status, ticket.category = status, category_of(ticket.type, status)
    ticket.is_open = is_open(ticket.category)
    if ticket.category is Category.RESOLVED:
        ticket.resolved_at = at
    elif ticket.is_open:
        ticket.resolved_at = None
    ticket.closed_at = at if ticket.category in FINAL else None
    ticket.status_since, ticket.reminded = at, 0
    if because and ticket.is_open and not was_open:
        ticket.reopened = (ticket.reopened or 0) + 1
    ticket.reopened = ticket.reopened if reopened is None else reopened
    given = dict(values or {})
    forgotten = _left_behind(ticket, was) - set(given)
    texts = _texts(ticket, given, forgotten)
    keep(ticket, given, forgetting=forgotten)
    timing.plan(ticket)
    ticket.updated_at = at
    ticket.version += 1
    _record(ticket, before, given, texts, by=by, cause=cause, because=because)


def _is_left_alone(ticket: Ticket, occasion: Occasion) -> bool:
    """Whether words to a resolved ticket change nothing, as its lifecycle says."""
    said = occasion is Occasion.REQUESTER_MESSAGE and ticket.category is Category.RESOLVED
    return said and lifecycle_of(ticket.type).times.after_resolved is not AfterResolved.REOPEN


def _facts(ticket: Ticket) -> dict[str, Any]:
    return {
        "status": ticket.status,
        "category": ticket.category.value,
        **process_facts(ticket),
    }


def _left_behind(ticket: Ticket, was: Category) -> set[str]:
    """The fields that say nothing any more once the ticket has left where it stood."""
    found = set(OF_ONE_MOVE)
    if was in WAITING:
        found |= OF_A_WAIT
    if ticket.is_open:
        found |= OF_AN_END
    return found & set(ticket.process)


def _texts(ticket: Ticket, given: Mapping[str, Any], forgotten: set[str]) -> dict[str, str]:
    life = lifecycle_of(ticket.type)
    said = {name: str(value) for name, value in given.items()} | dict.fromkeys(forgotten, "")
    return {f"process.{name}": text for name, text in said.items() if is_text(life, name)}


def _record(
    ticket: Ticket,
    before: Mapping[str, Any],
    given: Mapping[str, Any],
    texts: dict[str, str],
    *,
    by: int | None,
    cause: str,
    because: str,
) -> None:
    after = _facts(ticket)
    told = {name for name in after if name in _ALWAYS or before[name] != after[name]}
    plain = {
        f"process.{name}": value
        for name, value in given.items()
        if f"process.{name}" not in texts and name not in after
    }
    record(
        StatusChanged(
            actor_id=by,
            cause=cause,
            subject_id=ticket.id,
            before={name: before[name] for name in before if name in told},
            after={
                **{name: after[name] for name in after if name in told},
                **plain,
                **({"move": because} if because else {}),
            },
            personal=texts,
            category=ticket.category.value,
        )
    )


_ALWAYS = ("status", "category")
