"""What an action would change of a ticket, known without doing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workflows import actions
from workflows.actions import Action
from workflows.facts import TicketFacts, Who
from workflows.fields import CUSTOM
from workflows.lifecycle import CATEGORY_OF

# What a status means in the lifecycle of a type of tickets; None where that is not known.
CategoryOf = Callable[[str, str], str | None]
_SHIPPED: Mapping[str, str] = {str(status): str(kind) for status, kind in CATEGORY_OF.items()}


def shipped_category(_type: str, status: str) -> str | None:
    """What a status means in the lifecycles that are there from the start."""
    return _SHIPPED.get(status)


@dataclass(frozen=True, slots=True)
class Change:
    """A field that an action sets, by the name that conditions use; texts are for people."""

    field: str
    before: str
    after: str


def changes_of(action: Action, facts: TicketFacts) -> tuple[Change, ...]:
    """What an action would change; nothing for one that writes or tells, or that is so already."""
    match action:
        case actions.SetStatus(status):
            return _changed("status", facts.status, status)
        case actions.SetPriority(priority):
            return _changed("priority", str(facts.priority), str(priority))
        case actions.SetType(type):
            return _changed("type", facts.type, type)
        case actions.AssignGroup(group):
            same = (facts.group or "").casefold() == group.casefold()
            return () if same else _changed("group", facts.group or "", group)
        case actions.AssignAgent(agent):
            had = facts.assignee
            if had is not None and agent.lower() in [one.lower() for one in had.addresses]:
                return ()
            return _changed("assignee", had.name if had else "", agent)
        case actions.AddTag(tag):
            return () if tag in facts.tags else (Change("tag", "", tag),)
        case actions.RemoveTag(tag):
            return (Change("tag", tag, ""),) if tag in facts.tags else ()
        case actions.SetField(key, value):
            return _changed(f"{CUSTOM}{key}", _text(facts.custom.get(key)), _text(value))
    return ()


def has_effect(action: Action, facts: TicketFacts) -> bool:
    """Whether doing it now would do anything."""
    if isinstance(action, actions.Route):
        return facts.assignee is None
    writes = (actions.AddNote, actions.SendReply, actions.Notify, actions.AddWatcher)
    return isinstance(action, writes) or bool(changes_of(action, facts))


def after(
    doing: Iterable[Action], facts: TicketFacts, category_of: CategoryOf = shipped_category
) -> TicketFacts:
    """The facts after some actions, as far as that is known; what changed is added to what just happened.

    `category_of` says what a status means; without it, only those that are there from the start are known.
    """
    for action in doing:
        for change in changes_of(action, facts):
            facts = _with(change, action, facts, category_of)
    return facts


def _with(
    change: Change, action: Action, facts: TicketFacts, category_of: CategoryOf
) -> TicketFacts:
    marked: dict[str, Any] = {
        "changed": facts.changed | {change.field},
        "events": facts.events | {"changed"},
        "before": {change.field: (change.before,), **facts.before},
    }
    match action:
        case actions.SetStatus(status):
            category = category_of(facts.type, status) or facts.category
            return replace(facts, status=status, category=str(category), **marked)
        case actions.SetPriority(priority):
            return replace(facts, priority=priority, **marked)
        case actions.SetType(type):
            return replace(facts, type=type, **marked)
        case actions.AssignGroup(group):
            return replace(facts, group=group, **marked)
        case actions.AssignAgent(agent):
            return replace(facts, assignee=Who(agent, (agent,)) if agent else None, **marked)
        case actions.AddTag(tag):
            return replace(facts, tags=facts.tags | {tag}, **marked)
        case actions.RemoveTag(tag):
            return replace(facts, tags=facts.tags - {tag}, **marked)
        case actions.SetField(key, value):
            return replace(facts, custom={**facts.custom, key: value}, **marked)
    return facts


def _changed(field: str, before: str, value: str) -> tuple[Change, ...]:
    return () if before == value else (Change(field, before, value),)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)
