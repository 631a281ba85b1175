"""A mailbox on a real Dovecot, filled before anything is timed."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers.dovecot import PASSWORD, Dovecot, root_of, start_dovecot
from tests.servers.processes import Keeper, private_directory
from tests.servers.token_server import TokenServer

USER = "backlog@example.org"
SHOWN_EVERY = 1000


@contextmanager
def dovecot() -> Iterator[Dovecot | None]:
    """The server for the time of the measurement; None where it is not installed (`tools/dovecot` fetches it)."""
    root = root_of()
    if root is None:
        yield None
        return
    keeper = Keeper()
    owner = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    home = private_directory(keeper, "bench-dovecot", owner=owner)
    server: Dovecot | None = None
    try:
        # No mailbox of the measurement signs in by a token, so nobody is there to be asked about one.
        server = start_dovecot(keeper, home, root, owner, _NoTokens())
        yield server
    finally:
        if server is not None:
            server.stop()
        keeper.close()


class _NoTokens(TokenServer):
    def __init__(self) -> None:
        self.introspection_port = 9


def fill(server: Dovecot, mails: Iterable[bytes], report: Callable[[str], None]) -> None:
    """Put the mails into the mailbox as files, as a delivery agent does; Dovecot numbers them by their names."""
    client = server.client(USER)
    client.select_folder("INBOX")
    client.logout()
    maildir = Path(server.home) / "mail" / USER / "Maildir"
    owner = maildir.stat()
    for number, body in enumerate(mails, 1):
        path = maildir / "new" / f"{1_700_000_000 + number}.M{number:06}.bench"
        path.write_bytes(body)
        os.chown(path, owner.st_uid, owner.st_gid)
        if number % SHOWN_EVERY == 0:
            report(f"laid {number:,} mails into the mailbox")


def settings(server: Dovecot) -> dict[str, Any]:
    """The values of an account of the desk on this mailbox."""
    return {
        "address": "desk@bench.example",
        "imap_host": server.host,
        "imap_port": server.port,
        "imap_security": "none",
        "imap_user": USER,
        "imap_password": PASSWORD,
    }
