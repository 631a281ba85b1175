"""A session with a server that fails: no half mail, no endless waiting, and words that help."""

from collections.abc import Collection
from datetime import timedelta

import pytest

from channels.channel import ChannelError
from channels.email.connection import Security, Server, SignInRefused
from channels.email.imap import Mailbox, MailId
from channels.folders import Fetched
from tests.servers.imap import ImapServer
from tests.servers.scripted_imap import Line, ScriptedImap

MAIL = b"Subject: A mail\r\n\r\n" + b"A line of forty characters, all of them.\r\n" * 50
WHOLE = 100_000_000


def server_of(imap: ScriptedImap, **changes: object) -> Server:
    settings: dict[str, object] = {
        "host": imap.host,
        "port": imap.port,
        "user": imap.user,
        "password": imap.password,
        "security": Security.NONE,
        "timeout": timedelta(seconds=2),
    }
    return Server(**{**settings, **changes})  # type: ignore[arg-type]


def fetched(imap: ScriptedImap, largest_whole: int = WHOLE) -> list[Fetched]:
    with Mailbox(server_of(imap)).reading() as session:
        session.open("INBOX")
        facts = session.facts(sorted(set(session.uids())))
        return list(session.fetch(facts, largest_whole))


def bodies(found: Collection[Fetched]) -> list[bytes]:
    return [each.item.body for each in found if each.item is not None]


def test_a_large_mail_comes_in_pieces_and_is_whole(scripted_imap: ScriptedImap) -> None:
    large = MAIL * 1500
    scripted_imap.add(large)
    assert bodies(fetched(scripted_imap)) == [large]
    assert sum("BODY.PEEK[]<" in command for command in scripted_imap.commands) == 4


def test_small_mails_come_together(scripted_imap: ScriptedImap) -> None:
    for _ in range(5):
        scripted_imap.add(MAIL)
    assert bodies(fetched(scripted_imap)) == [MAIL] * 5
    assert sum("BODY.PEEK[]" in command for command in scripted_imap.commands) == 1


def test_of_a_mail_beyond_the_limit_only_the_head_is_read(scripted_imap: ScriptedImap) -> None:
    scripted_imap.add(MAIL)
    (found,) = fetched(scripted_imap, largest_whole=100)
    assert found.item is not None
    assert (found.item.headers_only, found.item.size) == (True, len(MAIL))
    assert found.item.body == b"Subject: A mail\r\n\r\n"


def test_a_size_that_is_not_true_loses_nothing(scripted_imap: ScriptedImap) -> None:
    scripted_imap.add(MAIL).size = len(MAIL) + 700
    scripted_imap.add(MAIL).size = len(MAIL) - 700
    assert bodies(fetched(scripted_imap)) == [MAIL, MAIL]


def drop_in_body(line: Line, _rest: str) -> bool:
    line.say(b"* 1 FETCH (UID 1 BODY[] {%d}\r\n" % len(MAIL))
    line.say(MAIL[: len(MAIL) // 2])
    line.hang_up()
    return True


def too_long_a_literal(line: Line, _rest: str) -> bool:
    line.say(b"* 1 FETCH (UID 1 BODY[] {%d}\r\n%s)\r\n" % (len(MAIL) + 50, MAIL))
    line.end()
    return True


def too_short_a_literal(line: Line, _rest: str) -> bool:
    line.say(b"* 1 FETCH (UID 1 BODY[] {%d}\r\n%s)\r\n" % (len(MAIL) - 90, MAIL))
    line.end()
    return True


def rubbish(line: Line, _rest: str) -> bool:
    line.say(b"\x00\xff HTTP/1.1 200 OK\r\n\r\n")
    return True


def goodbye(line: Line, _rest: str) -> bool:
    line.say("* BYE the server goes down\r\n")
    line.hang_up()
    return True


@pytest.mark.parametrize("fault", [drop_in_body, too_long_a_literal, rubbish, goodbye])
def test_a_broken_answer_gives_no_half_mail(scripted_imap: ScriptedImap, fault: object) -> None:
    scripted_imap.add(MAIL)
    with Mailbox(server_of(scripted_imap)).reading() as session:
        session.open("INBOX")
        facts = session.facts(session.uids())
        scripted_imap.on("UID FETCH", fault)  # type: ignore[arg-type]
        with pytest.raises(ChannelError):
            list(session.fetch(facts, WHOLE))


def test_a_literal_that_is_too_short_gives_no_half_mail(scripted_imap: ScriptedImap) -> None:
    scripted_imap.add(MAIL)
    scripted_imap.add(MAIL)
    with Mailbox(server_of(scripted_imap)).reading() as session:
        session.open("INBOX")
        facts = session.facts(session.uids())
        scripted_imap.on("UID FETCH", too_short_a_literal)
        with pytest.raises(ChannelError):
            list(session.fetch(facts, WHOLE))


def test_a_mail_that_is_refused_holds_back_no_other(scripted_imap: ScriptedImap) -> None:
    for _ in range(3):
        scripted_imap.add(MAIL)

    def refuse(line: Line, rest: str) -> bool:
        if "BODY" in rest and "2" in rest.partition(" ")[0].replace(":", ",1,2,"):
            line.end("NO [SERVERBUG] cannot read it")
            return True
        return False

    scripted_imap.on("UID FETCH", refuse)
    found = fetched(scripted_imap)
    assert bodies(found) == [MAIL, MAIL]
    assert [each.problem for each in found if each.item is None] == [
        "fetch failed: [SERVERBUG] cannot read it"
    ]


def test_a_server_that_says_nothing_is_given_up(scripted_imap: ScriptedImap) -> None:
    scripted_imap.on("SELECT", lambda line, _rest: bool(line.stall()) or True)
    mailbox = Mailbox(server_of(scripted_imap, timeout=timedelta(milliseconds=200)))
    with pytest.raises(ChannelError, match="did not answer within"), mailbox.reading() as session:
        session.open("INBOX")


def test_a_uid_that_two_mails_share_gives_both(scripted_imap: ScriptedImap) -> None:
    scripted_imap.add(MAIL, uid=7)
    scripted_imap.add(b"Subject: Another\r\n\r\nx", uid=7)
    with Mailbox(server_of(scripted_imap)).reading() as session:
        session.open("INBOX")
        assert session.uids() == [7, 7]
        found = list(session.fetch_repeated(7))
    assert bodies(found) == [MAIL, b"Subject: Another\r\n\r\nx"]
    places = [each.item.remote_id for each in found if each.item]
    assert len(set(places)) == 2
    assert {MailId.read(place) for place in places} == {MailId("INBOX", 1, 7)}


def test_starttls_that_was_taken_away_is_not_gone_without(scripted_imap: ScriptedImap) -> None:
    mailbox = Mailbox(server_of(scripted_imap, security=Security.STARTTLS))
    with pytest.raises(ChannelError, match="offers no STARTTLS, so we did not sign in"):
        mailbox.test_connection()
    assert not any(command.startswith("LOGIN") for command in scripted_imap.commands)


def test_a_server_that_says_we_are_in_before_tls_is_not_believed(
    scripted_imap: ScriptedImap,
) -> None:
    scripted_imap.greeting = "* PREAUTH welcome"
    scripted_imap.capabilities.append("STARTTLS")
    mailbox = Mailbox(server_of(scripted_imap, security=Security.STARTTLS))
    with pytest.raises(ChannelError):
        mailbox.test_connection()


@pytest.mark.parametrize("with_initial", [True, False])
def test_a_good_token_signs_in(scripted_imap: ScriptedImap, with_initial: bool) -> None:
    scripted_imap.tokens = {"good-token"}
    if not with_initial:
        scripted_imap.capabilities.remove("SASL-IR")
    mailbox = Mailbox(server_of(scripted_imap, access_token="good-token", password=""))
    assert "holds 0 messages" in mailbox.test_connection()
    (said,) = [each for each in scripted_imap.commands if each.startswith("AUTHENTICATE")]
    assert (said == "AUTHENTICATE XOAUTH2") is not with_initial


@pytest.mark.parametrize("with_initial", [True, False])
def test_a_refused_token_is_told_with_its_reason(
    scripted_imap: ScriptedImap, with_initial: bool
) -> None:
    if not with_initial:
        scripted_imap.capabilities.remove("SASL-IR")
    mailbox = Mailbox(server_of(scripted_imap, access_token="old-token", password=""))
    with pytest.raises(SignInRefused, match="status 400, scope mail") as refused:
        mailbox.test_connection()
    assert refused.value.by_token
    assert "old-token" not in str(refused.value)
    assert "AFTER-REFUSAL ''" in scripted_imap.commands


@pytest.mark.parametrize(
    ("capability", "words", "advice"),
    [
        ("AUTH=PLAIN", "NO wrong", "Check user and password"),
        ("AUTH=XOAUTH2", "NO wrong", "takes no passwords from programs"),
        ("AUTH=PLAIN", "NO Basic authentication is disabled", "takes no passwords from programs"),
    ],
)
def test_a_refused_password_comes_with_what_to_do(
    scripted_imap: ScriptedImap, capability: str, words: str, advice: str
) -> None:
    scripted_imap.capabilities = ["IMAP4rev1", capability]
    scripted_imap.on("LOGIN", lambda line, _rest: line.end(words) or True)
    with pytest.raises(SignInRefused, match=advice):
        Mailbox(server_of(scripted_imap)).test_connection()


def test_a_folder_with_a_name_of_any_script_is_read(imap_server: ImapServer) -> None:
    name = "Anfragen & Bürger 收件"
    imap_server.append(MAIL, folder=name)
    server = Server(
        host="localhost",
        port=imap_server.port,
        user=imap_server.user,
        password=imap_server.password,
        ca_file=imap_server.ca_file,
    )
    with Mailbox(server).reading() as session:
        session.open(name)
        (found,) = session.fetch(session.facts(session.uids()), WHOLE)
    assert found.item is not None
    assert MailId.read(found.item.remote_id).folder == name
