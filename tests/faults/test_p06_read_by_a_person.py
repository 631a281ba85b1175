"""P06: a person who reads the mailbox does no harm: what is due, our ledger says."""

from __future__ import annotations

from typing import Any

from helpdesk.messaging.collecting import collect_account
from tests.conftest import MONDAY
from tests.faults.mailboxes import on_dovecot
from tests.helpdesk.messaging.post import mail_from
from tests.servers.dovecot import Dovecot


def test_a_mail_that_is_marked_as_read_comes_in(app: Any, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    account_id = on_dovecot(dovecot, user).id
    dovecot.append(user, mail_from(), at=MONDAY)
    reader = dovecot.client(user)
    reader.select_folder("INBOX")
    reader.add_flags(reader.search(), [rb"\Seen", rb"\Answered"])
    reader.logout()

    assert collect_account(account_id) == 1


def test_a_mail_that_is_marked_as_unread_again_comes_in_once(app: Any, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    account_id = on_dovecot(dovecot, user).id
    dovecot.append(user, mail_from(), at=MONDAY)
    collect_account(account_id)
    reader = dovecot.client(user)
    reader.select_folder("INBOX")
    reader.remove_flags(reader.search(), [rb"\Seen"])
    reader.logout()

    assert collect_account(account_id) == 0
