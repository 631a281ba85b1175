"""Words that stand in very many documents: only the newest matches are ranked, and the page says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from helpdesk.core.db import is_postgresql
from helpdesk.search import postgres_search, sqlite_search, whoosh_scoring
from helpdesk.search import whoosh_writing as writing
from helpdesk.search.backend import SearchBackend, SearchQuery
from helpdesk.search.database_backend import DatabaseBackend
from helpdesk.search.whoosh_backend import WhooshBackend
from tests.counting import count_queries
from tests.helpdesk.search.conftest import AT, a_document, put, refs, take_out


@pytest.fixture
def few_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (postgres_search, sqlite_search, whoosh_scoring):
        monkeypatch.setattr(module, "NEWEST", 5)


def in_order(count: int, **more: Any) -> list[Any]:
    return [
        a_document(f"message:{number}", body="words", at=AT + timedelta(minutes=number), **more)
        for number in range(1, count + 1)
    ]


@pytest.mark.usefixtures("few_ranked")
def test_of_a_common_word_the_newest_matches_are_ranked_and_the_page_says_so(
    engine: SearchBackend,
) -> None:
    put(engine, *in_order(8))
    page = engine.search(SearchQuery("words", None))
    assert sorted(hit.ref for hit in page.hits) == [f"message:{number}" for number in range(4, 9)]
    assert page.limited


@pytest.mark.usefixtures("few_ranked")
def test_a_rare_word_beside_a_common_one_is_found_however_old(engine: SearchBackend) -> None:
    put(engine, a_document("message:100", body="words canary", at=AT), *in_order(8))
    page = engine.search(SearchQuery("words canary", None))
    assert [hit.ref for hit in page.hits] == ["message:100"]
    assert not page.limited


@pytest.mark.usefixtures("few_ranked")
def test_what_others_may_read_takes_no_place_among_the_newest(engine: SearchBackend) -> None:
    put(engine, a_document("message:100", body="words", readers=("group:2",)), *in_order(8))
    assert refs(engine, "words", ("group:2",)) == ["message:100"]


@pytest.mark.usefixtures("few_ranked")
def test_among_the_newest_the_better_come_first_then_the_newer(engine: SearchBackend) -> None:
    put(engine, *in_order(8))
    put(engine, a_document("message:6", title="words", body="words", at=AT + timedelta(minutes=6)))
    first, *others = engine.search(SearchQuery("words", None)).hits
    assert first.ref == "message:6"
    assert [hit.ref for hit in others] == [f"message:{number}" for number in (8, 7, 5, 4)]


@pytest.mark.usefixtures("few_ranked")
def test_the_matches_of_common_words_are_walked_once(database_engine: DatabaseBackend) -> None:
    put(database_engine, *in_order(8))
    with count_queries() as counted:
        page = database_engine.search(SearchQuery("words", None))
    assert page.limited
    # Ranked where they are found: to find and then to rank would ask the full-text table twice.
    assert sum(one.count(" MATCH ") for one in counted.statements) == (not is_postgresql())


def test_a_range_of_days_may_be_open_on_either_side(engine: SearchBackend) -> None:
    put(
        engine,
        a_document("message:1", body="words", at=AT - timedelta(days=400)),
        a_document("message:2", body="words", at=AT),
    )
    assert refs(engine, "words", since=AT - timedelta(days=60)) == ["message:2"]
    assert refs(engine, "words", until=AT - timedelta(days=60)) == ["message:1"]


def test_a_phrase_is_found_in_what_was_written_after_something_was_taken_out(
    engine: SearchBackend,
) -> None:
    put(
        engine,
        a_document("message:1", body="hot water"),
        a_document("message:2", body="water hot"),
        a_document("message:3", body="hot water"),
    )
    take_out(engine, "message:1")
    assert refs(engine, '"hot water"') == ["message:3"]
    assert refs(engine, 'hot -"hot water"') == ["message:2"]


def test_by_day_only_the_smallest_pieces_of_a_whoosh_index_are_merged(
    whoosh: WhooshBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "TIERS", ((2, 3), (20, 5)))
    for number in range(1, 14):
        put(whoosh, a_document(f"message:{number}", body="words"))
    sizes = sizes_of(whoosh)
    assert len(sizes) <= 6
    assert sum(sizes) == 13
    assert len(refs(whoosh, "words", limit=20)) == 13


def test_a_large_piece_is_left_alone_by_day(
    whoosh: WhooshBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "TIERS", ((2, 3), (19, 5)))
    put(whoosh, *in_order(20))
    for number in range(100, 116):
        put(whoosh, a_document(f"message:{number}", body="words"))
    assert 20 in sizes_of(whoosh)


def sizes_of(whoosh: WhooshBackend) -> list[int]:
    with whoosh._turn:
        leaves = whoosh._reader().leaf_readers()
        return [leaf.doc_count_all() for leaf, _base in leaves]


def test_while_somebody_types_what_nearly_everything_begins_with_is_left_out(
    engine: SearchBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_search, "MOST_JOINED", 5)
    put(engine, *in_order(4), a_document("message:9", body="wordy woven canary", at=AT))

    on_sqlite = isinstance(engine, DatabaseBackend) and not is_postgresql()
    assert refs(engine, "can*", is_hasty=True) == ["message:9"]
    assert len(refs(engine, "wo*", is_hasty=True)) == (0 if on_sqlite else 5)
    assert len(refs(engine, "wo*")) == 5


def test_while_somebody_types_the_newest_will_do(engine: SearchBackend) -> None:
    put(engine, *in_order(8))
    page = engine.search(SearchQuery("words", None, limit=2, is_hasty=True))
    assert len(page.hits) == 2
    assert page.more
