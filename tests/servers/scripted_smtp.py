"""An SMTP server that follows a script: it refuses, stalls, cuts the line or breaks TLS at the step it is told to."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import BufferedReader
from typing import cast

import pytest
from flask import Flask

from tests.servers.certificates import Certificate
from tests.servers.processes import HOST

CUT = "cut the line"
STALL = "say nothing"
# The mail is kept, and its sender will never hear so: the one doubt that SMTP leaves.
TAKE_AND_CUT = "take it and cut the line"
TAKE_AND_STALL = "take it and say nothing"

Answers = str | list[str]


@dataclass(frozen=True)
class Taken:
    """One mail as the server took it over."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    connection: int

    @property
    def message(self) -> EmailMessage:
        return cast(EmailMessage, message_from_bytes(self.content, policy=default))


class ScriptedSmtp:
    """Answers each command by the script; what the script does not name gets 250.

    A step is a verb ("MAIL", "RCPT", "DATA", "."), "greeting", or a whole command ("RCPT TO:<ada@example.org>").
    A list of answers is used up one at a time; then the step is answered well again.
    """

    host = HOST

    def __init__(self, certificate: Certificate | None = None) -> None:
        self.script: dict[str, Answers] = {}
        self.extensions = ["PIPELINING", "8BITMIME"]
        self.taken: list[Taken] = []
        self.heard: list[str] = []
        # What came in one piece, since it was sent without waiting for answers.
        self.pieces: list[bytes] = []
        self.connections = 0
        self._certificate = certificate
        self._tls = False
        self._released = threading.Event()
        self._arrival = threading.Condition()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server((HOST, 0))
        self.port: int = self._listening.getsockname()[1]
        self._serve()

    def speak_tls(self) -> None:
        """Expect TLS from the first byte."""
        self._tls = True

    def go_away(self) -> None:
        """Refuse every connection, until `come_back`."""
        # A listener that is only closed would still take who is in its queue.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._close_all()

    def come_back(self) -> None:
        self._listening = socket.create_server((HOST, self.port))
        self._serve()

    def wait_for(self, count: int = 1, *, within: float = 20) -> list[Taken]:
        """The mails so far, once there are `count` of them."""
        deadline = time.monotonic() + within
        with self._arrival:
            while len(self.taken) < count:
                left = deadline - time.monotonic()
                if left <= 0 or not self._arrival.wait(left):
                    raise AssertionError(f"{len(self.taken)} of {count} mails came in {within} s")
            return list(self.taken)

    def close(self) -> None:
        self._released.set()
        self.go_away()
        for thread in self._threads:
            thread.join(5)

    def commands(self, verb: str) -> list[str]:
        return [said for said in self.heard if said.upper().startswith(verb)]

    def _close_all(self) -> None:
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        self._start(self._accept, self._listening)

    def _start(self, run: object, *arguments: object) -> None:
        thread = threading.Thread(target=run, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            self.connections += 1
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._start(self._talk, connection, self.connections)

    def _talk(self, connection: socket.socket, number: int) -> None:
        self._open.add(connection)
        # The other side may leave at any moment: some tests want it to.
        with suppress(OSError, ssl.SSLError), connection:
            if self._tls and self._certificate is not None:
                context = self._certificate.server_context()
                connection = context.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as lines:
                _Conversation(self, connection, cast(BufferedReader, lines), number).run()
        self._open.discard(connection)

    def answer(self, *steps: str) -> str | None:
        """The script's answer to the first of these names that it knows."""
        for step in steps:
            said = self.script.get(step)
            if isinstance(said, list):
                said = said.pop(0) if said else None
            if said is not None:
                return said
        return None

    def keep(self, taken: Taken) -> None:
        with self._arrival:
            self.taken.append(taken)
            self._arrival.notify_all()

    def stall(self) -> None:
        self._released.wait(60)


class _Conversation:
    """One connection, from the greeting to whatever the script ends it by."""

    def __init__(
        self, server: ScriptedSmtp, line: socket.socket, lines: BufferedReader, number: int
    ) -> None:
        self._server = server
        self._line = line
        self._lines = lines
        self._number = number
        self._sender = ""
        self._recipients: list[str] = []

    def run(self) -> None:
        if not self._say(self._server.answer("greeting") or "220 scripted"):
            return
        for raw in self._lines:
            command = raw.decode("utf-8", "replace").strip()
            self._server.heard.append(command)
            self._server.pieces.append(raw + _waiting_in(self._lines, self._line))
            verb = command.split(" ")[0].split(":")[0].upper()
            if not self._obey(verb, command) or verb == "QUIT":
                return

    def _obey(self, verb: str, command: str) -> bool:
        answer = self._server.answer(command, verb)
        if verb == "DATA" and answer is None:
            return self._take()
        if verb == "EHLO" and answer is None:
            answer = "\r\n".join(
                ["250-scripted", *(f"250-{name}" for name in self._server.extensions), "250 OK"]
            )
        answer = answer or "250 ok"
        if answer.startswith("250"):
            self._note(verb, command)
        return self._say(answer)

    def _note(self, verb: str, command: str) -> None:
        address = command.partition("<")[2].partition(">")[0]
        if verb == "MAIL":
            self._sender, self._recipients = address, []
        elif verb == "RCPT":
            self._recipients.append(address)

    def _take(self) -> bool:
        self._say("354 go on")
        content = b""
        for line in self._lines:
            if line == b".\r\n":
                break
            content += line[1:] if line.startswith(b".") else line
        else:
            return False
        answer = self._server.answer(".") or "250 2.0.0 queued as 4711"
        if answer.startswith("250") or answer in (TAKE_AND_CUT, TAKE_AND_STALL):
            self._server.keep(Taken(self._sender, tuple(self._recipients), content, self._number))
        return self._say(answer)

    def _say(self, answer: str) -> bool:
        if answer in (CUT, TAKE_AND_CUT):
            return False
        if answer in (STALL, TAKE_AND_STALL):
            self._server.stall()
            return False
        self._line.sendall(answer.encode() + b"\r\n")
        return not answer.startswith("421")


def _waiting_in(lines: BufferedReader, line: socket.socket) -> bytes:
    """What came together with the command just read."""
    patience = line.gettimeout()
    line.setblocking(False)
    try:
        return lines.peek(1)
    except ssl.SSLWantReadError:
        return b""
    finally:
        line.settimeout(patience)


@pytest.fixture
def scripted_smtp(local_certificate: Certificate) -> Iterator[ScriptedSmtp]:
    """An SMTP server of one test, that does what the test writes into its `script`."""
    server = ScriptedSmtp(local_certificate)
    yield server
    server.close()


@pytest.fixture
def scripted_relay(app: Flask, scripted_smtp: ScriptedSmtp) -> Iterator[ScriptedSmtp]:
    """The same server as the one that the whole desk sends by."""
    app.config["DESK_SMTP_URL"] = f"smtp://{HOST}:{scripted_smtp.port}?security=none"
    yield scripted_smtp
    app.config["DESK_SMTP_URL"] = None
