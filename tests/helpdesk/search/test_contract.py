"""What every engine behind the search seam promises."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.search.backend import SearchBackend, SearchQuery
from tests.helpdesk.search.conftest import AT, a_document, put, refs, take_out


def test_a_word_is_found_in_all_its_forms(engine: SearchBackend) -> None:
    put(engine, a_document("message:1", body="The boilers were leaking in the halls"))
    assert refs(engine, "boiler leaks") == ["message:1"]


def test_a_word_is_found_with_and_without_its_accents_and_capitals(engine: SearchBackend) -> None:
    put(engine, a_document("message:1", body="Café Zürich"))
    assert refs(engine, "CAFE zurich") == ["message:1"]
    assert refs(engine, "café") == ["message:1"]


def test_all_words_must_be_there(engine: SearchBackend) -> None:
    put(engine, a_document("message:1", body="red bin"), a_document("message:2", body="red car"))
    assert refs(engine, "red bin") == ["message:1"]


def test_a_phrase_is_found_in_its_order_only(engine: SearchBackend) -> None:
    put(
        engine,
        a_document("message:1", body="the hot water is off"),
        a_document("message:2", body="the water is hot"),
    )
    assert refs(engine, '"hot water"') == ["message:1"]


@pytest.mark.parametrize("typed", ["applicati*", "ap*", "application*", "APPLICA*"])
def test_the_beginning_of_a_word_is_found_however_its_stem_ends(
    engine: SearchBackend, typed: str
) -> None:
    put(engine, a_document("message:1", body="Two applications"), a_document("message:2", body="x"))
    assert refs(engine, typed) == ["message:1"]


def test_a_word_and_the_beginning_of_another_go_together(engine: SearchBackend) -> None:
    put(
        engine,
        a_document("message:1", body="planning application"),
        a_document("message:2", body="planning meeting"),
    )
    assert refs(engine, "plans appl*") == ["message:1"]
    assert refs(engine, "planning -appl*") == ["message:2"]


@pytest.mark.parametrize(
    "typed",
    [
        "node01.example.org",
        "NODE01.example.org",
        "node01.exa*",
        "ann@example.org",
        "INC-1042",
        "a_b-7.pdf",
    ],
)
def test_an_identifier_is_found_as_it_is_written(engine: SearchBackend, typed: str) -> None:
    put(
        engine,
        a_document(
            "message:1",
            body="On node01.example.org, says ann@example.org; see a_b-7.pdf.",
            exact="INC-1042",
        ),
        a_document("message:2", body="node example org, ann b 7 1042", exact="INC-1043"),
    )
    assert refs(engine, typed) == ["message:1"]


def test_fields_look_where_they_say(engine: SearchBackend) -> None:
    put(
        engine,
        a_document("message:1", title="Boiler", fields={"sender": "Ann ann@example.org"}),
        a_document("message:2", body="Boiler", fields={"receiver": "Ann ann@example.org"}),
    )
    assert refs(engine, "subject:boiler") == ["message:1"]
    assert refs(engine, "from:ann@example.org") == ["message:1"]
    assert refs(engine, "to:ann") == ["message:2"]
    assert sorted(refs(engine, "ann")) == ["message:1", "message:2"]


def test_a_word_with_a_minus_must_not_be_there(engine: SearchBackend) -> None:
    put(engine, a_document("message:1", body="red bin"), a_document("message:2", body="red car"))
    assert refs(engine, "red -car") == ["message:1"]
    assert refs(engine, '-"red car" red') == ["message:1"]
    assert refs(engine, "-car") == []


def test_the_subject_counts_more_than_the_text(engine: SearchBackend) -> None:
    put(
        engine,
        a_document("message:1", title="Other", body="parking " + "of words " * 5),
        a_document("message:2", title="Parking", body="permit " + "of words " * 5),
    )
    assert refs(engine, "parking") == ["message:2", "message:1"]


def test_only_documents_for_one_of_the_readers_terms_come_back(engine: SearchBackend) -> None:
    put(
        engine,
        a_document("message:1", body="canary", readers=("group:1", "person:5")),
        a_document("message:2", body="canary", readers=("group:11",)),
        a_document("message:3", body="canary", readers=("nogroup",)),
    )
    assert refs(engine, "canary", ("group:1",)) == ["message:1"]
    assert refs(engine, "canary", ("person:5",)) == ["message:1"]
    assert sorted(refs(engine, "canary", ("group:11", "nogroup"))) == ["message:2", "message:3"]
    assert refs(engine, "canary", ("group:1", "group:3", "nobody", "staff")) == ["message:1"]
    assert refs(engine, "canary", ()) == []
    assert len(refs(engine, "canary", None)) == 3


def test_kinds_are_told_apart(engine: SearchBackend) -> None:
    put(
        engine,
        a_document("person:1", title="Ann Smith", readers=("staff",)),
        a_document("message:1", body="Ann Smith", readers=("staff",)),
        a_document("ticket:1", body="Ann Smith", readers=("staff",)),
    )
    assert refs(engine, "smith", kinds=("person",)) == ["person:1"]
    assert sorted(refs(engine, "smith", kinds=("ticket", "message"))) == ["message:1", "ticket:1"]


def test_a_document_written_again_is_found_by_its_new_words_only(engine: SearchBackend) -> None:
    put(engine, a_document("message:1", body="old words"))
    put(engine, a_document("message:1", body="new words"))
    assert refs(engine, "old") == []
    assert refs(engine, "words") == ["message:1"]


def test_a_document_taken_out_is_not_found(engine: SearchBackend) -> None:
    put(engine, a_document("message:1", body="words"), a_document("message:2", body="words"))
    take_out(engine, "message:1")
    assert refs(engine, "words") == ["message:2"]
    assert engine.health().documents == 1


def test_a_page_says_whether_there_is_more(engine: SearchBackend) -> None:
    put(engine, *(a_document(f"message:{number}", body="words") for number in range(1, 8)))
    first = engine.search(SearchQuery("words", None, limit=5))
    second = engine.search(SearchQuery("words", None, limit=5, offset=5))
    assert first.more
    assert not second.more
    assert len({hit.ref for hit in (*first.hits, *second.hits)}) == 7


def test_a_range_of_days_leaves_out_what_is_far_from_it(engine: SearchBackend) -> None:
    put(
        engine,
        a_document("message:1", body="words", at=AT - timedelta(days=400)),
        a_document("message:2", body="words", at=AT),
    )
    inside = {"since": AT - timedelta(days=3), "until": AT + timedelta(days=1)}
    assert refs(engine, "words", **inside) == ["message:2"]


def test_a_misspelt_word_brings_a_suggestion(engine: SearchBackend) -> None:
    put(engine, a_document("message:1", body="The planning department"))
    engine.optimise()
    page = engine.search(SearchQuery("the planing departmnet", None))
    assert page.suggestion == "the planning department" or page.hits


def test_a_word_of_others_is_never_suggested(engine: SearchBackend) -> None:
    put(engine, a_document("message:1", body="Zanzibar", readers=("group:2",)))
    engine.optimise()
    assert engine.search(SearchQuery("Zanzibat", ("group:1",))).suggestion is None
    assert engine.search(SearchQuery("Zanzibat", ("group:2",))).suggestion == "zanzibar"
    assert engine.suggest("zanz", ("group:1",)) == []
    assert engine.suggest("zanz", ("group:2",)) == ["zanzibar"]


def test_an_empty_index_is_searched_without_complaint(engine: SearchBackend) -> None:
    page = engine.search(SearchQuery("anything", None))
    assert page.hits == ()
    assert page.limited == ""
    assert engine.health().works


def test_an_index_merged_at_night_gives_the_same(engine: SearchBackend) -> None:
    for number in range(1, 6):
        put(engine, a_document(f"message:{number}", body=f"words {number}00"))
    take_out(engine, "message:1")
    engine.optimise()
    assert sorted(refs(engine, "words")) == [f"message:{number}" for number in range(2, 6)]
