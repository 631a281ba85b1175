"""P12: a flaky server gives no half mail; it pauses alone, its neighbours go on, and an alarm rings."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.checking.parts import check_mailboxes
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.messaging.collecting import (
    accounts_due,
    accounts_without_good_fetch,
    collect_account,
)
from helpdesk.messaging.keeping import body_of
from helpdesk.messaging.models import RawMessage
from helpdesk.messaging.watching import Watch
from tests.faults.mailboxes import fresh, kept, on_script
from tests.helpdesk.messaging.post import mail_from
from tests.servers.scripted_imap import Line, ScriptedImap


def drop_in_body(line: Line, rest: str) -> bool:
    if "BODY" not in rest:
        return False
    line.say(b"* 1 FETCH (UID 1 BODY[] {5000}\r\nSubject: Half a mail")
    line.hang_up()
    return True


def stall(line: Line, _rest: str) -> bool:
    line.stall()
    return True


def refuse(line: Line, _rest: str) -> bool:
    line.end("NO try again later")
    return True


def complain(line: Line, _rest: str) -> bool:
    line.end("BAD what?")
    return True


def goodbye(line: Line, _rest: str) -> bool:
    line.say("* BYE going down\r\n")
    line.hang_up()
    return True


def by_day(account_id: int, clock: StoppedClock) -> list[int]:
    """Collect until the mailbox is well again, waiting as long as it pauses."""
    counts = []
    for _ in range(6):
        counts.append(collect_account(account_id))
        clock.advance(timedelta(minutes=20))
    return counts


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("UID FETCH", drop_in_body),
        ("SELECT", refuse),
        ("SELECT", complain),
        ("LOGIN", refuse),
        ("UID SEARCH", goodbye),
        ("GREETING", goodbye),
        ("UID STORE", refuse),
    ],
)
def test_a_server_that_fails_for_a_while_gives_every_mail_whole_and_once(
    app: Any, scripted_imap: ScriptedImap, clock: StoppedClock, command: str, fault: Any
) -> None:
    account_id = on_script(scripted_imap).id
    mails = [mail_from() for _ in range(3)]
    for mail in mails:
        scripted_imap.add(mail)
    scripted_imap.on(command, fault, times=2)

    assert sum(by_day(account_id, clock)) == 3
    raws = db.session.scalars(select(RawMessage).order_by(RawMessage.id)).all()
    assert [body_of(raw) for raw in raws] == mails
    assert fresh(account_id).failures == 0


def test_a_mailbox_that_fails_pauses_and_the_others_are_due(
    app: Any,
    scripted_imap: ScriptedImap,
    another_scripted_imap: ScriptedImap,
    clock: StoppedClock,
) -> None:
    failing = on_script(scripted_imap).id
    healthy = on_script(another_scripted_imap, address="other@borough.example").id
    scripted_imap.on("LOGIN", refuse)
    another_scripted_imap.add(mail_from(to="other@borough.example"))

    assert [collect_account(failing), collect_account(healthy)] == [0, 1]
    assert list(accounts_due()) == [healthy]


def test_a_mailbox_that_was_not_read_for_a_quarter_of_an_hour_rings(
    app: Any, scripted_imap: ScriptedImap, clock: StoppedClock
) -> None:
    account_id = on_script(scripted_imap).id
    collect_account(account_id)
    scripted_imap.on("LOGIN", refuse, times=3)
    rings = []
    for _ in range(4):
        clock.advance(timedelta(minutes=6))
        collect_account(account_id)
        rings.append([one.id for one in accounts_without_good_fetch()])

    assert rings == [[], [], [account_id], []]


def test_a_mailbox_that_nobody_looks_into_rings_too(
    app: Any, scripted_imap: ScriptedImap, clock: StoppedClock
) -> None:
    account_id = on_script(scripted_imap).id
    assert [one.is_well for one in check_mailboxes()] == [True]
    clock.advance(timedelta(minutes=16))
    (found,) = check_mailboxes()
    assert (found.is_well, "desk mail" in found.advice) == (False, True)
    collect_account(account_id)

    assert [one.is_well for one in check_mailboxes()] == [True]


@pytest.mark.faults
def test_a_server_that_stalls_holds_back_no_other_mailbox(
    app: Any, scripted_imap: ScriptedImap, another_scripted_imap: ScriptedImap
) -> None:
    on_script(scripted_imap)
    on_script(another_scripted_imap, address="other@borough.example")
    scripted_imap.on("LOGIN", stall)
    another_scripted_imap.add(mail_from(to="other@borough.example"))
    watch = Watch(app)
    watch.start()
    try:
        wait_until(lambda: kept() == 1)
        scripted_imap.wait_for("LOGIN")
    finally:
        watch.stop()


def wait_until(holds: Callable[[], bool], within: float = 30) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        db.session.rollback()
        time.sleep(0.02)
