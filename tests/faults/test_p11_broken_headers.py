"""P11: broken headers are no reason to drop a mail: each is imported or quarantined, and the books balance."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.core import outbox
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.messaging.balancing import imbalances
from helpdesk.messaging.collecting import collect_account
from helpdesk.messaging.keeping import body_of
from helpdesk.messaging.models import RawMessage, RawState
from tests.faults.mailboxes import articles, on_script, standing
from tests.servers.scripted_imap import ScriptedImap

pytestmark = pytest.mark.faults

FROM = b"From: Ada <ada@borough.example>"
# What stands in the place of one header; the others are whole.
FROMS = (
    b"",
    b"From:",
    b"From: ",
    b"From: Ada",
    b"From: <>",
    b"From: <ada@>",
    b"From: @borough.example",
    b"From: ada@borough.example, eve@borough.example",
    b"From: ada@borough.example\r\nFrom: eve@borough.example",
    b'From: "Ada <ada@borough.example>',
    b"From: Ada <ada@borough.example",
    b"From: \xc3\x84da <ada@borough.example>",
    b"From: \xff\xfe\x80 <ada@borough.example>",
    b"From: =?utf-8?b?not base64!?= <ada@borough.example>",
    b"From: =?no-such-charset?q?Ada?= <ada@borough.example>",
    b"From: =?utf-8?q?Ada=0D=0ABcc:_x@y.example?= <ada@borough.example>",
    b"From: ada@borough..example",
    b"From: ada@[127.0.0.1]",
    b"From: ada@xn--\xff.example",
    b"From: " + b"a" * 5000 + b"@borough.example",
    b"From: undisclosed:;",
    b"From: a@b@c.example",
    b"From: \x00ada@borough.example",
    b"FROM : ada@borough.example",
    b"From:\r\n ada@borough.example",
    b"From:\tada@borough.example",
)
SUBJECTS = (
    b"",
    b"Subject:",
    b"Subject: " + b"long " * 20_000,
    b"Subject: one\r\nSubject: two",
    b"Subject: =?utf-8?b?8J+YgA==",
    b"Subject: =?utf-8?q?half a word",
    b"Subject: =?utf-7?q?+AGE-?=",
    b"Subject: \x00\x01\x02",
    b"Subject: \xed\xa0\x80 a lone surrogate",
    b"Subject: " + b"=?utf-8?q?a?= " * 2_000,
    b"Subject: folded\r\n\r\n not folded",
    b"Subject: \xe2\x80\xae gnp.exe",
    b"Subject: a\rb\nc",
)
OTHERS = (
    b"Date: not a date",
    b"Date: Mon, 99 Xyz 20260 99:99:99 +9999",
    b"Date: Thu, 01 Jan 0001 00:00:00 +0000",
    b"Date: Fri, 31 Dec 9999 23:59:59 -2359",
    b"Message-ID:",
    b"Message-ID: <>",
    b"Message-ID: <" + b"x" * 3000 + b"@example>",
    b"Message-ID: <a@b> <c@d>",
    b"Message-ID: \xff\x00",
    b"References: " + b"<a@b> " * 20_000,
    b"References: <<<>>><",
    b"In-Reply-To: nothing of use",
    b"To: " + b"x@y.example, " * 3_000,
    b"Content-Type: ;;;",
    b"Content-Type: multipart/mixed",
    b'Content-Type: multipart/mixed; boundary=""',
    b"Content-Type: text/plain; charset=\xff\xfe",
    b"Content-Transfer-Encoding: no-such",
    b"Content-Transfer-Encoding: base64",
    b"MIME-Version: 9.7 (what?)",
    b"A line without a colon",
    b" A line that folds nothing",
)
WITHOUT_ANYTHING = (b"\r\n", b"\x00" * 100, b"no header at all", b": nameless\r\n\r\ntext")


def hostile() -> list[bytes]:
    """Mails of which each breaks another rule of RFC 5322 or RFC 2047; the numbers keep their texts apart."""
    rows = [
        *([one, b"Subject: Printer"] for one in FROMS),
        *([FROM, one] for one in SUBJECTS),
        *([FROM, b"Subject: Printer", one] for one in OTHERS),
    ]
    made = [
        b"\r\n".join([*(line for line in lines if line), b"", f"Text {number}.".encode(), b""])
        for number, lines in enumerate(rows)
    ]
    return [*made, *WITHOUT_ANYTHING]


@pytest.fixture
def read(app: Flask, scripted_imap: ScriptedImap, clock: StoppedClock) -> tuple[int, list[bytes]]:
    """A mailbox with all of them, read and filed; the id of its account, and what lay in it."""
    account_id = on_script(scripted_imap).id
    bodies = hostile()
    for body in bodies:
        scripted_imap.add(body)
    assert collect_account(account_id) == len(bodies)
    for _try in range(6):
        for lane in ("intake", "slow"):
            outbox.drain(lane)
        clock.advance(timedelta(minutes=5))
    return account_id, bodies


def test_there_are_more_than_sixty_of_them_and_no_two_are_alike() -> None:
    assert len(set(hostile())) == len(hostile()) > 60


def test_each_is_imported_or_waits_for_a_person_and_the_books_balance(
    read: tuple[int, list[bytes]],
) -> None:
    account_id, bodies = read
    standing_now = standing(account_id)
    assert sum(standing_now.values()) == len(bodies)
    assert set(standing_now) <= {"done", "quarantined"}
    assert articles() == standing_now["done"]
    assert list(imbalances()) == []


def test_what_is_quarantined_says_why(read: tuple[int, list[bytes]]) -> None:
    held = raws(RawState.QUARANTINED)
    assert held
    assert all(raw.reason or raw.detail for raw in held)


def test_only_those_wait_that_name_nobody_to_answer(read: tuple[int, list[bytes]]) -> None:
    assert not [raw.id for raw in raws(RawState.QUARANTINED) if body_of(raw).startswith(FROM)]


def test_no_byte_of_any_is_lost(read: tuple[int, list[bytes]]) -> None:
    _account_id, bodies = read
    found: list[Any] = list(db.session.scalars(select(RawMessage).order_by(RawMessage.id)))
    assert [body_of(raw) for raw in found] == bodies


def raws(state: RawState) -> list[RawMessage]:
    return list(db.session.scalars(select(RawMessage).where(RawMessage.state == state)))
