"""Looking things up in PostgreSQL's vectors (tsvector, GIN) and its likeness of words (pg_trgm)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Text,
    bindparam,
    column,
    func,
    literal_column,
    select,
    table,
    text,
)

from helpdesk.core import settings
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.search import filters, spelling, terms
from helpdesk.search.backend import FEW, SearchQuery
from helpdesk.search.models import SearchDocument
from helpdesk.search.query import Parsed, Part, Way
from helpdesk.tickets.models import Ticket

# Ranking reads the vector of every match; of common words the newest matches are enough.
NEWEST = 2_000
# The index knows which words a document holds, not their order or field; to see those, each vector has to be read.
MOST_READ = 5_000

# For the rest of the transaction: to compile such a statement, or to start processes for it, takes longer than to run
# it, and what is sorted should stay in memory.
_SET_UP = text(
    "SELECT set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true), "
    "set_config('work_mem', '16MB', true)"
)

LEARNED = "search.words_learned"

_LETTERS = {"title": "A", "sender": "B", "receiver": "C"}
# Body, receiver, sender, title, in the order in which PostgreSQL takes them.
_WEIGHTS = "{0.15, 0.15, 0.3, 1.0}"

_NONE: ColumnElement[int] = literal_column("0")
_vector: ColumnElement[Any] = literal_column("search_document.vector")
_words = table("search_word", column("word"), column("uses"))


def find(query: SearchQuery, parsed: Parsed, limit: int) -> tuple[list[tuple[str, float]], bool]:
    """The references of the best matches with their scores, and whether only the newest matches were ranked."""
    db.session.execute(_SET_UP)
    newest = _newest(query, parsed)
    wanted = _joined(query, [_said(part) for part in parsed.wanted])
    score = func.ts_rank(literal_column(f"'{_WEIGHTS}'::float4[]"), newest.c.vector, wanted, 1)
    # The offset keeps what is counted apart from the vectors, which would fill the memory of the count.
    scored = select(newest.c.ref, newest.c.at, newest.c.id, score.label("score")).offset(_NONE)
    found = scored.subquery("scored")
    ranked = (
        select(found.c.ref, found.c.score, func.count().over().label("found"))
        .order_by(found.c.score.desc(), found.c.at.desc(), found.c.id.desc())
        .limit(limit)
    )
    rows = db.session.execute(ranked).all()
    return [(row.ref, float(row.score)) for row in rows], bool(rows) and rows[0].found >= NEWEST


def _newest(query: SearchQuery, parsed: Parsed) -> Subquery:
    """The newest matches: by the index alone if that tells, else those of its newest that match when they are read."""
    narrow = [part for part in parsed.parts if _must_be_read(part)]
    found = (
        _matches(query, parsed)
        .order_by(SearchDocument.at.desc(), SearchDocument.id.desc())
        .limit(MOST_READ if narrow else NEWEST)
    )
    if not narrow:
        return found.subquery("newest")
    held = found.subquery("held")
    asked = _all_of(
        [func.tsquery_not(_said(part)) if part.negated else _said(part) for part in narrow]
    )
    return (
        select(held.c.id, held.c.ref, held.c.at, held.c.vector)
        .where(held.c.vector.op("@@")(asked))
        .subquery("newest")
    )


def _must_be_read(part: Part) -> bool:
    return bool(part.field) or len(part.words) > 1


def likely(word: str) -> list[str]:
    """Words of the index near to one, likeliest first; none if the index knows the word."""
    if db.session.scalar(select(_words.c.uses).where(_words.c.word == word)) is not None:
        return []
    rows = db.session.execute(
        select(_words.c.word, _words.c.uses)
        .where(_words.c.word.op("%")(word))
        .order_by(func.similarity(_words.c.word, word).desc(), _words.c.uses.desc())
        .limit(30)
    )
    near = [
        (spelling.distance(word, one), -uses, one)
        for one, uses in rows
        if spelling.is_suggestible(one)
    ]
    return [one for slips, _uses, one in sorted(near) if slips <= 2]


def completions(prefix: str, limit: int) -> list[str]:
    """Words of the index that begin so, most used first."""
    rows = db.session.scalars(
        select(_words.c.word)
        .where(_words.c.word.startswith(prefix, autoescape=True))
        .order_by(_words.c.uses.desc(), _words.c.word)
        .limit(limit * 2)
    )
    return [word for word in rows if spelling.is_suggestible(word)][:limit]


def optimise() -> None:
    """Learn the words of documents written since the last time, for suggestions; vacuum is PostgreSQL's own."""
    with unit_of_work():
        learned = int(settings.read(LEARNED, 0))
        last = db.session.scalar(select(func.max(SearchDocument.id))) or 0
        _learn_words(learned, last)
        settings.write(LEARNED, last)


def relearn() -> None:
    """Learn all words anew."""
    with unit_of_work():
        db.session.execute(text("DELETE FROM search_word"))
        settings.write(LEARNED, 0)
    optimise()


def _learn_words(after_id: int, up_to_id: int) -> None:
    # The bounds are numbers of ours; ts_stat takes its query as text.
    documents = (
        "SELECT to_tsvector('desk_plain', title || ' ' || body) FROM search_document "  # noqa: S608
        f"WHERE id > {after_id} AND id <= {up_to_id}"
    )
    db.session.execute(
        text(
            "INSERT INTO search_word (word, uses) SELECT word, ndoc FROM ts_stat(:documents) "
            "WHERE length(word) BETWEEN 3 AND 40 AND word ~ '^[[:alpha:]]+$' ORDER BY word "
            "ON CONFLICT (word) DO UPDATE SET uses = search_word.uses + excluded.uses"
        ),
        {"documents": documents},
    )


def check() -> None:
    """Raise a database error if the vectors are missing or damaged."""
    db.session.execute(
        text("SELECT id FROM search_document WHERE vector @@ 'a'::tsquery LIMIT 1")
    ).all()


def _matches(query: SearchQuery, parsed: Parsed) -> Select[Any]:
    """All that the index finds: phrases as the words they are made of, and words in whatever field."""
    asked = _joined(query, [_said(_loosened(part)) for part in parsed.wanted])
    for part in parsed.unwanted:
        if not _must_be_read(part):
            asked = func.tsquery_and(asked, func.tsquery_not(_said(part)))
    if query.readers is not None:
        readers = [terms.reader_term(one) for one in query.readers] or ["nobody"]
        asked = func.tsquery_and(
            asked, _query("desk_plain", " | ".join(f"'{one}'" for one in readers))
        )
    found = select(
        SearchDocument.id, SearchDocument.ref, SearchDocument.at, _vector.label("vector")
    ).where(_vector.op("@@")(asked))
    if query.kinds in FEW:
        # Written out, so that the index of people, or of articles, alone can answer.
        found = found.where(literal_column(f"search_document.kind = '{query.kinds[0]}'"))
    elif query.kinds:
        found = found.where(SearchDocument.kind.in_(query.kinds))
    if query.filters:
        found = found.join(Ticket, Ticket.id == SearchDocument.ticket_id).where(
            *filters.conditions(query.filters)
        )
    if query.since is not None:
        found = found.where(SearchDocument.at >= query.since)
    if query.until is not None:
        found = found.where(SearchDocument.at < query.until)
    return found


def _joined(query: SearchQuery, found: list[ColumnElement[Any]]) -> ColumnElement[Any]:
    return _any_of(found) if query.any_word else _all_of(found)


def _any_of(found: list[ColumnElement[Any]]) -> ColumnElement[Any]:
    whole, *more = found
    for one in more:
        whole = func.tsquery_or(whole, one)
    return whole


def _all_of(found: list[ColumnElement[Any]]) -> ColumnElement[Any]:
    whole, *more = found
    for one in more:
        whole = func.tsquery_and(whole, one)
    return whole


def _loosened(part: Part) -> Part:
    # A document that holds an identifier holds the words it is made of.
    return replace(part, field=None, way=part.way if part.way is Way.PREFIX else Way.WORD)


def _said(part: Part) -> ColumnElement[Any]:
    """A part as a tsquery. Words hold letters and digits only and stand in quotes: nothing in them is an operator."""
    label = _LETTERS.get(part.field or "", "")
    if part.way is Way.PREFIX and len(part.words) > 1:
        return _query("desk_plain", f"'{terms.glue(part.raw)}':*")
    if part.way is Way.PREFIX:
        return _query("desk_plain", f"'{part.words[0]}':*{label}")
    mark = f":{label}" if label else ""
    # Several words that are no phrase are one that was loosened.
    between = " & " if part.way is Way.WORD else " <-> "
    as_words = _query("desk_stem", between.join(f"'{word}'{mark}" for word in part.words))
    if part.way is Way.IDENTIFIER and not part.field:
        return func.tsquery_or(as_words, _query("desk_plain", f"'{terms.glue(part.raw)}'"))
    return as_words


def _query(configuration: str, written: str) -> ColumnElement[Any]:
    # Sent as part of the statement: a plan made once for whatever words would be a bad one for most.
    words = bindparam(None, written, type_=Text(), literal_execute=True)
    return func.to_tsquery(literal_column(f"'{configuration}'::regconfig"), words)
