"""What a Whoosh index holds of a document. The class is named inside every index: after moving it, rebuild."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from whoosh import fields
from whoosh.analysis import Analyzer, SpaceSeparatedTokenizer, Token
from whoosh.formats import Existence

from helpdesk.search import rows, terms
from helpdesk.search.backend import Document

TITLE_BOOST = 3.0


class StemmedWords(Analyzer):  # type: ignore[misc]  # Whoosh ships no types.
    """Takes words that `search.terms` has folded, parted by spaces, and gives their stems."""

    def __call__(self, value: str, positions: bool = False, **more: Any) -> Iterator[Token]:
        token = Token(positions, False, removestops=False, mode=more.get("mode", ""))
        token.boost = 1.0
        start = int(more.get("start_pos", 0))
        for place, word in enumerate(value.split(), start):
            token.text = token.original = terms.stem(word)
            token.pos = place
            token.stopped = False
            yield token


class WordSet(fields.KEYWORD):  # type: ignore[misc]  # Whoosh ships no types.
    """Words of which only it matters whether they are there."""

    def __init__(self) -> None:
        super().__init__()
        self.analyzer = SpaceSeparatedTokenizer()
        self.format = Existence()


def schema() -> fields.Schema:
    """Stems with positions for words and phrases; words as written for prefixes, identifiers and corrections."""
    stems = StemmedWords()
    return fields.Schema(
        ref=fields.ID(unique=True, stored=True),
        digest=fields.STORED,
        access=WordSet(),
        readers=fields.STORED,
        month=fields.ID(),
        title=fields.TEXT(analyzer=stems, field_boost=TITLE_BOOST),
        sender=fields.TEXT(analyzer=stems),
        receiver=fields.TEXT(analyzer=stems),
        body=fields.TEXT(analyzer=stems),
        plain=WordSet(),
    )


def fields_of(document: Document) -> dict[str, str]:
    """A document as this schema takes it."""
    row = rows.values_of(document)
    people = f"{row['sender']} {row['receiver']}"
    whole = f"{row['title']} {row['body']} {people}"
    found = {
        "ref": row["ref"],
        "access": row["readers"],
        "readers": row["readers"],
        "month": month_of(document.at),
        "title": row["title"],
        "sender": row["sender"],
        "receiver": row["receiver"],
        # Without a field named, people are looked for as part of the text.
        "body": f"{row['body']} {people}",
        "plain": f"{' '.join(sorted(set(whole.split())))} {row['exact']}",
    }
    found["digest"] = hashlib.blake2b(
        "\x00".join(found.values()).encode(), digest_size=12
    ).hexdigest()
    return found


def month_of(at: datetime) -> str:
    """The month of a moment, as the index keeps it; a range of dates is asked for as its months."""
    return f"{at:%Y%m}"
