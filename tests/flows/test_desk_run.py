"""`desk run` as a newcomer meets it: one command, one process, and nothing lost whatever becomes of it."""

from __future__ import annotations

import itertools
import smtplib
import socket
import sqlite3
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.flows.letters import letter
from tests.flows.processes import DeskProcess, environment, wait_until
from tests.servers.processes import Keeper, free_port

# The folder is the whole of an embedded desk, whatever database the other tests are about.
PLAIN = {"SQLALCHEMY_DATABASE_URI": None, "SECRET_KEY": None, "DESK_ALLOWED_HOSTS": ()}
HELP = "help@desk.localhost"


class EmbeddedDesk:
    """`desk run` in a folder of its own; it can be started again after it ended."""

    def __init__(self, keeper: Keeper, folder: Path) -> None:
        self.port, self.mail_port = free_port(), free_port()
        self.folder = folder
        self._keeper = keeper
        self._data = folder / "data"
        self._data.mkdir()
        self.process: DeskProcess | None = None

    def start(self) -> DeskProcess:
        """Start it; what it says tells when it is open."""
        named = environment(
            PLAIN,
            DESK_DATA_DIR=str(self._data),
            DESK_SMTP_LISTEN=f"127.0.0.1:{self.mail_port}",
        )
        self.process = DeskProcess(
            self._keeper,
            *("run", "--empty", "--port", str(self.port)),
            folder=self.folder,
            environment=named,
        )
        return self.process

    def hand_in(self, subject: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.mail_port, timeout=10) as line:
            mail = letter(subject, f"About {subject}.", to=HELP)
            line.sendmail("ada@borough.example", [HELP], bytes(mail))

    def subjects(self) -> list[str]:
        """The subjects of all tickets, read from its file beside it."""
        path = f"file:{self._data / 'desk.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(path, uri=True, timeout=10)) as connection:
            return [row[0] for row in connection.execute("SELECT subject FROM ticket")]

    def health(self) -> int:
        address = f"http://127.0.0.1:{self.port}/healthz"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return int(answer.status)


@pytest.fixture
def embedded(keeper: Keeper, tmp_path: Path) -> Iterator[EmbeddedDesk]:
    desk = EmbeddedDesk(keeper, tmp_path)
    yield desk
    if desk.process is not None:
        desk.process.kill()


def test_it_starts_takes_mail_in_and_ends_quietly_on_ctrl_c(embedded: EmbeddedDesk) -> None:
    desk = embedded.start()
    desk.wait_for_words("The desk is open")
    embedded.hand_in("The bins")
    found = wait_until(embedded.subjects)
    health = embedded.health()
    code = desk.interrupt()

    assert found == ["The bins"]
    assert health == 200
    assert code == 0
    assert desk.complained == ""


@pytest.mark.parametrize(
    ("taken", "advice"), [("port", "--port 8001"), ("mail_port", "DESK_SMTP_LISTEN=")]
)
def test_a_taken_port_is_said_with_what_to_do(
    embedded: EmbeddedDesk, taken: str, advice: str
) -> None:
    with socket.create_server(("127.0.0.1", getattr(embedded, taken))):
        desk = embedded.start()
        code = desk.ended()

    assert code == 1
    assert f"Port {getattr(embedded, taken)} at 127.0.0.1" in desk.complained
    assert advice in desk.complained
    assert "Traceback" not in desk.complained


@pytest.mark.faults
def test_every_mail_that_got_its_250_is_one_ticket_after_a_kill(embedded: EmbeddedDesk) -> None:
    desk = embedded.start()
    desk.wait_for_words("The desk is open")
    acknowledged: list[str] = []
    sending = threading.Thread(target=hand_in_until_it_dies, args=(embedded, acknowledged))
    sending.start()
    wait_until(lambda: len(acknowledged) >= 25)
    desk.kill()
    sending.join()

    again = embedded.start()
    again.wait_for_words("The desk is open")
    wait_until(lambda: set(acknowledged) <= set(embedded.subjects()))
    code = again.interrupt()

    found = Counter(embedded.subjects())
    assert code == 0
    # The mail under way at the end may have been kept without its 250 having come through.
    assert len(found.keys() - set(acknowledged)) <= 1
    assert set(found.values()) == {1}


def hand_in_until_it_dies(desk: EmbeddedDesk, acknowledged: list[str]) -> None:
    """Hand mails in without a rest, noting each that the desk said 250 to."""
    for number in itertools.count():
        subject = f"Mail {number}"
        try:
            desk.hand_in(subject)
        except (OSError, smtplib.SMTPException):
            return
        acknowledged.append(subject)
