"""What was asked, in Whoosh's own terms; built from parts, so that no text of a person is ever parsed by Whoosh."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Any

from whoosh import query as wq

from helpdesk.search import terms
from helpdesk.search.backend import SearchQuery
from helpdesk.search.query import Parsed, Part, Way
from helpdesk.search.whoosh_schema import month_of

EVERYWHERE = ("title", "body")
# A word in more than this part of all documents is left out beside others, once there are more than a few documents.
EVERYWHERE_SHARE, FEW_DOCUMENTS = 0.2, 5_000
# A prefix is looked for as the words it may become, the most used ones.
MOST_WORDS_OF_A_PREFIX = 24
MOST_LOOKED_AT = 3_000
MOST_MONTHS = 36
# Not nothing: Whoosh takes a document without weight for one that does not match, when there are few documents.
FEATHER = 0.0001
KINDS = ("ticket", "message", "person")


def whole(asked: SearchQuery, parsed: Parsed, reader: Any) -> wq.Query:
    """Everything that must hold but who may read it."""
    wanted = [_part(part, reader) for part in telling(parsed.wanted, reader)]
    months = _months(asked.since, asked.until)
    if months:
        wanted.append(_any("month", months))
    if asked.kinds == ("person",):
        wanted.append(_any("access", [terms.kind_term("person")]))
    found = wq.And(wanted)
    refused = [_part(part, reader) for part in parsed.unwanted]
    if asked.kinds:
        # The few people are quicker left out than the many messages asked for.
        refused += [
            wq.Term("access", terms.kind_term(kind)) for kind in KINDS if kind not in asked.kinds
        ]
    return wq.AndNot(found, wq.Or(refused)) if refused else found


def readable(found: wq.Query, readers: tuple[str, ...]) -> wq.Query:
    """What of this one of these readers may read: an And, since as a filter it costs tenfold (measured)."""
    return wq.And([found, _any("access", [terms.reader_term(one) for one in readers])])


def share_of(readers: tuple[str, ...], reader: Any) -> float:
    """About which part of all documents these readers may read."""
    held = sum(reader.doc_frequency("access", terms.reader_term(one)) for one in readers)
    return float(held / max(1, reader.doc_count_all()))


def telling(wanted: tuple[Part, ...], reader: Any) -> tuple[Part, ...]:
    """Without words that stand nearly everywhere, if there are others: they cost most and tell least."""
    count = reader.doc_count_all()
    if len(wanted) < 2 or count < FEW_DOCUMENTS:
        return wanted
    found = tuple(part for part in wanted if not _is_everywhere(part, reader, count))
    return found or wanted


def _is_everywhere(part: Part, reader: Any, count: int) -> bool:
    if part.way is not Way.WORD or part.field:
        return False
    return bool(reader.doc_frequency("body", terms.stem(part.words[0])) > count * EVERYWHERE_SHARE)


def _part(part: Part, reader: Any) -> wq.Query:
    fields = (part.field,) if part.field else EVERYWHERE
    if part.way is Way.PREFIX:
        return _prefix(part, fields, reader)
    found = [_in_field(field, part.words) for field in fields]
    if part.way is Way.IDENTIFIER and not part.field:
        found.append(wq.Term("plain", terms.glue(part.raw)))
    return found[0] if len(found) == 1 else wq.Or(found)


def _in_field(field: str, words: tuple[str, ...]) -> wq.Query:
    stems = [terms.stem(word) for word in words]
    return wq.Term(field, stems[0]) if len(stems) == 1 else wq.Phrase(field, stems)


def _prefix(part: Part, fields: tuple[str, ...], reader: Any) -> wq.Query:
    if len(part.words) > 1:
        return wq.Prefix("plain", terms.glue(part.raw))
    words = words_beginning(part.words[0], reader, MOST_WORDS_OF_A_PREFIX)
    stems = dict.fromkeys(terms.stem(word) for word in words)
    return wq.Or([wq.Term(field, one) for one in stems for field in fields])


def words_beginning(prefix: str, reader: Any, most: int) -> list[str]:
    """Words of the index that begin so, most used first."""
    found = [
        (-info.doc_frequency(), written.decode("utf-8"))
        for written, info in islice(reader.iter_prefix("plain", prefix), MOST_LOOKED_AT)
    ]
    return [word for _uses, word in sorted(found)[:most]]


def _any(field: str, wanted: list[str]) -> wq.Query:
    """Any of these terms, all but without weight. No term at all is found nowhere."""
    return wq.Or([wq.Term(field, one, boost=FEATHER) for one in wanted or ["nobody"]])


def _months(since: datetime | None, until: datetime | None) -> list[str]:
    """The months from one moment to another; none if a side is open or there are too many to ask for."""
    if since is None or until is None or until <= since:
        return []
    count = (until.year - since.year) * 12 + until.month - since.month + 1
    if count > MOST_MONTHS:
        return []
    first = since.year * 12 + since.month - 1
    return [
        month_of(since.replace(year=one // 12, month=one % 12 + 1, day=1))
        for one in range(first, first + count)
    ]
