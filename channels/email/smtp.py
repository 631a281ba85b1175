"""Lines: mails handed over to servers, many on one connection; refusals, silence and doubt told apart."""

from __future__ import annotations

import re
import smtplib
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType

from channels.channel import ChannelError
from channels.email.connection import Server, unreachable
from channels.email.smtp_opening import (
    SIGN_IN_CODES,
    ServerAway,
    TooLarge,
    is_hard,
    open_line,
    size_limit,
    words_of,
)
from channels.message import Receipt

# Some servers close a line after so many mails; a new one costs less than a surprise.
MOST_ON_A_LINE = 100
_BLOCK = 64 * 1024
_LINE_END = re.compile(rb"\r\n|\r|\n")
_UNFIT = re.compile(r"[\x00-\x20\x7f<>]")

__all__ = [
    "Lines",
    "Post",
    "RecipientsRefused",
    "ServerAway",
    "TooLarge",
    "check_connection",
    "send",
]


@dataclass(frozen=True, slots=True)
class Post:
    """A mail as it is handed over: its bytes, and the envelope that servers go by."""

    body: bytes = field(repr=False)
    envelope_from: str
    recipients: tuple[str, ...]
    external_id: str

    @property
    def needs_utf8(self) -> bool:
        """Whether only a server that knows SMTPUTF8 (RFC 6531) can take it."""
        return not "".join((self.envelope_from, *self.recipients)).isascii()


def send(
    body: bytes, *, envelope_from: str, recipients: Sequence[str], server: Server, external_id: str
) -> Receipt:
    """Hand the bytes over to the server for these recipients, on a line of their own.

    Raises ChannelError: `permanent` for a 5xx with the server's words, else
    worth another try; `uncertain` if the line was cut after the final dot.
    """
    with Lines() as lines:
        return lines.send(server, Post(body, envelope_from, tuple(recipients), external_id))


def check_connection(server: Server) -> str:
    """Connect, secure and sign in, send nothing. Raises ChannelError with what to do next."""
    with Lines() as lines:
        largest = lines.largest(server)
    limit = f" It takes messages up to {largest // 1_000_000} MB." if largest else ""
    return f"Connected to {server.name}{' and signed in' if server.user else ''}.{limit}"


class RecipientsRefused(ChannelError):
    """The server is there and takes mail, but not for these people."""


class Lines:
    """Keeps a line to each server open from one mail to the next; all are hung up at its end.

    For one thread. A line on which anything went wrong is never used again.
    """

    def __init__(self) -> None:
        self._open: dict[Server, _Line] = {}

    def __enter__(self) -> Lines:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for line in self._open.values():
            line.hang_up()
        self._open.clear()

    def send(self, server: Server, post: Post) -> Receipt:
        """Hand one mail over. Raises ChannelError; ServerAway where the mail was not even named."""
        line = self._line(server)
        try:
            receipt = line.hand_over(post)
        except _ClosedMeanwhile:
            # The server tired of waiting for another mail and heard nothing of this one.
            self._drop(server)
            line = self._line(server)
            receipt = self._guarded(server, lambda: line.hand_over(post))
        except BaseException:
            self._drop(server)
            raise
        if line.carried >= MOST_ON_A_LINE:
            self._drop(server)
        return receipt

    def largest(self, server: Server) -> int | None:
        """How many bytes the server takes in one mail (RFC 1870), None if it does not say."""
        return self._line(server).largest

    def said_largest(self, server: Server) -> int | None:
        """As `largest`, if a line to it is open; asks nobody."""
        line = self._open.get(server)
        return line.largest if line is not None else None

    def _guarded(self, server: Server, run: Callable[[], Receipt]) -> Receipt:
        try:
            return run()
        except BaseException:
            self._drop(server)
            raise

    def _line(self, server: Server) -> _Line:
        if server not in self._open:
            self._open[server] = _Line(server)
        return self._open[server]

    def _drop(self, server: Server) -> None:
        line = self._open.pop(server, None)
        if line is not None:
            line.hang_up()


class _ClosedMeanwhile(Exception):
    """An idle line was found closed before the mail was named on it."""


class _Line:
    """One connection, and how long it is waited for in each phase (RFC 5321, 4.5.3.2)."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._smtp = open_line(server)
        if self._smtp.sock is not None:
            # The final dot is a small piece of its own, which would wait 40 ms for the one before to be confirmed.
            self._smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.largest = size_limit(self._smtp)
        self.carried = 0

    def hand_over(self, post: Post) -> Receipt:
        self._check(post)
        try:
            accepted, refused = self._name(post)
            if not accepted:
                raise _all_refused(refused)
            self._begin_body()
            self._send_body(post.body)
        except smtplib.SMTPException as broken:
            raise self._broken(broken) from broken
        except OSError as error:
            raise unreachable(self._server, error) from error
        words = self._end_body()
        self.carried += 1
        said = {address: words_of(reply) for address, reply in refused.items()}
        return Receipt(post.external_id, words, tuple(accepted), said)

    def hang_up(self) -> None:
        # What had to be said is said; how the other side hangs up changes nothing.
        with suppress(smtplib.SMTPException, OSError):
            self._wait(0.1)
            self._smtp.quit()
        self._smtp.close()

    def _check(self, post: Post) -> None:
        if self.largest and len(post.body) > self.largest:
            raise TooLarge(len(post.body), self.largest)
        for address in (post.envelope_from, *post.recipients):
            if _UNFIT.search(address):
                raise ChannelError("An address holds a character that ends it.", permanent=True)
        if post.needs_utf8 and not self._smtp.has_extn("smtputf8"):
            raise ChannelError(
                f"{self._server.name} takes no addresses with letters beyond ASCII before the @ "
                "(SMTPUTF8). Ask this person for another address.",
                permanent=True,
            )
        if not post.body.isascii() and not self._smtp.has_extn("8bitmime"):
            raise ChannelError(
                f"{self._server.name} takes no mail with 8-bit text (8BITMIME).", permanent=True
            )

    def _name(self, post: Post) -> tuple[list[str], dict[str, tuple[int, bytes]]]:
        commands = [f"MAIL FROM:<{post.envelope_from}>{self._options(post)}"]
        commands += [f"RCPT TO:<{recipient}>" for recipient in post.recipients]
        first, *others = self._ask_all(commands)
        if not 200 <= first[0] < 300:
            raise _refusal(first, "The mail server, about the sender,")
        accepted: list[str] = []
        refused: dict[str, tuple[int, bytes]] = {}
        for recipient, reply in zip(post.recipients, others, strict=True):
            if reply[0] == 421:
                raise _refusal(reply, "The mail server")
            if 200 <= reply[0] < 300:
                accepted.append(recipient)
            else:
                refused[recipient] = reply
        return accepted, refused

    def _options(self, post: Post) -> str:
        options = ""
        if self._smtp.has_extn("size"):
            options += f" SIZE={len(post.body)}"
        if post.needs_utf8:
            options += " SMTPUTF8"
        if not post.body.isascii():
            options += " BODY=8BITMIME"
        return options

    def _ask_all(self, commands: Sequence[str]) -> list[tuple[int, bytes]]:
        """The answers; asked in one go where the server takes that (RFC 2920), else until one says no."""
        self._wait(5)
        if not self._smtp.has_extn("pipelining"):
            return self._ask_each(commands)
        whole = "".join(f"{command}\r\n" for command in commands).encode()
        replies = [self._first_reply(whole)]
        for _ in commands[1:]:
            replies.append(self._smtp.getreply())
        return replies

    def _ask_each(self, commands: Sequence[str]) -> list[tuple[int, bytes]]:
        replies = [self._first_reply(f"{commands[0]}\r\n".encode())]
        if not 200 <= replies[0][0] < 300:
            return replies + [replies[0]] * (len(commands) - 1)
        for command in commands[1:]:
            self._smtp.send(f"{command}\r\n".encode())
            replies.append(self._smtp.getreply())
        return replies

    def _first_reply(self, said: bytes) -> tuple[int, bytes]:
        try:
            self._smtp.send(said)
            reply = self._smtp.getreply()
        except (smtplib.SMTPServerDisconnected, ConnectionError) as closed:
            if self.carried and not isinstance(closed.__context__, TimeoutError):
                raise _ClosedMeanwhile from closed
            raise
        if self.carried and reply[0] == 421:
            raise _ClosedMeanwhile
        return reply

    def _begin_body(self) -> None:
        self._wait(2)
        self._smtp.send(b"DATA\r\n")
        reply = self._smtp.getreply()
        if reply[0] != 354:
            raise _refusal(reply, "The mail server")

    def _send_body(self, body: bytes) -> None:
        whole = _dotted(body)
        self._wait(3)
        for begin in range(0, len(whole), _BLOCK):
            self._smtp.send(whole[begin : begin + _BLOCK])

    def _end_body(self) -> str:
        try:
            # A server may work long on what it has; to leave too early would make a second copy.
            self._wait(10)
            self._smtp.send(b".\r\n")
            reply = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as cut:
            raise ChannelError(
                f"The line to {self._server.name} was cut after the whole message was sent, so "
                "nobody can say whether it was taken over.",
                uncertain=True,
            ) from cut
        if not 200 <= reply[0] < 300:
            raise _refusal(reply, "The mail server")
        return words_of(reply)

    def _wait(self, times: float) -> None:
        """Wait so many times the server's own patience, at least 50 ms, for what comes next."""
        patience = max(self._server.timeout * times, timedelta(milliseconds=50))
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(patience.total_seconds())

    def _broken(self, broken: smtplib.SMTPException) -> ChannelError:
        # The library says "unexpectedly closed" to silence too; what lies behind it is clearer.
        if isinstance(broken.__context__, OSError):
            return unreachable(self._server, broken.__context__)
        return ChannelError(f"The conversation with {self._server.name} broke off: {broken}.")


def _dotted(body: bytes) -> bytes:
    lines = _LINE_END.sub(b"\r\n", body)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", lines)


def _all_refused(refused: dict[str, tuple[int, bytes]]) -> ChannelError:
    said = "; ".join(f"{address}: {words_of(reply)}" for address, reply in refused.items())
    return RecipientsRefused(
        f"The mail server refused every recipient. {said}",
        permanent=all(is_hard(reply[0]) for reply in refused.values()),
    )


def _refusal(reply: tuple[int, bytes], who: str) -> ChannelError:
    advice = " Check user and password." if reply[0] in SIGN_IN_CODES else ""
    return ChannelError(f"{who} said: {words_of(reply)}.{advice}", permanent=is_hard(reply[0]))
