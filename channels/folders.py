"""Mailboxes read folder by folder: what a session with one can do, and sets of UIDs that stay small."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from channels.channel import RawItem


class UidSet:
    """Which UIDs something holds for, as ranges: ten thousand in a row take no more room than two.

    Its text is IMAP's own for a set of numbers: "1:4000,4002" (RFC 9051, section 9).
    """

    __slots__ = ("_firsts", "_lasts")

    def __init__(self, uids: Iterable[int] = ()) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        self.add(uids)

    @classmethod
    def read(cls, text: str) -> "UidSet":
        found = cls()
        for part in filter(None, text.split(",")):
            first, _, last = part.partition(":")
            found._firsts.append(int(first))
            found._lasts.append(int(last or first))
        return found

    def __str__(self) -> str:
        return ",".join(
            f"{first}:{last}" if first != last else str(first)
            for first, last in zip(self._firsts, self._lasts, strict=True)
        )

    def __contains__(self, uid: int) -> bool:
        place = bisect_right(self._firsts, uid) - 1
        return place >= 0 and uid <= self._lasts[place]

    def __len__(self) -> int:
        ends = zip(self._firsts, self._lasts, strict=True)
        return sum(last - first + 1 for first, last in ends)

    @property
    def highest(self) -> int:
        """The largest UID, 0 when there is none."""
        return self._lasts[-1] if self._lasts else 0

    def add(self, uids: Iterable[int]) -> None:
        ranges = [*zip(self._firsts, self._lasts, strict=True), *((uid, uid) for uid in uids)]
        self._firsts, self._lasts = [], []
        for first, last in sorted(ranges):
            if self._lasts and first <= self._lasts[-1] + 1:
                self._lasts[-1] = max(self._lasts[-1], last)
            else:
                self._firsts.append(first)
                self._lasts.append(last)

    def lacking(self, uids: Iterable[int]) -> list[int]:
        """Those of these UIDs that are not in the set, in their order."""
        return [uid for uid in uids if uid not in self]


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as it was opened. UIDs mean something only together with its `uid_validity`."""

    name: str
    uid_validity: int
    uid_next: int  # 0 where the server does not say.
    exists: int


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What a server says of a mail before it is fetched."""

    size: int
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail of the open folder; `item` is None when the server would not give it, and `problem` says why."""

    uid: int
    facts: MailFacts
    item: RawItem | None
    problem: str = ""


class FolderSession(Protocol):
    """One conversation with a mailbox. Every call may raise ChannelError, after which the session is over."""

    def open(self, name: str) -> Folder: ...

    def uids(self, above: int = 0) -> list[int]:
        """The UIDs of the open folder, ascending; one that the server gave to two mails stands there twice."""
        ...

    def uids_before(self, day: datetime) -> list[int]:
        """Those that arrived before this day, as the server counts days."""
        ...

    def facts(self, uids: Sequence[int]) -> dict[int, MailFacts]: ...

    def fetch(self, facts: dict[int, MailFacts], largest_whole: int) -> Iterator[Fetched]:
        """These mails, as they are listed; of one larger than `largest_whole` bytes only its head."""
        ...

    def fetch_repeated(self, uid: int) -> Iterator[Fetched]:
        """All mails that the server gave this same UID; each has a remote id of its own."""
        ...

    def mark_kept(self, uids: Sequence[int]) -> None:
        """Set Seen, for people who look into the mailbox."""
        ...

    def move(self, uids: Sequence[int], folder: str) -> None: ...

    def remove(self, uids: Sequence[int]) -> None: ...

    def keep_copy(self, name: str, body: bytes, external_id: str, at: datetime) -> None:
        """Lay a mail of ours into a folder, once."""
        ...


@runtime_checkable
class FolderChannel(Protocol):
    """A channel whose other side keeps numbered mails in folders."""

    folders: tuple[str, ...]

    def reading(self) -> AbstractContextManager[FolderSession]: ...
