"""Timed rules that ask for deadlines are looked at when these come, also after something moved them by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from helpdesk.automation.instants import spread
from helpdesk.automation.models import RuleInstant
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions.models import Kind
from helpdesk.sla import recounting
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.automation.rules import make_rule
from tests.helpdesk.sla.desk import HOUR, OFFICE, policy, save, set_up
from tests.makers import make_ticket


def soon_due(cast: Cast) -> Ticket:
    """A ticket with eight hours to be solved, and a rule on the hour before that."""
    set_up(**to_solve(8))
    rule = make_rule(Kind.TIMED_RULE, "soon", when="due:<=1h", do=[{"add_tag": "soon"}])
    spread(rule.definition_id)
    return make_ticket(cast.ada, cast.it)


def looked_at(ticket: Ticket) -> datetime | None:
    db.session.rollback()
    return db.session.scalar(select(RuleInstant.at).where(RuleInstant.ticket_id == ticket.id))


def due(ticket: Ticket) -> datetime:
    db.session.expire_all()
    assert ticket.due_at is not None
    return ticket.due_at


def to_solve(hours: int) -> dict[str, Any]:
    """What a policy promises that says only when tickets are solved."""
    return {"metrics": {"resolution": {"targets": {"*": hours * HOUR}}}, "escalations": []}


def test_an_edit_of_a_policy_moves_the_instant(cast: Cast, settle: Callable[[], None]) -> None:
    ticket = soon_due(cast)
    before = due(ticket)
    assert looked_at(ticket) == before - timedelta(hours=1)
    save(Kind.POLICY, "standard", policy(**to_solve(4)))
    settle()
    assert due(ticket) < before
    assert looked_at(ticket) == due(ticket) - timedelta(hours=1)


def test_other_hours_move_the_instant(cast: Cast, settle: Callable[[], None]) -> None:
    ticket = soon_due(cast)
    before = due(ticket)
    save(Kind.CALENDAR, "office", {**OFFICE, "holidays": [{"date": "2026-11-17"}]})
    settle()
    assert due(ticket) == before + timedelta(days=1)
    assert looked_at(ticket) == due(ticket) - timedelta(hours=1)


def test_a_recount_moves_the_instant(
    cast: Cast, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    ticket = soon_due(cast)
    clock.advance(timedelta(hours=2))
    save(Kind.CALENDAR, "office", {**OFFICE, "holidays": [{"date": "2026-11-16"}]})
    settle()
    before = due(ticket)
    with unit_of_work():
        recounting.recount("standard", by=None, cause="test", why="The office was closed.")
    settle()
    assert due(ticket) > before
    assert looked_at(ticket) == due(ticket) - timedelta(hours=1)
