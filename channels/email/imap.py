"""Mailboxes over IMAP: what is due is what our ledger lacks, whatever the Seen flag says."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from imapclient import IMAPClient

from channels.channel import Ledger, RawItem
from channels.email.connection import Server
from channels.email.imap_line import asking, connected
from channels.email.imap_session import Session, no_such_folder, remote_id
from channels.folders import MailFacts

_ASKED_AT_ONCE = 500
_FETCHED_AT_ONCE = 25
READ_WHOLE_UP_TO = 100_000_000


class MailId(NamedTuple):
    """A place in a mailbox; a UID means nothing without its UIDVALIDITY (RFC 9051, 2.3.1.1)."""

    folder: str
    uid_validity: int
    uid: int

    def __str__(self) -> str:
        return remote_id(self.folder, self.uid_validity, self.uid)

    @classmethod
    def read(cls, remote_id: str) -> "MailId":
        folder, uid_validity, uid = remote_id.rsplit(":", 2)
        return cls(folder, int(uid_validity), int(uid.partition("~")[0]))


@dataclass(slots=True)
class Mailbox:
    """The folders of one account that are read.

    A connection is opened for each call; what is marked as kept while a fetch
    is still going on goes over the fetch's own.
    """

    server: Server
    folder: str = "INBOX"
    others: tuple[str, ...] = ()
    read_whole_up_to: int = READ_WHOLE_UP_TO
    # UIDs that the ledger said it has, so that a poll asks it only about what is new to us.
    _settled: dict[int, set[int]] = field(default_factory=dict)
    _open_session: Session | None = None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One conversation with the server, for whoever keeps a ledger of folders."""
        with connected(self.server) as client:
            yield Session(client, self.server)

    def fetch_due(self, known: Ledger, limit: int) -> Iterator[RawItem]:
        """At most `limit` mails that the ledger lacks, oldest first. Marks nothing as read."""
        with self.reading() as session:
            folder = session.open(self.folder)
            due = self._lacking(session.uids(), folder.uid_validity, known, limit)
            self._open_session = session
            try:
                for begin in range(0, len(due), _FETCHED_AT_ONCE):
                    some = due[begin : begin + _FETCHED_AT_ONCE]
                    facts: dict[int, MailFacts] = session.facts(some)
                    found = session.fetch(facts, self.read_whole_up_to)
                    yield from (each.item for each in found if each.item is not None)
            finally:
                self._open_session = None

    def mark_kept(self, remote_ids: Sequence[str]) -> None:
        """Set Seen on what is kept, for people who look into the mailbox; nothing is deleted."""
        places = [MailId.read(remote_id) for remote_id in remote_ids]
        if self._open_session is not None:
            _mark(self._open_session, places)
            return
        with self.reading() as session:
            session.open(self.folder)
            _mark(session, places)

    def test_connection(self) -> str:
        with connected(self.server) as client, asking(self.server, client):
            counts = [_count(client, name) for name in (self.folder, *self.others)]
        return f"Signed in to {self.server.name}; {', '.join(counts)}."

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
            names = {uid: remote_id(self.folder, uid_validity, uid) for uid in asked}
            kept = set(known(list(names.values())))
            settled.update(uid for uid, name in names.items() if name in kept)
            due += [uid for uid, name in names.items() if name not in kept]
            if len(due) >= limit:
                break
        return due[:limit]


def _mark(session: Session, places: Sequence[MailId]) -> None:
    # After a renumbering these UIDs may belong to other mails, so they are left alone.
    here = session.folder.uid_validity
    session.mark_kept([place.uid for place in places if place.uid_validity == here])


def _count(client: IMAPClient, name: str) -> str:
    if not client.folder_exists(name):
        raise no_such_folder(client, name)
    found = client.select_folder(name, readonly=True)
    return f"“{name}” holds {int(found.get(b'EXISTS', 0))} messages"
