"""Writing into a Whoosh index: replacing documents, and merging segments when there are too many."""

from __future__ import annotations

import pickle
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from whoosh import index as whoosh_index
from whoosh.filedb.filestore import FileStorage
from whoosh.reading import ReaderClosed, SegmentReader, TermNotFound
from whoosh.util.filelock import try_for

from helpdesk.core.db import db
from helpdesk.search import documents
from helpdesk.search.whoosh_schema import fields_of, schema

# How long a writer waits for another; the job is tried again after that.
PATIENCE_SECONDS = 30.0
# A segment of this size is left as it is.
LARGE = 20_000
REBUILD_MEMORY_MB = 128
# (size up to which, how many of them): once there are more segments of a size, they become one. To merge at every commit,
# as Whoosh would, made single writes take a second now and then; never to merge would make every search slow. A merge
# by day must be short, since what comes in meanwhile is not found: the first takes some tenths of a second, and the second
# comes only of an import of thousands of mails.
TIERS = ((16, 12), (1_000, 60))
# At night a smaller segment is merged with all smaller ones if it is at most so many times as large as they are together.
WORTH_MERGING = 4
MUCH_DELETED = 0.02

# What Whoosh raises on files that are torn, missing or not its own: it checks nothing, so anything may come of them.
DAMAGE = (
    whoosh_index.IndexError,
    ReaderClosed,
    OSError,
    EOFError,
    pickle.UnpicklingError,
    struct.error,
    zlib.error,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    ImportError,
    MemoryError,
    RecursionError,
    NotImplementedError,
)


def replace(
    writer: Any, reader: Any, refs: Sequence[str], found: Mapping[str, Mapping[str, str]]
) -> bool:
    """Take the documents of these references out, and put in those found; equal ones are left alone.

    `reader` reads the state of the index that `writer` began with. Returns whether anything changed.
    """
    kept: set[str] = set()
    deleted = False
    for ref in refs:
        for docnum in _docnums(reader, ref):
            digest = reader.stored_fields(docnum).get("digest")
            if ref in found and digest == found[ref]["digest"]:
                kept.add(ref)
            else:
                writer.delete_document(docnum)
                deleted = True
    for ref, values in found.items():
        if ref not in kept:
            writer.add_document(**values)
    return deleted or len(kept) < len(found)


def fill(folder: Path, report: Callable[[str], None]) -> None:
    """Write every document of the desk into a new index."""
    made = whoosh_index.create_in(str(folder), schema())
    found = documents.everything(report)
    while batch := list(islice(found, LARGE)):
        writer = made.writer(limitmb=REBUILD_MEMORY_MB)
        for document in batch:
            writer.add_document(**fields_of(document))
        writer.commit(merge=False)


def make_good(folder: Path, refs: Sequence[str]) -> None:
    """Bring these references to what the database says of them now."""
    if not refs:
        return
    # What was read before is a state of the past.
    db.session.rollback()
    found = {document.ref: fields_of(document) for document in documents.of_refs(refs)}
    writer = whoosh_index.open_dir(str(folder)).writer(timeout=PATIENCE_SECONDS)
    reader = writer.reader()
    replace(writer, reader, refs, found)
    reader.close()
    writer.commit(merge=False)


@contextmanager
def writers_kept_out(folder: Path | None) -> Iterator[None]:
    """Hold the writers' lock of an index without reading it, since it may be damaged."""
    if folder is None or not folder.exists():
        yield
        return
    lock = FileStorage(str(folder)).lock("MAIN_WRITELOCK")
    if not try_for(lock.acquire, timeout=PATIENCE_SECONDS, delay=0.1):
        raise whoosh_index.LockError
    try:
        yield
    finally:
        lock.release()


def merge_small(writer: Any, segments: Sequence[Any]) -> list[Any]:
    """The merge policy of the day: many segments of one size become one of the next."""
    for most_documents, most_segments in TIERS:
        alike = [segment for segment in segments if segment.doc_count_all() <= most_documents]
        if len(alike) > most_segments:
            return _merged(writer, segments, alike)
    return list(segments)


def merge_for_the_night(writer: Any, segments: Sequence[Any]) -> list[Any]:
    """The merge policy of the night: what is small into one; to merge the large ones too would take minutes every night.

    A segment in which much was deleted is written anew, so that the words of what was erased leave the disk.
    """
    these: list[Any] = []
    total = 0
    for segment in sorted(segments, key=lambda one: int(one.doc_count_all())):
        count = int(segment.doc_count_all())
        worth_it = count < LARGE and (not these or count <= total * WORTH_MERGING)
        if worth_it or segment.deleted_count() > count * MUCH_DELETED:
            these.append(segment)
            total += count
    is_whole = len(these) < 2 and not any(one.deleted_count() for one in these)
    return list(segments) if is_whole else _merged(writer, segments, these)


def _merged(writer: Any, segments: Sequence[Any], these: Sequence[Any]) -> list[Any]:
    for segment in these:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return [segment for segment in segments if segment not in these]


def _docnums(reader: Any, ref: str) -> list[int]:
    try:
        return list(reader.postings("ref", ref).all_ids())
    except TermNotFound:
        return []
