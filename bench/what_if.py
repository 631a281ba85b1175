"""How long a what-if takes over 100,000 tickets of eight events, on the processes that it starts by itself."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from bench import data, timers
from bench.calendars import OFFICE
from bench.desks import make_desk
from bench.report import Figure
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people.models import Group
from helpdesk.sla import what_if
from helpdesk.sla.facts import OPENED, moment
from helpdesk.sla.models import SlaEvent, SlaTicket
from helpdesk.sla.what_if_models import SlaWhatIf
from helpdesk.tickets.models import Ticket
from workflows import sla

MONTHS = 12
SHOWN_EVERY = 10_000


def measure(database: str, fresh: Any, tickets: int, report: Callable[[str], None]) -> list[Figure]:
    """The seconds from the call to the result."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_desk(fresh("whatif"), Path(folder))
        with app.app_context():
            fill(app, tickets, report)
            with unit_of_work():
                run = what_if.begin(Kind.POLICY, "agreed", _draft(), months=MONTHS, by=None)
            began = time.perf_counter()
            done = what_if.work(run.id, say=lambda one: _say(one, report))
            seconds = time.perf_counter() - began
            assert done.done == tickets, "every ticket was looked at"
            assert not done.unread, "every history could be counted"
    conditions = f"{database}, {tickets:,} tickets x 8 events"
    aim = "< 120" if tickets >= 100_000 else ""
    return [
        Figure("what-if", "whole run", conditions, round(seconds, 1), "s", aim),
        Figure("what-if", "tickets a second", conditions, round(tickets / seconds), ""),
    ]


def _say(run: SlaWhatIf, report: Callable[[str], None]) -> None:
    if run.done % SHOWN_EVERY == 0:
        report(f"what-if: {run.done:,} of {run.of:,} tickets, {run.flips:,} flips")


def _draft() -> dict[str, Any]:
    metrics = dict(timers.AGREED["metrics"])  # type: ignore[call-overload]  # A table of metrics.
    metrics["resolution"] = {"targets": {"p1": 43_200, "p2": 100_000}}
    return {**timers.AGREED, "metrics": metrics}


def fill(_app: Flask, tickets: int, report: Callable[[str], None]) -> None:
    """Tickets of the last months with their facts, and the policy they are under."""
    data.make_people()
    requesters = data.make_requesters(max(tickets // 5, 10))
    groups = [group.id for group in db.session.scalars(select(Group).order_by(Group.id))]
    with unit_of_work():
        office = store.save(Kind.CALENDAR, "office", OFFICE, by=None, cause="bench")
        agreed = store.save(Kind.POLICY, "agreed", timers.AGREED, by=None, cause="bench")
    dice = random.Random(8)
    span = int(timedelta(days=300).total_seconds())
    shift = int(clock.now().timestamp()) - timers.START - span - 900_000
    for first in range(0, tickets, data.STEP):
        rows = [
            data.ticket_row(dice, 0, requesters, groups, [])
            for _ in range(first, min(first + data.STEP, tickets))
        ]
        with unit_of_work():
            ids = list(db.session.scalars(insert(Ticket).returning(Ticket.id), rows))
            told = [(one, *timers.history(dice, shift + dice.randrange(span))) for one in ids]
            db.session.execute(insert(SlaTicket), [_ticket(one, events) for one, _, events in told])
            facts = [
                fact
                for one, opening, events in told
                for fact in _facts(one, opening, events, str(agreed.id), str(office.id))
            ]
            db.session.execute(insert(SlaEvent), facts)
        report(f"made {first + len(rows):,} of {tickets:,} tickets with their facts")


def _ticket(ticket_id: int, events: list[sla.Event]) -> dict[str, Any]:
    at = moment(events[-1].at)
    return {
        "ticket_id": ticket_id,
        "last_seq": len(events) + 1,
        "last_at": at,
        "known_since": at,
        "is_open": False,
        "state": {},
    }


def _facts(
    ticket_id: int, opening: sla.Opening, events: list[sla.Event], policy: str, office: str
) -> Iterator[dict[str, Any]]:
    opened = {
        "by": opening.by,
        "priority": opening.priority,
        "category": opening.category,
        "group": opening.group,
        "policy": policy,
        "calendars": {"office": office},
    }
    yield _fact(ticket_id, 1, opening.at, OPENED, opened)
    for number, event in enumerate(events, 2):
        said = {"to": event.to, "by": event.by, "is_public": event.is_public or None}
        kept = {name: value for name, value in said.items() if value is not None}
        yield _fact(ticket_id, number, event.at, event.kind, kept)


def _fact(ticket_id: int, seq: int, at: int, kind: str, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "ticket_id": ticket_id,
        "seq": seq,
        "at": moment(at),
        "kind": str(kind),
        "data": values,
        "cause": "bench",
    }
