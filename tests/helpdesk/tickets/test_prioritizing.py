"""Priority by the desk's matrix, and by somebody's word with a reason."""

from __future__ import annotations

from typing import Any

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.tickets import commands, prioritizing
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.verifying import verify_ticket
from tests.cast import Cast
from tests.makers import make_ticket

OWN: dict[str, Any] = {
    "title": "Ours",
    "impacts": [{"name": "borough", "label": "The whole borough"}, {"name": "one"}],
    "urgencies": [{"name": "now"}, {"name": "soon"}, {"name": "some_day"}],
    "priorities": [[1, 1, 2], [3, 4, 5]],
}


def define(body: dict[str, Any]) -> None:
    with unit_of_work():
        store.save(Kind.MATRIX, "priority", body, by=None, cause="test")


def prioritize(ticket: Ticket, **how: Any) -> Ticket:
    with unit_of_work():
        commands.set_priority(commands.lock(ticket.id), by=None, cause="test", **how)
    return db.session.get_one(Ticket, ticket.id)


def test_an_own_matrix_says_the_priority(cast: Cast) -> None:
    define(OWN)
    ticket = make_ticket(cast.ada, cast.it)
    assert (ticket.impact, ticket.urgency, ticket.priority) == ("one", "soon", 4)
    changed = prioritize(ticket, impact="borough", urgency="some_day", override=None)
    assert (changed.priority, changed.priority_overridden) == (2, False)


def test_an_override_keeps_its_reason_until_the_matrix_holds_again(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    levels = {"impact": "low", "urgency": "medium"}
    changed = prioritize(ticket, **levels, override=1, because="Election day")
    assert (changed.priority, changed.priority_why) == (1, "Election day")
    assert prioritizing.by_matrix(changed.impact, changed.urgency) == 4
    assert verify_ticket(ticket.id) == []
    cleared = prioritize(ticket, **levels, override=None)
    assert (cleared.priority, cleared.priority_overridden, cleared.priority_why) == (4, False, None)
    assert verify_ticket(ticket.id) == []


def test_a_ticket_keeps_its_priority_when_the_matrix_loses_its_steps(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    define(OWN)
    kept = prioritize(ticket, impact="low", urgency="medium", override=None)
    assert kept.priority == 4
