"""The mail that carries a link to choose a password."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from channels.email.connection import Security
from channels.email.dkim import Algorithm
from helpdesk.core.db import db
from helpdesk.core.models import OutboxEntry
from helpdesk.core.relay import BadRelay, server_of
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import password_mails, signing
from helpdesk.people import commands, tokens
from helpdesk.people.models import TokenPurpose
from tests.cast import Cast
from tests.servers.smtp import SmtpSink


def owed_token(person: Any, purpose: TokenPurpose) -> int:
    with unit_of_work():
        return tokens.mail_password_token(person, purpose).id


@pytest.mark.parametrize(
    ("purpose", "words"),
    [(TokenPurpose.INVITE, "invited"), (TokenPurpose.RESET, "within 60 minutes")],
)
def test_the_owner_gets_the_link(
    app: Flask,
    cast: Cast,
    smtp_sink: SmtpSink,
    monkeypatch: pytest.MonkeyPatch,
    purpose: TokenPurpose,
    words: str,
) -> None:
    relay = f"smtp://127.0.0.1:{smtp_sink.port}?security=none"
    monkeypatch.setitem(app.config, "DESK_SMTP_URL", relay)
    token_id = owed_token(cast.ben, purpose)
    password_mails.send_password_mail(token_id)
    mail = smtp_sink.wait_for(1)[0].message
    text = mail.get_content()
    owed = tokens.password_mail(token_id)
    assert owed is not None
    assert owed.link in text.replace("=\n", "")
    assert words in text
    assert mail["To"] == "Ben Kaya <ben@borough.example>"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_it_is_signed_by_the_key_of_the_desks_domain(
    app: Flask, cast: Cast, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = f"smtp://127.0.0.1:{smtp_sink.port}?security=none"
    monkeypatch.setitem(app.config, "DESK_SMTP_URL", relay)
    domain = str(app.config["DESK_MAIL_DOMAIN"])
    with unit_of_work():
        key = signing.add_key(domain, "desk-2026", algorithm=Algorithm.ED25519, actor=None)
        signing.switch_key(key.id, on=True, actor=None)
    password_mails.send_password_mail(owed_token(cast.ben, TokenPurpose.RESET))
    signature = smtp_sink.wait_for(1)[0].message["DKIM-Signature"]
    assert f"d={domain}" in signature


def test_nobody_gets_a_mail_for_an_address_that_nobody_has(app: Flask, cast: Cast) -> None:
    with unit_of_work():
        token_id = tokens.mail_password_token(None, TokenPurpose.RESET).id
    assert tokens.password_mail(token_id) is None


def test_a_link_that_is_void_is_not_mailed(app: Flask, cast: Cast) -> None:
    token_id = owed_token(cast.ben, TokenPurpose.RESET)
    with unit_of_work():
        commands.end_sessions(cast.ben)
    assert tokens.password_mail(token_id) is None


def test_without_a_mail_server_nothing_is_sent_and_the_log_keeps_the_secret(
    app: Flask, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    token_id = owed_token(cast.ben, TokenPurpose.RESET)
    mail = tokens.password_mail(token_id)
    assert mail is not None
    password_mails.send_password_mail(token_id)
    assert "No mail server is set" in caplog.text
    assert mail.link.rpartition("/")[2] not in caplog.text


@pytest.mark.parametrize(
    ("url", "host", "port", "security", "user", "password"),
    [
        ("smtp://mail.example", "mail.example", 587, Security.STARTTLS, "", ""),
        ("smtps://mail.example", "mail.example", 465, Security.TLS, "", ""),
        ("smtp://relay:25?security=none", "relay", 25, Security.NONE, "", ""),
        (
            "smtp://desk%40x:p%2Fw@mail.example:2587",
            "mail.example",
            2587,
            Security.STARTTLS,
            "desk@x",
            "p/w",
        ),
    ],
)
def test_the_address_of_the_relay(
    url: str, host: str, port: int, security: Security, user: str, password: str
) -> None:
    server = server_of(url)
    assert (server.host, server.port, server.security) == (host, port, security)
    assert (server.user, server.password) == (user, password)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example:25",
        "http://mail.example",
        "smtp://",
        "smtp://x?security=some",
        "smtp://x:99999",
    ],
)
def test_an_address_that_cannot_be_used_says_so(url: str) -> None:
    with pytest.raises(BadRelay, match="DESK_SMTP_URL"):
        server_of(url)


def test_an_operator_can_hand_a_link_over_and_no_mail_is_owed(app: Flask, cast: Cast) -> None:
    with unit_of_work():
        link = tokens.make_link(cast.ben, TokenPurpose.RESET)
    assert link.startswith("http://desk.example/reset/")
    assert tokens.live_token(link.rpartition("/")[2]) is not None
    assert db.session.scalars(select(OutboxEntry.job)).all() == []
