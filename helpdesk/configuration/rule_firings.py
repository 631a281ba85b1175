"""On which tickets of the last weeks the triggers and timed rules of a plan would have acted; nothing is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from helpdesk.automation.back_testing import runs_of
from helpdesk.automation.past import moments_of
from helpdesk.configuration.effects import MOST_SHOWN, MOST_TICKETS, RuleFirings, Written
from helpdesk.configuration.items import Key, World
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.definitions.kinds import parse
from helpdesk.definitions.models import Kind
from helpdesk.tickets.models import Ticket
from workflows.rules import TimedRule, Trigger

LOOK_BACK = timedelta(days=30)
TOGETHER = 100
_KINDS = (Kind.TRIGGER, Kind.TIMED_RULE)


def would_fire(_before: World, _after: World, written: Written) -> list[RuleFirings]:
    """For each rule that is written and switched on: on how many of the newest tickets it would have acted.

    What happened to a ticket in the last 30 days is played to the rule, as a back-test does.
    """
    rules = _rules(written)
    if not rules:
        return []
    since = clock.now() - LOOK_BACK
    found: dict[Key, list[str]] = {key: [] for key in rules}
    ids = _newest()
    for start in range(0, len(ids), TOGETHER):
        for moments in moments_of(ids[start : start + TOGETHER]).values():
            for key, rule in rules.items():
                run = next(runs_of(rule, moments, since), None)
                if run is not None:
                    found[key].append(run.facts.number)
    return [
        RuleFirings(key, rules[key].title, len(ids), len(numbers), numbers[:MOST_SHOWN])
        for key, numbers in found.items()
    ]


def _rules(written: Written) -> Mapping[Key, Trigger | TimedRule]:
    found: dict[Key, Trigger | TimedRule] = {}
    for key, body in sorted(written.items()):
        if key.kind in _KINDS and body is not None:
            rule = parse(Kind(key.kind), body)
            if isinstance(rule, Trigger | TimedRule) and rule.active:
                found[key] = rule
    return found


def _newest() -> Sequence[int]:
    """The newest tickets that were at work in that time."""
    return db.session.scalars(
        select(Ticket.id)
        .where(Ticket.deleted_at.is_(None), Ticket.last_activity_at >= clock.now() - LOOK_BACK)
        .order_by(Ticket.id.desc())
        .limit(MOST_TICKETS)
    ).all()
