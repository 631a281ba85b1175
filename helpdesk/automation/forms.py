"""Form rules at work: what they make of the forms in which agents open and change tickets, and what they fill in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from flask_babel import gettext as _

from helpdesk.automation.events import RuleRefused
from helpdesk.automation.performing import BrokenRule, Doer, perform
from helpdesk.automation.running import cause_of
from helpdesk.core import clock
from helpdesk.core.errors import DomainError, Invalid
from helpdesk.core.remembering import Remembered
from helpdesk.core.unit_of_work import attempt, record
from helpdesk.definitions import store
from helpdesk.definitions.events import DefinitionEvent
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from helpdesk.tickets import commands
from helpdesk.tickets.customizing import fields_of
from helpdesk.tickets.facts import facts_of
from helpdesk.tickets.models import Ticket
from workflows.actions import AssignAgent, AssignGroup, SetField, SetPriority, SetType
from workflows.conditions import Condition
from workflows.facts import TicketFacts
from workflows.fields import CUSTOM
from workflows.form_rules import FormState, Typed, form_state

# What the row of a ticket answers; whatever else a condition asks for is read.
_AT_HAND: Final = frozenset(
    [
        "status",
        "category",
        "type",
        "priority",
        "impact",
        "urgency",
        "group",
        "channel",
        "tag",
        "number",
        "subject",
        "messages",
        "created",
        "updated",
        "resolved",
        "closed",
        "age",
        "idle",
        "unchanged",
        "due",
        "breach",
    ]
)


class Unanswered(Invalid):
    """A form rule asks for fields in which nothing stands: `fields`, as rules name them."""

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(still_needed(), field=fields[0].removeprefix(CUSTOM))
        self.fields = tuple(fields)


def still_needed() -> str:
    """What is said at a field that a rule asks for."""
    return str(_("This has to be filled in here."))


def _read() -> tuple[Version, ...]:
    return tuple(one for one in store.current(Kind.FORM_RULE) if one.value.active)


# What pages show; another process learns of a change this much later. What is saved is held against the rules in force.
lately = Remembered(_read, seconds=20)


def forget(event: DefinitionEvent) -> None:
    """Read the rules anew once one was changed."""
    if event.kind == Kind.FORM_RULE:
        lately.forget()


def in_force() -> tuple[Version, ...]:
    """The rules that are switched on, as they stand now."""
    return _read()


def state_of(versions: Sequence[Version], typed: Typed, facts: TicketFacts) -> FormState:
    """What these rules make of a form."""
    if not versions:
        return FormState()
    return form_state([one.value for one in versions], typed, facts, clock.now())


def facts_for(versions: Sequence[Version], ticket: Ticket) -> TicketFacts:
    """The facts that these rules ask for; no query where the row of the ticket answers."""
    asked = {test.field for one in versions for test in one.value.when.tests()}
    if any(one not in _AT_HAND and not one.startswith(CUSTOM) for one in asked):
        return facts_of(ticket)
    return TicketFacts(
        number=ticket.number,
        type=ticket.type,
        status=ticket.status,
        category=str(ticket.category),
        priority=ticket.priority,
        impact=ticket.impact,
        urgency=ticket.urgency,
        group=ticket.group.name if ticket.group else None,
        channel=ticket.channel,
        tags=frozenset(tag.name for tag in ticket.tags),
        custom={
            key: tuple(map(str, value)) if isinstance(value, list) else value
            for key, value in ticket.custom.items()
            if value is not None
        },
        subject=ticket.subject,
        messages=ticket.message_count,
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
        last_activity_at=ticket.last_activity_at,
        resolved_at=ticket.resolved_at,
        closed_at=ticket.closed_at,
        due_at=ticket.due_at,
        breach_at=ticket.breach_at,
    )


def standing_in(ticket: Ticket) -> dict[str, str | tuple[str, ...]]:
    """What stands on a ticket, by the names that form rules give to fields; a priority of the matrix is none typed."""
    found: dict[str, str | tuple[str, ...]] = {
        "subject": ticket.subject,
        "type": ticket.type,
        "group": ticket.group.name if ticket.group else "",
        "assignee": str(ticket.assignee_id or ""),
        "impact": ticket.impact,
        "urgency": ticket.urgency,
        "priority": str(ticket.priority) if ticket.priority_overridden else "",
        "tags": ", ".join(tag.name for tag in ticket.tags),
    }
    for key, value in ticket.custom.items():
        if value is not None:
            kept = tuple(map(str, value)) if isinstance(value, list) else _plain(value)
            found[CUSTOM + key] = kept
    return found


def _plain(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def settle_opening(ticket: Ticket, text: str) -> None:
    """Hold a ticket that an agent has just opened against the rules of forms, in the same unit of work.

    Fills what is empty, then raises Unanswered for what is still missing, and nothing is kept.
    """
    versions = in_force()
    if not versions:
        return
    typed = {**standing_in(ticket), "text": text}
    facts = replace(facts_for(versions, ticket), text=text)
    state = state_of(versions, typed, facts)
    fill(ticket, state, versions)
    # What a rule could not fill is missing all the same. The form has no menu of priorities.
    left = replace(state, required=state.required - {"priority"} - _of_other_types(state, ticket))
    missing = replace(left, filled={}).missing({**standing_in(ticket), "text": text})
    if missing:
        raise Unanswered(missing)


def _of_other_types(state: FormState, ticket: Ticket) -> frozenset[str]:
    """The added fields that are asked for and that tickets of this type do not have."""
    own = {name for name in state.required if name.startswith(CUSTOM)}
    if not own:
        return frozenset()
    return frozenset(own - {CUSTOM + one.key for one in fields_of(ticket.type)})


def fill(ticket: Ticket, state: FormState, versions: Sequence[Version]) -> None:
    """Fill in what the rules fill, as the rules; what the ticket does not allow is noted on it and changes nothing."""
    standing = standing_in(ticket)
    for name, rule in state.filled_by.items():
        if standing.get(name) or name in ("subject", "text"):
            continue
        version = next(one for one in versions if one.value is rule)
        try:
            with attempt():
                _put(ticket, name, rule.fill[name], Doer(cause_of(version)))
        except (DomainError, BrokenRule) as refusal:
            record(_refused(version, rule.when, ticket, refusal))


def _put(ticket: Ticket, name: str, value: str, doer: Doer) -> None:
    if name == "tags":
        commands.set_tags(ticket, value.split(","), by=doer.by, cause=doer.cause)
    elif name == "type":
        perform(SetType(value), ticket, doer)
    elif name == "group":
        perform(AssignGroup(value), ticket, doer)
    elif name == "assignee":
        perform(AssignAgent(value), ticket, doer)
    elif name == "priority":
        perform(SetPriority(_number(value)), ticket, doer)
    elif name.startswith(CUSTOM):
        perform(SetField(name.removeprefix(CUSTOM), value), ticket, doer)


def _number(value: str) -> int:
    if not value.strip().isdigit():
        raise BrokenRule(_("A priority is a number from 1 to 5."))
    return int(value)


def _refused(version: Version, held: Condition, ticket: Ticket, why: Exception) -> RuleRefused:
    said = f"{why.title} {why.advice}".strip() if isinstance(why, DomainError) else str(why)
    return RuleRefused(
        cause=cause_of(version),
        subject_id=ticket.id,
        after={
            "rule": version.title,
            "rule_name": version.name,
            "rule_version": version.number,
            "held": str(held),
            "why_not": said,
        },
    )
