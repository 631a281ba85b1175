"""What is set aside waits with its reason; a person decides; nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, NotFound, Refused
from helpdesk.core.files import FileDamaged
from helpdesk.core.models import OutboxEntry, OutboxState
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import keeping
from helpdesk.messaging.models import RawMessage, RawState
from helpdesk.messaging.queries import access_raw, kept_messages
from helpdesk.messaging.setting_aside import (
    Reason,
    in_words,
    quarantine_abandoned,
    refile,
    reject,
)
from tests.cast import Cast
from tests.helpdesk.messaging.post import arrive, file, mail_from, make_account, tickets


def quarantined(app: Any) -> RawMessage:
    """A mail that a person has to look at, since only a part of it can be read."""
    body = mail_from(text="Long header.", headers={"X-Long": "a" * 140_000})
    return arrive(make_account(), body)


def test_a_refiled_mail_is_read_again_in_spite_of_its_reason(app: Any) -> None:
    raw = quarantined(app)
    with unit_of_work():
        refile(raw)
    file(raw)

    assert raw.state is RawState.DONE
    assert len(tickets()) == 1


def test_a_rejected_mail_keeps_its_bytes(app: Any) -> None:
    raw = quarantined(app)
    with unit_of_work():
        reject(raw)

    assert (raw.state, raw.reason) == (RawState.REJECTED, "by-hand")
    assert b"Long header." in keeping.body_of(raw)


def test_what_is_done_can_be_neither_refiled_nor_rejected(app: Any) -> None:
    raw = arrive(make_account(), mail_from())

    with pytest.raises(Conflict), unit_of_work():
        refile(raw)
    with pytest.raises(Conflict), unit_of_work():
        reject(raw)


def test_only_who_manages_mailboxes_sees_and_decides(cast: Cast, app: Any) -> None:
    raw = quarantined(app)

    assert [each.id for each in kept_messages(cast.actor("eve")).rows] == [raw.id]
    assert kept_messages(cast.actor("ben")).rows == []
    with pytest.raises(NotFound):
        access_raw(cast.actor("ben"), raw.id)
    with pytest.raises(Refused), unit_of_work():
        refile(raw, actor=cast.actor("ben"))


def test_what_the_runner_gave_up_on_is_quarantined_and_not_lost(app: Any) -> None:
    account = make_account()
    from channels.channel import RawItem

    with unit_of_work():
        raw = keeping.keep(account, RawItem("INBOX:1:1", mail_from()))
    assert raw is not None
    with unit_of_work():
        db.session.execute(
            update(OutboxEntry).values(state=OutboxState.DEAD, last_error="ValueError: odd")
        )
    with unit_of_work():
        assert quarantine_abandoned() == 1

    assert (raw.state, raw.reason, raw.detail) == (
        RawState.QUARANTINED,
        "failed",
        "ValueError: odd",
    )
    assert db.session.scalars(select(OutboxEntry)).all() == []


def test_a_large_body_lies_in_the_file_store_and_a_changed_one_is_refused(
    app: Any, data_dir: Any
) -> None:
    account = make_account()
    from channels.channel import RawItem

    body = mail_from(text="long line\n" * 40_000)
    with unit_of_work():
        raw = keeping.keep(account, RawItem("INBOX:1:2", body))
    assert raw is not None
    assert raw.body is None
    assert keeping.body_of(raw) == body
    lies_in = raw.file_digest
    assert lies_in is not None
    path = data_dir / "files" / lies_in[:2] / lies_in[2:4] / lies_in
    assert path.stat().st_size < len(body) / 10
    path.write_bytes(b"other")
    with pytest.raises(FileDamaged):
        keeping.body_of(raw)


def test_a_damaged_mail_waits_in_quarantine(app: Any) -> None:
    account = make_account()
    from channels.channel import RawItem

    with unit_of_work():
        raw = keeping.keep(account, RawItem("INBOX:1:3", mail_from()))
        assert raw is not None
        raw.body = b"no compressed bytes"
    file(raw)

    assert (raw.state, raw.reason) == (RawState.QUARANTINED, "unreadable")


def test_every_reason_has_words(app: Any) -> None:
    assert all(in_words(reason.value) != reason.value for reason in Reason)
    assert in_words("something else") == "something else"


def test_a_list_shows_sender_and_subject_without_reading_bodies(app: Any) -> None:
    sender, subject = keeping.shown_of(
        b'Subject: =?utf-8?q?Caf=C3=A9?=\r\n  open\r\nfrom: "B, A" <a@b.example>\r\n\r\nSubject: no'
    )

    assert (sender, subject) == ("a@b.example", "Café open")
