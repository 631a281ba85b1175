"""The database's own index behind the seam: written in the transaction of the ticket it is about."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Protocol

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from helpdesk.core.db import db, is_postgresql
from helpdesk.search import postgres_search, rows, spelling, sqlite_search
from helpdesk.search.backend import Document, Health, Hit, SearchPage, SearchQuery
from helpdesk.search.models import SearchDocument
from helpdesk.search.query import Parsed, parse

log = logging.getLogger(__name__)


class DatabaseBackend:
    """FTS5 on SQLite, tsvector on PostgreSQL."""

    in_transaction = True

    def index(self, documents: Iterable[Document]) -> None:
        """Write documents; the caller's unit of work commits them."""
        rows.write(list(documents))

    def remove(self, refs: Sequence[str]) -> None:
        """Forget documents; the caller's unit of work commits it."""
        rows.remove(refs)

    def search(self, query: SearchQuery) -> SearchPage:
        """The best matches. A damaged index gives an empty, limited page, never an exception."""
        parsed = parse(query.text)
        if not parsed.wanted:
            return SearchPage(hits=())
        try:
            with db.session.begin_nested():
                found, capped = _engine().find(query, parsed, query.offset + query.limit + 1)
                suggestion = None if found else self._suggestion(query)
        except DBAPIError:
            log.exception("The search index of the database cannot be read.")
            return SearchPage(hits=(), limited=damaged())
        page = found[query.offset : query.offset + query.limit]
        return SearchPage(
            hits=tuple(Hit(ref, score) for ref, score in page),
            more=len(found) > query.offset + query.limit,
            suggestion=suggestion,
            limited=_("These words are common: only the newest matches were ranked.")
            if capped
            else "",
        )

    def suggest(self, prefix: str, readers: tuple[str, ...] | None, limit: int = 8) -> list[str]:
        """Words that begin so, and by which this reader would find something."""
        found = parse(prefix + "*").wanted
        if len(found) != 1 or len(found[0].words) != 1:
            return []
        try:
            with db.session.begin_nested():
                words = _engine().completions(found[0].words[0], limit * 2)
                return [word for word in words if self._finds(word, readers)][:limit]
        except DBAPIError:
            log.exception("The search index of the database cannot be read.")
            return []

    def health(self) -> Health:
        """Whether the index can be read, and how many documents it holds."""
        try:
            with db.session.begin_nested():
                _engine().check()
                count = db.session.scalar(select(func.count()).select_from(SearchDocument)) or 0
        except DBAPIError:
            return Health(works=False, documents=0, advice=damaged())
        return Health(works=True, documents=count)

    def _suggestion(self, query: SearchQuery) -> str | None:
        return spelling.did_you_mean(
            query.text,
            parse(query.text),
            likely=_engine().likely,
            finds=lambda text: self._finds(text, query.readers),
        )

    def _finds(self, text: str, readers: tuple[str, ...] | None) -> bool:
        parsed = parse(text)
        return bool(parsed.wanted) and bool(
            _engine().find(SearchQuery(text, readers), parsed, 1)[0]
        )


def damaged() -> str:
    """What a page says of an index that cannot be read."""
    return _(
        "Search is limited at the moment: its index is damaged. “desk search rebuild” mends it."
    )


class _Engine(Protocol):
    """What each database's module offers."""

    def find(
        self, query: SearchQuery, parsed: Parsed, limit: int
    ) -> tuple[list[tuple[str, float]], bool]: ...

    def likely(self, word: str) -> list[str]: ...

    def completions(self, prefix: str, limit: int) -> list[str]: ...

    def check(self) -> None: ...


def _engine() -> _Engine:
    return postgres_search if is_postgresql() else sqlite_search
