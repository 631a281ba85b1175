"""The embedded engine: Whoosh, with one writer at a time and one searcher a process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from whoosh import index as whoosh_index

from helpdesk.search import spelling, whoosh_queries, whoosh_scoring
from helpdesk.search import whoosh_writing as writing
from helpdesk.search.backend import Document, Health, Hit, SearchPage, SearchQuery
from helpdesk.search.query import parse
from helpdesk.search.states import common_words, damaged
from helpdesk.search.whoosh_home import Home
from helpdesk.search.whoosh_postings import Shelf
from helpdesk.search.whoosh_schema import fields_of, schema
from helpdesk.search.whoosh_writing import DAMAGE

log = logging.getLogger(__name__)


class IndexDamaged(RuntimeError):
    """The index cannot be written until it is made anew; the work stays owed."""


class WhooshBackend:
    """An index in a folder beside the database, written by the jobs of lane `index`."""

    in_transaction = False

    def __init__(self, folder: Path) -> None:
        self._home = Home(folder)
        # A refreshed searcher closes the one it came from, so searches of one process take turns. They would anyhow: Whoosh
        # is Python.
        self._turn = threading.RLock()
        self._searcher: Any = None
        self._path: Path | None = None
        self._shelf = Shelf()

    def index(self, documents: Iterable[Document]) -> None:
        """Write documents in one commit; those that stand there unchanged are left alone.

        Raises LockError when another writer takes too long, IndexDamaged when there must be a rebuild first.
        """
        found = {document.ref: fields_of(document) for document in documents}
        if found:
            self._write(list(found), found)

    def remove(self, refs: Sequence[str]) -> None:
        """Forget documents. Their words leave the disk with the next merge of the night."""
        if refs:
            self._write(list(refs), {})

    def search(self, query: SearchQuery) -> SearchPage:
        """The best matches. A damaged index gives an empty, limited page, never an exception."""
        parsed = parse(query.text)
        if not parsed.wanted:
            return SearchPage(hits=())
        try:
            with self._turn:
                found, capped = self._find(query, query.offset + query.limit + 1)
                suggestion = None if found or not query.suggests else self._suggestion(query)
        except DAMAGE:
            log.exception("The search index cannot be read.")
            self._close()
            return SearchPage(hits=(), limited=damaged())
        return SearchPage(
            hits=tuple(found[query.offset : query.offset + query.limit]),
            more=len(found) > query.offset + query.limit,
            suggestion=suggestion,
            limited=common_words() if capped else "",
        )

    def suggest(self, prefix: str, readers: tuple[str, ...] | None, limit: int = 8) -> list[str]:
        """Words that begin so, and by which this reader would find something."""
        wanted = parse(prefix + "*").wanted
        if len(wanted) != 1 or len(wanted[0].words) != 1:
            return []
        try:
            with self._turn:
                reader = self._reader()
                words = whoosh_queries.words_beginning(wanted[0].words[0], reader, limit * 4)
                shown = [word for word in words if spelling.is_suggestible(word)]
                return [word for word in shown if self._finds(word, readers)][:limit]
        except DAMAGE:
            log.exception("The search index cannot be read.")
            self._close()
            return []

    def health(self) -> Health:
        """Whether the index can be read, and how many documents it holds."""
        try:
            with self._turn:
                reader = self._reader()
                # A word that stands in every index makes it read terms, postings and stored fields.
                for docnum in islice(reader.all_doc_ids(), 1):
                    reader.stored_fields(docnum)
                next(iter(reader.iter_field("body")), None)
                return Health(works=True, documents=reader.doc_count())
        except DAMAGE:
            log.exception("The search index cannot be read.")
            self._close()
            return Health(works=False, documents=0, advice=damaged())

    def rebuild(self, report: Callable[[str], None]) -> None:
        """Make a new index in a new folder, make good there what changed meanwhile, and switch to it."""
        with self._home.rebuilding() as folder:
            writing.fill(folder, report)
            writing.make_good(folder, self._home.noted(folder))
            with writing.writers_kept_out(self._home.current()):
                writing.make_good(folder, self._home.noted(folder))
                self._home.switch(folder)
        self._close()

    def optimise(self) -> None:
        """Merge what the day has left, and let go of what was deleted."""
        self._writer().commit(mergetype=writing.merge_for_the_night)

    def _write(self, refs: list[str], found: dict[str, dict[str, str]]) -> None:
        writer = self._writer()
        try:
            with self._turn:
                # Opening a second reader for it would double what a small write costs.
                changed = writing.replace(writer, self._reader(), refs, found)
            # Noted while the writers' lock is held: a rebuild that waits for the lock will see it.
            self._home.note(refs)
            if changed:
                writer.commit(mergetype=writing.merge_small)
            else:
                writer.cancel()
        except DAMAGE as damage:
            if not writer.is_closed:
                writer.cancel()
            raise IndexDamaged(f"The search index cannot be written: {damage!r}") from damage

    def _writer(self) -> Any:
        """The writer of the index in use. Raises LockError when another takes too long, and IndexDamaged."""
        while True:
            path = self._in_use()
            try:
                writer = whoosh_index.open_dir(str(path)).writer(timeout=writing.PATIENCE_SECONDS)
            except whoosh_index.LockError:
                raise
            except DAMAGE as damage:
                raise IndexDamaged(f"The search index cannot be opened: {damage!r}") from damage
            if self._home.current() == path:
                return writer
            # A rebuild has switched to another folder while we waited for the lock of this one.
            writer.cancel()

    def _find(self, query: SearchQuery, limit: int) -> tuple[list[Hit], bool]:
        found, capped = whoosh_scoring.best(
            self._shelf, self._reader(), query, parse(query.text), limit
        )
        return [Hit(ref, score) for ref, score in found], capped

    def _suggestion(self, query: SearchQuery) -> str | None:
        return spelling.did_you_mean(
            query.text,
            parse(query.text),
            likely=self._likely,
            finds=lambda text: self._finds(text, query.readers),
        )

    def _likely(self, word: str) -> list[str]:
        reader = self._reader()
        if ("plain", word) in reader:
            return []
        near = self._searcher.corrector("plain").suggest(word, limit=10, maxdist=2, prefix=1)
        return [one for one in near if spelling.is_suggestible(one)]

    def _finds(self, text: str, readers: tuple[str, ...] | None) -> bool:
        return bool(parse(text).wanted) and bool(self._find(SearchQuery(text, readers), 1)[0])

    def _reader(self) -> Any:
        """The reader of the newest state of the index; only while it is our turn."""
        path = self._home.current()
        if self._searcher is None or path != self._path:
            self._close()
            path = self._in_use()
            self._searcher, self._path = whoosh_index.open_dir(str(path)).searcher(), path
        else:
            self._searcher = self._searcher.refresh()
        return self._searcher.reader()

    def _in_use(self) -> Path:
        path = self._home.current()
        if path is None:
            path = self._home.fresh()
            whoosh_index.create_in(str(path), schema())
            self._home.switch(path)
        return path

    def _close(self) -> None:
        with self._turn:
            searcher, self._searcher, self._path = self._searcher, None, None
        if searcher is not None:
            try:
                searcher.close()
            except DAMAGE:
                log.info("A damaged index could not be closed in order.")
