"""A console's stream as a browser holds it: frames and marks as they came, read in a thread."""

from __future__ import annotations

import codecs
import contextlib
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.live.passes import make_pass
from helpdesk.people.models import Person, WebSession
from helpdesk.people.sessions import begin_session
from tests.flows.processes import wait_until
from tests.helpdesk.live.conftest import LiveLines

Frame = dict[str, Any]


@dataclass
class Stream:
    """One stream; `text` is all that came, to the letter."""

    port: int
    pass_: str
    after: str = ""
    path: str = "/live/console"
    text: str = ""
    is_closed: bool = False
    _line: socket.socket = field(init=False)
    _thread: threading.Thread = field(init=False)

    def open(self) -> Stream:
        self._line = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        # Said in the older manner, so that the answer comes in no pieces.
        asked = f"GET {self.path}?age=0 HTTP/1.0\r\nAuthorization: Bearer {self.pass_}\r\n"
        asked += f"Last-Event-ID: {self.after}\r\n\r\n"
        self._line.sendall(asked.encode())
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        return self

    def _read(self) -> None:
        # A sign may come in two pieces.
        decoder = codecs.getincrementaldecoder("utf-8")()
        while True:
            try:
                heard = self._line.recv(65536)
            except OSError:
                break
            if not heard:
                break
            self.text += decoder.decode(heard)
        self.is_closed = True

    def wait(self) -> None:
        """Wait until the other side ends it."""
        self._thread.join(60)
        self._line.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._thread.join(60)
        self._line.close()

    @property
    def status(self) -> int:
        return int(self.text.split(" ", 2)[1])

    @property
    def frames(self) -> list[Frame]:
        whole = self.text[: self.text.rfind("\n\n") + 1]
        return [json.loads(one[6:]) for one in whole.splitlines() if one.startswith("data: ")]

    @property
    def mark(self) -> str:
        return [one[4:] for one in self.text.splitlines() if one.startswith("id: ")][-1]

    def of(self, kind: str) -> list[Frame]:
        return [one for one in self.frames if one["type"] == kind]

    def wait_for(self, wanted: Callable[[Frame], bool]) -> Frame:
        return wait_until(
            lambda: next((one for one in self.frames if wanted(one)), None), within=30
        )

    def numbers(self) -> list[str]:
        """The tickets that were spoken of, in order."""
        return [one["number"] for frame in self.of("tickets") for one in frame["tickets"]]

    def wait_for_ticket(self, number: str) -> Frame:
        frame = self.wait_for(
            lambda one: (
                one["type"] == "tickets" and any(it["number"] == number for it in one["tickets"])
            )
        )
        return next(one for one in frame["tickets"] if one["number"] == number)


def pass_of(person: Person) -> str:
    """A pass of a session that this person began just now."""
    with unit_of_work():
        begin_session(db.session.get_one(Person, person.id))
    session = (
        db.session.query(WebSession).filter_by(person_id=person.id).order_by(WebSession.id.desc())
    ).first()
    assert session is not None
    return make_pass(session.id)


def watch(lines: LiveLines, person: Person, *, after: str = "", pass_: str = "") -> Stream:
    """Open a stream, and wait until it is kept fresh."""
    stream = Stream(lines.port, pass_ or pass_of(person), after).open()
    lines.streams.append(stream)
    stream.wait_for(lambda one: one["type"] == "counts")
    return stream
