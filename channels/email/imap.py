"""Mailboxes over IMAP: what is due is what our ledger lacks, whatever the Seen flag says."""

import imaplib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from imapclient import IMAPClient
from imapclient.exceptions import CapabilityError, LoginError

from channels.channel import ChannelError, Ledger, RawItem
from channels.email.connection import Security, Server, unreachable

_ASKED_AT_ONCE = 500
_FETCHED_BYTES_AT_ONCE = 8_000_000
_FETCHED_AT_ONCE = 25


class MailId(NamedTuple):
    """A place in a mailbox; a UID means nothing without its UIDVALIDITY (RFC 9051, 2.3.1.1)."""

    folder: str
    uid_validity: int
    uid: int

    def __str__(self) -> str:
        return f"{self.folder}:{self.uid_validity}:{self.uid}"

    @classmethod
    def read(cls, remote_id: str) -> "MailId":
        folder, uid_validity, uid = remote_id.rsplit(":", 2)
        return cls(folder, int(uid_validity), int(uid))


@dataclass(slots=True)
class Mailbox:
    """One folder of one account.

    A connection is opened for each call; what is marked as kept while a fetch
    is still going on goes over the fetch's own.
    """

    server: Server
    folder: str = "INBOX"
    # UIDs that the ledger said it has, so that a poll asks it only about what is new to us.
    _settled: dict[int, set[int]] = field(default_factory=dict)
    _open_client: tuple[IMAPClient, int] | None = None

    def fetch_due(self, known: Ledger, limit: int) -> Iterator[RawItem]:
        """At most `limit` mails that the ledger lacks, oldest first. Marks nothing as read."""
        with _connected(self.server) as client:
            uid_validity = self._select(client)
            due = self._lacking(sorted(client.search("ALL")), uid_validity, known, limit)
            self._open_client = client, uid_validity
            try:
                for batch in self._batches(client, due):
                    yield from self._fetch(client, batch, uid_validity)
            finally:
                self._open_client = None

    def mark_kept(self, remote_ids: Sequence[str]) -> None:
        """Set Seen on what is kept, for people who look into the mailbox; nothing is deleted."""
        places = [MailId.read(remote_id) for remote_id in remote_ids]
        if self._open_client is not None:
            self._mark(*self._open_client, places)
            return
        with _connected(self.server) as client:
            self._mark(client, self._select(client), places)

    def _mark(self, client: IMAPClient, uid_validity: int, places: Sequence[MailId]) -> None:
        # After a renumbering these UIDs may belong to other mails, so they are left alone.
        uids = [place.uid for place in places if place.uid_validity == uid_validity]
        if uids:
            client.add_flags(uids, [rb"\Seen"], silent=True)

    def test_connection(self) -> str:
        with _connected(self.server) as client:
            found = client.select_folder(self.folder, readonly=True) if self._exists(client) else {}
            count = int(found.get(b"EXISTS", 0))
        return f"Signed in to {self.server.name}; “{self.folder}” holds {count} messages."

    def _exists(self, client: IMAPClient) -> bool:
        if client.folder_exists(self.folder):
            return True
        names = [name for _, _, name in client.list_folders()][:20]
        raise ChannelError(
            f"There is no folder “{self.folder}” in this mailbox. Choose one of: {', '.join(names)}."
        )

    def _select(self, client: IMAPClient) -> int:
        try:
            selected = client.select_folder(self.folder)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as refusal:
            self._exists(client)
            raise ChannelError(
                f"{self.server.name} did not open the folder “{self.folder}”: {_words(refusal)}."
            ) from refusal
        uid_validity = selected.get(b"UIDVALIDITY")
        if uid_validity is None:
            raise ChannelError(
                f"{self.server.name} gives its mails no lasting numbers (UIDVALIDITY), so we could "
                f"not tell new ones from old ones. Choose another folder than “{self.folder}”."
            )
        return int(uid_validity)

    def _lacking(
        self, uids: Sequence[int], uid_validity: int, known: Ledger, limit: int
    ) -> list[int]:
        if uid_validity not in self._settled:
            self._settled = {uid_validity: set()}
        settled = self._settled[uid_validity]
        open_uids = [uid for uid in uids if uid not in settled]
        due: list[int] = []
        for begin in range(0, len(open_uids), _ASKED_AT_ONCE):
            asked = open_uids[begin : begin + _ASKED_AT_ONCE]
            names = {uid: str(MailId(self.folder, uid_validity, uid)) for uid in asked}
            kept = set(known(list(names.values())))
            settled.update(uid for uid, name in names.items() if name in kept)
            due += [uid for uid, name in names.items() if name not in kept]
            if len(due) >= limit:
                break
        return due[:limit]

    def _batches(self, client: IMAPClient, uids: Sequence[int]) -> Iterator[list[int]]:
        """Few enough bytes at once that a mailbox of large mails does not fill the memory."""
        for begin in range(0, len(uids), _FETCHED_AT_ONCE):
            some = list(uids[begin : begin + _FETCHED_AT_ONCE])
            sizes = client.fetch(some, ["RFC822.SIZE"])
            batch: list[int] = []
            weight = 0
            for uid in some:
                size = int(sizes.get(uid, {}).get(b"RFC822.SIZE", 0))
                if batch and weight + size > _FETCHED_BYTES_AT_ONCE:
                    yield batch
                    batch, weight = [], 0
                batch.append(uid)
                weight += size
            yield batch

    def _fetch(
        self, client: IMAPClient, uids: Sequence[int], uid_validity: int
    ) -> Iterator[RawItem]:
        found = client.fetch(uids, ["BODY.PEEK[]", "INTERNALDATE"])
        for uid in uids:
            item = found.get(uid, {})
            body = item.get(b"BODY[]")
            # A mail that somebody deleted since the search is no longer there to be fetched.
            if body is not None:
                received_at = _as_utc(item.get(b"INTERNALDATE"))
                yield RawItem(str(MailId(self.folder, uid_validity, uid)), body, received_at)


@contextmanager
def _connected(server: Server) -> Iterator[IMAPClient]:
    try:
        client = _open(server)
        try:
            _sign_in(client, server)
            yield client
        finally:
            # What had to be said is said; how the other side hangs up changes nothing.
            with suppress(imaplib.IMAP4.error, OSError):
                client.logout()
    except imaplib.IMAP4.error as broken:
        raise ChannelError(
            f"The conversation with {server.name} broke off: {_words(broken)}."
        ) from broken
    except OSError as error:
        raise unreachable(server, error) from error


def _open(server: Server) -> IMAPClient:
    client = IMAPClient(
        server.host,
        server.port,
        ssl=server.security is Security.TLS,
        ssl_context=server.tls_context() if server.security is Security.TLS else None,
        timeout=server.timeout.total_seconds(),
    )
    # The library would turn every date into a naive one of this machine's zone.
    client.normalise_times = False
    return client


def _sign_in(client: IMAPClient, server: Server) -> None:
    if server.security is Security.STARTTLS:
        try:
            client.starttls(server.tls_context())
        except CapabilityError as missing:
            raise ChannelError(
                f"{server.name} offers no STARTTLS, so we did not sign in. "
                "Choose TLS with the port for it (often 993), or have STARTTLS switched on."
            ) from missing
    try:
        if (server.user + server.password).isascii():
            client.login(server.user, server.password)
        else:
            client.plain_login(server.user, server.password)  # LOGIN knows only ASCII.
    except LoginError as refusal:
        raise ChannelError(
            f"{server.name} refused the sign-in of “{server.user}”: {_words(refusal)}. "
            "Check user and password; some providers want a password made for programs."
        ) from refusal


def _as_utc(moment: datetime | None) -> datetime | None:
    if moment is None or moment.tzinfo is None:
        return None
    return moment.astimezone(UTC)


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else error
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    if text.startswith(("b'", 'b"')):
        text = text[2:-1]
    return " ".join(text.split()).rstrip(".") or "no reason given"
