"""P44: acknowledged means stored: no 250 and no flag before the commit, and what was acknowledged outlives a hard stop."""

from __future__ import annotations

import os
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event as sa_event
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from helpdesk.cli.footing import warn_when_weak
from helpdesk.core.crash_points import Point
from helpdesk.core.db import db, is_postgresql
from helpdesk.messaging.keeping import body_of
from helpdesk.messaging.models import RawMessage
from tests.faults.crashes import KILLED, Machine, Post, ledger_of_all, mail_number
from tests.flows.processes import DeskProcess, environment, wait_until
from tests.helpdesk.messaging.post import HELP, make_account
from tests.servers.postgres import OUTSIDE_SERVER, PostgresServer
from tests.servers.processes import Keeper, answers, free_port

WEAK = "The database may lose what it has confirmed"


class Door:
    """The mail door of a desk that is a process of its own."""

    def __init__(self, machine: Machine, **order: Any) -> None:
        self._machine, self._port = machine, free_port()
        self.pid = machine.start("listen", port=self._port, **order)
        wait_until(lambda: answers(self._port))

    def hand_in(self, number: int) -> int:
        """What the door said to a mail."""
        with smtplib.SMTP("127.0.0.1", self._port, timeout=20) as line:
            line.ehlo()
            line.mail("person@citizen.example")
            line.rcpt(HELP)
            code, _words = line.data(bytes(mail_number(number)))
            # The desk is gone before anybody could part from it politely.
            self._machine.kill(self.pid)
            line.close()
            return code


@pytest.fixture
def postgres_cluster(request: pytest.FixtureRequest, app: Flask) -> PostgresServer | None:
    """The cluster of this run, where it is PostgreSQL and ours to kill."""
    if not is_postgresql() or os.environ.get(OUTSIDE_SERVER):
        return None
    cluster: PostgresServer = request.getfixturevalue("postgres_server")
    return cluster


@pytest.mark.faults
def test_what_got_its_250_is_there_after_desk_and_database_were_stopped_hard(
    machine: Machine, app: Flask, postgres_cluster: PostgresServer | None
) -> None:
    make_account(address=HELP)
    door = Door(machine)
    code = door.hand_in(1)
    if postgres_cluster is not None:
        db.session.remove()
        db.engine.dispose()
        postgres_cluster.kill()
        postgres_cluster.start()

    [raw] = db.session.scalars(select(RawMessage)).all()
    assert code == 250
    assert body_of(raw).endswith(bytes(mail_number(1)))


@pytest.mark.faults
@pytest.mark.parametrize(("point", "rows"), [(Point.BEFORE_COMMIT, 0), (Point.BEFORE_BELL, 1)])
def test_a_desk_that_dies_before_the_250_never_says_it(
    machine: Machine, app: Flask, point: Point, rows: int
) -> None:
    make_account(address=HELP)
    door = Door(machine, point=point.value)

    with pytest.raises(smtplib.SMTPServerDisconnected):
        door.hand_in(1)

    assert machine.wait(door.pid) == KILLED
    assert sum(ledger_of_all().values()) == rows


@pytest.mark.faults
@pytest.mark.parametrize(
    ("point", "rows", "unmarked"),
    [
        (Point.KEPT_BEFORE_COMMIT, 0, 3),
        (Point.KEPT, 3, 3),
        (Point.BEFORE_FLAG, 3, 3),
        (Point.FLAGGED, 3, 0),
    ],
)
def test_a_mail_is_flagged_at_its_server_only_when_it_is_committed(
    machine: Machine, crash_post: Post, point: Point, rows: int, unmarked: int
) -> None:
    crash_post.bring(3)

    code = machine.run("work", mails=3, point=point.value)

    assert code == KILLED
    assert sum(ledger_of_all().values()) == rows
    assert crash_post.flags_missing() == unmarked


def test_a_weak_database_is_said_at_the_start(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    with weak_database():
        warn_when_weak(app)

    assert WEAK in capsys.readouterr().err


@contextmanager
def weak_database() -> Iterator[None]:
    """A database that does not wait for the disk; the clusters of the tests never do."""

    def weaken(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    if is_postgresql():
        yield
        return
    sa_event.listen(db.engine, "checkout", weaken)
    try:
        yield
    finally:
        sa_event.remove(db.engine, "checkout", weaken)
        db.engine.dispose()


def test_a_database_that_is_away_keeps_no_process_from_starting(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_about: Any) -> None:
        raise OperationalError("SELECT 1", {}, Exception("The database is away."))

    sa_event.listen(db.engine, "do_connect", refuse)
    try:
        db.engine.dispose()
        warn_when_weak(app)
    finally:
        sa_event.remove(db.engine, "do_connect", refuse)

    assert capsys.readouterr().err == ""


@pytest.mark.faults
@pytest.mark.parametrize(
    ("words", "sign"),
    [
        (("worker",), "Working."),
        (("mail", "listen", "--port", "0"), "Taking in mail"),
    ],
)
def test_each_process_says_it_before_it_begins(
    app: Flask, keeper: Keeper, tmp_path: Path, words: tuple[str, ...], sign: str
) -> None:
    named = environment(app.config, DESK_DATA_DIR=str(tmp_path))
    process = DeskProcess(keeper, *words, folder=tmp_path, environment=named)
    process.wait_for_words(sign)
    said = process.complained
    process.kill()

    assert (WEAK in said) is is_postgresql()
