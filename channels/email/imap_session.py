"""A session with a mailbox: folders opened, mails listed and fetched in pieces, so that no mail fills the memory."""

import hashlib
import imaplib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from imapclient import IMAPClient

from channels.channel import ChannelError, RawItem
from channels.email.connection import Server
from channels.email.imap_line import asking, words_of
from channels.folders import Fetched, Folder, MailFacts

# One line of an answer must stay below the million bytes that the library reads.
_LISTED_AT_ONCE = 90_000
_TOGETHER_BYTES = 4_000_000
_PIECE = 1_000_000
_HEAD_BYTES = 256 * 1024
_LONGEST_NAME = 180


def remote_id(folder: str, uid_validity: int, uid: int) -> str:
    """The place of a mail as the ledger keeps it; a name that would not fit is told apart by its digest."""
    if len(folder) > _LONGEST_NAME:
        folder = f"{folder[:_LONGEST_NAME]}…{_digest(folder.encode())}"
    return f"{folder}:{uid_validity}:{uid}"


def apart(place: str, body: bytes) -> str:
    """The remote id of a mail that shares its UID with another: what it holds tells them apart (P08)."""
    return f"{place}~{_digest(body)}"


class Session:
    """One conversation over an open line; every call may raise ChannelError."""

    def __init__(self, client: IMAPClient, server: Server) -> None:
        self._client = client
        self._server = server
        self.folder = Folder("", 0, 0, 0)

    def open(self, name: str) -> Folder:
        with self._asking():
            try:
                found = self._client.select_folder(name)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as refusal:
                if not self._client.folder_exists(name):
                    raise no_such_folder(self._client, name) from refusal
                raise ChannelError(
                    f"{self._server.name} did not open the folder “{name}”: {words_of(refusal)}."
                ) from refusal
            uid_validity = found.get(b"UIDVALIDITY")
            if uid_validity is None:
                raise ChannelError(
                    f"{self._server.name} gives its mails no lasting numbers (UIDVALIDITY), so we could "
                    f"not tell new ones from old ones. Choose another folder than “{name}”."
                )
            exists, uid_next = int(found.get(b"EXISTS", 0)), int(found.get(b"UIDNEXT", 0))
            self.folder = Folder(name, int(uid_validity), uid_next, exists)
        return self.folder

    def uids(self, above: int = 0) -> list[int]:
        if above:
            with self._asking():
                # "n:*" names the last mail even where it lies below n (RFC 9051, section 9).
                found = self._client.search(f"UID {above + 1}:*")
                return sorted(uid for uid in found if uid > above)
        listed: list[int] = []
        for first in range(1, max(self.folder.exists, 1) + 1, _LISTED_AT_ONCE):
            last = min(first + _LISTED_AT_ONCE - 1, self.folder.exists)
            with self._asking():
                whole = self.folder.exists <= _LISTED_AT_ONCE
                listed += self._client.search("ALL" if whole else f"{first}:{last}")
        return sorted(listed)

    def uids_before(self, day: datetime) -> list[int]:
        with self._asking():
            return sorted(self._client.search(["BEFORE", day.date()]))

    def facts(self, uids: Sequence[int]) -> dict[int, MailFacts]:
        with self._asking():
            found = self._client.fetch(list(uids), ["RFC822.SIZE", "INTERNALDATE"])
        return {uid: _facts(found[uid]) for uid in uids if b"RFC822.SIZE" in found.get(uid, {})}

    def fetch(self, facts: dict[int, MailFacts], largest_whole: int) -> Iterator[Fetched]:
        for some in _batches(facts):
            if len(some) > 1 and (bodies := self._bodies(some)) is not None:
                for uid in some:
                    yield from self._fetched(uid, facts[uid], largest_whole, bodies.get(uid))
            else:
                for uid in some:
                    yield from self._fetched(uid, facts[uid], largest_whole, None)

    def fetch_repeated(self, uid: int) -> Iterator[Fetched]:
        with self._by_number():
            # The library sorts answers by UID, where these two would fall into one.
            numbers = self._numbers_of(uid)
            for number in numbers:
                with self._asking():
                    found = self._client.fetch([number], ["RFC822.SIZE", "INTERNALDATE"])
                facts = _facts(found.get(number, {}))
                body = self._in_pieces(number, facts.size)
                if body is not None:
                    place = apart(self._place(uid), body)
                    yield Fetched(uid, facts, RawItem(place, body, facts.received_at))

    def mark_kept(self, uids: Sequence[int]) -> None:
        if not uids:
            return
        with self._asking():
            try:
                self._client.add_flags(list(uids), [rb"\Seen"], silent=True)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:
                # A mailbox that we may only read stays unmarked; our ledger needs no flag.
                return

    def move(self, uids: Sequence[int], folder: str) -> None:
        with self._asking():
            if self._client.has_capability("MOVE"):
                self._client.move(list(uids), folder)
                return
            self._client.copy(list(uids), folder)
        self.remove(uids)

    def remove(self, uids: Sequence[int]) -> None:
        with self._asking():
            if not self._client.has_capability("UIDPLUS"):
                # A plain EXPUNGE would also take what other people have marked for deletion.
                raise ChannelError(
                    f"{self._server.name} cannot delete single mails (it lacks UIDPLUS). "
                    "Choose to leave kept mails where they are."
                )
            self._client.add_flags(list(uids), [rb"\Deleted"], silent=True)
            self._client.uid_expunge(list(uids))

    def keep_copy(self, name: str, body: bytes, external_id: str, at: datetime) -> None:
        """Lay a mail into a folder, marked as read, unless one of the same Message-ID lies there."""
        self.open(name)
        with self._asking():
            if not self._client.search(["HEADER", "Message-ID", f"<{external_id}>"]):
                self._client.append(name, body, flags=[rb"\Seen"], msg_time=at)

    def _fetched(
        self, uid: int, facts: MailFacts, largest_whole: int, body: bytes | None
    ) -> Iterator[Fetched]:
        try:
            if facts.size > largest_whole:
                head = self._piece(uid, "BODY.PEEK[HEADER]", 0, _HEAD_BYTES)
                item = None if head is None else self._item(uid, facts, head, headers_only=True)
            else:
                if body is None or len(body) < facts.size:
                    body = self._in_pieces(uid, facts.size)
                item = None if body is None else self._item(uid, facts, body)
        except _Refused as refusal:
            yield Fetched(uid, facts, None, str(refusal))
            return
        # A mail that somebody deleted since it was listed is no longer there to be fetched.
        if item is not None:
            yield Fetched(uid, facts, item)

    def _item(self, uid: int, facts: MailFacts, body: bytes, headers_only: bool = False) -> RawItem:
        size = facts.size if headers_only else len(body)
        return RawItem(self._place(uid), body, facts.received_at, headers_only, size)

    def _place(self, uid: int) -> str:
        return remote_id(self.folder.name, self.folder.uid_validity, uid)

    def _bodies(self, uids: Sequence[int]) -> dict[int, bytes] | None:
        """Several small mails in one answer; None when the server refuses, since one of them may be to blame."""
        with self._asking():
            try:
                found = self._client.fetch(list(uids), ["BODY.PEEK[]"])
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:
                return None
            return {
                uid: body for uid, item in found.items() if (body := _body_in(item)) is not None
            }

    def _in_pieces(self, uid: int, expected: int) -> bytes | None:
        """The whole mail, piece after piece until one is empty, or is short and completes what was announced."""
        whole = BytesIO()
        while True:
            piece = self._piece(uid, "BODY.PEEK[]", whole.tell(), _PIECE)
            if piece is None and not whole.tell():
                return None
            whole.write(piece or b"")
            if not piece or (len(piece) < _PIECE and whole.tell() >= expected):
                # What is handed out shares the memory of the buffer.
                return whole.getvalue()

    def _piece(self, uid: int, part: str, begin: int, size: int) -> bytes | None:
        with self._asking():
            try:
                found = self._client.fetch([uid], [f"{part}<{begin}.{size}>"])
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as refusal:
                raise _Refused(words_of(refusal)) from refusal
            return _body_in(found.get(uid, {}))

    def _numbers_of(self, uid: int) -> list[int]:
        numbers: list[int] = []
        for first in range(1, self.folder.exists + 1, 1000):
            some = range(first, min(first + 1000, self.folder.exists + 1))
            with self._asking():
                found = self._client.fetch(list(some), ["UID"])
            numbers += [number for number, item in found.items() if item.get(b"UID") == uid]
        return sorted(numbers)

    @contextmanager
    def _by_number(self) -> Iterator[None]:
        self._client.use_uid = False
        try:
            yield
        finally:
            self._client.use_uid = True

    @contextmanager
    def _asking(self) -> Iterator[None]:
        with asking(self._server, self._client):
            yield


class _Refused(Exception):
    """The server would not give one mail; the line is still good."""


def no_such_folder(client: IMAPClient, name: str) -> ChannelError:
    """What to say of a folder that is not there."""
    names = [found for _, _, found in client.list_folders()][:20]
    return ChannelError(
        f"There is no folder “{name}” in this mailbox. Choose one of: {', '.join(names)}."
    )


def _batches(facts: dict[int, MailFacts]) -> Iterator[list[int]]:
    """Small mails together, large ones alone, in their order."""
    batch: list[int] = []
    weight = 0
    for uid, fact in facts.items():
        if batch and weight + fact.size > _TOGETHER_BYTES:
            yield batch
            batch, weight = [], 0
        if fact.size > _PIECE:
            if batch:
                yield batch
            yield [uid]
            batch, weight = [], 0
        else:
            batch.append(uid)
            weight += fact.size
    if batch:
        yield batch


def _facts(item: dict[bytes, Any]) -> MailFacts:
    at = item.get(b"INTERNALDATE")
    known = at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    return MailFacts(int(item.get(b"RFC822.SIZE", 0)), known)


def _body_in(item: dict[bytes, Any]) -> bytes | None:
    found = [value for key, value in item.items() if key.startswith(b"BODY[")]
    return bytes(found[0]) if found and found[0] is not None else None


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:12]
