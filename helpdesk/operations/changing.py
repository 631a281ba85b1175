"""What a form changes about a ticket: read from the form, and carried out by the commands in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.people.access import Actor
from helpdesk.people.models import Group, Person
from helpdesk.tickets import commands
from helpdesk.tickets.customizing import set_custom
from helpdesk.tickets.lives import lifecycle_of
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.moves import roles_of
from helpdesk.tickets.prioritizing import by_matrix
from helpdesk.tickets.processing import read_fields
from workflows.lifecycle import map_state

CAUSE = "console"
NOBODY = 0
BY_MATRIX = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to change; None leaves a thing as it is.

    `assignee` and `group` 0 mean nobody and no group, `priority` 0 what the matrix gives. `fields`
    are what was typed for a move, `because` why the priority is set by hand. `tag` is put on and `untag` taken off, each
    may be several with commas between; `tags` are all that stay.
    """

    status: str | None = None
    group: int | None = None
    assignee: int | None = None
    priority: int | None = None
    impact: str | None = None
    urgency: str | None = None
    type: str | None = None
    tags: tuple[str, ...] | None = None
    tag: str | None = None
    untag: str | None = None
    custom: Mapping[str, Any] | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    because: str = ""

    @property
    def is_empty(self) -> bool:
        return replace(self, fields={}, because="") == Changes()


def apply(ticket: Ticket, changes: Changes, actor: Actor, *, cause: str = CAUSE) -> None:
    """Change a ticket that the caller has locked. Raises Invalid, naming the field, and then nothing is kept.

    The group comes first, since it says who may be the assignee; the status last, since it may end the ticket.
    """
    by = actor.person_id
    had, of_type = ticket.assignee_id, ticket.type
    if changes.type is not None:
        said = _read(changes, changes.type, actor)
        commands.change_type(ticket, changes.type, by=by, cause=cause, fields=said)
    if changes.group is not None:
        commands.move_to_group(ticket, _group(changes.group), by=by, cause=cause)
    if changes.assignee is not None and (changes.assignee or None) != had:
        commands.assign(ticket, _agent(changes.assignee), by=by, cause=cause)
    _put_priority(ticket, changes, by=by, cause=cause)
    if changes.tags is not None:
        commands.set_tags(ticket, changes.tags, by=by, cause=cause)
    if changes.tag or changes.untag:
        commands.set_tags(ticket, _retagged(ticket, changes), by=by, cause=cause)
    if changes.custom:
        set_custom(ticket, changes.custom, by=by, cause=cause)
    if changes.status is not None:
        status = _of_type(changes.status, of_type, ticket.type)
        roles = roles_of(actor, ticket)
        said = _read(changes, ticket.type, actor)
        commands.change_status(ticket, status, by=by, cause=cause, fields=said, roles=roles)


def _retagged(ticket: Ticket, changes: Changes) -> list[str]:
    off = {name.strip().lower() for name in (changes.untag or "").split(",")}
    on = [name.strip() for name in (changes.tag or "").split(",")]
    return [*(tag.name for tag in ticket.tags if tag.name not in off), *on]


def _read(changes: Changes, type: str, actor: Actor) -> dict[str, Any]:
    zone = ZoneInfo(actor.time_zone)
    return read_fields(lifecycle_of(type), changes.fields, zone=zone)


def _of_type(status: str, old: str, new: str) -> str:
    """A status that was chosen while the ticket still was of another type."""
    life = lifecycle_of(new)
    if old == new or life.has(status):
        return status
    return map_state(lifecycle_of(old), status, life)


def _put_priority(ticket: Ticket, changes: Changes, *, by: int, cause: str) -> None:
    if changes.priority is None and changes.impact is None and changes.urgency is None:
        return
    impact = changes.impact or ticket.impact
    urgency = changes.urgency or ticket.urgency
    chosen = changes.priority
    if chosen is None:
        chosen = ticket.priority if ticket.priority_overridden else BY_MATRIX
    given = by_matrix(impact, urgency, instead=ticket.priority)
    override = None if chosen in (BY_MATRIX, given) else chosen
    is_new = changes.priority is not None and override not in (None, ticket.priority)
    if is_new and not changes.because:
        raise Invalid(
            _("Say why this ticket is to have another priority than the matrix gives it."),
            _("By the matrix it is P%(num)s.", num=given),
            field="priority_why",
        )
    commands.set_priority(
        ticket,
        impact=impact,
        urgency=urgency,
        override=override,
        by=by,
        cause=cause,
        because=changes.because,
    )


def _group(group_id: int) -> Group | None:
    if group_id == NOBODY:
        return None
    group = db.session.get(Group, group_id)
    if group is None or not group.is_active:
        raise Invalid(_("There is no such group."), _("Choose one of the list."), field="group")
    return group


def _agent(person_id: int) -> Person | None:
    if person_id == NOBODY:
        return None
    person = db.session.get(Person, person_id)
    if person is None:
        raise Invalid(_("There is no such agent."), _("Choose one of the list."), field="assignee")
    return person
