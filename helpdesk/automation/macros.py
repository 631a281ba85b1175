"""Macros: offered to an agent on a ticket, shown before anything is done, carried out as the agent, and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.automation.events import MacroUndone, MacroUsed
from helpdesk.automation.filling import text_of, values_for_agent
from helpdesk.automation.models import MacroUse
from helpdesk.automation.performing import BrokenRule, Doer, perform
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.unit_of_work import record
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from helpdesk.people.access import Actor
from helpdesk.people.models import Group, Person
from helpdesk.tickets import commands
from helpdesk.tickets.customizing import set_custom
from helpdesk.tickets.facts import facts_of
from helpdesk.tickets.lives import category_of
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.retyping import change_type
from helpdesk.tickets.stepping import change_status
from workflows.actions import Action, AddNote, Notify, SendReply
from workflows.effects import Change, after, changes_of, has_effect
from workflows.facts import TicketFacts
from workflows.rules import Macro


@dataclass(frozen=True, slots=True)
class Deed:
    """One step of a macro on a ticket: what it changes, the text it writes, and whether it does anything now."""

    action: Action
    changes: tuple[Change, ...]
    text: str
    has_effect: bool


def offered(ticket: Ticket, actor: Actor) -> list[Version]:
    """The macros that this agent may use on this ticket now, in their order."""
    found = [one for one in store.current(Kind.MACRO) if one.value.active]
    if not found:
        return []
    names = _group_names(actor)
    facts: TicketFacts | None = None
    chosen = []
    for one in found:
        macro: Macro = one.value
        if macro.groups and not actor.is_admin and not names & {g.lower() for g in macro.groups}:
            continue
        if not macro.when.is_always:
            facts = facts or facts_of(ticket)
            if not macro.when.holds(facts, clock.now()):
                continue
        chosen.append(one)
    return chosen


def find_offered(ticket: Ticket, actor: Actor, name: str) -> Version:
    """The macro of this name, if it is offered. Raises NotFound."""
    for one in offered(ticket, actor):
        if one.name == name:
            return one
    raise NotFound(
        _("This macro is not offered here."), _("It may be switched off, or for other tickets.")
    )


def preview(version: Version, ticket: Ticket, agent: Person) -> list[Deed]:
    """What each step would do to the ticket as those before it left it, with texts as they would be written."""
    facts, values = facts_of(ticket), values_for_agent(ticket, agent)
    found = []
    for action in version.value.do:
        text = ""
        if isinstance(action, SendReply | AddNote | Notify):
            text = text_of(action, ticket, values)
        found.append(Deed(action, changes_of(action, facts), text, has_effect(action, facts)))
        facts = after([action], facts, category_of)
    return found


def use(version: Version, ticket: Ticket, agent: Person) -> MacroUse:
    """Do all that a macro says to a locked ticket, as the agent; or nothing, where one step is refused."""
    before = _state(ticket)
    doer = Doer(cause_of(version), agent)
    did = []
    for action in version.value.do:
        try:
            came = perform(action, ticket, doer)
        except BrokenRule as broken:
            raise Invalid(str(broken), _("Ask an administrator to mend this macro.")) from broken
        did.append(action.kind if came is None else f"{action.kind}: {came}")
    db.session.flush()
    left = _state(ticket)
    made = MacroUse(
        ticket_id=ticket.id,
        person_id=agent.id,
        name=version.name,
        at=clock.now(),
        ticket_version=ticket.version,
        before={key: value for key, value in before.items() if left[key] != value},
        after={key: value for key, value in left.items() if before[key] != value},
    )
    db.session.add(made)
    db.session.flush()
    said = {"macro": version.title, "macro_version": version.number, "did": did}
    record(MacroUsed(actor_id=agent.id, cause=doer.cause, subject_id=ticket.id, after=said))
    return made


def uses_of(ticket_id: int, *, limit: int = 5) -> Sequence[MacroUse]:
    """What was done with macros on a ticket, the newest first."""
    return db.session.scalars(
        select(MacroUse)
        .where(MacroUse.ticket_id == ticket_id)
        .order_by(MacroUse.id.desc())
        .limit(limit)
    ).all()


def undo(use_id: int, ticket: Ticket, agent: Person) -> MacroUse:
    """Put the fields of a locked ticket back as they were before a macro; what was written stays.

    Raises NotFound, and Conflict where one of these fields was changed since.
    """
    done = db.session.get(MacroUse, use_id, with_for_update=True)
    if done is None or done.ticket_id != ticket.id:
        raise NotFound(_("There is nothing to take back."), _("Look at the ticket again."))
    if done.undone_at is not None:
        raise Conflict(_("This was taken back already."), _("Look at the ticket again."))
    now = _state(ticket)
    if any(now.get(key) != value for key, value in done.after.items()):
        raise Conflict(
            _("What the macro set was changed since."), _("Change it back by hand if it is wrong.")
        )
    cause = f"undo of macro: {done.name}"
    _put_back(ticket, done.before, by=agent.id, cause=cause)
    done.undone_at = clock.now()
    said = {"macro_undone": done.name}
    record(MacroUndone(actor_id=agent.id, cause=cause, subject_id=ticket.id, after=said))
    return done


def cause_of(version: Version) -> str:
    """What each change says of why it was made."""
    return f"macro: {version.title}"[:200]


_PRIORITY = ("impact", "urgency", "priority", "priority_overridden")


def _state(ticket: Ticket) -> dict[str, Any]:
    """What a macro may set, as plain values."""
    return {
        "type": ticket.type,
        "status": ticket.status,
        "group": ticket.group_id,
        "assignee": ticket.assignee_id,
        "impact": str(ticket.impact),
        "urgency": str(ticket.urgency),
        "priority": ticket.priority,
        "priority_overridden": bool(ticket.priority_overridden),
        "tags": sorted(tag.name for tag in ticket.tags),
        "custom": dict(ticket.custom),
    }


def _put_back(ticket: Ticket, before: Mapping[str, Any], *, by: int, cause: str) -> None:
    """Each by its command, so that what is refused to people is refused here; the status first, which opens it again."""
    if "type" in before:
        change_type(ticket, before["type"], by=by, cause=cause)
    if "status" in before:
        change_status(ticket, before["status"], by=by, cause=cause)
    if "group" in before:
        group = db.session.get(Group, before["group"]) if before["group"] else None
        commands.move_to_group(ticket, group, by=by, cause=cause)
    if "assignee" in before or "group" in before:
        had = before.get("assignee", ticket.assignee_id)
        commands.assign(ticket, db.session.get(Person, had) if had else None, by=by, cause=cause)
    if any(key in before for key in _PRIORITY):
        state = {**_state(ticket), **before}
        commands.set_priority(
            ticket,
            impact=state["impact"],
            urgency=state["urgency"],
            override=state["priority"] if state["priority_overridden"] else None,
            by=by,
            cause=cause,
        )
    if "tags" in before:
        commands.set_tags(ticket, before["tags"], by=by, cause=cause)
    if "custom" in before:
        changed = {key: before["custom"].get(key) for key in {*ticket.custom, *before["custom"]}}
        typed = {key: "" if value is None else value for key, value in changed.items()}
        set_custom(ticket, typed, by=by, cause=cause)


def _group_names(actor: Actor) -> set[str]:
    if not actor.groups:
        return set()
    rows = db.session.scalars(select(Group.name).where(Group.id.in_(sorted(actor.groups))))
    return {name.lower() for name in rows}
