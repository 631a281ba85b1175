"""Several workers open tickets at the same moment: nobody is given more than they can bear, and turns go round."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.people.models import Group, Person
from helpdesk.routing import following
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.routing.desk import make_profile, make_routing, switch
from tests.makers import make_ticket

WORKERS = 4
TICKETS_EACH = 4


def open_at_once(app: Flask, cast: Cast) -> None:
    barrier, ids = Barrier(WORKERS), (cast.ada.id, cast.it.id)

    def work() -> None:
        with app.app_context():
            barrier.wait(timeout=20)
            for _ in range(TICKETS_EACH):
                requester, group = db.session.get_one(Person, ids[0]), db.session.get(Group, ids[1])
                requester.contact_points  # noqa: B018 - read before the unit of work begins
                make_ticket(requester, group)

    with ThreadPoolExecutor(WORKERS) as pool:
        for future in [pool.submit(work) for _ in range(WORKERS)]:
            future.result(timeout=60)


def given() -> Counter[int | None]:
    db.session.rollback()
    return Counter(db.session.scalars(select(Ticket.assignee_id)))


def test_nobody_is_given_more_than_they_can_bear_when_all_come_at_once(
    app: Flask, cast: Cast
) -> None:
    make_routing()
    make_profile(cast.ben, capacity=3)
    make_profile(cast.cleo, capacity=5)
    open_at_once(app, cast)
    assert given() == {cast.ben.id: 3, cast.cleo.id: 5, None: 8}


def test_two_routings_that_share_an_agent_keep_to_the_same_limit(app: Flask, cast: Cast) -> None:
    make_routing("by-mail", pick="round_robin", groups=["IT support"])
    make_routing("rest")
    make_profile(cast.ben, capacity=2)
    make_profile(cast.cleo, email=4)
    open_at_once(app, cast)
    assert given() == {cast.ben.id: 2, cast.cleo.id: 4, None: 10}


def test_turns_go_round_when_all_come_at_once(app: Flask, cast: Cast) -> None:
    make_routing(pick="round_robin")
    open_at_once(app, cast)
    assert given() == {cast.ben.id: 8, cast.cleo.id: 8}


def test_what_waits_is_given_once_however_many_offer_it(app: Flask, cast: Cast) -> None:
    make_routing()
    for person in (cast.ben, cast.cleo):
        switch(person, False)
    for _ in range(8):
        make_ticket(cast.ada, cast.it)
    make_profile(cast.ben, capacity=3)
    make_profile(cast.cleo, capacity=3)
    for person in (cast.ben, cast.cleo):
        switch(person, True)
    db.session.rollback()
    barrier = Barrier(WORKERS)

    def offer() -> int:
        with app.app_context():
            barrier.wait(timeout=20)
            return following.offer_waiting()

    with ThreadPoolExecutor(WORKERS) as pool:
        counts = [future.result(60) for future in [pool.submit(offer) for _ in range(WORKERS)]]
    assert sum(counts) == 6
    assert given() == {cast.ben.id: 3, cast.cleo.id: 3, None: 2}
