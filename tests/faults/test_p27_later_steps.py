"""P27: what comes after sending never causes a second send: the copy in the mailbox, the log, the noting of the job."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.messaging.models import DeliveryState
from tests.cast import Cast
from tests.faults.outgoing import fresh, tick, written
from tests.helpdesk.messaging.post import make_account
from tests.makers import make_ticket
from tests.pages import PageClient
from tests.servers.imap import ImapServer
from tests.servers.processes import free_port
from tests.servers.scripted_smtp import ScriptedSmtp

pytestmark = pytest.mark.faults


class FullDisk(logging.Handler):
    """A log that cannot be written."""

    def emit(self, record: logging.LogRecord) -> None:
        raise OSError("No space left on device")


@pytest.fixture
def broken_log() -> Iterator[None]:
    handler = FullDisk()
    root = logging.getLogger()
    root.addHandler(handler)
    yield
    root.removeHandler(handler)


def test_a_copy_that_cannot_be_kept_is_noted_and_nothing_more(
    app: Flask,
    cast: Cast,
    clock: StoppedClock,
    scripted_smtp: ScriptedSmtp,
    client: PageClient,
) -> None:
    make_account(
        cast.it,
        smtp_host="127.0.0.1",
        smtp_port=scripted_smtp.port,
        smtp_security="none",
        imap_host="127.0.0.1",
        imap_port=free_port(),
        imap_security="none",
        sent_folder="Sent",
    )
    delivery = written(make_ticket(cast.ada, cast.it, channel="phone"), cast)
    for _ in range(10):
        tick(app)
        clock.advance(timedelta(minutes=5))
    client.sign_in("ben@borough.example")
    page = client.get(f"/sent/{delivery.id}").get_data(as_text=True)

    assert fresh(delivery).state is DeliveryState.SENT
    assert len(scripted_smtp.taken) == 1
    assert "No copy was kept" in page
    assert "Nothing answers" in page


def test_a_copy_lies_in_the_folder_of_sent_mail_once(
    app: Flask, cast: Cast, scripted_smtp: ScriptedSmtp, imap_server: ImapServer
) -> None:
    imap_server.append(b"Subject: an old one\r\n\r\nx", "Sent")
    make_account(
        cast.it,
        smtp_host="127.0.0.1",
        smtp_port=scripted_smtp.port,
        smtp_security="none",
        imap_host=imap_server.host,
        imap_port=imap_server.port,
        imap_user=imap_server.user,
        imap_password=imap_server.password,
        ca_file=imap_server.ca_file,
        sent_folder="Sent",
    )
    delivery = written(make_ticket(cast.ada, cast.it, channel="phone"), cast)
    tick(app)
    with unit_of_work():
        owe("copy_to_sent", delivery.id)
    tick(app)

    assert fresh(delivery).copy_error == ""
    copies = [
        body for body in imap_server.messages("Sent") if delivery.external_id.encode() in body
    ]
    assert len(copies) == 1


@pytest.mark.usefixtures("broken_log")
def test_a_log_that_cannot_be_written_sends_nothing_twice(
    app: Flask, cast: Cast, clock: StoppedClock, scripted_relay: ScriptedSmtp
) -> None:
    delivery = written(make_ticket(cast.ada, cast.it, channel="phone"), cast)
    for _ in range(5):
        tick(app)
        clock.advance(timedelta(minutes=10))

    assert fresh(delivery).state is DeliveryState.SENT
    assert len(scripted_relay.taken) == 1


def test_a_job_that_runs_twice_sends_once(
    app: Flask, cast: Cast, scripted_relay: ScriptedSmtp
) -> None:
    delivery = written(make_ticket(cast.ada, cast.it, channel="phone"), cast)
    tick(app)
    for _ in range(3):
        with unit_of_work():
            owe("deliver", delivery.id)
        tick(app)

    assert len(scripted_relay.taken) == 1
