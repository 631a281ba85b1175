"""P04: the database is cut off for ten minutes: mail waits on its server, the operator knows, and it heals alone."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from helpdesk.checking import outage
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.queue import ThreadRunner
from helpdesk.jobs import crews_for
from helpdesk.messaging import watching
from helpdesk.messaging.collecting import collect_account
from helpdesk.messaging.listening import make_listener
from helpdesk.messaging.watching import Watch
from helpdesk.schedule import Scheduler
from tests.cast import Cast
from tests.faults.cutting import Cut, cut
from tests.faults.mailboxes import kept, on_script
from tests.faults.test_p12_flaky_servers import wait_until
from tests.helpdesk.messaging.post import mail_from, tickets
from tests.pages import PageClient
from tests.servers.processes import free_port
from tests.servers.scripted_imap import ScriptedImap
from tests.servers.smtp import SmtpSink

__all__ = ["cut"]

pytestmark = pytest.mark.faults
OPERATOR = "night@council.example"


@pytest.fixture
def told(app: Flask, smtp_sink: SmtpSink) -> Iterator[SmtpSink]:
    """A mail server for alarms, and an operator who reads them."""
    before = {name: app.config[name] for name in ("DESK_SMTP_URL", "DESK_OPERATOR")}
    app.config["DESK_SMTP_URL"] = f"smtp://{smtp_sink.host}:{smtp_sink.port}?security=none"
    app.config["DESK_OPERATOR"] = OPERATOR
    yield smtp_sink
    app.config.update(before)


@pytest.fixture
def soon(app: Flask, smtp_sink: SmtpSink) -> Iterator[None]:
    """The alarm goes by the second server, when the first is as far away as the database."""
    app.config["DESK_ALARM_SMTP_URL"] = app.config["DESK_SMTP_URL"]
    app.config["DESK_SMTP_URL"] = f"smtp://127.0.0.1:{free_port()}?security=none"
    yield
    app.config["DESK_ALARM_SMTP_URL"] = None


def last_through(scheduler: Scheduler, clock: StoppedClock, minutes: int) -> None:
    """Let time pass with a turn of the schedule every twenty seconds."""
    for _ in range(minutes * 3):
        clock.advance(timedelta(seconds=20))
        scheduler.turn(watching=False)


def test_mail_stays_unmarked_on_its_server_and_comes_in_when_the_database_is_back(
    app: Flask,
    scripted_imap: ScriptedImap,
    clock: StoppedClock,
    cut: Cut,
    settle: Callable[[], None],
) -> None:
    account_id = on_script(scripted_imap).id
    mail = scripted_imap.add(mail_from())
    db.session.remove()
    with cut.away():
        for _ in range(3):
            with pytest.raises(OperationalError):
                collect_account(account_id)
            clock.advance(timedelta(minutes=3))
        assert mail.flags == set()

    clock.advance(timedelta(minutes=6))
    wait_until(lambda: healed(lambda: collect_account(account_id)))
    settle()
    assert (kept(), len(tickets()), mail.flags) == (1, 1, {"\\Seen"})


def test_a_cut_in_the_middle_of_a_look_marks_nothing(
    app: Flask, scripted_imap: ScriptedImap, clock: StoppedClock, cut: Cut
) -> None:
    account_id = on_script(scripted_imap).id
    mail = scripted_imap.add(mail_from())
    with ExitStack() as knife:

        def cut_now(_line: Any, _rest: str) -> bool:
            knife.enter_context(cut.away())
            return False

        scripted_imap.on("UID FETCH", cut_now, times=1)
        with pytest.raises(OperationalError):
            collect_account(account_id)
        assert mail.flags == set()

    clock.advance(timedelta(minutes=6))
    wait_until(lambda: healed(lambda: collect_account(account_id)))
    assert (kept(), mail.flags) == (1, {"\\Seen"})


def test_the_watch_of_the_mailboxes_lives_through_it(
    app: Flask, scripted_imap: ScriptedImap, cut: Cut, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(watching, "ROUND_SECONDS", 0.1)
    on_script(scripted_imap)
    watch = Watch(app)
    with cut.away():
        watch.start()
        scripted_imap.add(mail_from())
    try:
        wait_until(lambda: healed(kept))
    finally:
        watch.stop()


def test_the_workers_live_through_it(app: Flask, cut: Cut) -> None:
    threads = ThreadRunner(app, crews_for(app), 0.05)
    with cut.away():
        threads.start_threads()
    with make_listener(app, "127.0.0.1", 0) as listener:
        wait_until(lambda: hands_over(listener.port))
    try:
        wait_until(lambda: healed(lambda: len(tickets())))
    finally:
        threads.stop()


def test_who_hands_over_mail_is_told_to_try_again(app: Flask, cut: Cut) -> None:
    with make_listener(app, "127.0.0.1", 0) as listener:
        with cut.away():
            assert not hands_over(listener.port)
        wait_until(lambda: hands_over(listener.port))
    assert kept() == 1


def test_the_operator_is_mailed_once_after_a_minute(
    app: Flask, cast: Cast, told: SmtpSink, clock: StoppedClock, cut: Cut
) -> None:
    scheduler = Scheduler(app)
    scheduler.turn(watching=False)
    with cut.away():
        scheduler.turn(watching=False)
        clock.advance(outage.LONGEST_AWAY)
        scheduler.turn(watching=False)
        assert told.received == []
        last_through(scheduler, clock, 9)
    [mail] = told.wait_for(1)
    assert mail.recipients == (OPERATOR,)
    said = mail.message.get_content()
    assert "The database cannot be used since 2026-11-16 10:00 UTC" in said
    assert "comes in by itself" in said


def test_administrators_are_mailed_who_were_known_before(
    app: Flask, cast: Cast, told: SmtpSink, soon: None, clock: StoppedClock, cut: Cut
) -> None:
    app.config["DESK_OPERATOR"] = ""
    scheduler = Scheduler(app)
    scheduler.turn(watching=False)
    with cut.away():
        last_through(scheduler, clock, 2)
    assert told.wait_for(1)[0].recipients == ("eve@borough.example",)


def test_a_second_outage_is_told_anew_and_a_short_one_is_not(
    app: Flask, cast: Cast, told: SmtpSink, clock: StoppedClock, cut: Cut
) -> None:
    scheduler = Scheduler(app)
    for minutes in (2, 0, 2):
        with cut.away():
            scheduler.turn(watching=False)
            last_through(scheduler, clock, minutes)
        clock.advance(timedelta(minutes=1))
        wait_until(lambda: healed(lambda: scheduler.turn(watching=False) is None))
        last_through(scheduler, clock, 1)
    assert len(told.wait_for(2)) == 2


def test_a_mail_that_could_not_leave_is_tried_again_after_five_minutes(
    app: Flask, cast: Cast, told: SmtpSink, clock: StoppedClock, cut: Cut
) -> None:
    works = app.config["DESK_SMTP_URL"]
    app.config["DESK_SMTP_URL"] = f"smtp://127.0.0.1:{free_port()}?security=none"
    scheduler = Scheduler(app)
    with cut.away():
        last_through(scheduler, clock, 2)
        app.config["DESK_SMTP_URL"] = works
        last_through(scheduler, clock, 3)
        assert told.received == []
        last_through(scheduler, clock, 3)
    assert len(told.wait_for(1)) == 1


def test_healthz_names_the_database_and_a_page_keeps_what_was_typed(
    app: Flask, cast: Cast, client: PageClient, cut: Cut
) -> None:
    client.sign_in("ben@borough.example")
    token = client.token()
    with cut.away():
        answer = PageClient(app).raw.get("/healthz", base_url="http://desk.example")
        page = client.post(
            "/tickets/new",
            {"text": "Lift stuck\non floor 2.", "csrf_token": token},
            token=False,
            status=503,
        ).get_data(as_text=True)
    assert (answer.status_code, answer.json) == (503, {"ok": False, "look_at": ["database"]})
    assert "Lift stuck\non floor 2." in page
    assert "not received" in page


def healed(do: Callable[[], object]) -> bool:
    """Whether it can be done now; the first tries may meet a connection that is broken."""
    try:
        return do() not in (0, False)
    except OperationalError:
        return False


def hands_over(port: int) -> bool:
    """Whether a mail is taken by the SMTP door; if not, its sender is to try again."""
    with smtplib.SMTP("127.0.0.1", port) as line:
        line.ehlo_or_helo_if_needed()
        line.mail("ada@borough.example")
        code, _words = line.rcpt("help@desk.example")
        if code == 250:
            code, _words = line.data(mail_from())
    assert code in (250, 451, 452)
    return code == 250
