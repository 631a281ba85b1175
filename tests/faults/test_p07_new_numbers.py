"""P07: a server that gives every mail a new number doubles nothing and loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.messaging.collecting import collect_account
from tests.conftest import MONDAY
from tests.faults.mailboxes import articles, on_dovecot, on_script, standing
from tests.helpdesk.messaging.post import deliveries, mail_from
from tests.servers.dovecot import Dovecot
from tests.servers.scripted_imap import ScriptedImap


def collect_all(account_id: int) -> None:
    while collect_account(account_id):
        pass


@pytest.mark.faults
def test_five_hundred_old_and_five_new_mails_make_five_new_messages(
    app: Any, scripted_imap: ScriptedImap, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    account_id = on_script(scripted_imap).id
    for _ in range(500):
        scripted_imap.add(mail_from())
    collect_all(account_id)
    settle()
    assert articles() == 500

    scripted_imap.renumber()
    for _ in range(5):
        scripted_imap.add(mail_from())
    collect_all(account_id)
    settle()

    assert articles() == 505
    assert standing(account_id) == {"done": 505, "duplicate": 500}


def test_a_real_server_that_lost_its_index_doubles_nothing(
    app: Any, dovecot: Dovecot, settle: Callable[[], None]
) -> None:
    user = dovecot.new_user()
    account_id = on_dovecot(dovecot, user).id
    dovecot.append(user, *(mail_from() for _ in range(5)), at=MONDAY)
    collect_all(account_id)
    settle()

    dovecot.renumber(user)
    dovecot.append(user, mail_from(), at=MONDAY)
    collect_all(account_id)
    settle()

    assert articles() == 6
    assert standing(account_id) == {"done": 6, "duplicate": 5}


def test_old_mail_that_was_not_asked_for_stays_out_after_a_renumbering(
    app: Any, scripted_imap: ScriptedImap, settle: Callable[[], None]
) -> None:
    account_id = on_script(scripted_imap, take_in="new").id
    scripted_imap.add(mail_from(), at=MONDAY - timedelta(days=100))
    scripted_imap.add(mail_from(), at=MONDAY)
    collect_all(account_id)
    scripted_imap.renumber()
    collect_all(account_id)
    settle()

    assert standing(account_id) == {"done": 1, "duplicate": 1}


def test_nobody_is_told_again_that_old_mail_arrived(
    app: Any, scripted_imap: ScriptedImap, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    account_id = on_script(scripted_imap).id
    scripted_imap.add(mail_from())
    collect_all(account_id)
    settle()
    clock.advance(timedelta(days=10))
    scripted_imap.renumber()
    # The one mail that the desk never saw is old all the same.
    scripted_imap.add(mail_from(), at=MONDAY + timedelta(days=1))
    collect_all(account_id)
    scripted_imap.add(mail_from(), at=MONDAY + timedelta(days=10))
    collect_all(account_id)
    settle()

    assert articles() == 3
    assert len(deliveries()) >= 1
