"""The seam of search: documents in, references out; no engine shows what a page would refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from helpdesk.search.query import Filter


@dataclass(frozen=True, slots=True)
class Document:
    """What is indexed: one message of a ticket, a ticket's head, a person, or an article in one language.

    `ref` is "message:17", "ticket:4", "person:9" or "article:3". `readers` are the terms of which a reader must hold one:
    "staff", "group:7", "nogroup". `exact` holds identifiers that must be found as written (numbers, addresses,
    file names, host names), beside those that stand in the text. `fields` has "sender" and "receiver".
    """

    ref: str
    kind: str
    readers: tuple[str, ...]
    title: str
    body: str
    exact: str
    at: datetime
    ticket_id: int | None = None
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is looked for.

    `readers` None means everything (an administrator). `filters` are facts of tickets that the caller checks itself on
    what comes back; an engine may use them to come back with fewer. With `any_word` a document that holds one of the
    words is found, and more of them rank it higher. Unless `suggests`, only the hits will be
    read: an engine need not say what may have been meant, nor whether a rebuild goes on. Who `is_hasty` asks while
    somebody types: an engine may give the newest instead of the best, and nothing for what nearly every document has.
    """

    text: str
    readers: tuple[str, ...] | None
    kinds: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 20
    offset: int = 0
    suggests: bool = True
    any_word: bool = False
    is_hasty: bool = False


# Every kind of document, and those so few among the others that an engine asks for them and does not leave the rest out.
KINDS = ("ticket", "message", "person", "article")
FEW = (("person",), ("article",))


@dataclass(frozen=True, slots=True)
class Hit:
    """One reference found. The snippet is plain text with the matched words between U+E000 and U+E001."""

    ref: str
    score: float
    snippet: str = ""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of hits; `limited` says in words why it may be incomplete, `suggestion` what may have been meant."""

    hits: tuple[Hit, ...]
    more: bool = False
    suggestion: str | None = None
    limited: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """How an index stands: whether it works, how many documents it holds, and what to do if not."""

    works: bool
    documents: int
    advice: str = ""


class SearchBackend(Protocol):
    """An engine behind the seam. `in_transaction`: index within the unit of work that changed the ticket."""

    in_transaction: bool

    def index(self, documents: Iterable[Document]) -> None: ...

    def remove(self, refs: Sequence[str]) -> None: ...

    def search(self, query: SearchQuery) -> SearchPage: ...

    def suggest(
        self, prefix: str, readers: tuple[str, ...] | None, limit: int = 8
    ) -> list[str]: ...

    def health(self) -> Health: ...

    def rebuild(self, report: Callable[[str], None]) -> None:
        """Make the index anew from the database while the desk goes on; called outside any unit of work."""

    def optimise(self) -> None:
        """Merge what many small writes have left; called at night, outside any unit of work."""
