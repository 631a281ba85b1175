"""Which moves a ticket may make now, for whom, and what is missing for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.people.access import Actor, actor_of
from helpdesk.people.models import Person, Right
from helpdesk.tickets.lives import lifecycle_of, state_label
from helpdesk.tickets.models import Direction, Message, Ticket, TicketLink, TicketType, Visibility
from workflows.lifecycle import Facts, Lifecycle, Missing, Move, Role, map_state, moves_from
from workflows.lifecycle_fields import CUSTOM, GUARDS, LINK, OF_THE_TICKET, is_typed

# Entering a wait for the requester needs words to them in the same act, or this long before.
JUST_SAID = timedelta(minutes=5)
# What belongs to one move and is asked anew by the next.
OF_ONE_MOVE = frozenset({"reason"})
OF_A_WAIT = frozenset({"pending_reason", "pending_until"})
OF_AN_END = frozenset({"resolution_code", "resolution_note", "cancel_reason", "close_code"})

_LED = (
    Role.LEAD,
    Role.INCIDENT_MANAGER,
    Role.MAJOR_INCIDENT_MANAGER,
    Role.PROBLEM_MANAGER,
    Role.CHANGE_MANAGER,
)


class MoveRefused(Invalid):
    """A ticket may not go where it was to go; `missing` has all that stands against it, and `move` the way if there is."""

    def __init__(self, title: str, advice: str, *, missing: Missing, move: Move | None) -> None:
        super().__init__(title, advice, field="status")
        self.missing = missing
        self.move = move

    @property
    def typed_fields(self) -> tuple[str, ...]:
        """The fields that can be typed in to mend it, and those offered with them."""
        wanted = [name for item in self.missing.fields for name in item.split("|")]
        offered = self.move.fields if self.move and wanted else ()
        return tuple(name for name in dict.fromkeys([*wanted, *offered]) if is_typed(name))


@dataclass(frozen=True, slots=True)
class Way:
    """A status that somebody may choose next, and the move that leads there."""

    status: str
    label: str
    move: Move


def roles_of(actor: Actor | None, ticket: Ticket) -> frozenset[Role]:
    """What somebody is to a ticket. The desk itself and administrators are everything.

    Managers are those who lead the group that has the ticket.
    """
    if actor is None:
        return frozenset(Role)
    if actor.is_admin:
        return frozenset(Role) - {Role.SYSTEM, Role.REQUESTER}
    found = {Role.REQUESTER} if ticket.requester_id == actor.person_id else set()
    if actor.holds(ticket.group_id, Right.WORK):
        found.add(Role.AGENT)
        if ticket.assignee_id == actor.person_id:
            found |= {Role.CHANGE_OWNER, Role.FULFILLER}
    if actor.holds(ticket.group_id, Right.LEAD):
        found.update(_LED)
    return frozenset(found)


def roles_of_person(person_id: int | None, ticket: Ticket) -> frozenset[Role]:
    """What the person of this id is to a ticket; None is the desk."""
    if person_id is None:
        return roles_of(None, ticket)
    return roles_of(actor_of(db.session.get_one(Person, person_id)), ticket)


def standing(ticket: Ticket) -> str:
    """The state a ticket stands in for its lifecycle: where its status would be put if there is no such state any more."""
    life = lifecycle_of(ticket.type)
    if life.has(ticket.status):
        return ticket.status
    if ticket.status in life.moved:
        return life.moved[ticket.status]
    return map_state(life, ticket.status, life, category=ticket.category)


def facts_of_move(
    ticket: Ticket,
    roles: frozenset[Role],
    moves: Iterable[Move],
    *,
    typed: Mapping[str, Any] | None = None,
) -> Facts:
    """All that decides about these moves; what only some moves ask costs a query only for those."""
    wanted = {name for move in moves for item in move.require for name in item.split("|")}
    guards = {name for move in moves for name in move.guard}
    values = {**_standing_values(ticket), **(typed or {})}
    if any(name.startswith(LINK) for name in wanted):
        values |= _links(ticket)
    if "public_message" in wanted:
        values["public_message"] = Role.SYSTEM in roles or _was_just_said(ticket)
    return Facts(
        state=standing(ticket),
        roles=roles,
        values=values,
        hindered=frozenset(
            name for name in guards if not _holds(name, {**ticket.process, **values})
        ),
        kind=str(values.get("change_kind") or "normal") if ticket.type == TicketType.CHANGE else "",
    )


def ways_on(
    ticket: Ticket, roles: frozenset[Role], *, state: str | None = None, type: str | None = None
) -> list[Way]:
    """The statuses that may come next for whoever has these roles, each once; what they take is asked when chosen."""
    life = lifecycle_of(type or ticket.type)
    kind = str(ticket.process.get("change_kind") or "normal")
    facts = Facts(state=state or standing(ticket), roles=roles, kind=kind)
    found: dict[str, Way] = {}
    for move in moves_from(life, facts):
        if move.by != {Role.SYSTEM} and move.target not in found:
            label = state_label(move.target, type or ticket.type)
            found[move.target] = Way(move.target, label, move)
    order = [one.name for one in life.states]
    return sorted(found.values(), key=lambda way: order.index(way.status))


def refuse(
    life: Lifecycle, ticket: Ticket, status: str, move: Move | None, missing: Missing
) -> MoveRefused:
    """The refusal of a move, naming all that is missing."""
    there = state_label(status, ticket.type)
    here = state_label(ticket.status, ticket.type)
    if move is None or missing.state:
        advice = (
            _("Choose another status.") if ticket.is_open else _("Open a follow-up ticket instead.")
        )
        title = _("A ticket that is %(old)s cannot become %(new)s.", old=here, new=there)
        return MoveRefused(title, advice, missing=missing, move=None)
    reasons = []
    if missing.roles:
        who = ", ".join(role_word(role) for role in missing.roles)
        reasons.append(_("Only these may do it: %(who)s.", who=who))
    if missing.fields:
        names = ", ".join(field_word(life, item) for item in missing.fields)
        reasons.append(_("Still missing: %(fields)s.", fields=names))
    reasons += [_(GUARDS[name]) for name in missing.guards]
    title = _("This ticket cannot become %(new)s yet.", new=there)
    return MoveRefused(title, " ".join(reasons), missing=missing, move=move)


def field_word(life: Lifecycle, item: str) -> str:
    """A required item in words: a field, one of several, or a link."""
    return _(" or ").join(_one_field(life, name) for name in item.split("|"))


def role_word(role: Role) -> str:
    """A role in words."""
    return {
        Role.REQUESTER: _("the requester"),
        Role.AGENT: _("agents of its group"),
        Role.LEAD: _("the lead of its group"),
        Role.INCIDENT_MANAGER: _("the incident manager"),
        Role.MAJOR_INCIDENT_MANAGER: _("the major incident manager"),
        Role.PROBLEM_MANAGER: _("the problem manager"),
        Role.CHANGE_OWNER: _("the assignee of the change"),
        Role.CHANGE_MANAGER: _("the change manager"),
        Role.APPROVER: _("an approver"),
        Role.FULFILLER: _("the assignee of the task"),
        Role.SYSTEM: _("the desk itself"),
    }[role]


def _one_field(life: Lifecycle, name: str) -> str:
    if name in OF_THE_TICKET:
        return _(OF_THE_TICKET[name])
    if name.startswith(LINK):
        return _("a link to a %(type)s", type=name.removeprefix(LINK).replace("_", " "))
    if name.startswith(CUSTOM):
        return name.removeprefix(CUSTOM).replace("_", " ").capitalize()
    return _(life.field(name).label)


def _standing_values(ticket: Ticket) -> dict[str, Any]:
    """What is filled in already and stays true; what belongs to one move is asked anew."""
    again = OF_ONE_MOVE | OF_A_WAIT | OF_AN_END
    return {
        **{name: value for name, value in ticket.process.items() if name not in again},
        **{CUSTOM + name: value for name, value in ticket.custom.items()},
        "group": ticket.group_id,
        "assignee": ticket.assignee_id,
        "impact": ticket.impact,
        "urgency": ticket.urgency,
    }


def _links(ticket: Ticket) -> dict[str, Any]:
    other = select(TicketLink.left_id).where(TicketLink.right_id == ticket.id)
    others = other.union_all(select(TicketLink.right_id).where(TicketLink.left_id == ticket.id))
    types = db.session.scalars(select(Ticket.type).where(Ticket.id.in_(others)).distinct())
    return {LINK + type: True for type in types}


def _was_just_said(ticket: Ticket) -> bool:
    said = select(Message.id).where(
        Message.ticket_id == ticket.id,
        Message.visibility == Visibility.PUBLIC,
        Message.direction == Direction.OUT,
        Message.created_at >= clock.now() - JUST_SAID,
    )
    return db.session.scalar(said.limit(1)) is not None


def _inside_window(values: Mapping[str, Any]) -> bool:
    begins, ends = _moment(values.get("planned_from")), _moment(values.get("planned_to"))
    return begins is None or ends is None or begins <= clock.now() < ends


def _is_reviewed(values: Mapping[str, Any]) -> bool:
    went_well = values.get("outcome") in (None, "", "successful", "successful_with_issues")
    return bool(values.get("review")) or (went_well and values.get("change_kind") != "emergency")


# Guards whose truth stands on the ticket; the others hold until a part of the desk knows better.
HOLDING: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "inside_window": _inside_window,
    "review_done": _is_reviewed,
}


def _holds(guard: str, values: Mapping[str, Any]) -> bool:
    known = HOLDING.get(guard)
    return known is None or known(values)


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None
