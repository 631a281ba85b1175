"""A real Dovecot for the tests, with accounts that are made by being named; passwords, and tokens that it asks about.

It speaks no TLS: that part of it is found only at the place where Debian installs it. TLS is tested with pymap.
"""

from __future__ import annotations

import grp
import itertools
import os
import platform
import pwd
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from imapclient import IMAPClient

from tests.servers.processes import (
    HOST,
    Keeper,
    ServerFailed,
    ServerProcess,
    private_directory,
    remove,
    server_missing,
    start_on_a_free_port,
)
from tests.servers.token_server import TokenServer

UNPACKED = Path(__file__).resolve().parents[2] / ".build" / "dovecot" / "root"
PASSWORD = "one-password-for-all"

CONFIGURATION = """
base_dir = {home}/run
state_dir = {home}/state
instance_name = desk-tests
log_path = {home}/dovecot.log
libexec_dir = {root}/usr/lib/dovecot
mail_plugin_dir = {root}/usr/lib/dovecot/modules
import_environment = TZ LD_LIBRARY_PATH={libraries}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
protocols = imap
listen = {host}
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
auth_cache_size = 0
first_valid_uid = {uid}
mail_location = maildir:~/Maildir
mail_fsync = never
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf.ext
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service imap {{
  process_limit = 64
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-hibernate {{
  chroot =
}}
"""

TOKENS = """
introspection_mode = post
introspection_url = http://{host}:{port}/introspect
username_attribute = username
active_attribute = active
active_value = true
"""


class Dovecot:
    """The server: every user name is an account of its own, so that tests do not meet."""

    host = HOST
    password = PASSWORD

    def __init__(self, process: ServerProcess, home: Path) -> None:
        self.process = process
        self.home = home
        self.port = process.port
        self._numbers = itertools.count(1)

    def new_user(self) -> str:
        """A mailbox that no test has used."""
        return f"user{next(self._numbers)}@example.org"

    def client(self, user: str) -> IMAPClient:
        client = IMAPClient(self.host, port=self.port, ssl=False, timeout=20)
        client.login(user, self.password)
        return client

    def append(
        self, user: str, *bodies: bytes, folder: str = "INBOX", at: datetime | None = None
    ) -> None:
        """Put mails into a folder, which is made if it is not there."""
        client = self.client(user)
        if not client.folder_exists(folder):
            client.create_folder(folder)
        for body in bodies:
            client.append(folder, body, msg_time=at)
        client.logout()

    def flags(self, user: str, folder: str = "INBOX") -> list[tuple[bytes, ...]]:
        """The flags of every mail of a folder, oldest first."""
        client = self.client(user)
        client.select_folder(folder, readonly=True)
        found = client.get_flags(client.search())
        client.logout()
        return [found[uid] for uid in sorted(found)]

    def renumber(self, user: str, folder: str = "INBOX") -> None:
        """Give the folder a new UIDVALIDITY, as a server does that lost its index."""
        maildir = self.home / "mail" / user / "Maildir"
        where = maildir if folder == "INBOX" else maildir / f".{folder}"
        for path in where.glob("dovecot*"):
            path.unlink()
        # Dovecot makes the number from the clock, and must not make the same one again within a second.
        listed = where / "dovecot-uidlist"
        owner = where.stat()
        listed.write_text(f"3 V{4_000_000_000 + next(self._numbers)} N1\n")
        os.chown(listed, owner.st_uid, owner.st_gid)

    def stop(self) -> None:
        self.process.stop()


@pytest.fixture(scope="session")
def dovecot_process(keeper: Keeper, token_provider: TokenServer) -> Iterator[Dovecot]:
    """The server itself, one for each worker; tests ask for `dovecot`."""
    root = root_of()
    if root is None:
        server_missing("Dovecot", "is not here; `tools/dovecot` fetches it")
    owner = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    home = private_directory(keeper, "dovecot", owner=owner)
    try:
        server = start_dovecot(keeper, home, root, owner, token_provider)
    except (OSError, ServerFailed) as problem:
        server_missing("Dovecot", f"could not be started: {problem}")
    yield server
    server.stop()
    remove(home)


@pytest.fixture
def dovecot(dovecot_process: Dovecot) -> Dovecot:
    """A real IMAP server; `.new_user()` has no mail."""
    return dovecot_process


def root_of() -> Path | None:
    """Where Dovecot lies: installed, or as `tools/dovecot` unpacked it."""
    for root in (Path("/"), UNPACKED):
        if (root / "usr/sbin/dovecot").exists() and (root / "usr/lib/dovecot/imap").exists():
            return root
    return None


def start_dovecot(
    keeper: Keeper,
    home: Path,
    root: Path,
    owner: int | None,
    tokens: TokenServer,
) -> Dovecot:
    if owner is not None and root == UNPACKED:
        # `nobody` may not pass through a checkout that lies in the home of root.
        shutil.copytree(root, home / "root", symlinks=True)
        root = home / "root"
    uid = os.geteuid() if owner is None else owner
    account = pwd.getpwuid(uid)
    places = ("dovecot", "dovecot/modules/old-stats", f"{platform.machine()}-linux-gnu")
    libraries = ":".join(f"{root}/usr/lib/{place}" for place in places)

    (home / "run").mkdir()
    # An unpacked Dovecot looks for its parts in the folder that it runs in (see `tools/dovecot`).
    (home / "run" / "modules").symlink_to(root / "usr/lib/dovecot/modules")
    os.chown(home / "run", account.pw_uid, account.pw_gid)

    def on(port: int) -> ServerProcess:
        told = CONFIGURATION.format(
            home=home,
            root="" if root == Path("/") else root,
            libraries=libraries,
            user=account.pw_name,
            group=group_name(account.pw_gid),
            host=HOST,
            uid=uid,
            gid=account.pw_gid,
            port=port,
            password=PASSWORD,
        )
        (home / "dovecot.conf").write_text(told)
        (home / "oauth2.conf.ext").write_text(
            TOKENS.format(host=HOST, port=tokens.introspection_port)
        )
        return ServerProcess(
            keeper,
            command_of(root, home / "dovecot.conf"),
            port=port,
            log=home / "log",
            user=owner,
            environment={**os.environ, "LD_LIBRARY_PATH": libraries},
        )

    return Dovecot(start_on_a_free_port(on), home)


def command_of(root: Path, configuration: Path) -> list[str]:
    """Dovecot reads its settings by running a second program at a fixed place; so that one is run first, as it does."""
    given = [str(root / "usr/bin/doveconf"), "-c", str(configuration), "-f", "service=master"]
    return [
        *given,
        "-m",
        "master",
        "-e",
        str(root / "usr/sbin/dovecot"),
        "-F",
        "-c",
        str(configuration),
    ]


def group_name(gid: int) -> str:
    return grp.getgrgid(gid).gr_name
