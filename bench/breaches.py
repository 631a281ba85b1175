"""What falls due: an idle look, and a minute in which hundreds of many open tickets are late at once."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text, update

from bench.desks import make_desk
from bench.report import Figure, p50_p95
from helpdesk.core import clock, outbox
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people.models import Person
from helpdesk.sla import sweeping
from helpdesk.sla.models import SlaEvent, SlaTicket, SlaTimer
from helpdesk.tickets import commands
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.models import Direction, Ticket
from tests.cast import make_cast

TICKETS = 50_000
DUE = 500
LOOKS = 50
HOUR = 3600
POLICY = {
    "metrics": {
        "first_response": {"targets": {"*": HOUR}},
        "resolution": {"targets": {"*": 80 * HOUR}},
        "acknowledge": {"targets": {"*": 40 * HOUR}},
    },
    "escalations": [{"id": "w75", "metric": "resolution", "percent": 75}],
}
# Copied from the first ticket, so that fifty thousand stand within a minute.
COPIED = (SlaEvent, SlaTicket, SlaTimer)


def measure(database: str, fresh: Any, progress: Callable[[str], None]) -> list[Figure]:
    """The milliseconds of a look that finds nothing, and the seconds of a minute in which many are late."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_desk(fresh("breaches"), Path(folder))
        with app.app_context():
            progress(f"breaches: making {TICKETS:,} open tickets on {database}")
            fill()
            said = f"{database}, {TICKETS:,} open tickets x 3 clocks"
            idle = [timed(sweeping.sweep) for _ in range(LOOKS)]
            fall_due()
            seconds = timed(sweeping.sweep)
            told = timed(tell)
            left = sweeping.overdue_since()
            assert left is None, left
            return [
                *p50_p95("breaches", "idle look", said, idle, "< 20 ms"),
                Figure(
                    "breaches", f"a minute with {DUE} late", said, round(seconds, 2), "s", "< 5 s"
                ),
                Figure("breaches", "telling of them", said, round(told, 2), "s"),
            ]


def fill() -> None:
    """One ticket made by the desk itself, and copies of it."""
    people = make_cast()
    with unit_of_work():
        store.save(Kind.POLICY, "standard", POLICY, by=None, cause="bench")
    with unit_of_work():
        requester = db.session.get_one(Person, people.ada.id)
        first = NewMessage(text="Hello", direction=Direction.IN, author=requester)
        ticket = commands.open_ticket(
            requester=requester,
            subject="Printer",
            type="incident",
            channel="email",
            first=first,
            group=people.it,
            cause="bench",
        )
        ticket_id = ticket.id
    for number in range(1, TICKETS, 5_000):
        copy(ticket_id, range(number, min(number + 5_000, TICKETS)))
    if is_postgresql():
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def copy(ticket_id: int, numbers: range) -> None:
    """More tickets like this one, with the same clocks; nothing of them is due within the day."""
    later = clock.now() + timedelta(days=2)
    with unit_of_work():
        for model in (Ticket, *COPIED):
            table = model.__table__
            key = "id" if model is Ticket else "ticket_id"
            rows = db.session.execute(select(table).where(table.c[key] == ticket_id)).mappings()
            for row in [dict(row) for row in rows]:
                if model is not Ticket and "id" in row:
                    del row["id"]
                if model is SlaTimer:
                    row |= {"breach_at": later, "due_at": later, "next_rule_at": later}
                copies = [{**row, key: ticket_id + number} for number in numbers]
                db.session.execute(insert(table), copies)


def fall_due() -> None:
    """Let the first response of some tickets be late since a moment ago."""
    moment = datetime.now(UTC).replace(microsecond=0)
    started = moment - timedelta(seconds=HOUR + 30)
    with unit_of_work():
        ids = db.session.scalars(
            select(SlaTimer.ticket_id)
            .where(SlaTimer.metric == "first_response")
            .order_by(SlaTimer.ticket_id)
            .limit(DUE)
        ).all()
        row = db.session.scalars(
            select(SlaTimer).where(SlaTimer.metric == "first_response").limit(1)
        ).one()
        begun = int(started.timestamp())
        state = dict(row.state) | {"started_at": begun, "since": begun}
        state["spans"] = [[begun, *row.state["spans"][0][1:]]]
        state |= {"due_at": begun + HOUR, "breach_at": begun + HOUR}
        db.session.execute(
            update(SlaTimer)
            .where(SlaTimer.metric == "first_response", SlaTimer.ticket_id.in_(ids))
            .values(
                state=state,
                started_at=started,
                due_at=started + timedelta(seconds=HOUR),
                breach_at=started + timedelta(seconds=HOUR),
            ),
            execution_options={"synchronize_session": False},
        )


def tell() -> None:
    """Notices and mails of all that was late."""
    outbox.drain("tell", at_most=100_000)


def timed(run: Callable[[], object]) -> float:
    """The seconds that something takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began
