"""The mail that carries a visitor's link."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.visitor_mails import send_visitor_link
from helpdesk.people import visiting
from tests.cast import Cast
from tests.servers.smtp import SmtpSink

ADA = "ada@borough.example"


@pytest.fixture(autouse=True)
def relay(app: Flask, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"smtp://127.0.0.1:{smtp_sink.port}?security=none"
    monkeypatch.setitem(app.config, "DESK_SMTP_URL", address)


def make(address: str, leads_to: str = "/your-requests", locale: str = "en") -> tuple[int, str]:
    with unit_of_work():
        link = visiting.mail_link(address, leads_to, lasting=visiting.SHORT, locale=locale)
        return link.id, visiting.url_of(link)


def test_the_owner_of_an_address_gets_the_link(cast: Cast, smtp_sink: SmtpSink) -> None:
    link_id, url = make(ADA)

    send_visitor_link(link_id)

    mail = smtp_sink.wait_for(1)[0].message
    assert url in mail.get_content().replace("=\n", "")
    assert mail["To"] == ADA
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_worker_that_was_killed_sends_the_same_link_again(
    cast: Cast, smtp_sink: SmtpSink
) -> None:
    link_id, url = make(ADA)

    send_visitor_link(link_id)
    send_visitor_link(link_id)

    one, two = (mail.message for mail in smtp_sink.wait_for(2))
    assert one["Message-ID"] == two["Message-ID"]
    assert url in two.get_content().replace("=\n", "")


def test_an_address_that_nobody_has_is_mailed_nothing_but_its_own_form(
    cast: Cast, smtp_sink: SmtpSink
) -> None:
    send_visitor_link(make("who@home.example")[0])
    send_visitor_link(make("who@home.example", "/ask/bin/abc/check", "cy")[0])

    (mail,) = smtp_sink.wait_for(1)
    assert "Dilynwch y ddolen hon" in mail.message.get_content()


def test_a_link_that_lapsed_is_not_mailed(
    cast: Cast, smtp_sink: SmtpSink, clock: StoppedClock
) -> None:
    link_id, _url = make(ADA)
    clock.advance(timedelta(hours=2))

    send_visitor_link(link_id)

    assert smtp_sink.received == []
