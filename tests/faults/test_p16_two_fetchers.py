"""P16: two that fetch one mailbox at once: one lease, one article."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from helpdesk.core import leases
from helpdesk.core.db import db
from helpdesk.messaging import collecting
from helpdesk.messaging.collecting import collect_account
from tests.conftest import MONDAY
from tests.faults.mailboxes import kept, on_dovecot
from tests.helpdesk.messaging.post import mail_from
from tests.servers.dovecot import Dovecot

TIMES = 100
FETCHERS = 2


@pytest.mark.faults
def test_two_that_start_together_a_hundred_times_keep_every_mail_once(
    app: Any, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    account_id = on_dovecot(dovecot, user).id
    start = threading.Barrier(FETCHERS)
    counts: list[int] = []
    client = dovecot.client(user)

    def fetch() -> None:
        for _ in range(TIMES):
            start.wait(60)
            with app.app_context():
                counts.append(collect_account(account_id))
                db.session.remove()
            start.wait(60)

    def deliver_and_fetch() -> None:
        for _ in range(TIMES):
            client.append("INBOX", mail_from(), msg_time=MONDAY)
            start.wait(60)
            with app.app_context():
                counts.append(collect_account(account_id))
                db.session.remove()
            start.wait(60)

    threads = [threading.Thread(target=each) for each in (fetch, deliver_and_fetch)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(110)
    client.logout()
    collect_account(account_id)

    assert kept() == TIMES
    assert sum(counts) <= TIMES


def test_while_one_has_the_lease_another_does_nothing(app: Any, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    account_id = on_dovecot(dovecot, user).id
    dovecot.append(user, mail_from(), at=MONDAY)
    assert leases.take(collecting.lease_of(account_id), "another", collecting.LEASE)

    assert collect_account(account_id) == 0
    leases.give_back(collecting.lease_of(account_id), "another")
    assert collect_account(account_id) == 1
