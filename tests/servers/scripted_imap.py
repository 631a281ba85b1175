"""An IMAP server that does what a test tells it, byte by byte: drops, stalls, refuses, lies, hands out a UID twice."""

from __future__ import annotations

import base64
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from tests.servers.certificates import Certificate
from tests.servers.processes import HOST

NEWS = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
_LITERAL = re.compile(rb"\{(\d+)\}\r\n$")
_PART = re.compile(r"BODY\.PEEK\[(HEADER)?\](?:<(\d+)\.(\d+)>)?", re.I)


@dataclass
class Mail:
    """One mail of the server; `size` is what the server says of it, true or not."""

    uid: int
    body: bytes
    at: datetime = NEWS
    size: int | None = None
    flags: set[str] = field(default_factory=set)


@dataclass
class Box:
    """One folder."""

    uid_validity: int = 1
    uid_next: int = 1
    mails: list[Mail] = field(default_factory=list)


class Line:
    """One connection, as a fault sees it: it may say anything, stall, or hang up."""

    def __init__(self, server: ScriptedImap, connection: socket.socket) -> None:
        self.server = server
        self._connection = connection
        self._rest = b""
        self.box: Box | None = None
        self.tag = ""

    def say(self, words: str | bytes) -> None:
        self._connection.sendall(words.encode() if isinstance(words, str) else words)

    def end(self, words: str = "OK done") -> None:
        self.say(f"{self.tag} {words}\r\n")

    def hang_up(self) -> None:
        """As when a cable is pulled: no goodbye."""
        raise ConnectionAbortedError

    def stall(self) -> None:
        """Say nothing until the test ends or the client leaves."""
        while not self.server.stopping.wait(0.02):
            with suppress(BlockingIOError, ssl.SSLWantReadError, TimeoutError):
                if not self._connection.recv(4096):
                    break
        raise ConnectionAbortedError

    def line(self) -> bytes:
        """The next line of the client, with its literals; raises when it left."""
        while b"\n" not in self._rest:
            try:
                read = self._connection.recv(65536)
            except (TimeoutError, ssl.SSLWantReadError):
                if self.server.stopping.is_set():
                    raise ConnectionAbortedError from None
                self._tell_news()
                continue
            if not read:
                raise ConnectionAbortedError
            self._rest += read
        first, _, self._rest = self._rest.partition(b"\n")
        whole = first + b"\n"
        if found := _LITERAL.search(whole):
            self.say("+ go on\r\n")
            whole = whole[: found.start()]
            while len(self._rest) < int(found[1]):
                self._rest += self._connection.recv(65536)
            whole += self._rest[: int(found[1])]
            self._rest = self._rest[int(found[1]) :]
            return whole + self.line()
        return whole

    idles: bool = False
    told: int = 0

    def _tell_news(self) -> None:
        if self.idles and self.box is not None and len(self.box.mails) != self.told:
            self.told = len(self.box.mails)
            self.say(f"* {self.told} EXISTS\r\n")


Fault = Callable[[Line, str], bool]


class ScriptedImap:
    """A mailbox in memory that speaks IMAP; `on()` puts a fault before a command.

    A fault is called with the line and the rest of the command; True means that it has answered.
    """

    host = HOST
    user = "desk@example.org"
    password = "secret"

    def __init__(self, certificate: Certificate, tls: bool) -> None:
        self._tls = certificate.server_context() if tls else None
        self.ca_file = certificate.ca_file
        self._listener = socket.create_server((HOST, 0))
        self._listener.settimeout(0.05)
        self.port = int(self._listener.getsockname()[1])
        self.stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self.behave()

    def behave(self) -> None:
        """Forget all mails, faults and commands."""
        self.boxes: dict[str, Box] = {"INBOX": Box()}
        self.capabilities = ["IMAP4rev1", "IDLE", "UIDPLUS", "MOVE", "SASL-IR", "AUTH=PLAIN"]
        self.tokens: set[str] = set()
        self.greeting = "* OK ready"
        self.commands: list[str] = []
        self.connections = 0
        self._faults: list[tuple[str, Fault, int]] = []

    def behave_well(self) -> None:
        """Forget the faults, and keep the mails."""
        self._faults.clear()

    def add(
        self, body: bytes, *, uid: int | None = None, at: datetime = NEWS, box: str = "INBOX"
    ) -> Mail:
        """Put a mail into a folder, under a UID of its own unless one is given."""
        folder = self.boxes.setdefault(box, Box())
        mail = Mail(folder.uid_next if uid is None else uid, body, at)
        folder.uid_next = max(folder.uid_next, mail.uid + 1)
        folder.mails.append(mail)
        return mail

    def renumber(self, box: str = "INBOX") -> None:
        """Give every mail a new UID under a new UIDVALIDITY."""
        folder = self.boxes[box]
        folder.uid_validity += 1
        for number, mail in enumerate(folder.mails, 1):
            mail.uid = number
        folder.uid_next = len(folder.mails) + 1

    def on(self, command: str, fault: Fault, times: int = 1_000_000) -> None:
        """Let this fault answer a command, such as "LOGIN" or "UID FETCH", so many times."""
        self._faults.append((command.upper(), fault, times))

    def start(self) -> None:
        thread = threading.Thread(target=self._accept, name="scripted-imap", daemon=True)
        thread.start()
        self._threads.append(thread)

    def stop(self) -> None:
        self.stopping.set()
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def wait_for(self, command: str, *, count: int = 1, within: float = 20) -> None:
        """Until a command was heard so many times."""
        deadline = time.monotonic() + within
        while sum(one.startswith(command) for one in self.commands) < count:
            assert time.monotonic() < deadline, f"{command} was not heard: {self.commands[-20:]}"
            time.sleep(0.01)

    def fault_for(self, command: str) -> Fault | None:
        for place, (name, fault, times) in enumerate(self._faults):
            if name == command and times > 0:
                self._faults[place] = (name, fault, times - 1)
                return fault
        return None

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _serve(self, connection: socket.socket) -> None:
        # A client that left, in whatever way, is what this server is for.
        with suppress(OSError):
            connection.settimeout(5)
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            connection.settimeout(0.02)
            Conversation(Line(self, connection)).run()
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()


class Conversation:
    """The commands of RFC 9051 that a desk uses, and no more."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._server = line.server

    def run(self) -> None:
        greeting = self._server.fault_for("GREETING")
        if greeting is None or not greeting(self._line, ""):
            self._line.say(self._server.greeting + "\r\n")
        while self._one(self._line.line()):
            pass

    def _one(self, said: bytes) -> bool:
        self._line.tag, _, rest = said.decode("utf-8", "replace").rstrip("\r\n").partition(" ")
        name, _, rest = rest.partition(" ")
        if name.upper() == "UID":
            second, _, rest = rest.partition(" ")
            name = f"UID {second}"
        name = name.upper()
        self._server.commands.append(f"{name} {rest}".strip())
        fault = self._server.fault_for(name)
        if fault is not None and fault(self._line, rest):
            return True
        answer = getattr(self, "_" + name.lower().replace(" ", "_"), None)
        if answer is None:
            self._line.end("BAD unknown")
            return True
        answer(rest)
        return name != "LOGOUT"

    def _capability(self, _rest: str) -> None:
        self._line.say(f"* CAPABILITY {' '.join(self._server.capabilities)}\r\n")
        self._line.end()

    def _noop(self, _rest: str) -> None:
        self._line.end()

    def _login(self, rest: str) -> None:
        right = self._server.password in rest
        self._line.end("OK in" if right else "NO [AUTHENTICATIONFAILED] Wrong password")

    def _authenticate(self, rest: str) -> None:
        _mechanism, _, initial = rest.partition(" ")
        if not initial:
            self._line.say("+ \r\n")
            initial = self._line.line().decode().strip()
        given = base64.b64decode(initial).decode()
        user, _, bearer = given.strip("\1").partition("\1auth=Bearer ")
        if bearer in self._server.tokens and user == f"user={self._server.user}":
            self._line.end("OK in")
            return
        reason = json.dumps({"status": "400", "schemes": "bearer", "scope": "mail"}).encode()
        self._line.say(b"+ " + base64.b64encode(reason) + b"\r\n")
        answered = self._line.line().strip()
        self._server.commands.append(f"AFTER-REFUSAL {answered.decode()!r}")
        self._line.end("NO AUTHENTICATE failed.")

    def _list(self, rest: str) -> None:
        wanted = rest.split()[-1].strip('"') if rest else "*"
        for name in self._server.boxes:
            if wanted in ("*", "%", name):
                self._line.say(f'* LIST () "/" "{name}"\r\n')
        self._line.end()

    def _select(self, rest: str) -> None:
        box = self._server.boxes.get(rest.strip().strip('"'))
        if box is None:
            self._line.end("NO no such folder")
            return
        self._line.box, self._line.told = box, len(box.mails)
        self._line.say(f"* {len(box.mails)} EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen)\r\n")
        self._line.say(f"* OK [UIDVALIDITY {box.uid_validity}] ok\r\n")
        self._line.say(f"* OK [UIDNEXT {box.uid_next}] ok\r\n")
        self._line.end("OK [READ-WRITE] done")

    _examine = _select

    def _uid_search(self, rest: str) -> None:
        mails = self._box().mails
        if rest.upper().startswith("UID "):
            first = int(rest[4:].partition(":")[0])
            found = [mail for mail in mails if mail.uid >= first] or mails[-1:]
        elif rest.upper().startswith("BEFORE "):
            day = datetime.strptime(rest[7:].strip('"'), "%d-%b-%Y").replace(tzinfo=UTC)
            found = [mail for mail in mails if mail.at < day]
        else:
            found = mails
        self._line.say("* SEARCH" + "".join(f" {mail.uid}" for mail in found) + "\r\n")
        self._line.end()

    def _uid_fetch(self, rest: str) -> None:
        wanted = numbers_in(rest.partition(" ")[0])
        for number, mail in enumerate(self._box().mails, 1):
            if mail.uid in wanted:
                self._give(number, mail, rest)
        self._line.end()

    def _fetch(self, rest: str) -> None:
        wanted = numbers_in(rest.partition(" ")[0])
        for number, mail in enumerate(self._box().mails, 1):
            if number in wanted:
                self._give(number, mail, rest)
        self._line.end()

    def _give(self, number: int, mail: Mail, rest: str) -> None:
        parts = [f"UID {mail.uid}".encode()]
        if "RFC822.SIZE" in rest:
            parts.append(f"RFC822.SIZE {mail.size or len(mail.body)}".encode())
        if "INTERNALDATE" in rest:
            parts.append(mail.at.strftime('INTERNALDATE "%d-%b-%Y %H:%M:%S +0000"').encode())
        if found := _PART.search(rest):
            parts.append(literal(mail.body, found))
        self._line.say(b"* %d FETCH (%s)\r\n" % (number, b" ".join(parts)))

    def _uid_store(self, rest: str) -> None:
        wanted = numbers_in(rest.partition(" ")[0])
        for mail in self._box().mails:
            if mail.uid in wanted:
                mail.flags |= set(re.findall(r"\\\w+", rest))
        self._line.end()

    def _uid_move(self, rest: str) -> None:
        numbers, _, name = rest.partition(" ")
        wanted = numbers_in(numbers)
        box = self._box()
        for mail in [mail for mail in box.mails if mail.uid in wanted]:
            self._server.add(mail.body, at=mail.at, box=name.strip('"'))
        box.mails = [mail for mail in box.mails if mail.uid not in wanted]
        self._line.end()

    def _uid_expunge(self, rest: str) -> None:
        wanted = numbers_in(rest)
        box = self._box()
        box.mails = [mail for mail in box.mails if mail.uid not in wanted]
        self._line.end()

    def _idle(self, _rest: str) -> None:
        self._line.say("+ idling\r\n")
        self._line.idles = True
        said = self._line.line().strip().upper()
        self._line.idles = False
        self._line.end("OK idle ended" if said == b"DONE" else "BAD expected DONE")

    def _logout(self, _rest: str) -> None:
        self._line.say("* BYE\r\n")
        self._line.end()

    def _box(self) -> Box:
        assert self._line.box is not None, "no folder is selected"
        return self._line.box


def literal(body: bytes, part: re.Match[str]) -> bytes:
    """What was asked for of a mail, as a literal."""
    whole = body.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if part[1] else body
    name = "BODY[HEADER]" if part[1] else "BODY[]"
    if part[2] is None:
        return f"{name} {{{len(whole)}}}\r\n".encode() + whole
    begin = int(part[2])
    piece = whole[begin : begin + int(part[3])]
    return f"{name}<{begin}> {{{len(piece)}}}\r\n".encode() + piece


def numbers_in(text: str) -> set[int]:
    found: set[int] = set()
    for one in text.split(","):
        first, _, last = one.partition(":")
        found |= set(range(int(first), int(last or first) + 1))
    return found


@pytest.fixture(scope="session")
def scripted_imap_server(local_certificate: Certificate) -> Iterator[ScriptedImap]:
    """The server itself, one for each worker; tests ask for `scripted_imap`."""
    server = ScriptedImap(local_certificate, tls=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def scripted_imap(scripted_imap_server: ScriptedImap) -> ScriptedImap:
    """An IMAP server without TLS that does as it is told; empty and well behaved at first."""
    scripted_imap_server.behave()
    return scripted_imap_server


@pytest.fixture
def another_scripted_imap(local_certificate: Certificate) -> Iterator[ScriptedImap]:
    """A second one, for tests in which one server fails and another goes on."""
    server = ScriptedImap(local_certificate, tls=False)
    server.start()
    yield server
    server.stop()
