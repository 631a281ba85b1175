"""Documents as rows of `search_document`: what both databases build their index on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, or_
from sqlalchemy.dialects import postgresql, sqlite

from helpdesk.core.db import db, is_postgresql
from helpdesk.search import terms
from helpdesk.search.backend import Document
from helpdesk.search.models import SearchDocument

# A vector of PostgreSQL holds at most a megabyte of words; both forms of every word must fit in it.
LONGEST_BODY_BYTES = 250_000
LONGEST_FIELD = 2_000

_CONTENT = ("kind", "ticket_id", "readers", "title", "sender", "receiver", "exact", "body")


def write(documents: Sequence[Document]) -> None:
    """Add these documents, or put them in place of those with the same reference; equal ones are left alone."""
    if not documents:
        return
    insert = _insert()
    row = insert.excluded
    changed = or_(*(getattr(SearchDocument, name).is_distinct_from(row[name]) for name in _CONTENT))
    statement = insert.on_conflict_do_update(
        index_elements=["ref"], set_={name: row[name] for name in (*_CONTENT, "at")}, where=changed
    )
    db.session.execute(statement, [values_of(document) for document in documents])


def remove(refs: Sequence[str]) -> None:
    """Forget these documents."""
    for start in range(0, len(refs), 500):
        db.session.execute(
            delete(SearchDocument).where(SearchDocument.ref.in_(refs[start : start + 500])),
            execution_options={"synchronize_session": False},
        )


def values_of(document: Document) -> dict[str, Any]:
    """The columns of a document."""
    title = _clean(document.title)[:LONGEST_FIELD]
    sender = _clean(document.fields.get("sender", ""))[:LONGEST_FIELD]
    receiver = _clean(document.fields.get("receiver", ""))[:LONGEST_FIELD]
    # Identifiers stand in the body too, so that a part of one is found as the words it is made of.
    body = _shortened(_clean(f"{document.exact}\n{document.body}" if document.exact else document.body))
    return {
        "ref": document.ref,
        "kind": document.kind,
        "ticket_id": document.ticket_id,
        "at": document.at,
        "readers": terms.access_terms(document.readers, document.kind),
        "title": title,
        "sender": sender,
        "receiver": receiver,
        "exact": terms.identifiers(document.exact, title, sender, receiver, body),
        "body": body,
    }


def _insert() -> Any:
    return (postgresql if is_postgresql() else sqlite).insert(SearchDocument)


def _clean(text: str) -> str:
    return text.replace("\x00", " ")


def _shortened(body: str) -> str:
    if len(body) * 4 <= LONGEST_BODY_BYTES:
        return body
    return body.encode("utf-8", "replace")[:LONGEST_BODY_BYTES].decode("utf-8", "ignore")
