"""A rule tried over the past before it is switched on: what it would have done, counted, with examples; nothing is done.

Each moment is looked at as it really was: what the rule would have changed is not carried on to the next.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.automation.instants import Hours, hours_of
from helpdesk.automation.models import BackTest, TestState
from helpdesk.automation.past import Moment, moments_of
from helpdesk.automation.triggers import active_triggers, named
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.unit_of_work import owe
from helpdesk.definitions.kinds import parse
from helpdesk.definitions.models import Kind
from helpdesk.people.access import Actor, Deed, id_of, require
from helpdesk.tickets.lives import category_of
from helpdesk.tickets.models import FIRST_NUMBER, Ticket
from workflows.conditions import Condition
from workflows.effects import has_effect
from workflows.facts import TicketFacts
from workflows.rule_conflicts import Finding, findings_about, findings_of
from workflows.rule_cycle import Named
from workflows.rules import TimedRule, Trigger

log = logging.getLogger(__name__)

JOB = "back_test"
TESTED = (Kind.TRIGGER, Kind.TIMED_RULE)
AT_ONCE = 100
MOST_EXAMPLES = 50
LONGEST = timedelta(days=731)
# A timed rule that comes again is followed so often through one stretch of a ticket.
MOST_A_STRETCH = 20


@dataclass(frozen=True, slots=True)
class Run:
    """A moment at which the rule would have run: what held, and the ticket as it then stood."""

    at: datetime
    held: Condition
    facts: TicketFacts


def begin(
    kind: Kind, name: str, body: Mapping[str, Any], *, since: datetime, actor: Actor | None
) -> BackTest:
    """Ask for a test of what a body says over all that happened since an instant. Raises Invalid and Faulty."""
    require(actor, Deed.MANAGE_SETTINGS)
    now = clock.now()
    if kind not in TESTED:
        raise Invalid(_("Only triggers and timed rules can be held against the past."))
    if not now - LONGEST <= since < now:
        raise Invalid(_("Choose a day of the last two years."), field="since")
    parse(kind, body)
    test = BackTest(
        kind=kind,
        name=name,
        body=dict(body),
        since=since,
        asked_by=id_of(actor),
        asked_at=now,
        total=db.session.scalar(select(func.count(Ticket.id)).where(*_touched(since))) or 0,
        result={"runs": 0, "tickets": 0, "moments": 0, "deeds": {}, "examples": []},
    )
    db.session.add(test)
    db.session.flush()
    owe(JOB, test.id)
    return test


def find(test_id: int, kind: Kind, name: str) -> BackTest:
    """The test of this number, if it is of this rule. Raises NotFound."""
    found = db.session.get(BackTest, test_id, populate_existing=True)
    if found is None or (found.kind, found.name) != (kind, name):
        raise NotFound(_("There is no such test."), _("Begin a new one."))
    return found


def latest(kind: Kind, name: str, *, limit: int = 5) -> Sequence[BackTest]:
    """The tests of a rule, the newest first."""
    return db.session.scalars(
        select(BackTest)
        .where(BackTest.kind == kind, BackTest.name == name)
        .order_by(BackTest.id.desc())
        .limit(limit)
    ).all()


def stop(test: BackTest, *, actor: Actor | None) -> None:
    """End a test where it is; what was found up to there stays."""
    require(actor, Deed.MANAGE_SETTINGS)
    held = db.session.get(BackTest, test.id, with_for_update=True, populate_existing=True)
    if held is not None and held.state in (TestState.WAITING, TestState.RUNNING):
        held.state, held.finished_at = TestState.STOPPED, clock.now()


def run(test_id: int) -> None:
    """Look at the next tickets and owe the rest, so that no other work waits for a long test; in a unit of work."""
    if _step(test_id):
        owe(JOB, test_id)


def findings(kind: Kind, name: str, body: Mapping[str, Any]) -> list[Finding]:
    """What is wrong with the rule before anything runs: that it can never hold, contradictions, rings with others."""
    rule = parse(kind, body)
    if isinstance(rule, Trigger):
        others = [one for one in named(active_triggers()) if one.name != name]
        found = findings_of([*others, Named(name, rule)], category_of)
        return [one for one in found if name in one.rules]
    return list(findings_about(rule, name)) if isinstance(rule, TimedRule) else []


def _step(test_id: int) -> bool:
    """Look at the next tickets; whether there may be more."""
    test = db.session.get(BackTest, test_id, with_for_update=True, populate_existing=True)
    if test is None or test.state in (TestState.DONE, TestState.STOPPED):
        return False
    ids = db.session.scalars(
        select(Ticket.id)
        .where(Ticket.id > test.cursor, *_touched(test.since))
        .order_by(Ticket.id)
        .limit(AT_ONCE)
    ).all()
    if not ids:
        test.state, test.finished_at = TestState.DONE, clock.now()
        log.info("A rule was held against the past.", extra={"test": test.id, "rule": test.name})
        return False
    rule = parse(test.kind, test.body)
    assert isinstance(rule, Trigger | TimedRule), "Only these are tested."
    tally = _Tally(test.result)
    for ticket_id, moments in moments_of(ids).items():
        recent = [one for one in moments if one.at >= test.since]
        tally.add(ticket_id, len(recent), list(runs_of(rule, moments, test.since)), rule)
    test.state, test.cursor = TestState.RUNNING, ids[-1]
    test.done, test.result = test.done + len(ids), tally.as_json()
    return True


def runs_of(rule: Trigger | TimedRule, moments: list[Moment], since: datetime) -> Iterator[Run]:
    """When a rule would have run on a ticket, since an instant."""
    found = _trigger_runs(rule, moments) if isinstance(rule, Trigger) else _timed(rule, moments)
    return (run for run in found if run.at >= since)


def _trigger_runs(rule: Trigger, moments: list[Moment]) -> Iterator[Run]:
    for one in moments:
        if rule.hears(one.facts) and rule.when.holds(one.facts, one.at):
            yield Run(one.at, rule.when.that_held(one.facts, one.at), one.facts)


def _timed(rule: TimedRule, moments: list[Moment]) -> Iterator[Run]:
    hours = hours_of(rule)
    last: datetime | None = None
    for place, one in enumerate(moments):
        until = moments[place + 1].at if place + 1 < len(moments) else clock.now()
        for at in _points(rule, one, until, last, hours):
            if not rule.when.holds(one.facts, at, between=hours.between):
                last = None
            elif last is None or (rule.again is not None and at - last >= rule.again):
                last = at
                yield Run(at, rule.when, one.facts)


def _points(
    rule: TimedRule, moment: Moment, until: datetime, last: datetime | None, hours: Hours
) -> list[datetime]:
    """The instants between two moments at which the rule may begin to hold, or come again."""
    turns = rule.when.turning_points(moment.facts, later=hours.later)
    points = {moment.at, *(turn for turn in turns if moment.at < turn < until)}
    if rule.again is not None:
        starts = [*points, *([last] if last else [])]
        points |= {
            at + rule.again * times
            for at in starts
            for times in range(1, MOST_A_STRETCH)
            if moment.at < at + rule.again * times < until
        }
    return sorted(points)[: MOST_A_STRETCH * 2]


def _touched(since: datetime) -> tuple[Any, ...]:
    return Ticket.updated_at >= since, Ticket.deleted_at.is_(None), Ticket.merged_into_id.is_(None)


class _Tally:
    """What was found so far, as it stands in the row."""

    def __init__(self, result: Mapping[str, Any]) -> None:
        self._result = dict(result)
        self._deeds = Counter[str](result.get("deeds") or {})
        self._examples = list(result.get("examples") or [])

    def add(self, ticket_id: int, moments: int, runs: list[Run], rule: Trigger | TimedRule) -> None:
        self._result["moments"] += moments
        self._result["runs"] += len(runs)
        self._result["tickets"] += bool(runs)
        for one in runs:
            self._deeds.update(
                str(number)
                for number, action in enumerate(rule.do)
                if has_effect(action, one.facts)
            )
        if runs and len(self._examples) < MOST_EXAMPLES:
            first = runs[0]
            self._examples.append(
                {
                    "ticket": ticket_id,
                    "number": FIRST_NUMBER + ticket_id,
                    "at": first.at.isoformat(),
                    "held": str(first.held),
                    "runs": len(runs),
                }
            )

    def as_json(self) -> dict[str, Any]:
        return {**self._result, "deeds": dict(self._deeds), "examples": self._examples}
