"""Sending over real connections to servers that say what the test wants them to say."""

import base64
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from channels.channel import ChannelError
from channels.email.connection import Security, Server
from channels.email.smtp import check_connection, send
from channels.message import Receipt
from tests.channels.mails import raw_mail
from tests.servers.scripted_smtp import CUT, ScriptedSmtp

ADA = "ada@example.org"
BOB = "bob@example.org"


@contextmanager
def scripted(**answers: str) -> Iterator[ScriptedSmtp]:
    server = ScriptedSmtp()
    server.extensions = []
    server.script.update({name.replace("dot", "."): text for name, text in answers.items()})
    try:
        yield server
    finally:
        server.close()


def at(port: int, **changes: object) -> Server:
    settings: dict[str, object] = {"host": "127.0.0.1", "port": port, "security": Security.NONE}
    return Server(**{**settings, "timeout": timedelta(seconds=5), **changes})  # type: ignore[arg-type]


def send_to(server: ScriptedSmtp, *recipients: str, body: bytes = b"") -> Receipt:
    return send(
        body or raw_mail(),
        envelope_from="help@council.example",
        recipients=recipients or (ADA,),
        server=at(server.port),
        external_id="reply-1@council.example",
    )


def test_the_receipt_carries_the_words_of_the_server() -> None:
    with scripted(dot="250 2.0.0 queued as 4711") as server:
        receipt = send_to(server)
    assert receipt == Receipt("reply-1@council.example", "250 2.0.0 queued as 4711", (ADA,), {})


def test_lines_that_begin_with_a_dot_arrive_as_they_were() -> None:
    with scripted() as server:
        send_to(server, body=raw_mail(".hidden\n.\n..two"))
    assert server.taken[0].content.endswith(b"\r\n.hidden\r\n.\r\n..two\r\n")


def test_an_empty_return_path_is_sent_as_such() -> None:
    with scripted() as server:
        send(
            raw_mail(),
            envelope_from="",
            recipients=[ADA],
            server=at(server.port),
            external_id="r@council.example",
        )
    assert "mail from:<>" in [command.lower() for command in server.heard]


def test_a_hard_refusal_of_the_recipient_is_permanent_and_keeps_the_words() -> None:
    with scripted(RCPT="550 5.1.1 no such user here") as server:
        with pytest.raises(ChannelError, match="no such user here") as refused:
            send_to(server)
    assert refused.value.permanent
    assert not refused.value.uncertain


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "dot"])
def test_a_soft_refusal_at_any_step_is_worth_another_try(step: str) -> None:
    with scripted(**{step: "450 4.2.0 greylisted, come back later"}) as server:
        with pytest.raises(ChannelError, match="greylisted") as refused:
            send_to(server)
    assert not refused.value.permanent
    assert not refused.value.uncertain


@pytest.mark.parametrize("step", ["MAIL", "DATA", "dot"])
def test_a_hard_refusal_at_any_step_is_permanent(step: str) -> None:
    with scripted(**{step: "554 5.7.1 refused by policy"}) as server:
        with pytest.raises(ChannelError, match="refused by policy") as refused:
            send_to(server)
    assert refused.value.permanent


def test_a_line_cut_after_the_final_dot_leaves_it_uncertain() -> None:
    with scripted(dot=CUT) as server:
        with pytest.raises(ChannelError) as doubt:
            send_to(server)
    assert doubt.value.uncertain
    assert not doubt.value.permanent


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_line_cut_before_the_body_is_certain_not_to_have_sent_it(step: str) -> None:
    with scripted(**{step: CUT}) as server:
        with pytest.raises(ChannelError) as broken:
            send_to(server)
    assert not broken.value.uncertain
    assert not broken.value.permanent


def test_one_refused_recipient_does_not_keep_it_from_the_others() -> None:
    with scripted(**{f"RCPT TO:<{BOB}>": "550 unknown"}) as server:
        receipt = send_to(server, ADA, BOB)
    assert receipt.accepted == (ADA,)
    assert receipt.refused == {BOB: "550 unknown"}


def test_a_message_over_the_size_of_the_server_is_not_even_offered() -> None:
    with scripted(EHLO="250-scripted\r\n250 SIZE 100") as server:
        with pytest.raises(ChannelError, match="at most") as refused:
            send_to(server)
    assert refused.value.permanent
    assert not any(command.lower().startswith("mail") for command in server.heard)


def test_a_wrong_password_is_said_and_does_not_condemn_the_message() -> None:
    with scripted(EHLO="250-s\r\n250 AUTH PLAIN", AUTH="535 5.7.8 bad credentials") as server:
        with pytest.raises(ChannelError, match="Check user and password") as refused:
            check_connection(at(server.port, user="desk", password="wrong"))
    assert not refused.value.permanent
    assert "wrong" not in str(refused.value)


def test_a_password_outside_of_ascii_is_sent_as_it_is() -> None:
    with scripted(EHLO="250-s\r\n250 AUTH PLAIN", AUTH="235 welcome") as server:
        check_connection(at(server.port, user="desk", password="pässwörd"))
    (given,) = (said for said in server.heard if said.startswith("AUTH"))
    assert base64.b64decode(given.split()[-1]).decode() == "\0desk\0pässwörd"


def test_a_server_that_does_not_greet_is_worth_another_try() -> None:
    with scripted(greeting="554 no service today") as server:
        with pytest.raises(ChannelError, match="no service today") as refused:
            send_to(server)
    assert not refused.value.permanent


def test_starttls_that_is_not_offered_stops_us_before_the_password() -> None:
    with scripted() as server:
        with pytest.raises(ChannelError, match="offers no STARTTLS"):
            check_connection(at(server.port, security=Security.STARTTLS, user="d", password="p"))
    assert not any(command.upper().startswith("AUTH") for command in server.heard)


def test_a_server_that_speaks_no_tls_is_said_in_plain_words() -> None:
    with scripted() as server:
        with pytest.raises(ChannelError, match="does not speak TLS"):
            check_connection(at(server.port, security=Security.TLS))


def test_a_port_where_nobody_listens_is_said_in_plain_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = once.getsockname()[1]
    with pytest.raises(ChannelError, match="Nothing answers") as away:
        check_connection(at(port))
    assert not away.value.permanent


def test_a_silent_server_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = at(silent.getsockname()[1], timeout=timedelta(milliseconds=200))
        with pytest.raises(ChannelError, match="did not answer"):
            check_connection(server)


def test_a_host_that_does_not_exist_is_said_in_plain_words() -> None:
    with pytest.raises(ChannelError, match="no host named"):
        check_connection(at(25, host="mail.does-not-exist.invalid"))
