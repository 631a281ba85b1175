"""A line that waits: it tells of news, is renewed, and breaks without a fuss."""

import select
from collections.abc import Iterator

import pytest

from channels.channel import ChannelError
from channels.email.idling import IdleLine, NoIdle, open_line
from tests.channels.email.test_imap_session import MAIL, server_of
from tests.servers.scripted_imap import Line, ScriptedImap


@pytest.fixture
def line(scripted_imap: ScriptedImap) -> Iterator[IdleLine]:
    opened = open_line(server_of(scripted_imap), "INBOX")
    yield opened
    opened.close()


def news_of(line: IdleLine) -> bool:
    """What the line says once it says something."""
    assert select.select([line], [], [], 20)[0], "the server said nothing"
    return line.news()


def test_once_it_waits_somebody_is_to_look(line: IdleLine) -> None:
    assert news_of(line)
    assert line.is_idle


def test_new_mail_is_told(line: IdleLine, scripted_imap: ScriptedImap) -> None:
    news_of(line)
    scripted_imap.add(MAIL)
    assert news_of(line)


def test_nothing_new_is_no_news(line: IdleLine) -> None:
    news_of(line)
    assert not line.news()


def test_it_is_renewed_on_the_same_connection(line: IdleLine, scripted_imap: ScriptedImap) -> None:
    news_of(line)
    line.renew()
    scripted_imap.wait_for("IDLE", count=1)
    while not line.is_idle:
        news_of(line)
    assert [each for each in scripted_imap.commands if each == "IDLE"] == ["IDLE", "IDLE"]
    assert scripted_imap.connections == 1


def test_a_server_without_idle_says_so(scripted_imap: ScriptedImap) -> None:
    scripted_imap.capabilities.remove("IDLE")
    with pytest.raises(NoIdle):
        open_line(server_of(scripted_imap), "INBOX")


def test_a_server_that_refuses_idle_is_known(scripted_imap: ScriptedImap) -> None:
    scripted_imap.on("IDLE", lambda line, _rest: line.end("NO not today") or True)
    line = open_line(server_of(scripted_imap), "INBOX")
    with pytest.raises(NoIdle, match="not today"):
        news_of(line)
    line.close()


@pytest.mark.parametrize("goodbye", ["* BYE going down\r\n", ""])
def test_a_line_that_ends_is_an_error(scripted_imap: ScriptedImap, goodbye: str) -> None:
    def end(line: Line, _rest: str) -> bool:
        line.say(goodbye)
        line.hang_up()
        return True

    scripted_imap.on("IDLE", end)
    line = open_line(server_of(scripted_imap), "INBOX")
    with pytest.raises(ChannelError, match="hung up"):
        news_of(line)
    line.close()
