"""A line to an IMAP server: opened, secured, signed in by password or token, and never waited for without end."""

import base64
import imaplib
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import timedelta
from weakref import WeakSet

from imapclient import IMAPClient
from imapclient.exceptions import CapabilityError, LoginError

from channels.channel import ChannelError
from channels.email.connection import Security, Server, SignInRefused, unreachable

# A server that sends one byte now and then never runs into the time limit of a single read.
LONGEST_COMMAND = timedelta(minutes=4)

# Every line of this process, so that a process that ends need not wait for servers that do not answer.
_open_lines: "WeakSet[IMAPClient]" = WeakSet()

_MICROSOFT = re.compile(r"(^|\.)(office365|outlook|hotmail|live)\.(com|de|office\.com)$", re.I)
_GOOGLE = re.compile(r"(^|\.)(gmail|googlemail|google)\.com$", re.I)
_NO_PASSWORDS = re.compile(
    r"basic ?auth|legacy auth|application-specific password|web ?login ?required|"
    r"AUTHENTICATE failed.*oauth|modern auth|password.{0,30}(disabled|not allowed|not supported)",
    re.I,
)


@contextmanager
def connected(server: Server) -> Iterator[IMAPClient]:
    """A line that is signed in and ends with the block. Raises ChannelError when it cannot be had."""
    client = signed_in(server)
    try:
        yield client
    finally:
        hang_up(client)


def signed_in(server: Server) -> IMAPClient:
    """A line that is signed in; who asked for it hangs up. What is said over it, `asking` watches."""
    with asking(server):
        client = _open(server)
        _open_lines.add(client)
        try:
            with guarded(client):
                _sign_in(client, server)
        except BaseException:
            hang_up(client)
            raise
    return client


@contextmanager
def asking(server: Server, client: IMAPClient | None = None) -> Iterator[None]:
    """Turn whatever goes wrong between us and the server into a ChannelError in plain words."""
    try:
        with guarded(client) if client is not None else nullcontext():
            yield
    except imaplib.IMAP4.error as broken:
        raise ChannelError(
            f"The conversation with {server.name} broke off: {words_of(broken)}."
        ) from broken
    except OSError as error:
        raise unreachable(server, error) from error
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, EOFError) as nonsense:
        # The libraries read what servers say without expecting rubbish, and fail on it in any way.
        raise ChannelError(
            f"{server.name} said something that is not IMAP ({type(nonsense).__name__}). "
            "Check that host and port are those of a mailbox server."
        ) from nonsense


@contextmanager
def guarded(client: IMAPClient, within: timedelta = LONGEST_COMMAND) -> Iterator[None]:
    """Cut the line when what is done inside takes longer than this, however the bytes trickle."""
    alarm = threading.Timer(within.total_seconds(), cut, [client])
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()


def cut(client: IMAPClient) -> None:
    """End a line at once; whoever waits for it gets an error."""
    with suppress(OSError, AttributeError):
        client.socket().shutdown(socket.SHUT_RDWR)


def cut_all() -> None:
    """End every line of this process, which is about to end itself."""
    for client in list(_open_lines):
        cut(client)


def hang_up(client: IMAPClient) -> None:
    """Say goodbye. What had to be said is said; how the other side hangs up changes nothing."""
    with suppress(imaplib.IMAP4.error, OSError, AttributeError):
        # A server that does not answer is not waited for.
        client.socket().settimeout(5)
        client.logout()
    with suppress(imaplib.IMAP4.error, OSError, AttributeError):
        client.shutdown()


def words_of(error: Exception) -> str:
    """What the server said, as one line."""
    said = error.args[0] if error.args else error
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    if text.startswith(("b'", 'b"')):
        text = text[2:-1]
    return " ".join(text.split()).rstrip(".")[:500] or "no reason given"


def _open(server: Server) -> IMAPClient:
    client = IMAPClient(
        server.host,
        server.port,
        ssl=server.security is Security.TLS,
        ssl_context=server.tls_context() if server.security is Security.TLS else None,
        timeout=server.timeout.total_seconds(),
    )
    # The library would turn every date into a naive one of this machine's zone.
    client.normalise_times = False
    return client


def _sign_in(client: IMAPClient, server: Server) -> None:
    if server.security is Security.STARTTLS:
        try:
            client.starttls(server.tls_context())
        except (CapabilityError, imaplib.IMAP4.error) as missing:
            if isinstance(missing, imaplib.IMAP4.abort):
                raise
            raise ChannelError(
                f"{server.name} offers no STARTTLS, so we did not sign in. "
                "Choose TLS with the port for it (often 993), or have STARTTLS switched on."
            ) from missing
    if server.access_token:
        _sign_in_by_token(client, server)
    else:
        _sign_in_by_password(client, server)


def _sign_in_by_password(client: IMAPClient, server: Server) -> None:
    try:
        if (server.user + server.password).isascii():
            client.login(server.user, server.password)
        else:
            client.plain_login(server.user, server.password)  # LOGIN knows only ASCII.
    except LoginError as refusal:
        said = words_of(refusal)
        raise SignInRefused(
            f"{server.name} refused the sign-in of “{server.user}”: {said}. "
            f"{_advice(server, said, _mechanisms(client))}"
        ) from refusal


def _advice(server: Server, said: str, mechanisms: set[str]) -> str:
    """What to do about a refused password; the large providers take none at all from programs."""
    if _MICROSOFT.search(server.host):
        return (
            "Microsoft takes no passwords from programs. Choose “Microsoft 365” as the way of "
            "signing in, and connect the mailbox."
        )
    if _GOOGLE.search(server.host):
        return (
            "Google takes no account passwords from programs. Choose “Google” as the way of signing "
            "in, or use a password made for this program (an app password)."
        )
    tokens_only = bool(mechanisms) and mechanisms <= {"XOAUTH2", "OAUTHBEARER"}
    if tokens_only or _NO_PASSWORDS.search(said):
        return (
            "This server takes no passwords from programs. Choose a way of signing in with a token, "
            "and connect the mailbox."
        )
    return "Check user and password; some providers want a password made for programs."


def _mechanisms(client: IMAPClient) -> set[str]:
    with suppress(imaplib.IMAP4.error, OSError):
        capabilities = [str(each, "ascii", "replace") for each in client.capabilities()]
        return {each[5:].upper() for each in capabilities if each.upper().startswith("AUTH=")}
    return set()


def _sign_in_by_token(client: IMAPClient, server: Server) -> None:
    """AUTHENTICATE XOAUTH2, in one step where the server takes an initial response (RFC 4959)."""
    exchange = _XOAuth2(server)
    imap = client._imap
    # The library's own `authenticate` would write the token in capitals if it were given with the name.
    imap.literal = exchange.answer
    initial = f" {exchange.initial()}" if client.has_capability("SASL-IR") else ""
    typ, said = imap._simple_command("AUTHENTICATE", f"XOAUTH2{initial}")
    if typ != "OK":
        reason = exchange.refusal or words_of(imaplib.IMAP4.error(said[-1] if said else b""))
        raise SignInRefused(
            f"{server.name} refused the token for “{server.user}”: {reason}. Connect the mailbox "
            "again; the account must be that mailbox's own or have a share in it.",
            by_token=True,
        )
    imap.state = "AUTH"


class _XOAuth2:
    """The token goes out once; what comes as a second question is the reason of a refusal, answered with nothing."""

    def __init__(self, server: Server) -> None:
        self._given = f"user={server.user}\1auth=Bearer {server.access_token}\1\1".encode()
        self._is_given = False
        self.refusal = ""

    def initial(self) -> str:
        self._is_given = True
        return base64.b64encode(self._given).decode("ascii")

    def answer(self, question: bytes) -> bytes:
        if self._is_given:
            self.refusal = self.refusal or _reason_in(question)
            return b""
        return self.initial().encode("ascii")


def _reason_in(question: bytes) -> str:
    """Why a token was refused: a JSON object in base64, as Google and Microsoft send it."""
    try:
        text = base64.b64decode(question).decode("utf-8", "replace")
        found = json.loads(text)
    except ValueError:
        return ""
    if not isinstance(found, dict):
        return ""
    told = [f"{name} {found[name]}" for name in ("status", "error", "scope") if found.get(name)]
    return " ".join(", ".join(told).split())[:200]
