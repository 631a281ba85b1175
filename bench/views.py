"""Lists with 200 views in the menu, each counted on every page; and one view's own list."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select, text

from bench import data
from bench.desks import make_desk
from bench.pages import signed_in, timed
from bench.report import Figure, cpu, p50_p95
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets.models import Ticket
from helpdesk.views import keeping
from helpdesk.views.commands import Wanted, create_view
from helpdesk.views.models import Audience, SavedView

VIEWS = 200
REQUESTS = 150
QUERIES = (
    "is:open priority:{n}",
    "status:new channel:email age:>{n}d",
    "is:open assignee:me priority:<={n}",
    "is:open (priority:{n} OR type:request) -assignee:me idle:>1h",
    "category:active messages:>{n}",
)


def measure(
    database: str, fresh: Any, sizes: Sequence[int], report: Callable[[str], None]
) -> list[Figure]:
    """At each size: the list with the views in its menu, a view's list, and what a change of a ticket costs more."""
    figures: list[Figure] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            app = make_desk(fresh(f"views{size}"), Path(folder), "database")
            with app.app_context():
                data.make_people()
                data.make_tickets(size, 2, lambda _done: None)
                report(f"making {VIEWS} views on {size:,} tickets")
                looked = make_views()
                with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
                    line.execute(text("ANALYZE"))
            figures += measure_views(app, f"{database}, {size:,} tickets, {VIEWS} views", looked)
    return figures


def make_views() -> list[float]:
    """The views, and the seconds that looking through the tickets for each took."""
    dice, taken = random.Random(5), []
    with unit_of_work():
        for number in range(VIEWS):
            query = QUERIES[number % len(QUERIES)].format(n=dice.randint(1, 5))
            create_view(Wanted(f"View {number}", query, Audience.ALL, position=number), actor=None)
    for view_id in db.session.scalars(select(SavedView.id)).all():
        start = time.perf_counter()
        with unit_of_work():
            keeping.count_view(view_id)
        taken.append(time.perf_counter() - start)
    return taken


def measure_views(app: Flask, conditions: str, looked: list[float]) -> list[Figure]:
    client = signed_in(app)
    figures: list[Figure] = []
    seconds, worked = timed(client, ["/tickets"] * REQUESTS)
    figures += p50_p95("views", "list", conditions, seconds, "< 40")
    figures.append(cpu("views", "list", conditions, worked))
    with app.app_context():
        keys = [f"/views/view-{one}" for one in db.session.scalars(select(SavedView.id)).all()]
    seconds, _worked = timed(client, keys[:REQUESTS])
    figures += p50_p95("views", "list of a view", conditions, seconds, "")
    figures += p50_p95("views", "looking through for one view", conditions, looked, "")
    return [*figures, *p50_p95("views", "a changed ticket", conditions, changed(app), "")]


def changed(app: Flask) -> list[float]:
    """The seconds in which a ticket that changed is put into the views it belongs to now."""
    taken = []
    with app.app_context():
        ids = db.session.scalars(select(Ticket.id).limit(100)).all()
        for ticket_id in ids:
            with unit_of_work():
                start = time.perf_counter()
                keeping.place([ticket_id])
                taken.append(time.perf_counter() - start)
    return taken
