"""The database's own index behind the seam: written in the transaction of the ticket it is about."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol

from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError

from helpdesk.core import clock, settings
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.search import documents, postgres_search, rows, schema, spelling, sqlite_search
from helpdesk.search.backend import Document, Health, Hit, SearchPage, SearchQuery
from helpdesk.search.models import SearchDocument
from helpdesk.search.query import Parsed, parse
from helpdesk.search.states import being_made, common_words, damaged

log = logging.getLogger(__name__)

REBUILDING = "search.rebuilding"
TOGETHER = 250
SILENCE = timedelta(minutes=5)


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
                suggestion = None if found or not query.suggests else self._suggestion(query)
                unfinished = settings.read(REBUILDING) if query.suggests else None
        except DBAPIError:
            log.exception("The search index of the database cannot be read.")
            return SearchPage(hits=(), limited=damaged())
        page = found[query.offset : query.offset + query.limit]
        return SearchPage(
            hits=tuple(Hit(ref, score) for ref, score in page),
            more=len(found) > query.offset + query.limit,
            suggestion=suggestion,
            limited=being_made() if unfinished else common_words() if capped else "",
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
                unfinished = settings.read(REBUILDING)
                count = db.session.scalar(select(func.count()).select_from(SearchDocument)) or 0
        except DBAPIError:
            return Health(works=False, documents=0, advice=damaged())
        if not unfinished:
            return Health(works=True, documents=count)
        # A rebuild says at every step that it lives; one that was killed has to be begun anew.
        lives = clock.now() - datetime.fromisoformat(unfinished) < SILENCE
        return Health(works=lives, documents=count, advice=being_made())

    def rebuild(self, report: Callable[[str], None]) -> None:
        """Begin with an empty index and fill it in small transactions; what happens meanwhile is indexed as ever."""
        with unit_of_work():
            settings.write(REBUILDING, clock.now().isoformat())
            schema.downgrade(db.session.connection())
            db.session.execute(
                delete(SearchDocument), execution_options={"synchronize_session": False}
            )
            schema.upgrade(db.session.connection())
        found = documents.everything(report)
        while batch := list(islice(found, TOGETHER)):
            with unit_of_work():
                settings.write(REBUILDING, clock.now().isoformat())
                rows.write(batch)
        _engine().relearn()
        with unit_of_work():
            settings.write(REBUILDING, None)

    def optimise(self) -> None:
        """Merge the pieces of the index, and learn new words for suggestions."""
        _engine().optimise()

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


class _Engine(Protocol):
    """What each database's module offers."""

    def find(
        self, query: SearchQuery, parsed: Parsed, limit: int
    ) -> tuple[list[tuple[str, float]], bool]: ...

    def likely(self, word: str) -> list[str]: ...

    def completions(self, prefix: str, limit: int) -> list[str]: ...

    def check(self) -> None: ...

    def optimise(self) -> None: ...

    def relearn(self) -> None: ...


def _engine() -> _Engine:
    return postgres_search if is_postgresql() else sqlite_search
