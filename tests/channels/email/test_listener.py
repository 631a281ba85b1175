"""The listener as mail servers meet it: real sockets, real SMTP and LMTP conversations."""

import smtplib
import socket
import threading
from collections.abc import Iterator

import pytest

from channels.channel import ChannelError
from channels.email.listener import ListenerLimits, SmtpListener
from tests.channels.mails import raw_mail

HELP = "help@council.example"
OTHER = "parks@council.example"


class Desk:
    """Takes mail for two addresses; `broken` makes storing fail."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, tuple[str, ...], bytes]] = []
        self.broken = False
        self.threads: set[str] = set()

    def accept(self, address: str) -> bool | str:
        if address == "closed@council.example":
            return "This address is closed, write to help@council.example"
        return address in (HELP, OTHER)

    def receive(self, envelope_from: str, recipients: tuple[str, ...], body: bytes) -> None:
        self.threads.add(threading.current_thread().name)
        if self.broken:
            raise OSError("No space left on device")
        self.kept.append((envelope_from, recipients, body))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def listening(desk: Desk, *, lmtp: bool = False, **limits: int) -> SmtpListener:
    return SmtpListener(
        accept_recipient=desk.accept,
        receive=desk.receive,
        lmtp=lmtp,
        limits=ListenerLimits(**limits),  # type: ignore[arg-type]
    )


@pytest.fixture
def line(desk: Desk) -> Iterator[smtplib.SMTP]:
    with (
        listening(desk, message_bytes=20_000, recipients=2) as listener,
        smtplib.SMTP("127.0.0.1", listener.port, timeout=10) as line,
    ):
        yield line


def test_a_mail_is_kept_with_its_envelope_before_it_is_acknowledged(
    desk: Desk, line: smtplib.SMTP
) -> None:
    line.sendmail("ada@example.org", [HELP], raw_mail())
    ((sender, recipients, body),) = desk.kept
    assert (sender, recipients) == ("ada@example.org", (HELP,))
    expected = b"Return-Path: <ada@example.org>\r\nDelivered-To: help@council.example\r\n"
    assert body == expected + raw_mail() + b"\r\n"


def test_the_callback_runs_outside_of_the_event_loop(desk: Desk, line: smtplib.SMTP) -> None:
    line.sendmail("ada@example.org", [HELP], raw_mail())
    assert all(name.startswith("smtp-store") for name in desk.threads)


def test_the_empty_return_path_of_automatic_mail_is_taken(desk: Desk, line: smtplib.SMTP) -> None:
    line.sendmail("", [HELP], raw_mail())
    assert desk.kept[0][0] == ""


def test_an_unknown_recipient_is_refused_at_the_door(desk: Desk, line: smtplib.SMTP) -> None:
    refused = line.sendmail("ada@example.org", [HELP, "nobody@council.example"], raw_mail())
    assert refused["nobody@council.example"][0] == 550
    assert desk.kept[0][1] == (HELP,)


def test_a_reason_for_refusing_is_told_to_the_sender(desk: Desk, line: smtplib.SMTP) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        line.sendmail("ada@example.org", ["closed@council.example"], raw_mail())
    code, words = refused.value.recipients["closed@council.example"]
    assert code == 550
    assert b"This address is closed" in words


def test_a_mail_that_cannot_be_stored_is_to_be_tried_again(
    desk: Desk, line: smtplib.SMTP, caplog: pytest.LogCaptureFixture
) -> None:
    desk.broken = True
    with pytest.raises(smtplib.SMTPDataError) as refused:
        line.sendmail("ada@example.org", [HELP], raw_mail())
    assert refused.value.smtp_code == 451
    assert "try again later" in refused.value.smtp_error.decode()
    assert "could not be stored" in caplog.text


def test_the_line_goes_on_after_a_failure(desk: Desk, line: smtplib.SMTP) -> None:
    desk.broken = True
    with pytest.raises(smtplib.SMTPDataError):
        line.sendmail("ada@example.org", [HELP], raw_mail())
    desk.broken = False
    line.sendmail("ada@example.org", [HELP], raw_mail())
    assert len(desk.kept) == 1


def test_a_mail_over_the_limit_is_refused_for_good(desk: Desk, line: smtplib.SMTP) -> None:
    line.ehlo()
    line.mail("ada@example.org")
    line.rcpt(HELP)
    code, _ = line.data(raw_mail("x" * 70 + "\n") + (b"y" * 70 + b"\r\n") * 400)
    assert code == 552
    assert desk.kept == []


def test_more_recipients_than_allowed_are_to_come_in_another_mail(
    desk: Desk, line: smtplib.SMTP
) -> None:
    refused = line.sendmail("ada@example.org", [HELP, OTHER, HELP], raw_mail())
    assert refused[HELP][0] == 452


def test_a_line_longer_than_the_standard_allows_is_taken(desk: Desk, line: smtplib.SMTP) -> None:
    line.sendmail("ada@example.org", [HELP], raw_mail("x" * 5_000))
    assert b"x" * 5_000 in desk.kept[0][2]


def test_dots_and_eight_bit_bytes_come_through_unchanged(desk: Desk, line: smtplib.SMTP) -> None:
    body = raw_mail("..two dots\n.\n.one\nGrüße")
    line.sendmail("ada@example.org", [HELP], body)
    assert desk.kept[0][2].endswith(body + b"\r\n")


def test_a_port_that_is_taken_is_said_in_plain_words(desk: Desk) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        listener = SmtpListener(accept_recipient=desk.accept, receive=desk.receive, port=port)
        with pytest.raises(ChannelError, match=rf"{port}.*choose another"):
            listener.start()


def test_stopping_waits_for_what_is_being_stored(desk: Desk) -> None:
    entered, leave = threading.Event(), threading.Event()

    def slowly(envelope_from: str, recipients: tuple[str, ...], body: bytes) -> None:
        entered.set()
        leave.wait(10)
        desk.receive(envelope_from, recipients, body)

    listener = SmtpListener(accept_recipient=desk.accept, receive=slowly)
    listener.start()
    with smtplib.SMTP("127.0.0.1", listener.port, timeout=10) as line:
        sending = threading.Thread(target=line.sendmail, args=("a@b.example", [HELP], raw_mail()))
        sending.start()
        assert entered.wait(10)
        stopping = threading.Thread(target=listener.stop)
        stopping.start()
        leave.set()
        stopping.join(10)
        sending.join(10)
    assert len(desk.kept) == 1


def test_lmtp_answers_once_for_each_recipient(desk: Desk) -> None:
    with (
        listening(desk, lmtp=True) as listener,
        smtplib.LMTP("127.0.0.1", listener.port) as line,
    ):
        line.ehlo()
        line.mail("ada@example.org")
        line.rcpt(HELP)
        line.rcpt(OTHER)
        assert line.data(raw_mail())[0] == 250
        assert line.getreply()[0] == 250
        assert line.noop()[0] == 250
    assert [recipients for _, recipients, _ in desk.kept] == [(HELP, OTHER)]


def test_lmtp_refuses_once_for_each_recipient(desk: Desk) -> None:
    with (
        listening(desk, lmtp=True, message_bytes=2_000) as listener,
        smtplib.LMTP("127.0.0.1", listener.port) as line,
    ):
        line.ehlo()
        line.mail("ada@example.org")
        line.rcpt(HELP)
        line.rcpt(OTHER)
        assert line.data(b"z" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 100)[0] == 552
        assert line.getreply()[0] == 552
        assert line.noop()[0] == 250
