"""P14: big mail. 25 MB goes in; of 26 MB the raw is kept and an entry shown; of 200 MB the headers, and an entry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from channels.channel import RawItem
from channels.parser_pool import ParserPool
from helpdesk.backup.making import listed_files, make_backup
from helpdesk.checking.files import check_files
from helpdesk.core import outbox
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.keeping import body_of, keep
from helpdesk.messaging.models import ChannelAccount, Delivery, RawMessage, RawState
from helpdesk.tickets.models import Ticket
from tests.helpdesk.messaging.post import deliveries, mail_from, make_account, messages_of, tickets

pytestmark = pytest.mark.faults

MEGABYTE = 1024 * 1024
LINE = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\r\n"


def large_mail(size: int, text: str = "See the plans.", **more: str) -> bytes:
    """A mail of exactly so many bytes, most of them a file."""
    head = mail_from(text=text, headers=more).partition(b"\r\n\r\n")[0]
    head = b"\r\n".join(
        line for line in head.split(b"\r\n") if not line.lower().startswith((b"content-", b"mime"))
    )
    begin = (
        head
        + b'\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n'
        + f"Content-Type: text/plain\r\n\r\n{text}\r\n--x\r\n".encode()
        + b'Content-Type: application/pdf; name="plans.pdf"\r\n'
        + b"Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    end = b"\r\n--x--\r\n"
    room = size - len(begin) - len(end)
    filling = (LINE * (room // len(LINE) + 1))[:room]
    return begin + filling + end


def come_in(account_id: int, item: RawItem) -> RawMessage:
    """Keep a mail and file it as a worker does."""
    with unit_of_work():
        raw = keep(db.session.get_one(ChannelAccount, account_id), item)
    assert raw is not None
    raw_id = raw.id
    for lane in ("intake", "slow"):
        outbox.drain(lane)
    return db.session.get_one(RawMessage, raw_id)


def test_a_mail_at_the_limit_is_taken_in_whole(app: Flask, children: ParserPool) -> None:
    body = large_mail(25 * MEGABYTE)
    raw = come_in(make_account().id, RawItem("INBOX:1:1", body))

    assert (raw.state, raw.reason) == (RawState.DONE, "")
    [message] = messages_of(tickets()[0])
    [file] = message.attachments
    assert (file.name, message.text) == ("plans.pdf", "See the plans.")
    assert file.size > 18 * MEGABYTE
    assert body_of(raw) == body


def test_of_a_mail_above_the_limit_the_raw_is_kept_and_its_beginning_shown(
    app: Flask, children: ParserPool
) -> None:
    body = large_mail(26 * MEGABYTE)
    raw = come_in(make_account().id, RawItem("INBOX:1:1", body))

    assert (raw.state, raw.reason, raw.detail) == (RawState.DONE, "too-large", "27.3 MB")
    [message] = messages_of(tickets()[0])
    assert "too large to be taken in whole" in message.text
    assert "See the plans." in message.text
    assert message.attachments == []
    assert body_of(raw) == body


def test_of_a_mail_that_stays_in_its_mailbox_the_headers_are_shown(app: Flask) -> None:
    head = large_mail(2_000).partition(b"--x")[0]
    item = RawItem("INBOX:1:1", head, headers_only=True, size=200_000_000)
    raw = come_in(make_account().id, item)

    assert (raw.state, raw.size) == (RawState.DONE, 200_000_000)
    [ticket] = tickets()
    [message] = messages_of(ticket)
    assert ticket.subject == "Printer broken"
    assert "still in the mailbox Mailbox help@borough.example" in message.text
    assert "200.0 MB" in message.text


def told() -> list[Delivery]:
    return [each for each in deliveries() if "too large" in each.subject]


def test_the_sender_of_a_mail_that_is_too_large_is_told_once(
    app: Flask, settle: Callable[[], None]
) -> None:
    account = make_account().id
    for number in (1, 2):
        item = RawItem(f"INBOX:1:{number}", large_mail(2_000), headers_only=True, size=200_000_000)
        come_in(account, item)
    settle()

    [one] = told()
    assert one.recipients == ["ada@borough.example"]
    assert "26 MB at once" in one.text
    assert len(deliveries()) == 1


def test_a_machine_is_not_told_that_its_mail_was_too_large(
    app: Flask, settle: Callable[[], None]
) -> None:
    body = large_mail(2_000, **{"Auto-Submitted": "auto-generated"})
    come_in(make_account().id, RawItem("INBOX:1:1", body, headers_only=True, size=200_000_000))
    settle()

    assert told() == []


def test_a_reply_that_is_too_large_joins_its_ticket(app: Flask) -> None:
    account = make_account().id
    come_in(account, RawItem("INBOX:1:1", mail_from(message_id="first@citizen.example")))
    reply = large_mail(2_000, **{"In-Reply-To": "<first@citizen.example>"})
    come_in(account, RawItem("INBOX:1:2", reply, headers_only=True, size=200_000_000))

    [ticket] = db.session.scalars(db.select(Ticket))
    assert len(messages_of(ticket)) == 2


def test_the_bytes_of_a_large_mail_are_backed_up_and_checked(
    app: Flask, data_dir: Path, tmp_path: Path
) -> None:
    raw = come_in(make_account().id, RawItem("INBOX:1:1", large_mail(MEGABYTE)))
    place = raw.file_digest
    assert place is not None
    assert place in listed_files(make_backup(tmp_path / "backups"))
    assert list(check_files()) == []

    (data_dir / "files" / place[:2] / place[2:4] / place).unlink()
    assert place in [damage.digest for damage in check_files()]
