"""Documents as rows of `search_document`: what both databases build their index on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, text

from helpdesk.core.db import UTCDateTime, db
from helpdesk.search import terms
from helpdesk.search.backend import Document
from helpdesk.search.models import SearchDocument

# A vector of PostgreSQL holds at most a megabyte of words; both forms of every word must fit in it.
LONGEST_BODY = 100_000
LONGEST_FIELD = 2_000

_CONTENT = ("kind", "ticket_id", "readers", "title", "sender", "receiver", "exact", "body")
_ALL = ("ref", "at", *_CONTENT)

# Written out once: to put this statement together for every mail took longer than to run it.
_UPSERT = text(
    f"INSERT INTO search_document ({', '.join(_ALL)}) VALUES ({', '.join(f':{name}' for name in _ALL)}) "  # noqa: S608
    f"ON CONFLICT (ref) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _ALL[1:])} "
    f"WHERE {' OR '.join(f'search_document.{name} IS DISTINCT FROM excluded.{name}' for name in _CONTENT)}"
).bindparams(bindparam("at", type_=UTCDateTime()))


def write(documents: Sequence[Document]) -> None:
    """Add these documents, or put them in place of those with the same reference; equal ones are left alone."""
    if documents:
        db.session.connection().execute(_UPSERT, [values_of(document) for document in documents])


def remove(refs: Sequence[str]) -> None:
    """Forget these documents."""
    for start in range(0, len(refs), 500):
        db.session.execute(
            delete(SearchDocument).where(SearchDocument.ref.in_(refs[start : start + 500])),
            execution_options={"synchronize_session": False},
        )


def values_of(document: Document) -> dict[str, Any]:
    """The columns of a document."""
    sender, receiver = document.fields.get("sender", ""), document.fields.get("receiver", "")
    # Identifiers stand in the body too, so that a part of one is found as the words it is made of.
    body = f"{document.exact}\n{document.body}" if document.exact else document.body
    return {
        "ref": document.ref,
        "kind": document.kind,
        "ticket_id": document.ticket_id,
        "at": document.at,
        "readers": terms.access_terms(document.readers, document.kind),
        "title": _words(document.title, LONGEST_FIELD),
        "sender": _words(sender, LONGEST_FIELD),
        "receiver": _words(receiver, LONGEST_FIELD),
        "exact": terms.identifiers(document.title, sender, receiver, body),
        "body": _words(body, LONGEST_BODY),
    }


def _words(text: str, longest: int) -> str:
    """The folded words of a text. Both databases part them at the spaces, and nothing else is left to differ about."""
    return " ".join(terms.words(text[:longest]))
