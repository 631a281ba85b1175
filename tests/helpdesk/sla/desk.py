"""A desk with service levels: calendars, policies, and what stands in the rows held against a replay of all facts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from helpdesk.sla import keeping
from helpdesk.sla.facts import OPENED, events_of, opening_of, seconds
from helpdesk.sla.library import Library
from helpdesk.sla.models import SlaFired, SlaTicket
from helpdesk.sla.queries import Timer, timers_of
from workflows.sla import reading_of, replay

HOUR = 3600
OFFICE = {
    "title": "Office hours",
    "zone": "Europe/London",
    "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}


def policy(**more: Any) -> dict[str, Any]:
    """A policy: one hour to answer, eight to solve, by office hours; a warning at three quarters."""
    return {
        "title": "Standard",
        "calendar": "office",
        "metrics": {
            "first_response": {"targets": {"*": HOUR}},
            "next_response": {"targets": {"*": 2 * HOUR}, "pause_in": ["waiting_requester"]},
            "resolution": {
                "targets": {"p1": 2 * HOUR, "*": 8 * HOUR},
                "pause_in": ["waiting_requester", "waiting_third_party"],
            },
            "ownership": {"targets_by_group": {"IT support": 4 * HOUR}},
        },
        "escalations": [{"id": "w75", "metric": "first_response", "percent": 75}],
        **more,
    }


def save(kind: Kind, name: str, body: dict[str, Any]) -> Version:
    """A version of a definition."""
    with unit_of_work():
        return store.save(kind, name, body, by=None, cause="test")


def set_up(**more: Any) -> None:
    """Office hours and the standard policy."""
    save(Kind.CALENDAR, "office", OFFICE)
    save(Kind.POLICY, "standard", policy(**more))


def timers(ticket_id: int) -> dict[tuple[str, int], Timer]:
    """The timers of a ticket as they stand now."""
    db.session.rollback()
    return {(one.metric, one.cycle): one for one in timers_of([ticket_id])[ticket_id]}


def fired(ticket_id: int) -> list[tuple[str, str]]:
    """What fell due on a ticket, in order of time."""
    db.session.rollback()
    rows = db.session.scalars(
        select(SlaFired)
        .where(SlaFired.ticket_id == ticket_id)
        .order_by(SlaFired.planned_at, SlaFired.id)
    )
    return [(one.metric, one.rule.removeprefix(":")) for one in rows]


def hold_against_replay(ticket_id: int) -> None:
    """What is kept of a ticket says the same as a replay of all its facts."""
    db.session.rollback()
    db.session.expire_all()
    library, now = Library(), seconds(clock.now())
    kept = db.session.get_one(SlaTicket, ticket_id)
    facts = [one for one in keeping.facts_of(ticket_id) if one.seq >= kept.state.get("from_seq", 1)]
    assert facts[0].kind == OPENED
    now = max(now, seconds(facts[-1].at))
    told = replay(opening_of(facts[0]), events_of(facts[1:]), now, library)
    count = keeping.look_at([ticket_id], library)[ticket_id]
    assert count.timers is not None
    mine = {(row.metric, row.cycle): reading_of(row, now, library) for row in count.timers.rows}
    assert mine == {(one.metric, one.cycle): one for one in told.readings}


def hours(count: float) -> timedelta:
    return timedelta(hours=count)
