"""Triggers at work: after all that happened to a ticket in a unit of work, inside the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from helpdesk.automation.events import RulesStopped, RulesWanted
from helpdesk.automation.happening import happened
from helpdesk.automation.running import cause_of, run_rule
from helpdesk.automation.troubles import note_ring, set_aside_of
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import record
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from helpdesk.tickets.commands import lock
from helpdesk.tickets.events import (
    MessageAdded,
    TicketChanged,
    TicketEvent,
    TicketOpened,
    TicketsMerged,
    WatchersChanged,
)
from helpdesk.tickets.facts import Happened, facts_of
from helpdesk.tickets.facts_needed import needs_of
from helpdesk.tickets.models import Ticket
from workflows.conditions import Condition
from workflows.facts import TicketFacts
from workflows.rule_cycle import DEEPEST, Cycle, Named, run_cycle

_HEARD = "rules_heard"
_RUN_UPON = (TicketOpened, MessageAdded, TicketChanged)
_NEVER_UPON = (WatchersChanged, TicketsMerged)


@dataclass
class _Heard:
    """What this transaction heard of each ticket, the causes under which rules changed it, and how often they ran."""

    events: dict[int, list[TicketEvent]] = field(default_factory=dict)
    causes: dict[int, set[str]] = field(default_factory=dict)
    cycles: dict[int, int] = field(default_factory=dict)


def want_rules(event: TicketEvent) -> None:
    """Have triggers run once all that this unit does to the ticket has happened."""
    if not isinstance(event, _RUN_UPON) or isinstance(event, _NEVER_UPON):
        return
    heard = _heard()
    if event.cause in heard.causes.get(event.subject_id, ()):
        return
    if event.subject_id in heard.events:
        heard.events[event.subject_id].append(event)
    elif store.current(Kind.TRIGGER):
        heard.events[event.subject_id] = [event]
        record(RulesWanted(ticket_id=event.subject_id))


def run_triggers(event: RulesWanted) -> None:
    """Run the triggers over what happened to the ticket."""
    heard = _heard()
    events = heard.events.pop(event.ticket_id, [])
    switched_on = _switched_on()
    if not events or not switched_on:
        return
    db.session.flush()
    ticket = db.session.get_one(Ticket, event.ticket_id)
    if ticket.deleted_at is not None or ticket.merged_into_id is not None:
        return
    # Others may answer what rules do, such as the routing; that must come to an end too.
    cycles = heard.cycles[ticket.id] = heard.cycles.get(ticket.id, 0) + 1
    if cycles > DEEPEST:
        return
    news = happened(ticket, events)
    if _any_holds(switched_on, ticket, news):
        causes = heard.causes.setdefault(ticket.id, set())
        _run(lock(ticket.id), _not_set_aside(switched_on), news, causes)


def active_triggers() -> list[Version]:
    """The triggers that run, in their order: switched on, and not set aside."""
    return _not_set_aside(_switched_on())


def _switched_on() -> list[Version]:
    return [one for one in store.current(Kind.TRIGGER) if one.value.active]


def _not_set_aside(versions: list[Version]) -> list[Version]:
    aside = set_aside_of(versions)
    return [one for one in versions if one.id not in aside]


def _any_holds(versions: Sequence[Version], ticket: Ticket, news: Happened) -> bool:
    """Whether one of them holds before any has run, without which none runs; reads only what they ask for."""
    events = news.events
    hearing = [one.when for one in (version.value for version in versions) if one.hears_any(events)]
    if not hearing:
        return False
    facts, at = facts_of(ticket, news, needs_of(hearing)), clock.now()
    return any(when.holds(facts, at) for when in hearing)


def named(versions: Sequence[Version]) -> list[Named]:
    """Triggers as a cycle wants them."""
    return [Named(version.name, version.value) for version in versions]


def _run(ticket: Ticket, versions: list[Version], news: Happened, causes: set[str]) -> None:
    by_name = {version.name: version for version in versions}

    def perform(one: Named, held: Condition, facts: TicketFacts) -> TicketFacts | None:
        version = by_name[one.name]
        causes.add(cause_of(version))
        if not run_rule(version, held, ticket):
            return None
        db.session.flush()
        return _afterwards(ticket, news, facts)

    cycle = run_cycle(named(versions), facts_of(ticket, news), clock.now(), perform)
    _note_stop(ticket, cycle, by_name)


def _afterwards(ticket: Ticket, news: Happened, before: TicketFacts) -> TicketFacts:
    """The facts after a rule ran: as they stand, with what it changed added to what just happened."""
    plain = facts_of(ticket, news)
    changes: dict[str, tuple[str, ...]] = {}
    for name in ("status", "category", "type", "priority", "impact", "urgency", "group"):
        if getattr(plain, name) != getattr(before, name):
            changes[name] = (str(getattr(before, name) or ""),)
    if plain.assignee != before.assignee:
        had = before.assignee
        changes["assignee"] = (had.name, *had.addresses) if had else ("",)
    if plain.tags != before.tags:
        changes["tag"] = tuple(sorted(before.tags))
    for key in {*plain.custom, *before.custom}:
        if plain.custom.get(key) != before.custom.get(key):
            changes[f"custom.{key}"] = (str(before.custom.get(key, "")),)
    return replace(
        plain,
        changed=before.changed | set(changes),
        before={**changes, **before.before},
        events=before.events | ({"changed"} if changes else set()),
    )


def _note_stop(ticket: Ticket, cycle: Cycle, by_name: dict[str, Version]) -> None:
    if cycle.stopped is None:
        return
    titles = " → ".join(by_name[name].title for name in cycle.stopped.names)
    record(
        RulesStopped(
            cause="rules",
            subject_id=ticket.id,
            after={"chain": titles, "is_ring": cycle.stopped.is_loop},
        )
    )
    note_ring([by_name[name] for name in cycle.stopped.names], titles, ticket.id)


def _heard() -> _Heard:
    """What was heard in this transaction; it ends with it."""
    transaction = db.session().get_transaction()
    kept: Any = db.session.info.get(_HEARD)
    if kept is None or kept[0] is not transaction:
        kept = db.session.info[_HEARD] = (transaction, _Heard())
    heard: _Heard = kept[1]
    return heard
