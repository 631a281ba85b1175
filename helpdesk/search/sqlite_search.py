"""Looking things up in SQLite's full-text tables (FTS5)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, column, func, literal_column, select, table, text

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.search import filters, spelling, terms
from helpdesk.search.backend import FEW, KINDS, SearchQuery
from helpdesk.search.models import SearchDocument
from helpdesk.search.query import Parsed, Part, Way
from helpdesk.tickets.models import Ticket

# Common words are ranked among their newest matches only; ranking them all would read the whole index.
NEWEST = 2_000
# A prefix beside other words is looked up first; of one that matches nearly everything the newest are enough.
MOST_OF_A_PREFIX = 50_000
VOCABULARY_RANGE = 3_000
# While somebody types: how many words that begin so are looked at, and how many entries of lists are joined.
MOST_BEGUN = 200
MOST_JOINED = 1_000_000
MERGE_PAGES = 500
MOST_MERGES = 400

# How much a match counts in title, sender, receiver, body (exact,) and readers.
_WEIGHTS = {
    "search_stem": "6.0, 2.0, 1.0, 1.0, 0.0",
    "search_plain": "6.0, 2.0, 1.0, 1.0, 2.0, 0.0",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """The table that leads, what it is asked in its own language, and what else must hold."""

    main: str
    match: str
    narrowing: list[ColumnElement[bool]]


def find(query: SearchQuery, parsed: Parsed, limit: int) -> tuple[list[tuple[str, float]], bool]:
    """The references of the best matches with their scores, and whether only the newest matches were ranked."""
    if query.is_hasty and any(_is_broad(part) for part in parsed.wanted):
        return [], False
    asked = _asked(query, parsed)
    # One walk from the newest match on, which ranks as it goes: finding the newest and then ranking them walks twice.
    rowid: ColumnElement[Any] = literal_column(f"{asked.main}.rowid")
    score: ColumnElement[Any] = literal_column(f"bm25({asked.main}, {_WEIGHTS[asked.main]})")
    if query.is_hasty:
        newest_first = _joined(select(SearchDocument.ref), query, asked).order_by(rowid.desc())
        return [(ref, 0.0) for ref in db.session.scalars(newest_first.limit(limit))], False
    walked = select(rowid.label("id"), SearchDocument.ref, score.label("score"))
    newest = _joined(walked, query, asked).order_by(rowid.desc()).limit(NEWEST).cte("newest")
    count = select(func.count()).select_from(newest).scalar_subquery()
    best = select(newest.c.ref, newest.c.score, count).order_by(newest.c.score, newest.c.id.desc())
    rows = db.session.execute(best.limit(limit)).all()
    return [(ref, -score) for ref, score, _count in rows], bool(rows) and rows[0][2] >= NEWEST


def likely(word: str) -> list[str]:
    """Words of the index near to one, likeliest first; none if the index knows the word."""
    known = _counts([word, *spelling.one_edit_away(word)])
    if word in known:
        return []
    known = {near: uses for near, uses in known.items() if spelling.is_suggestible(near)}
    if not known and len(word) > spelling.SHORTEST:
        near = [
            one
            for one in _beginning_with(word[:2], VOCABULARY_RANGE)
            if spelling.distance(word, one) <= 2
        ]
        known = _counts(near)
    return sorted(known, key=lambda near: (-known[near], near))


def completions(prefix: str, limit: int) -> list[str]:
    """Words of the index that begin so, most used first."""
    known = _counts(_beginning_with(prefix, 200))
    return sorted(known, key=lambda word: (-known[word], word))[:limit]


def check() -> None:
    """Raise a database error if the full-text tables are missing or damaged."""
    for name in ("search_stem", "search_plain"):
        db.session.execute(_rowids(name, '"a"').limit(1)).all()


def optimise() -> None:
    """Merge the index into few pieces, in steps that hold the database for a moment only."""
    for name in ("search_stem", "search_plain"):
        _merge(name, -MERGE_PAGES)
        for _step in range(MOST_MERGES):
            if not _merge(name, MERGE_PAGES):
                break


def _merge(name: str, pages: int) -> bool:
    """Merge for about so many pages (a negative number begins anew); whether there was anything to do."""
    changes = text("SELECT total_changes()")
    with unit_of_work():
        before = db.session.scalar(changes) or 0
        db.session.execute(
            text(f"INSERT INTO {name}({name}, rank) VALUES ('merge', :pages)"),  # noqa: S608 (constant names)
            {"pages": pages},
        )
        # FTS5 counts one change for the command itself.
        return (db.session.scalar(changes) or 0) - before > 1


def relearn() -> None:
    """Nothing to do: the vocabulary is the index itself."""


def _asked(query: SearchQuery, parsed: Parsed) -> _Asked:
    only_prefixes = all(_is_plain(part) for part in parsed.wanted)
    main = "search_plain" if only_prefixes else "search_stem"
    mine = [part for part in parsed.wanted if _is_plain(part) == only_prefixes]
    others = [_said(part) for part in parsed.wanted if _is_plain(part) != only_prefixes]
    refused = [_said(part) for part in parsed.unwanted if _is_plain(part) == only_prefixes]
    others_refused = [_said(part) for part in parsed.unwanted if _is_plain(part) != only_prefixes]
    narrowing = _of_documents(query)
    # The plus again: a number given from outside would make FTS5 ask its whole question for each of them.
    rowid: ColumnElement[Any] = literal_column(f"+{main}.rowid")
    other = "search_stem" if only_prefixes else "search_plain"
    if others:
        narrowing.append(rowid.in_(_rowids(other, " AND ".join(others)).limit(MOST_OF_A_PREFIX)))
    if others_refused:
        narrowing.append(
            rowid.not_in(_rowids(other, " OR ".join(others_refused), name_of_match="refused"))
        )
    return _Asked(main, _whole(query, [_said(part) for part in mine], refused), narrowing)


def _rowids(name: str, match: str, *, name_of_match: str = "other") -> Select[Any]:
    there = table(name, column("rowid"))
    matches = text(f"{name} MATCH :{name_of_match}").bindparams(**{name_of_match: match})
    return select(there.c.rowid).where(matches).order_by(there.c.rowid.desc())


def _whole(query: SearchQuery, wanted: list[str], refused: list[str]) -> str:
    asked = [f"({' OR '.join(wanted)})"] if query.any_word and wanted else [*wanted]
    if query.readers is not None:
        asked.append(_any_of(terms.reader_term(reader) for reader in query.readers))
    if query.kinds in FEW:
        asked.append(_any_of([terms.kind_term(query.kinds[0])]))
    elif query.kinds:
        # To leave out the few people is quicker than to ask for the many messages.
        refused = [
            *refused,
            *(_any_of([terms.kind_term(kind)]) for kind in KINDS if kind not in query.kinds),
        ]
    whole = " AND ".join(asked)
    return f"({whole}) NOT ({' OR '.join(refused)})" if refused else whole


def _any_of(found: Iterable[str]) -> str:
    quoted = " OR ".join(f'"{term}"' for term in found)
    return f"readers : ({quoted})" if quoted else 'readers : "nobody"'


def _said(part: Part) -> str:
    """A part in the language of FTS5; words hold letters and digits only, so nothing in them is an operator."""
    field = f"{part.field} : " if part.field else ""
    if part.way is Way.PREFIX and len(part.words) > 1:
        return f'"{terms.glue(part.raw)}" *'
    return f'{field}"{" ".join(part.words)}"{" *" if part.way is Way.PREFIX else ""}'


def _is_broad(part: Part) -> bool:
    """Whether so many words begin so, in so many documents, that FTS5 would join their lists for longer than a key takes."""
    if part.way is not Way.PREFIX:
        return False
    first = terms.glue(part.raw) if len(part.words) > 1 else part.words[0]
    words, documents = db.session.execute(
        text(
            "SELECT count(*), coalesce(sum(doc), 0) FROM (SELECT doc FROM search_vocabulary"
            " WHERE term >= :first AND term < :last LIMIT :most)"
        ),
        {"first": first, "last": first + "\U0010ffff", "most": MOST_BEGUN},
    ).one()
    # It joins two lists at a time, then what came of them.
    return bool(documents * math.log2(words or 1) > MOST_JOINED)


def _is_plain(part: Part) -> bool:
    """Whether a part is looked for among the words as written: a prefix of a stem is not a prefix of the word."""
    return part.way is Way.PREFIX


def _of_documents(query: SearchQuery) -> list[ColumnElement[bool]]:
    found = filters.conditions(query.filters)
    if query.since is not None:
        found.append(SearchDocument.at >= query.since)
    if query.until is not None:
        found.append(SearchDocument.at < query.until)
    return found


def _joined(wanted: Select[Any], query: SearchQuery, asked: _Asked) -> Select[Any]:
    # The sign of plus keeps SQLite from turning the join round: the full-text table must lead, newest first.
    source: Any = table(asked.main).join(
        SearchDocument.__table__, text(f"search_document.id = +{asked.main}.rowid")
    )
    if query.filters:
        source = source.join(Ticket.__table__, text("ticket.id = +search_document.ticket_id"))
    matches = text(f"{asked.main} MATCH :match").bindparams(match=asked.match)
    return wanted.select_from(source).where(matches, *asked.narrowing)


def _counts(words: list[str]) -> dict[str, int]:
    rows = db.session.execute(
        text(
            "SELECT term, doc FROM search_vocabulary WHERE term IN (SELECT value FROM json_each(:words))"
        ),
        {"words": json.dumps(words)},
    )
    return {row[0]: row[1] for row in rows}


def _beginning_with(prefix: str, limit: int) -> list[str]:
    rows = db.session.scalars(
        text(
            "SELECT term FROM search_vocabulary WHERE term >= :first AND term < :last LIMIT :most"
        ),
        {"first": prefix, "last": prefix + "\U0010ffff", "most": limit},
    )
    return [term for term in rows if spelling.is_suggestible(term)]
