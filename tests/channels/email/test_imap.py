"""Mailboxes on a real IMAP server."""

from collections.abc import Collection, Sequence
from datetime import UTC

import pytest

from channels.channel import ChannelError, nothing_known
from channels.email.connection import Security, Server
from channels.email.imap import Mailbox, MailId
from tests.channels.mails import raw_mail
from tests.servers.imap import ImapServer


def server_of(imap: ImapServer, **changes: object) -> Server:
    settings: dict[str, object] = {
        "host": "localhost",
        "port": imap.port,
        "user": imap.user,
        "password": imap.password,
        "ca_file": imap.ca_file,
    }
    return Server(**{**settings, **changes})  # type: ignore[arg-type]


class Kept:
    """A ledger in memory, which also remembers what it was asked."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.asked: list[str] = []

    def __call__(self, remote_ids: Sequence[str]) -> Collection[str]:
        self.asked += remote_ids
        return self.ids & set(remote_ids)


def test_what_the_ledger_lacks_is_fetched_oldest_first(imap_server: ImapServer) -> None:
    for number in range(3):
        imap_server.append(raw_mail(f"mail {number}"))
    ledger = Kept()
    first, *others = Mailbox(server_of(imap_server)).fetch_due(nothing_known, 10)
    ledger.ids = {first.remote_id}
    due = list(Mailbox(server_of(imap_server)).fetch_due(ledger, 10))
    assert due == others
    assert [item.body for item in (first, *others)] == imap_server.messages()


def test_a_mail_that_a_person_has_read_is_fetched_all_the_same(imap_server: ImapServer) -> None:
    imap_server.append(raw_mail(), flags=(rb"\Seen",))
    assert len(list(Mailbox(server_of(imap_server)).fetch_due(nothing_known, 10))) == 1


def test_fetching_does_not_mark_as_read(imap_server: ImapServer) -> None:
    imap_server.append(raw_mail())
    list(Mailbox(server_of(imap_server)).fetch_due(nothing_known, 10))
    assert rb"\Seen" not in imap_server.flags()[0]


def test_no_more_than_the_limit_is_fetched(imap_server: ImapServer) -> None:
    for number in range(4):
        imap_server.append(raw_mail(f"mail {number}"))
    due = list(Mailbox(server_of(imap_server)).fetch_due(nothing_known, 2))
    assert [item.body for item in due] == imap_server.messages()[:2]


def test_what_is_kept_is_marked_as_seen_and_stays_where_it_is(imap_server: ImapServer) -> None:
    imap_server.append(raw_mail("one"))
    imap_server.append(raw_mail("two"))
    mailbox = Mailbox(server_of(imap_server))
    first, _ = mailbox.fetch_due(nothing_known, 10)
    mailbox.mark_kept([first.remote_id])
    assert [rb"\Seen" in flags for flags in imap_server.flags()] == [True, False]


def test_marking_may_happen_while_the_fetch_goes_on(imap_server: ImapServer) -> None:
    imap_server.append(raw_mail("one"))
    imap_server.append(raw_mail("two"))
    mailbox = Mailbox(server_of(imap_server))
    for item in mailbox.fetch_due(nothing_known, 10):
        mailbox.mark_kept([item.remote_id])
    assert all(rb"\Seen" in flags for flags in imap_server.flags())


def test_a_mail_from_before_a_renumbering_is_not_marked(imap_server: ImapServer) -> None:
    imap_server.append(raw_mail())
    mailbox = Mailbox(server_of(imap_server))
    (item,) = mailbox.fetch_due(nothing_known, 10)
    place = MailId.read(item.remote_id)
    mailbox.mark_kept([str(place._replace(uid_validity=place.uid_validity + 1))])
    assert rb"\Seen" not in imap_server.flags()[0]


def test_the_ledger_is_asked_only_once_about_what_it_has(imap_server: ImapServer) -> None:
    imap_server.append(raw_mail())
    mailbox, ledger = Mailbox(server_of(imap_server)), Kept()
    (item,) = mailbox.fetch_due(ledger, 10)
    ledger.ids = {item.remote_id}
    assert list(mailbox.fetch_due(ledger, 10)) == []
    ledger.asked.clear()
    assert list(mailbox.fetch_due(ledger, 10)) == []
    assert ledger.asked == []


def test_the_moment_of_arrival_is_known_in_utc(imap_server: ImapServer) -> None:
    imap_server.append(raw_mail())
    (item,) = Mailbox(server_of(imap_server)).fetch_due(nothing_known, 10)
    assert item.received_at is not None
    assert item.received_at.tzinfo is UTC


def test_the_place_of_a_mail_can_be_read_back() -> None:
    place = MailId("Archive:2026", 12, 7)
    assert MailId.read(str(place)) == place


def test_another_folder_than_the_inbox_is_read(imap_server: ImapServer) -> None:
    imap_server.append(raw_mail(), folder="Desk")
    mailbox = Mailbox(server_of(imap_server), folder="Desk")
    assert len(list(mailbox.fetch_due(nothing_known, 10))) == 1


def test_starttls_is_spoken_where_it_is_asked_for(imap_server: ImapServer) -> None:
    server = server_of(imap_server, port=imap_server.starttls_port, security=Security.STARTTLS)
    assert "holds 0 messages" in Mailbox(server).test_connection()


def test_the_connection_is_tested_in_plain_words(imap_server: ImapServer) -> None:
    imap_server.append(raw_mail())
    said = Mailbox(server_of(imap_server)).test_connection()
    assert "Signed in" in said
    assert "“INBOX” holds 1 messages" in said


@pytest.mark.parametrize("password", ["wrong", "fälsch", 'qu"ote\\'])
def test_a_wrong_password_says_what_to_check(imap_server: ImapServer, password: str) -> None:
    server = server_of(imap_server, password=password)
    with pytest.raises(ChannelError, match="Check user and password") as refused:
        Mailbox(server).test_connection()
    assert not refused.value.permanent
    assert password not in str(refused.value)


def test_a_certificate_nobody_vouches_for_is_not_trusted(imap_server: ImapServer) -> None:
    with pytest.raises(ChannelError, match=r"certificate of .* is not trusted"):
        Mailbox(server_of(imap_server, ca_file=None)).test_connection()


def test_a_missing_folder_is_named_with_those_that_exist(imap_server: ImapServer) -> None:
    imap_server.append(raw_mail(), folder="Desk")
    mailbox = Mailbox(server_of(imap_server), folder="Gone")
    for attempt in (mailbox.test_connection, lambda: list(mailbox.fetch_due(nothing_known, 1))):
        with pytest.raises(ChannelError, match=r"no folder “Gone”.*Desk"):
            attempt()


def test_a_port_that_speaks_no_tls_is_said_in_plain_words(imap_server: ImapServer) -> None:
    with pytest.raises(ChannelError, match="does not speak TLS"):
        Mailbox(server_of(imap_server, port=imap_server.clear_port)).test_connection()


def test_a_host_that_does_not_exist_is_said_in_plain_words() -> None:
    server = Server(host="imap.does-not-exist.invalid", port=993)
    with pytest.raises(ChannelError, match="no host named"):
        Mailbox(server).test_connection()
