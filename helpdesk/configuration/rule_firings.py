"""On which of the open tickets the triggers and timed rules of a plan would act as these stand; nothing is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from helpdesk.configuration.effects import MOST_SHOWN, MOST_TICKETS, RuleFirings, Written
from helpdesk.configuration.items import Key, World
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.definitions.kinds import parse
from helpdesk.definitions.models import Kind
from helpdesk.tickets.facts import read_facts
from helpdesk.tickets.models import Ticket
from workflows.facts import TicketFacts
from workflows.fields import EVENTS
from workflows.rules import Rule, Trigger

TOGETHER = 250
_KINDS = (Kind.TRIGGER, Kind.TIMED_RULE)


def would_fire(_before: World, _after: World, written: Written) -> list[RuleFirings]:
    """For each rule that is written and switched on: on how many of the newest open tickets its condition holds.

    A trigger is asked as if what it waits for had just happened to the ticket.
    """
    rules = _rules(written)
    if not rules:
        return []
    at = clock.now()
    found: dict[Key, list[str]] = {key: [] for key in rules}
    ids = _newest_open()
    for start in range(0, len(ids), TOGETHER):
        for facts in read_facts(ids[start : start + TOGETHER]).values():
            for key, rule in rules.items():
                if _holds(rule, facts, at):
                    found[key].append(facts.number)
    return [
        RuleFirings(key, rules[key].title, len(ids), len(numbers), numbers[:MOST_SHOWN])
        for key, numbers in found.items()
    ]


def _rules(written: Written) -> Mapping[Key, Rule]:
    found: dict[Key, Rule] = {}
    for key, body in sorted(written.items()):
        if key.kind in _KINDS and body is not None:
            rule = parse(Kind(key.kind), body)
            if isinstance(rule, Rule) and rule.active:
                found[key] = rule
    return found


def _newest_open() -> Sequence[int]:
    return db.session.scalars(
        select(Ticket.id)
        .where(Ticket.is_open, Ticket.deleted_at.is_(None))
        .order_by(Ticket.id.desc())
        .limit(MOST_TICKETS)
    ).all()


def _holds(rule: Rule, facts: TicketFacts, at: datetime) -> bool:
    if not isinstance(rule, Trigger):
        return rule.when.holds(facts, at)
    return any(
        rule.when.holds(replace(facts, events=frozenset({event})), at)
        for event in (sorted(rule.on) or EVENTS)
    )
