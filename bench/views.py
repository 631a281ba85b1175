"""Lists with 200 views in the menu, each counted on every page; and one view's own list."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from functools import partial

from flask import Flask
from sqlalchemy import select

from bench import data
from bench.desks import Place
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
    database: str, place: Place, sizes: Sequence[int], report: Callable[[str], None]
) -> list[Figure]:
    """At each size: the list with the views in its menu, a view's list, and what a change of a ticket costs more."""
    figures: list[Figure] = []
    for size in sizes:
        with place.filled(f"views{size}", "database", partial(fill, size, report)) as app:
            conditions = f"{database}, {size:,} tickets, {VIEWS} views"
            report(f"looking through the tickets for {conditions}")
            figures += measure_views(app, conditions, look_through(app))
    return figures


def fill(size: int, report: Callable[[str], None]) -> None:
    """People, so many tickets, and the views, none of them counted yet."""
    data.make_people()
    data.make_tickets(size, 2, lambda done: report(f"made {done:,} of {size:,} tickets"))
    dice = random.Random(5)
    with unit_of_work():
        for number in range(VIEWS):
            query = QUERIES[number % len(QUERIES)].format(n=dice.randint(1, 5))
            create_view(Wanted(f"View {number}", query, Audience.ALL, position=number), actor=None)


def look_through(app: Flask) -> list[float]:
    """The seconds that looking through the tickets for each view takes."""
    taken = []
    with app.app_context():
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
