"""P18: ticket numbers: as many as there are tickets, however many are opened at once, and none given a second time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets.models import Ticket, TicketType
from tests.cast import Cast
from tests.faults.crashes import Machine
from tests.helpdesk.messaging.post import deliveries, tickets
from tests.makers import make_ticket
from workflows.priority import Level

PROCESSES, THREADS, EACH = 2, 5, 5


class Refused(Exception):
    """The last step failed."""


def numbers() -> list[str]:
    db.session.expire_all()
    return [ticket.number for ticket in tickets()]


@pytest.mark.faults
def test_fifty_tickets_opened_at_once_have_fifty_numbers(
    machine: Machine, cast: Cast, tmp_path: Path
) -> None:
    shot = tmp_path / "go"
    order = {"requester": cast.ada.id, "threads": THREADS, "each": EACH, "shot": str(shot)}
    pids = [machine.start_beside("open", **order) for _ in range(PROCESSES)]
    shot.touch()
    codes = [machine.wait(pid) for pid in pids]

    assert codes == [0] * PROCESSES, machine.complained
    assert len(numbers()) == PROCESSES * THREADS * EACH
    assert len(set(numbers())) == PROCESSES * THREADS * EACH


def test_a_number_that_was_never_committed_is_told_to_nobody_and_names_one_ticket_at_most(
    cast: Cast, settle: Callable[[], None]
) -> None:
    before = make_ticket(cast.ada).number
    with pytest.raises(Refused), unit_of_work():
        bare_ticket(cast)
        raise Refused
    after = make_ticket(cast.ada).number
    settle()

    assert numbers() == [before, after]
    assert before != after
    assert {each.ticket_id for each in deliveries()} <= {ticket.id for ticket in tickets()}


def test_the_number_of_the_newest_ticket_is_not_given_again_when_its_row_is_gone(
    cast: Cast,
) -> None:
    """Nothing of ours deletes the row of a ticket; an operator with a database client may."""
    make_ticket(cast.ada)
    with unit_of_work():
        gone = bare_ticket(cast)
    with unit_of_work():
        db.session.execute(delete(Ticket).where(Ticket.id == gone))
    with unit_of_work():
        after = bare_ticket(cast)

    assert after > gone


def bare_ticket(cast: Cast) -> int:
    """A row that nothing stands on; its id, of which the number is made."""
    at = clock.now()
    ticket = Ticket(
        prefix="INC",
        type=TicketType.INCIDENT,
        subject="Printer prints blank pages",
        channel="web",
        requester_id=cast.ada.id,
        impact=Level.LOW,
        urgency=Level.LOW,
        created_at=at,
        updated_at=at,
        last_activity_at=at,
    )
    db.session.add(ticket)
    db.session.flush()
    return ticket.id
