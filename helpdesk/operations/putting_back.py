"""Putting the fields of one ticket back as they were, where nobody has changed them since."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from flask_babel import gettext as _

from helpdesk.core.db import db
from helpdesk.core.errors import DomainError, Invalid
from helpdesk.core.unit_of_work import attempt, record
from helpdesk.operations.states import is_still, state_of
from helpdesk.people.models import Group, Person
from helpdesk.tickets import commands
from helpdesk.tickets.customizing import set_custom
from helpdesk.tickets.events import TicketChanged
from helpdesk.tickets.lives import is_type, lifecycle_of
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.requesting import change_requester
from helpdesk.tickets.stepping import put_status
from workflows.lifecycle import map_state


@dataclass
class Taken:
    """What became of the fields of one ticket.

    `undone` went back, `kept` were changed by somebody since, `refused` maps those that may not go back to the reason.
    """

    undone: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        return not self.kept and not self.refused

    def as_json(self) -> dict[str, Any]:
        return {"undone": self.undone, "kept": self.kept, "refused": self.refused}


@dataclass(frozen=True, slots=True)
class Hand:
    """Who puts something back, and what the journal says of why."""

    by: int | None
    cause: str


def put_back(
    ticket: Ticket, before: Mapping[str, Any], after: Mapping[str, Any], hand: Hand
) -> Taken:
    """Put each field of a locked ticket back by itself; one that may not go back keeps no other.

    The type comes first, since it says which statuses there are; the group before the assignee, for the same reason.
    """
    taken, now = Taken(), state_of(ticket)
    for name, back in _IN_ORDER.items():
        if name not in before:
            continue
        if name in _BY_ENTRY:
            _one(taken, name, partial(back, ticket, before, after, taken, hand))
        elif not is_still(name, now[name], after[name]) and not _went_along(ticket, name, taken):
            taken.kept.append(name)
        elif _one(taken, name, partial(back, ticket, before[name], hand)):
            taken.undone.append(name)
    db.session.flush()
    return taken


def _one(taken: Taken, name: str, act: Callable[[], None]) -> bool:
    try:
        with attempt():
            act()
    except DomainError as error:
        taken.refused[name] = f"{error.title} {error.advice}".strip()
        return False
    return True


def _went_along(ticket: Ticket, name: str, taken: Taken) -> bool:
    """Whether the group that went back took the assignee with it, who may not work there."""
    return name == "assignee" and "group" in taken.undone and ticket.assignee_id is None


def _type(ticket: Ticket, value: str, hand: Hand) -> None:
    if not is_type(value):
        raise Invalid(_("This type of ticket is not in use any more."))
    state = map_state(lifecycle_of(ticket.type), ticket.status, lifecycle_of(value))
    was, ticket.type = ticket.type, value
    commands.touch(ticket)
    record(
        TicketChanged(
            actor_id=hand.by,
            cause=hand.cause,
            subject_id=ticket.id,
            before={"type": was},
            after={"type": value},
        )
    )
    put_status(ticket, state, by=hand.by, cause=hand.cause, values=ticket.process)


def _status(ticket: Ticket, value: Mapping[str, Any], hand: Hand) -> None:
    status = str(value["status"])
    if not lifecycle_of(ticket.type).has(status):
        raise Invalid(_("This status is not in use any more."))
    put_status(
        ticket,
        status,
        by=hand.by,
        cause=hand.cause,
        values=value.get("process", {}),
        # What is put right here was no reopening, so the count of these goes back too.
        reopened=value.get("reopened"),
    )


def _group(ticket: Ticket, value: int | None, hand: Hand) -> None:
    group = db.session.get(Group, value) if value else None
    if value and (group is None or not group.is_active):
        raise Invalid(_("The group it came from is not in use any more."))
    commands.move_to_group(ticket, group, by=hand.by, cause=hand.cause)


def _assignee(ticket: Ticket, value: int | None, hand: Hand) -> None:
    agent = db.session.get(Person, value) if value else None
    commands.assign(ticket, agent, by=hand.by, cause=hand.cause)


def _priority(ticket: Ticket, value: Mapping[str, Any], hand: Hand) -> None:
    state = {**state_of(ticket)["priority"], **value}
    commands.set_priority(
        ticket,
        impact=state["impact"],
        urgency=state["urgency"],
        override=state["priority"] if state["priority_overridden"] else None,
        because=str(state["why"]),
        by=hand.by,
        cause=hand.cause,
    )


def _subject(ticket: Ticket, value: str, hand: Hand) -> None:
    commands.rename(ticket, value, by=hand.by, cause=hand.cause)


def _requester(ticket: Ticket, value: int, hand: Hand) -> None:
    change_requester(ticket, db.session.get_one(Person, value), by=hand.by, cause=hand.cause)


def _tags(
    ticket: Ticket, before: Mapping[str, Any], after: Mapping[str, Any], taken: Taken, hand: Hand
) -> None:
    now = {tag.name for tag in ticket.tags}
    put_on, took_off = _entries("tags", before, after)
    wanted = (now - put_on) | took_off
    if wanted == now:
        taken.kept.append("tags")
        return
    commands.set_tags(ticket, wanted, by=hand.by, cause=hand.cause)
    taken.undone.append("tags")


def _watchers(
    ticket: Ticket, before: Mapping[str, Any], after: Mapping[str, Any], taken: Taken, hand: Hand
) -> None:
    now = {watcher.person_id for watcher in ticket.watchers}
    put_on, took_off = _entries("watchers", before, after)
    gone, back = put_on & now, took_off - now
    if not gone and not back:
        taken.kept.append("watchers")
        return
    for person_id in sorted(gone):
        commands.unwatch(
            ticket, db.session.get_one(Person, person_id), by=hand.by, cause=hand.cause
        )
    for person_id in sorted(back):
        commands.watch(ticket, db.session.get_one(Person, person_id), by=hand.by, cause=hand.cause)
    taken.undone.append("watchers")


def _custom(
    ticket: Ticket, before: Mapping[str, Any], after: Mapping[str, Any], taken: Taken, hand: Hand
) -> None:
    left = after["custom"]
    still = [key for key in before["custom"] if ticket.custom.get(key) == left.get(key)]
    taken.kept += [f"custom.{key}" for key in before["custom"] if key not in still]
    typed = {key: "" if (was := before["custom"][key]) is None else was for key in still}
    if typed:
        set_custom(ticket, typed, by=hand.by, cause=hand.cause)
        taken.undone += [f"custom.{key}" for key in still]


def _entries(
    name: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[set[Any], set[Any]]:
    was, became = set(before[name]), set(after[name])
    return became - was, was - became


_BY_ENTRY = frozenset({"tags", "watchers", "custom"})
_IN_ORDER: Final[dict[str, Callable[..., None]]] = {
    "type": _type,
    "group": _group,
    "assignee": _assignee,
    "priority": _priority,
    "subject": _subject,
    "requester": _requester,
    "tags": _tags,
    "watchers": _watchers,
    "custom": _custom,
    "status": _status,
}
