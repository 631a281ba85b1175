"""What waits for nobody, as every page of the console counts it."""

from __future__ import annotations

from sqlalchemy import select, text

from helpdesk.core.db import db, is_postgresql
from helpdesk.routing import waiting
from tests.cast import Cast
from tests.makers import make_ticket


def test_the_count_of_what_waits_does_not_walk_the_tickets_of_nobody(cast: Cast) -> None:
    for number in range(20):
        make_ticket(cast.ada, cast.it, subject=f"Nobody has it, {number}")
    beside = waiting.waiting_beside(cast.actor("ben"))
    asked = select(beside.statement).params(**beside.values)
    raw = asked.compile(db.engine, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN" if is_postgresql() else "EXPLAIN QUERY PLAN"
    # What a database knows of its tables decides how it goes about this; it forgets it when the test ends.
    db.session.execute(text("ANALYZE ticket"))
    plan = "\n".join(str(row[-1]) for row in db.session.execute(text(f"{explain} {raw}")))
    db.session.rollback()
    assert "routing_wait" in plan
    assert "ticket_queue" not in plan
