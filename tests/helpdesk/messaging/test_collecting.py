"""Mailboxes are read by our ledger: kept, committed, acknowledged; a failing one pauses alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from helpdesk.core import leases
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.collecting import accounts_due, collect_account, pause_after
from helpdesk.messaging.models import ChannelAccount, RawMessage, RawState
from helpdesk.messaging.setting_aside import ledger
from tests.helpdesk.messaging.post import file, mail_from, make_account, tickets
from tests.servers.imap import ImapServer
from tests.servers.processes import free_port


def mailbox_of(server: ImapServer, **more: Any) -> ChannelAccount:
    values = {
        "imap_host": server.host,
        "imap_port": server.port,
        "imap_user": server.user,
        "imap_password": server.password,
        "ca_file": server.ca_file,
        **more,
    }
    return make_account(**values)


def kept() -> int:
    return db.session.scalar(select(func.count()).select_from(RawMessage)) or 0


def fresh(account_id: int) -> ChannelAccount:
    return db.session.get_one(ChannelAccount, account_id, populate_existing=True)


def test_new_mail_is_kept_once_and_marked_as_read(app: Any, imap_server: ImapServer) -> None:
    account = mailbox_of(imap_server)
    imap_server.append(mail_from())
    imap_server.append(mail_from())

    assert [collect_account(account.id), collect_account(account.id)] == [2, 0]
    assert kept() == 2
    assert all(b"\\Seen" in flags for flags in imap_server.flags())


def test_a_person_reading_the_mailbox_does_no_harm(app: Any, imap_server: ImapServer) -> None:
    account = mailbox_of(imap_server)
    imap_server.append(mail_from(), flags=(b"\\Seen",))

    assert collect_account(account.id) == 1


def test_what_was_collected_is_filed_and_counted(app: Any, imap_server: ImapServer) -> None:
    account = mailbox_of(imap_server)
    imap_server.append(mail_from())
    collect_account(account.id)
    file(db.session.scalars(select(RawMessage)).one())

    assert len(tickets()) == 1
    assert ledger(account.id) == {
        RawState.WAITING: 0,
        RawState.DONE: 1,
        RawState.DUPLICATE: 0,
        RawState.REJECTED: 0,
        RawState.QUARANTINED: 0,
    }
    assert fresh(account.id).last_good_at is not None


def test_a_wrong_password_is_said_in_words_and_the_mailbox_pauses(
    app: Any, imap_server: ImapServer, clock: StoppedClock
) -> None:
    account = mailbox_of(imap_server, imap_password="wrong")
    other = make_account(address="other@borough.example")

    collect_account(account.id)

    failed = fresh(account.id)
    assert "Check user and password" in failed.last_error
    assert failed.failures == 1
    assert list(accounts_due()) == [other.id]
    clock.advance(timedelta(minutes=1, seconds=6))
    assert account.id in accounts_due()


def test_a_mailbox_heals_when_its_server_is_back(
    app: Any, imap_server: ImapServer, clock: StoppedClock
) -> None:
    account = mailbox_of(imap_server, imap_port=free_port())
    collect_account(account.id)
    with unit_of_work():
        row = fresh(account.id)
        row.settings = {**row.settings, "imap_port": imap_server.port}
    clock.advance(timedelta(minutes=5))

    collect_account(account.id)

    healed = fresh(account.id)
    assert (healed.failures, healed.last_error, healed.next_try_at) == (0, "", None)


def test_pauses_grow_and_end_at_a_quarter_of_an_hour() -> None:
    minutes = [pause_after(failures) // timedelta(minutes=1) for failures in range(1, 8)]

    assert minutes == [1, 2, 4, 8, 15, 15, 15]


def test_two_collectors_do_nothing_twice(app: Any, imap_server: ImapServer) -> None:
    account = mailbox_of(imap_server)
    imap_server.append(mail_from())
    assert leases.take(f"collect:{account.id}", "another", timedelta(minutes=5))

    assert collect_account(account.id) == 0
    assert kept() == 0


def test_a_mailbox_without_a_server_to_read_is_left_alone(app: Any) -> None:
    account = make_account()

    assert collect_account(account.id) == 0
    assert fresh(account.id).failures == 0


def test_an_inactive_mailbox_is_not_due(app: Any) -> None:
    account = make_account()
    with unit_of_work():
        account.is_active = False

    assert list(accounts_due()) == []
    assert collect_account(account.id) == 0
