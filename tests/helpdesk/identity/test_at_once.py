"""Two agents at the same moment: one merge happens, and the other is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.identity import merging, suggesting
from helpdesk.identity.models import DistinctPair, PersonMerge
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.identity.people import make_requester, merged
from tests.makers import make_ticket


def together(app: Flask, *works: Callable[[], object]) -> list[bool]:
    """Run these at once, each in a unit of its own; whether each went through."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], object]) -> bool:
        with app.app_context():
            barrier.wait(timeout=20)
            try:
                with unit_of_work():
                    work()
            except Conflict:
                return False
            return True

    with ThreadPoolExecutor(len(works)) as pool:
        return [one.result(timeout=60) for one in [pool.submit(run, work) for work in works]]


def test_of_two_merges_against_each_other_one_happens(app: Flask, cast: Cast) -> None:
    one, two = make_requester("A", "a@home.example"), make_requester("B", "b@home.example")
    make_ticket(one, cast.it), make_ticket(two, cast.it)
    went = together(
        app,
        lambda: merging.merge(one.id, two.id, actor=None),
        lambda: merging.merge(two.id, one.id, actor=None),
    )
    assert sorted(went) == [False, True]
    db.session.rollback()
    made = db.session.query(PersonMerge).one()
    assert {row.requester_id for row in db.session.query(Ticket)} == {made.kept_id}


def test_of_two_undos_one_happens(app: Flask, cast: Cast) -> None:
    other = make_requester("A", "a@home.example")
    merge_id = merged(cast.ada, other).id
    undo = lambda: merging.undo(merge_id, actor=None)  # noqa: E731
    assert sorted(together(app, undo, undo)) == [False, True]


def test_a_pair_found_distinct_by_two_is_noted_once(app: Flask, cast: Cast) -> None:
    other = make_requester("A", "a@home.example")
    ids = (cast.ada.id, other.id)
    together(
        app,
        lambda: suggesting.dismiss(*ids, actor=None),
        lambda: suggesting.dismiss(*ids[::-1], actor=None),
    )
    db.session.rollback()
    assert db.session.query(DistinctPair).count() == 1
    assert db.session.get_one(Person, other.id).merged_into_id is None
