"""The SMTP door and the import: kept and committed before anybody is told so; once, with true dates."""

from __future__ import annotations

import mailbox
import smtplib
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.messaging.importing import import_mail
from helpdesk.messaging.listening import accept_recipient, make_listener, receive
from helpdesk.messaging.models import Delivery, RawMessage, RawState
from tests.helpdesk.messaging.post import HELP, file, mail_from, make_account, tickets


def raws() -> list[RawMessage]:
    found = select(RawMessage).order_by(RawMessage.id).execution_options(populate_existing=True)
    return list(db.session.scalars(found))


def test_a_mail_over_smtp_is_committed_when_it_is_said_to_be_kept(app: Flask) -> None:
    account = make_account()
    with make_listener(app, "127.0.0.1", 0) as listener:
        with smtplib.SMTP("127.0.0.1", listener.port) as line:
            line.sendmail("ada@borough.example", [HELP], mail_from())

    [raw] = raws()
    assert (raw.account_id, raw.state, raw.sender) == (
        account.id,
        RawState.WAITING,
        "ada@borough.example",
    )
    assert raw.envelope["to"] == [HELP]


def test_a_recipient_nobody_has_is_refused_in_words(app: Flask) -> None:
    with make_listener(app, "127.0.0.1", 0) as listener:
        with smtplib.SMTP("127.0.0.1", listener.port) as line:
            with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
                line.sendmail("ada@borough.example", ["who@elsewhere.example"], mail_from())

    code, words = refused.value.recipients["who@elsewhere.example"]
    assert code == 550
    assert b"no such address" in words
    assert raws() == []


def test_any_address_in_the_domain_of_the_desk_is_taken(app: Flask) -> None:
    assert accept_recipient("anything@desk.example") is True
    assert accept_recipient(f"help+{'a' * 32}@DESK.example") is True


def test_mail_for_the_desk_itself_counts_for_the_door(app: Flask) -> None:
    receive("ada@borough.example", ("anything@desk.example",), mail_from())

    assert raws()[0].account.address == "help@desk.example"


def test_a_mail_said_twice_is_filed_once(app: Flask) -> None:
    make_account()
    body = mail_from()
    receive("ada@borough.example", (HELP,), body)
    receive("ada@borough.example", (HELP,), body)
    for raw in raws():
        file(raw)

    assert [raw.state for raw in raws()] == [RawState.DONE, RawState.DUPLICATE]


def old_mail(day: int, text: str = "Old words.") -> bytes:
    return mail_from(text=text, headers={"Date": f"Tue, {day:02} Mar 2025 08:30:00 +0000"})


def test_an_mbox_is_imported_once_with_true_dates_and_no_receipts(
    app: Flask, tmp_path: Path, settle: Callable[[], None]
) -> None:
    path = tmp_path / "old.mbox"
    box = mailbox.mbox(str(path))
    for day in (4, 5, 6):
        box.add(message_from_bytes(old_mail(day, "From the start it failed.\n")))
    box.close()
    first, second = import_mail(path), import_mail(path)
    settle()

    assert (first.found, first.kept, second.kept, second.known) == (3, 3, 0, 3)
    assert [ticket.created_at for ticket in tickets()] == [
        datetime(2025, 3, day, 8, 30, tzinfo=UTC) for day in (4, 5, 6)
    ]
    assert db.session.scalars(select(Delivery)).all() == []


def test_a_maildir_and_a_single_file_are_imported(app: Flask, tmp_path: Path) -> None:
    box = mailbox.Maildir(str(tmp_path / "Maildir"), create=True)
    box.add(old_mail(4))
    box.close()
    one = tmp_path / "one.eml"
    one.write_bytes(old_mail(5))

    assert import_mail(tmp_path / "Maildir").kept == 1
    assert import_mail(one).kept == 1


def test_a_fresh_mail_in_an_import_is_news(app: Flask, tmp_path: Path) -> None:
    one = tmp_path / "new.eml"
    one.write_bytes(mail_from())
    import_mail(one, make_account())

    assert "archive" not in raws()[0].envelope


def test_a_folder_without_mail_says_so(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="holds no mail"):
        import_mail(tmp_path)


def test_a_long_import_tells_how_far_it_is(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "long.mbox"
    lines = b"".join(
        b"From a@b.example Tue Mar  4 08:30:00 2025\n" + old_mail(4, f"Mail {number}") + b"\n"
        for number in range(501)
    )
    path.write_bytes(lines.replace(b"\r\n", b"\n"))
    said: list[str] = []

    summary = import_mail(path, report=said.append)

    assert summary.kept == 501
    assert said == ["500 mails read, 500 taken in …"]


def test_a_line_that_looks_like_an_envelope_splits_no_mail(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "one.mbox"
    body = old_mail(4, "Dear desk,\nFrom here it is 2025 meters.\n>From quoted 2025\n")
    path.write_bytes(b"From a@b.example Tue Mar  4 08:30:00 2025\n" + body.replace(b"\r\n", b"\n"))

    assert import_mail(path).found == 1
