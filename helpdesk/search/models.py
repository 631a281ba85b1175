"""Rows of search: what the database's own index is built on, and the text read out of attachments."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import BigKey, Model, primary_key


class SearchDocument(Model):
    """One thing that can be found: a message, the head of a ticket, or a person.

    Everything here follows from other rows and can be made again from them, so nothing refers to it and it refers to
    nothing. The text is kept as folded words, and `readers` and `exact` as terms,
    all in the form of `search.terms`. What the two databases build
    on top (full-text tables, vectors, indexes) is made by `search.schema`.
    """

    __tablename__ = "search_document"
    __table_args__ = (
        # Names by their beginnings, for whoever types one; a title is folded.
        Index(
            "ix_search_document_names",
            "title",
            postgresql_where=text("kind = 'person'"),
            sqlite_where=text("kind = 'person'"),
            postgresql_ops={"title": "text_pattern_ops"},
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[primary_key]
    ref: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    ticket_id: Mapped[int | None] = mapped_column(BigKey, index=True)
    at: Mapped[datetime]
    readers: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    sender: Mapped[str] = mapped_column(Text, default="")
    receiver: Mapped[str] = mapped_column(Text, default="")
    exact: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text)


class ExtractedText(Model):
    """The text read out of a stored file, kept by the file's digest so that no file is read twice.

    An empty text says that there is nothing to read in it; a missing row, that nobody has looked yet.
    """

    __tablename__ = "extracted_text"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    read_at: Mapped[datetime]
