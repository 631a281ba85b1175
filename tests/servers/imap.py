"""A real IMAP server for the tests: pymap, in a process of its own, with TLS from the tests' authority."""

import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from imapclient import IMAPClient

from tests.servers.certificates import Certificate
from tests.servers.processes import (
    HOST,
    Keeper,
    ServerFailed,
    ServerProcess,
    answers,
    free_port,
    private_directory,
    remove,
    server_missing,
    start_on_a_free_port,
)


class ImapServer:
    """One account on a server of our own. The account is empty when a test begins."""

    host = HOST
    user = "desk@example.org"
    password = "correct horse battery staple"

    def __init__(
        self, process: ServerProcess, starttls_port: int, clear_port: int, ca: str
    ) -> None:
        self.process = process
        self.port = process.port
        self.starttls_port = starttls_port
        self.clear_port = clear_port
        self.ca_file = ca

    def append(self, message: bytes, folder: str = "INBOX", flags: tuple[bytes, ...] = ()) -> None:
        """Put a message into a folder, which is made if it is not there."""
        with self._signed_in() as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            client.append(folder, message, flags)

    def messages(self, folder: str = "INBOX") -> list[bytes]:
        """Every message of a folder, oldest first."""
        with self._signed_in() as client:
            client.select_folder(folder, readonly=True)
            fetched = client.fetch(client.search(), ["BODY.PEEK[]"])
        return [fetched[uid][b"BODY[]"] for uid in sorted(fetched)]

    def flags(self, folder: str = "INBOX") -> list[tuple[bytes, ...]]:
        """The flags of every message of a folder, oldest first."""
        with self._signed_in() as client:
            client.select_folder(folder, readonly=True)
            by_uid = client.get_flags(client.search())
        return [by_uid[uid] for uid in sorted(by_uid)]

    def empty(self) -> None:
        with self._signed_in() as client:
            for _, _, folder in client.list_folders():
                if folder == "INBOX":
                    client.select_folder(folder)
                    client.delete_messages(client.search())
                    client.expunge()
                    client.unselect_folder() if client.has_capability("UNSELECT") else None
                else:
                    client.delete_folder(folder)

    def stop(self) -> None:
        """Go away, as a server does for an hour; the mailboxes are lost with it."""
        self.process.stop()

    def start(self) -> None:
        self.process.start(is_ready=self.is_ready)

    def is_ready(self) -> bool:
        return all(answers(port) for port in (self.port, self.starttls_port, self.clear_port))

    def _signed_in(self) -> IMAPClient:
        client = IMAPClient(self.host, port=self.clear_port, ssl=False, timeout=20)
        client.login(self.user, self.password)
        return client


@pytest.fixture(scope="session")
def imap_process(keeper: Keeper, local_certificate: Certificate) -> Iterator[ImapServer]:
    """The server itself, one for each worker; tests ask for `imap_server`."""
    if find_spec("pymap") is None:
        server_missing("IMAP", "is not installed (pymap); `make test` installs it")
    directory = private_directory(keeper, "imap")
    try:
        server = start_pymap(keeper, directory, local_certificate)
    except (OSError, ServerFailed) as problem:
        server_missing("IMAP", f"could not be started: {problem}")
    yield server
    server.stop()
    remove(directory)


@pytest.fixture
def imap_server(imap_process: ImapServer) -> ImapServer:
    """An IMAP account with nothing in it: `.port` is TLS, `.starttls_port` and `.clear_port` are not at first."""
    if not imap_process.is_ready():
        imap_process.start()
    imap_process.empty()
    return imap_process


def start_pymap(keeper: Keeper, directory: Path, certificate: Certificate) -> ImapServer:
    others: list[int] = []

    def on(port: int) -> ServerProcess:
        others[:] = free_port(), free_port()
        options = {
            "--tls-port": str(port),
            "--starttls-port": str(others[0]),
            "--clear-port": str(others[1]),
            "--certificate": certificate.certificate_file,
            "--key": certificate.key_file,
            "--user": ImapServer.user,
            "--password": ImapServer.password,
        }
        program = str(Path(__file__).with_name("imap_main.py"))
        command = [sys.executable, program, *(part for pair in options.items() for part in pair)]
        # pymap looks up the machine's own full name for its greeting, which can take a while without a network.
        environment = {**os.environ, "FQDN": "localhost"}
        log = directory / "log"
        return ServerProcess(keeper, command, port=port, log=log, environment=environment)

    process = start_on_a_free_port(on)
    server = ImapServer(process, others[0], others[1], certificate.ca_file)
    process.wait_until(server.is_ready)
    return server
