"""open_line(): a connection to a mail server, secured and signed in; and what its answers mean."""

from __future__ import annotations

import base64
import smtplib
from contextlib import suppress

from channels.channel import ChannelError
from channels.email.connection import Security, Server, SignInRefused, unreachable

# 530, 534, 535 and 538 complain about the sign-in, which the operator can mend: not a hard refusal.
SIGN_IN_CODES = frozenset({530, 534, 535, 538})


class ServerAway(ChannelError):
    """The server could not be spoken to at all: it says nothing about any message."""


class TooLarge(ChannelError):
    """The server takes at most `largest` bytes in one mail (RFC 1870); nothing was sent."""

    def __init__(self, size: int, largest: int) -> None:
        super().__init__(
            f"The message is {size / 1e6:.1f} MB and the mail server takes {largest / 1e6:.1f} MB "
            "at most. Send the files another way.",
            permanent=True,
        )
        self.size = size
        self.largest = largest

    def __reduce__(self) -> tuple[type[TooLarge], tuple[object, ...]]:
        return type(self), (self.size, self.largest)


def open_line(server: Server) -> smtplib.SMTP:
    """A line over which mails can be sent. Raises ServerAway or SignInRefused, with what to do next."""
    try:
        line = _connect(server)
        try:
            _secure(line, server)
            _sign_in(line, server)
        except BaseException:
            with suppress(smtplib.SMTPException, OSError):
                line.close()
            raise
    except smtplib.SMTPResponseException as refusal:
        raise _not_let_in(server, refusal) from refusal
    except smtplib.SMTPException as broken:
        # The library says "unexpectedly closed" to silence too; what lies behind it is clearer.
        if isinstance(broken.__context__, OSError):
            raise _away(unreachable(server, broken.__context__)) from broken
        raise ServerAway(f"The conversation with {server.name} broke off: {broken}.") from broken
    except OSError as error:
        raise _away(unreachable(server, error)) from error
    except (ServerAway, SignInRefused):
        raise
    except ChannelError as error:
        raise _away(error) from error
    return line


def size_limit(line: smtplib.SMTP) -> int | None:
    """The most bytes of one mail that the server announces, None for no limit it says."""
    said = line.esmtp_features.get("size", "")
    return int(said) if said.isdigit() and int(said) > 0 else None


def is_hard(code: int) -> bool:
    """Whether an answer says never, about the message and not about the sign-in."""
    return 500 <= code < 600 and code not in SIGN_IN_CODES


def words_of(reply: tuple[int, bytes]) -> str:
    """An answer on one line: its code and its words."""
    said = " ".join(reply[1].decode("utf-8", "replace").split())
    return f"{reply[0]} {said}".strip()


def _connect(server: Server) -> smtplib.SMTP:
    seconds = server.timeout.total_seconds()
    if server.security is Security.TLS:
        return smtplib.SMTP_SSL(
            server.host, server.port, timeout=seconds, context=server.tls_context()
        )
    return smtplib.SMTP(server.host, server.port, timeout=seconds)


def _secure(line: smtplib.SMTP, server: Server) -> None:
    line.ehlo_or_helo_if_needed()
    if server.security is not Security.STARTTLS:
        return
    # Whoever sits between us and the server can take the offer away; to go on in the clear would be theirs.
    if not line.has_extn("starttls"):
        raise ServerAway(
            f"{server.name} offers no STARTTLS, so we did not sign in. "
            "Choose TLS with the port for it (often 465), or have STARTTLS switched on."
        )
    line.starttls(context=server.tls_context())
    line.ehlo_or_helo_if_needed()


def _sign_in(line: smtplib.SMTP, server: Server) -> None:
    if not server.user:
        return
    try:
        _log_in(line, server)
    except smtplib.SMTPNotSupportedError as unsupported:
        raise ServerAway(
            f"{server.name} takes no sign-in on this port. "
            "Leave the user empty, or use the port for submission (587 or 465)."
        ) from unsupported


def _log_in(line: smtplib.SMTP, server: Server) -> None:
    if server.access_token:
        _show_token(line, server)
        return
    if (server.user + server.password).isascii():
        line.login(server.user, server.password)
        return
    # The library knows only ASCII passwords; PLAIN takes UTF-8 (RFC 4616, 2).
    given = base64.b64encode(f"\0{server.user}\0{server.password}".encode())
    code, words = line.docmd("AUTH", f"PLAIN {given.decode('ascii')}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, words)


def _show_token(line: smtplib.SMTP, server: Server) -> None:
    """XOAUTH2, as Microsoft and Google ask for it; a refusal comes as a question that wants an empty answer."""
    said = f"user={server.user}\1auth=Bearer {server.access_token}\1\1".encode()
    code, words = line.docmd("AUTH", f"XOAUTH2 {base64.b64encode(said).decode('ascii')}")
    if code == 334:
        code, words = line.docmd("")
    if code != 235:
        raise SignInRefused(
            f"{server.name} did not take our access token: {words_of((code, words))}.",
            by_token=True,
        )


def _not_let_in(server: Server, refusal: smtplib.SMTPResponseException) -> ChannelError:
    """A refusal before any message was named says nothing about the message: try again later."""
    said = refusal.smtp_error
    words = words_of((refusal.smtp_code, said if isinstance(said, bytes) else said.encode()))
    if refusal.smtp_code in SIGN_IN_CODES:
        return SignInRefused(f"{server.name} did not let us in: {words}. Check user and password.")
    return ServerAway(f"{server.name} did not let us in: {words}.")


def _away(error: ChannelError) -> ServerAway:
    return ServerAway(error.message, retry_after=error.retry_after)
