"""Many mails on one line, how long each phase is waited for, and what a server must be able to."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta

import pytest

from channels.channel import ChannelError
from channels.email.connection import Security, Server, SignInRefused
from channels.email.smtp import (
    MOST_ON_A_LINE,
    Lines,
    Post,
    RecipientsRefused,
    ServerAway,
    TooLarge,
    check_connection,
)
from tests.channels.mails import raw_mail
from tests.servers.scripted_smtp import CUT, STALL, TAKE_AND_CUT, TAKE_AND_STALL, ScriptedSmtp

ADA = "ada@example.org"
BOB = "bob@example.org"


def at(server: ScriptedSmtp, seconds: float = 5, **changes: object) -> Server:
    settings: dict[str, object] = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": Security.NONE,
        "timeout": timedelta(seconds=seconds),
    }
    return Server(**{**settings, **changes})  # type: ignore[arg-type]


def post(*recipients: str, body: bytes = b"", number: int = 1) -> Post:
    return Post(
        body or raw_mail(), "help@council.example", recipients or (ADA,), f"m{number}@desk.example"
    )


def test_many_mails_go_over_one_line(scripted_smtp: ScriptedSmtp) -> None:
    with Lines() as lines:
        for number in range(5):
            lines.send(at(scripted_smtp), post(number=number))
    assert (scripted_smtp.connections, len(scripted_smtp.taken)) == (1, 5)
    assert len(scripted_smtp.commands("QUIT")) == 1


def test_a_line_is_changed_before_a_server_tires_of_it(scripted_smtp: ScriptedSmtp) -> None:
    with Lines() as lines:
        for number in range(MOST_ON_A_LINE + 1):
            lines.send(at(scripted_smtp), post(number=number))
    assert scripted_smtp.connections == 2


def test_a_line_that_was_closed_meanwhile_is_opened_anew(scripted_smtp: ScriptedSmtp) -> None:
    with Lines() as lines:
        lines.send(at(scripted_smtp), post())
        scripted_smtp.script["MAIL"] = [CUT]
        lines.send(at(scripted_smtp), post(number=2))
        scripted_smtp.script["MAIL"] = ["421 4.4.2 idle for too long"]
        lines.send(at(scripted_smtp), post(number=3))
    assert len(scripted_smtp.taken) == 3


def test_a_line_on_which_something_went_wrong_is_not_used_again(
    scripted_smtp: ScriptedSmtp,
) -> None:
    scripted_smtp.script["."] = ["451 4.3.0 later"]
    with Lines() as lines:
        with pytest.raises(ChannelError):
            lines.send(at(scripted_smtp), post())
        lines.send(at(scripted_smtp), post(number=2))
    assert [taken.connection for taken in scripted_smtp.taken] == [2]


def test_sender_and_recipients_are_named_in_one_piece_where_the_server_takes_that(
    scripted_smtp: ScriptedSmtp,
) -> None:
    with Lines() as lines:
        receipt = lines.send(at(scripted_smtp), post(ADA, BOB))
    [piece] = [said for said in scripted_smtp.pieces if said.startswith(b"MAIL")]
    assert piece.count(b"\r\n") == 3
    assert receipt.accepted == (ADA, BOB)


def test_a_server_that_takes_no_pipelining_is_asked_step_by_step(
    scripted_smtp: ScriptedSmtp,
) -> None:
    scripted_smtp.extensions = []
    with Lines() as lines:
        lines.send(at(scripted_smtp), post(ADA, BOB))
    [piece] = [said for said in scripted_smtp.pieces if said.startswith(b"MAIL")]
    assert piece.count(b"\r\n") == 1


@pytest.mark.parametrize("extensions", [[], ["PIPELINING"]])
def test_refused_recipients_are_named_and_the_rest_get_it(
    scripted_smtp: ScriptedSmtp, extensions: list[str]
) -> None:
    scripted_smtp.extensions = extensions
    scripted_smtp.script[f"RCPT TO:<{BOB}>"] = "550 5.1.1 nobody"
    with Lines() as lines:
        receipt = lines.send(at(scripted_smtp), post(ADA, BOB))
        assert receipt.refused == {BOB: "550 5.1.1 nobody"}
        with pytest.raises(RecipientsRefused) as refused:
            lines.send(at(scripted_smtp), post(BOB, number=2))
    assert refused.value.permanent
    assert [taken.recipients for taken in scripted_smtp.taken] == [(ADA,)]


@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("deed", [CUT, STALL])
def test_what_breaks_before_the_body_is_certain_not_to_have_left(
    scripted_smtp: ScriptedSmtp, step: str, deed: str
) -> None:
    scripted_smtp.script[step] = deed
    with Lines() as lines, pytest.raises(ChannelError) as broken:
        lines.send(at(scripted_smtp, seconds=0.05), post())
    assert (broken.value.uncertain, broken.value.permanent) == (False, False)
    assert isinstance(broken.value, ServerAway) is (step in ("greeting", "EHLO"))


@pytest.mark.parametrize("deed", [CUT, STALL, TAKE_AND_CUT, TAKE_AND_STALL])
def test_what_breaks_after_the_final_dot_is_in_doubt(
    scripted_smtp: ScriptedSmtp, deed: str
) -> None:
    scripted_smtp.script["."] = deed
    with Lines() as lines, pytest.raises(ChannelError) as doubt:
        lines.send(at(scripted_smtp, seconds=0.05), post())
    assert doubt.value.uncertain


def test_a_broken_tls_says_that_the_server_is_away(scripted_smtp: ScriptedSmtp) -> None:
    with Lines() as lines, pytest.raises(ServerAway, match="does not speak TLS"):
        lines.send(at(scripted_smtp, security=Security.TLS), post())


def test_a_certificate_of_an_authority_of_our_own_is_believed_when_named(
    scripted_smtp: ScriptedSmtp, local_certificate: object
) -> None:
    scripted_smtp.speak_tls()
    tls = at(scripted_smtp, security=Security.TLS)
    with Lines() as lines, pytest.raises(ServerAway, match="not trusted"):
        lines.send(tls, post())
    ca_file = getattr(local_certificate, "ca_file", None)
    with Lines() as lines:
        lines.send(at(scripted_smtp, security=Security.TLS, ca_file=ca_file), post())
    assert len(scripted_smtp.taken) == 1


def test_a_mail_over_the_servers_size_is_not_begun(scripted_smtp: ScriptedSmtp) -> None:
    scripted_smtp.extensions = ["SIZE 400"]
    with Lines() as lines:
        assert lines.largest(at(scripted_smtp)) == 400
        with pytest.raises(TooLarge) as large:
            lines.send(at(scripted_smtp), post(body=raw_mail("x" * 500)))
    assert (large.value.largest, large.value.permanent) == (400, True)
    assert scripted_smtp.commands("MAIL") == []


def test_the_size_is_said_before_the_mail(scripted_smtp: ScriptedSmtp) -> None:
    scripted_smtp.extensions = ["SIZE 9000"]
    with Lines() as lines:
        lines.send(at(scripted_smtp), post())
    assert scripted_smtp.commands("MAIL")[0].endswith(f"SIZE={len(raw_mail())}")


def test_an_address_beyond_ascii_needs_a_server_that_knows_it(scripted_smtp: ScriptedSmtp) -> None:
    jose = "josé@council.example"
    with Lines() as lines:
        with pytest.raises(ChannelError, match="SMTPUTF8") as refused:
            lines.send(at(scripted_smtp), post(jose))
        assert refused.value.permanent
        scripted_smtp.extensions = ["SMTPUTF8", "8BITMIME"]
    with Lines() as lines:
        lines.send(
            at(scripted_smtp), post(jose, body="From: José <josé@a.example>\r\n\r\nx".encode())
        )
    assert scripted_smtp.taken[0].recipients == (jose,)
    assert scripted_smtp.commands("MAIL")[0].endswith(" SMTPUTF8 BODY=8BITMIME")


@pytest.mark.parametrize("address", ["a\r\nRCPT TO:<evil@evil.example>", "a b@c.example", "a>@b"])
def test_an_address_that_would_end_its_command_is_refused(
    scripted_smtp: ScriptedSmtp, address: str
) -> None:
    with Lines() as lines, pytest.raises(ChannelError) as refused:
        lines.send(at(scripted_smtp), post(address))
    assert refused.value.permanent
    assert scripted_smtp.commands("RCPT") == []


def test_a_token_signs_us_in(scripted_smtp: ScriptedSmtp) -> None:
    scripted_smtp.extensions = ["AUTH XOAUTH2 PLAIN"]
    scripted_smtp.script["AUTH"] = "235 2.7.0 welcome"
    check_connection(at(scripted_smtp, user="help@council.example", access_token="tok-1"))
    said = base64.b64decode(scripted_smtp.commands("AUTH")[0].split()[-1])
    assert said == b"user=help@council.example\x01auth=Bearer tok-1\x01\x01"


@pytest.mark.parametrize("answer", ["535 5.7.3 expired", "334 eyJzdGF0dXMiOiI0MDEifQ=="])
def test_a_token_that_is_refused_says_so(scripted_smtp: ScriptedSmtp, answer: str) -> None:
    scripted_smtp.script.update({"AUTH": answer, "": "535 5.7.8 bad token"})
    with pytest.raises(SignInRefused, match="access token") as refused:
        check_connection(at(scripted_smtp, user="h@council.example", access_token="tok-1"))
    assert refused.value.by_token
    assert "tok-1" not in str(refused.value)


def say_no_starttls(server: ScriptedSmtp) -> None:
    server.extensions = []


def refuse_starttls(server: ScriptedSmtp) -> None:
    server.extensions = ["STARTTLS"]
    server.script["STARTTLS"] = "454 4.7.0 TLS not available"


@pytest.mark.parametrize("strip", [say_no_starttls, refuse_starttls])
def test_a_line_whose_starttls_was_taken_away_carries_no_mail_and_no_password(
    scripted_smtp: ScriptedSmtp, strip: Callable[[ScriptedSmtp], None]
) -> None:
    strip(scripted_smtp)
    server = at(scripted_smtp, security=Security.STARTTLS, user="desk", password="secret")
    with Lines() as lines, pytest.raises(ServerAway):
        lines.send(server, post())
    assert [*scripted_smtp.commands("AUTH"), *scripted_smtp.commands("MAIL")] == []
