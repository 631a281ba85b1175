"""P21: no news of what did not happen: when the last step fails, nothing is there, sent, shown, found or announced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from channels.channel import RawItem
from helpdesk.core import crash_points, outbox
from helpdesk.core import unit_of_work as units
from helpdesk.core.clock import StoppedClock
from helpdesk.core.crash_points import Point
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.queue import RQ_RUNNER
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.messaging.keeping import keep
from helpdesk.people.models import Membership, Person, Right
from helpdesk.search.indexing import current_backend
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.messaging.post import deliveries, mail_from, make_account, tickets
from tests.makers import make_note, make_reply, make_ticket
from tests.servers.smtp import SmtpSink

NOBODY = 999_999_999


@contextmanager
def commit_failing(after: Point | None = None) -> Iterator[None]:
    """Have the next commit fail in the database itself; `after`: the next one after this point was reached."""
    is_armed, is_done = after is None, False

    def spoil(reached: Point) -> None:
        nonlocal is_armed, is_done
        is_armed |= reached is after
        if reached is Point.BEFORE_COMMIT and is_armed and not is_done:
            is_done = True
            spoil_commit()

    with crash_points.watched_by(spoil):
        yield
    assert is_done


def spoil_commit() -> None:
    """Everything up to here was accepted, and COMMIT itself is refused: as on a full disk or a broken line."""
    if is_postgresql():
        ours = db.session.scalar(text("SELECT pg_backend_pid()"))
        with db.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:ours)"), {"ours": ours})
    else:
        db.session.execute(text("PRAGMA defer_foreign_keys=ON"))
        nobody = {"person_id": NOBODY, "group_id": NOBODY, "right": Right.WORK}
        db.session.execute(insert(Membership).values(nobody))


def everything() -> dict[str, int]:
    """How many rows each table has, and how many documents the index."""
    counts = {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in db.metadata.sorted_tables
    }
    found = {**counts, "documents": current_backend().health().documents}
    db.session.rollback()
    return found


@pytest.fixture
def rung(app: Flask) -> Iterator[list[str]]:
    """The lanes whose bell rang."""
    lanes: list[str] = []
    runner = app.extensions.get(RQ_RUNNER)

    def ring(some: set[str]) -> None:
        lanes.extend(some)
        if runner is not None:
            runner.ring(some)

    outbox.install_bell(ring)
    yield lanes
    outbox.install_bell(runner.ring if runner is not None else None)


def open_a_ticket(cast: Cast, _ticket: Ticket) -> None:
    make_ticket(cast.ada, cast.it, subject="Window jammed")


def answer(cast: Cast, ticket: Ticket) -> None:
    make_reply(ticket, cast.ben, "Try the other door.")


def write_a_note(cast: Cast, ticket: Ticket) -> None:
    make_note(ticket, cast.ben)


def assign(cast: Cast, ticket: Ticket) -> None:
    with unit_of_work():
        found = commands.lock(ticket.id)
        ben = db.session.get_one(Person, cast.ben.id)
        commands.assign(found, ben, by=cast.cleo.id, cause="console")


@pytest.mark.faults
@pytest.mark.parametrize("deed", [open_a_ticket, answer, write_a_note, assign])
def test_of_a_deed_whose_commit_fails_nothing_is_left_and_nobody_hears(
    cast: Cast,
    rung: list[str],
    smtp_sink: SmtpSink,
    settle: Callable[[], None],
    deed: Callable[[Cast, Ticket], None],
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    settle()
    before = everything()
    rung.clear()

    with commit_failing(), pytest.raises(DBAPIError):
        deed(cast, ticket)
    assert (everything(), rung) == (before, [])
    settle()

    assert everything() == before
    assert smtp_sink.received == []


@pytest.mark.faults
def test_a_mail_whose_filing_is_not_committed_is_filed_later_and_told_of_once(
    cast: Cast, rung: list[str], clock: StoppedClock, settle: Callable[[], None]
) -> None:
    account = make_account(cast.it)
    with unit_of_work():
        keep(account, RawItem("INBOX:1:1", mail_from(subject="Window jammed")))
    before = everything()
    rung.clear()

    with commit_failing(after=Point.TICKET_MADE):
        outbox.drain("intake")
    assert (everything(), rung) == (before, [])
    clock.advance(timedelta(minutes=1))
    settle()

    assert [each.subject for each in tickets()] == ["Window jammed"]
    assert len(deliveries()) == 1


@pytest.mark.faults
def test_what_waits_for_the_commit_to_tell_a_page_is_not_run(app: Flask) -> None:
    told: list[str] = []
    with commit_failing(), pytest.raises(DBAPIError), unit_of_work():
        units.afterwards(lambda: told.append("There is news."))
        owe("heal_index", 0)

    assert told == []
