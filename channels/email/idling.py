"""A line that waits for news of a folder (IDLE, RFC 2177) and never blocks: many of them share one thread."""

import ssl
from collections import deque
from contextlib import suppress
from datetime import timedelta
from enum import Enum

from imapclient import IMAPClient

from channels.channel import ChannelError
from channels.email.connection import Server, unreachable
from channels.email.imap_line import asking, cut, hang_up, signed_in

# A server may hang up on a client that says nothing for half an hour (RFC 2177); some routers do it sooner.
RENEW_AFTER = timedelta(minutes=14)
_LONGEST_LINE = 64 * 1024


class NoIdle(ChannelError):
    """This server cannot tell of news by itself; it has to be asked."""


class _Standing(Enum):
    ASKED = "asked"  # IDLE was sent, the server has not agreed yet.
    IDLE = "idle"
    ENDING = "ending"  # DONE was sent.


class IdleLine:
    """One folder that is waited for. `fileno()` is readable when `news()` should be called.

    After it was opened and after each renewal somebody should look into the
    folder once: what came in between is told to nobody.
    """

    def __init__(self, server: Server, client: IMAPClient) -> None:
        self._server = server
        self._client = client
        self._socket = client.socket()
        self._socket.setblocking(False)
        self._number = 0
        self._rest = b""
        self._standing = _Standing.ASKED
        self._ask()

    def __repr__(self) -> str:
        return f"IdleLine({self._server.name}, {self._standing.value})"

    @property
    def is_idle(self) -> bool:
        return self._standing is _Standing.IDLE

    def fileno(self) -> int:
        return int(self._socket.fileno())

    def news(self) -> bool:
        """Read what the server said without waiting; whether something may have arrived. Raises ChannelError."""
        found = False
        for line in self._lines():
            found |= self._heard(line)
        return found

    def renew(self) -> None:
        """End the waiting and begin it anew, so that neither side takes the other for gone."""
        if self._standing is _Standing.IDLE:
            self._standing = _Standing.ENDING
            self._say(b"DONE\r\n")

    def close(self) -> None:
        """Hang up without ceremony; never waits."""
        with suppress(OSError, ValueError, ChannelError):
            if self._standing is _Standing.IDLE:
                self._say(b"DONE\r\n")
            self._say(b"BYE LOGOUT\r\n")
        cut(self._client)
        with suppress(OSError, AttributeError):
            self._client.shutdown()

    def _heard(self, line: bytes) -> bool:
        """React to one line; True when the folder may hold something new."""
        upper = line.upper()
        if upper.startswith(b"+"):
            self._standing = _Standing.IDLE
            return True
        if upper.startswith(b"* BYE"):
            raise ChannelError(f"{self._server.name} hung up: {_text(line)}.")
        if upper.startswith(self._tag() + b" "):
            if not upper.startswith(self._tag() + b" OK"):
                raise NoIdle(f"{self._server.name} does not wait for mail: {_text(line)}.")
            self._ask()
            return False
        return upper.endswith((b" EXISTS", b" RECENT"))

    def _ask(self) -> None:
        self._number += 1
        self._standing = _Standing.ASKED
        self._say(self._tag() + b" IDLE\r\n")

    def _tag(self) -> bytes:
        return b"W%d" % self._number

    def _say(self, words: bytes) -> None:
        try:
            # So few bytes fit into any buffer; one that is full belongs to a line that is dead.
            self._socket.sendall(words)
        except OSError as error:
            raise unreachable(self._server, error) from error

    def _lines(self) -> deque[bytes]:
        is_over = False
        while True:
            try:
                read = self._socket.recv(16 * 1024)
            except (BlockingIOError, ssl.SSLWantReadError):
                break
            except OSError as error:
                raise unreachable(self._server, error) from error
            if not read:
                is_over = True
                break
            self._rest += read
            if len(self._rest) > _LONGEST_LINE and b"\n" not in self._rest:
                raise ChannelError(f"{self._server.name} said something that is not IMAP.")
        *lines, self._rest = self._rest.split(b"\n")
        if is_over and not lines:
            raise ChannelError(f"{self._server.name} hung up without a word.")
        return deque(line.rstrip(b"\r") for line in lines)


def open_line(server: Server, folder: str) -> IdleLine:
    """A line that waits for mail in this folder. Raises NoIdle where the server cannot, else ChannelError."""
    client = signed_in(server)
    try:
        with asking(server, client):
            if not client.has_capability("IDLE"):
                raise NoIdle(f"{server.name} does not tell of new mail by itself.")
            client.select_folder(folder, readonly=True)
        return IdleLine(server, client)
    except ChannelError:
        hang_up(client)
        raise


def _text(line: bytes) -> str:
    return " ".join(line.decode("utf-8", "replace").split())[:300].rstrip(".")
