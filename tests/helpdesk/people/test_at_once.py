"""Two workers at the same moment: the database decides, and nobody is made twice or let in once too often."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import func, select

from helpdesk.core import throttle
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import commands, tokens
from helpdesk.people.models import PasswordToken, Person, TokenPurpose
from tests.cast import Cast

Answer = TypeVar("Answer")
AT_ONCE = 4


def at_once(app: Flask, work: Callable[[], Answer]) -> list[Answer]:
    """Run the same work in several threads that begin together, each in a unit of its own."""
    barrier = Barrier(AT_ONCE)

    def run() -> Answer:
        with app.app_context():
            barrier.wait(timeout=20)
            with unit_of_work():
                return work()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run) for _ in range(AT_ONCE)]]


def test_a_new_address_met_by_four_workers_is_one_person(app: Flask) -> None:
    for number in range(5):
        address = f"zoe{number}@borough.example"
        ids = at_once(app, lambda address=address: commands.find_or_register(address, "Zoe").id)
        assert len(set(ids)) == 1
    db.session.rollback()
    assert db.session.scalar(select(func.count(Person.id))) == 5


def test_a_link_used_by_four_browsers_is_good_once(app: Flask, cast: Cast) -> None:
    with unit_of_work():
        token_id = tokens.mail_password_token(cast.ben, TokenPurpose.RESET).id
    spent = at_once(app, lambda: tokens.spend(db.session.get_one(PasswordToken, token_id)))
    assert sorted(spent) == [False, False, False, True]


def test_a_limit_lets_no_more_through_when_all_come_at_once(app: Flask) -> None:
    per = timedelta(minutes=5)
    let_in: list[Any] = [
        answer for _round in range(3) for answer in at_once(app, lambda: throttle.hit("k", 5, per))
    ]
    assert let_in.count(True) == 5
