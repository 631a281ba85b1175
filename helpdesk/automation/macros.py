"""Macros: offered to an agent on a ticket, shown before anything is done, and carried out as the agent."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.automation.events import MacroUsed
from helpdesk.automation.filling import text_of, values_for_agent
from helpdesk.automation.performing import BrokenRule, Doer, perform
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.unit_of_work import record
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from helpdesk.people.access import Actor
from helpdesk.people.models import Group, Person
from helpdesk.tickets.facts import facts_of
from helpdesk.tickets.lives import category_of
from helpdesk.tickets.models import Ticket
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


def use(version: Version, ticket: Ticket, agent: Person, *, cause: str = "") -> None:
    """Do all that a macro says to a locked ticket, as the agent; or nothing, where one step is refused.

    `cause` is why it is used, for each change to say; the macro itself by default.
    """
    doer = Doer(cause or cause_of(version), agent)
    did = []
    for action in version.value.do:
        try:
            came = perform(action, ticket, doer)
        except BrokenRule as broken:
            raise Invalid(str(broken), _("Ask an administrator to mend this macro.")) from broken
        did.append(action.kind if came is None else f"{action.kind}: {came}")
    said = {"macro": version.title, "macro_version": version.number, "did": did}
    record(MacroUsed(actor_id=agent.id, cause=doer.cause, subject_id=ticket.id, after=said))


def cause_of(version: Version) -> str:
    """What each change says of why it was made."""
    return f"macro: {version.title}"[:200]


def _group_names(actor: Actor) -> set[str]:
    if not actor.groups:
        return set()
    rows = db.session.scalars(select(Group.name).where(Group.id.in_(sorted(actor.groups))))
    return {name.lower() for name in rows}
