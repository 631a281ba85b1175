"""Doing what actions say: each is a command of a lower floor, done as the desk or as the agent who used a macro."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.automation.filling import text_of, values_for_agent, values_for_rule
from helpdesk.automation.telling import tell
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.messaging import automatic
from helpdesk.messaging import policy as policies
from helpdesk.messaging.identity import identity_for
from helpdesk.people.models import ContactKind, Group, Person
from helpdesk.people.queries import find_by_contact_point
from helpdesk.routing.giving import give
from helpdesk.tickets import commands
from helpdesk.tickets.conversation import NewMessage, add_message
from helpdesk.tickets.customizing import set_custom
from helpdesk.tickets.models import Direction, Ticket, Visibility
from helpdesk.tickets.retyping import change_type
from helpdesk.tickets.stepping import change_status
from workflows import actions
from workflows.actions import Action


class BrokenRule(RuntimeError):
    """A rule names something that there is not, such as a group; it can work on no ticket."""


@dataclass(frozen=True, slots=True)
class Doer:
    """On whose behalf, and why: `agent` None is the desk itself, and then texts are automatic ones."""

    cause: str
    agent: Person | None = None

    @property
    def by(self) -> int | None:
        return self.agent.id if self.agent else None


def perform(action: Action, ticket: Ticket, doer: Doer) -> str | None:
    """Do what an action says to a locked ticket; what came of it where that is not what it says.

    Raises DomainError where the ticket does not allow it, BrokenRule where no ticket could.
    """
    return _PERFORMERS[type(action)](action, ticket, doer)


def _set_status(action: actions.SetStatus, ticket: Ticket, doer: Doer) -> None:
    change_status(ticket, action.status, by=doer.by, cause=doer.cause)


def _set_priority(action: actions.SetPriority, ticket: Ticket, doer: Doer) -> None:
    if ticket.priority == action.priority:
        return
    commands.set_priority(
        ticket,
        impact=ticket.impact,
        urgency=ticket.urgency,
        override=action.priority,
        by=doer.by,
        cause=doer.cause,
    )


def _set_type(action: actions.SetType, ticket: Ticket, doer: Doer) -> None:
    change_type(ticket, action.type, by=doer.by, cause=doer.cause)


def _assign_group(action: actions.AssignGroup, ticket: Ticket, doer: Doer) -> None:
    group = group_named(action.group)
    if group is None:
        raise BrokenRule(_("There is no group %(name)s.", name=action.group))
    commands.move_to_group(ticket, group, by=doer.by, cause=doer.cause)


def _assign_agent(action: actions.AssignAgent, ticket: Ticket, doer: Doer) -> None:
    agent = None
    if action.agent:
        agent = find_by_contact_point(ContactKind.EMAIL, action.agent)
        if agent is None or not agent.is_staff:
            raise BrokenRule(_("There is no agent with the address %(one)s.", one=action.agent))
    commands.assign(ticket, agent, by=doer.by, cause=doer.cause)


def _route(_action: actions.Route, ticket: Ticket, _doer: Doer) -> str | None:
    if ticket.assignee_id is not None:
        return str(_("Somebody has it already."))
    given = give(ticket.id)
    return None if given is not None else str(_("No routing is for this ticket."))


def _add_tag(action: actions.AddTag, ticket: Ticket, doer: Doer) -> None:
    names = [tag.name for tag in ticket.tags]
    commands.set_tags(ticket, [*names, action.tag], by=doer.by, cause=doer.cause)


def _remove_tag(action: actions.RemoveTag, ticket: Ticket, doer: Doer) -> None:
    names = [tag.name for tag in ticket.tags if tag.name != action.tag]
    commands.set_tags(ticket, names, by=doer.by, cause=doer.cause)


def _set_field(action: actions.SetField, ticket: Ticket, doer: Doer) -> None:
    value = list(action.value) if isinstance(action.value, tuple) else action.value
    set_custom(ticket, {action.key: value}, by=doer.by, cause=doer.cause)


def _add_note(action: actions.AddNote, ticket: Ticket, doer: Doer) -> None:
    new = NewMessage(
        text=text_of(action, ticket, _values(ticket, doer)),
        direction=Direction.NOTE,
        visibility=Visibility.INTERNAL,
        channel="desk",
        author=doer.agent,
        author_name=doer.agent.name if doer.agent else str(_("The desk")),
        automation=None if doer.agent else automatic.BY_RULE,
    )
    add_message(ticket, new, by=doer.by, cause=doer.cause)


def _send_reply(action: actions.SendReply, ticket: Ticket, doer: Doer) -> str | None:
    text = text_of(action, ticket, _values(ticket, doer))
    policy = policies.read()
    if doer.agent is not None:
        new = NewMessage(text=text, direction=Direction.OUT, author=doer.agent)
        add_message(ticket, new, by=doer.by, cause=doer.cause)
        return None
    address = automatic.address_to_write_to(ticket, policy)
    if address is None:
        return str(_("Nothing was sent: this may not be answered automatically."))
    new = NewMessage(
        text=text,
        direction=Direction.OUT,
        author_name=identity_for(ticket, policy).name,
        recipients={"to": [address]},
        automation=automatic.BY_RULE,
    )
    add_message(ticket, new, by=None, cause=doer.cause)
    return None


def _notify(action: actions.Notify, ticket: Ticket, doer: Doer) -> str | None:
    told = tell(ticket, action.who, text_of(action, ticket, _values(ticket, doer)))
    return None if told else str(_("Nobody was there to be told."))


def _add_watcher(action: actions.AddWatcher, ticket: Ticket, doer: Doer) -> None:
    person = find_by_contact_point(ContactKind.EMAIL, action.person)
    if person is None:
        raise Invalid(_("Nobody has the address %(one)s.", one=action.person))
    commands.watch(ticket, person, by=doer.by, cause=doer.cause)


def group_named(name: str) -> Group | None:
    """The active group of this name, capitals aside."""
    return db.session.scalars(
        select(Group).where(func.lower(Group.name) == name.lower(), Group.is_active).limit(1)
    ).first()


def _values(ticket: Ticket, doer: Doer) -> Mapping[str, str]:
    return values_for_agent(ticket, doer.agent) if doer.agent else values_for_rule(ticket)


_PERFORMERS: Final[dict[type[Action], Callable[[Any, Ticket, Doer], str | None]]] = {
    actions.SetStatus: _set_status,
    actions.SetPriority: _set_priority,
    actions.SetType: _set_type,
    actions.AssignGroup: _assign_group,
    actions.AssignAgent: _assign_agent,
    actions.Route: _route,
    actions.AddTag: _add_tag,
    actions.RemoveTag: _remove_tag,
    actions.SetField: _set_field,
    actions.AddNote: _add_note,
    actions.SendReply: _send_reply,
    actions.Notify: _notify,
    actions.AddWatcher: _add_watcher,
}
