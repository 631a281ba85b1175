"""Handing a ticket over to another group or agent, with a note, as one operation; and what that changes."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.operations.models import Act, Operation
from helpdesk.operations.recording import recording
from helpdesk.people.access import Actor
from helpdesk.people.models import Group, Person, Right
from helpdesk.sla import choosing
from helpdesk.sla.facts import Names
from helpdesk.sla.library import Library
from helpdesk.tickets.commands import assign, lock, move_to_group
from helpdesk.tickets.conversation import NewMessage, add_message
from helpdesk.tickets.models import Direction, Ticket, Visibility


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a ticket's clocks are counted: the title of its policy, "" for none, and the names of its calendars."""

    policy: str
    calendars: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What handing over would change. `taken_off` is who has the ticket and may not work on it there."""

    before: Terms
    after: Terms
    taken_off: str
    is_hidden: bool


def look(actor: Actor, ticket: Ticket, group: Group | None, agent: Person | None) -> Effect:
    """What handing over would change; it is done, looked at, and never committed. Raises Invalid."""
    found: list[Effect] = []
    try:
        with unit_of_work():
            locked = lock(ticket.id)
            had, before = locked.assignee, _terms(locked)
            _give(locked, group, agent, by=actor.person_id, cause="console")
            db.session.flush()
            left = had is not None and agent is None and locked.assignee_id is None
            found.append(
                Effect(
                    before=before,
                    after=_terms(locked),
                    taken_off=had.name if had is not None and left else "",
                    is_hidden=not actor.holds(locked.group_id, Right.READ),
                )
            )
            raise _OnlyLooked
    except _OnlyLooked:
        return found[0]


def hand_over(
    ticket: Ticket,
    group: Group | None,
    agent: Person | None,
    note: str,
    *,
    actor: Actor,
    cause: str,
) -> Operation:
    """Give a locked ticket to a group, and there to an agent or nobody, with a note to them. Raises Invalid."""
    by = actor.person_id
    with recording(Act.HANDOVER, [ticket], by=by, cause=cause) as now:
        _give(ticket, group, agent, by=by, cause=cause)
        if note.strip():
            new = NewMessage(
                text=note,
                direction=Direction.NOTE,
                visibility=Visibility.INTERNAL,
                channel="desk",
                author=db.session.get_one(Person, by),
            )
            add_message(ticket, new, by=by, cause=cause)
    if now.operation is None:
        raise Invalid(
            _("This ticket is with them already."),
            _("Choose another group or agent."),
            field="group",
        )
    return now.operation


def _give(
    ticket: Ticket, group: Group | None, agent: Person | None, *, by: int, cause: str
) -> None:
    if group is not None and not group.is_active:
        raise Invalid(_("There is no such group."), _("Choose one of the list."), field="group")
    move_to_group(ticket, group, by=by, cause=cause)
    if agent is not None:
        assign(ticket, agent, by=by, cause=cause)


def _terms(ticket: Ticket) -> Terms:
    library = Library()
    chosen = choosing.choose(library, ticket, Names(), at=clock.believed())
    if chosen is None:
        return Terms("", ())
    meant = library.meant(library.policy(str(chosen.id)))
    return Terms(chosen.title, tuple(sorted(meant)))


class _OnlyLooked(Exception):
    """What was to be seen was seen."""
