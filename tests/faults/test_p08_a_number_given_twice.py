"""P08: a server that gives one number to two mails loses us neither, and somebody is warned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.messaging.collecting import collect_account
from helpdesk.messaging.folders import row_of
from tests.conftest import MONDAY
from tests.faults.mailboxes import articles, kept, on_script
from tests.helpdesk.messaging.post import mail_from
from tests.servers.scripted_imap import ScriptedImap


def warning_of(account_id: int) -> str:
    db.session.expire_all()
    row = row_of(account_id, "INBOX")
    return row.warning if row is not None else ""


def test_two_mails_with_one_number_at_once_both_come_in(
    app: Any, scripted_imap: ScriptedImap, settle: Callable[[], None]
) -> None:
    account_id = on_script(scripted_imap).id
    scripted_imap.add(mail_from(), uid=7)
    scripted_imap.add(mail_from(), uid=7)

    collect_account(account_id)
    collect_account(account_id)
    settle()

    assert (kept(), articles()) == (2, 2)
    assert "7" in warning_of(account_id)


def test_a_number_that_is_given_to_another_mail_later_is_noticed(
    app: Any, scripted_imap: ScriptedImap, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    account_id = on_script(scripted_imap).id
    for _ in range(3):
        scripted_imap.add(mail_from())
    collect_account(account_id)

    scripted_imap.boxes["INBOX"].mails[1].body = mail_from(text="Quite another mail, and longer.")
    scripted_imap.boxes["INBOX"].mails[1].at = MONDAY + timedelta(hours=1)
    clock.advance(timedelta(minutes=20))
    collect_account(account_id)
    settle()

    assert (kept(), articles()) == (4, 4)
    assert "2" in warning_of(account_id)


def test_what_was_noticed_once_is_not_fetched_at_every_look(
    app: Any, scripted_imap: ScriptedImap, clock: StoppedClock
) -> None:
    account_id = on_script(scripted_imap).id
    scripted_imap.add(mail_from(), uid=7)
    scripted_imap.add(mail_from(), uid=7)
    collect_account(account_id)
    scripted_imap.commands.clear()
    for _ in range(3):
        clock.advance(timedelta(minutes=20))
        collect_account(account_id)

    assert not any("BODY.PEEK" in each for each in scripted_imap.commands)
    assert kept() == 2
