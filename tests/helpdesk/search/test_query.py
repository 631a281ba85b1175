"""How what a person types is understood."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from helpdesk.search.query import Fault, Filter, Part, Way, parse


def test_words_phrases_prefixes_and_identifiers_are_told_apart() -> None:
    assert parse('Boilers "hot water" leak* INC-1042').parts == (
        Part(Way.WORD, ("boilers",), "Boilers"),
        Part(Way.PHRASE, ("hot", "water"), "hot water"),
        Part(Way.PREFIX, ("leak",), "leak"),
        Part(Way.IDENTIFIER, ("inc", "1042"), "INC-1042"),
    )


def test_marks_around_a_word_belong_to_the_sentence() -> None:
    assert [part.raw for part in parse("(see INC-1042, please!)").parts] == [
        "see",
        "INC-1042",
        "please",
    ]


def test_fields_of_the_text_are_parts_and_facts_of_tickets_are_filters() -> None:
    parsed = parse('from:ann@example.org tag:noise,bins -status:closed group:"IT support"')
    assert [(part.field, part.raw) for part in parsed.parts] == [("sender", "ann@example.org")]
    assert parsed.filters == (
        Filter("tag", ("noise", "bins")),
        Filter("status", ("closed",), negated=True),
        Filter("group", ("it support",)),
    )


def test_an_unknown_field_is_looked_for_as_words_and_noted_with_its_place() -> None:
    parsed = parse("lamp colour:red")
    assert [part.words for part in parsed.parts] == [("lamp",), ("colour", "red")]
    assert [(note.fault, note.position, note.text) for note in parsed.notes] == [
        (Fault.UNKNOWN_FIELD, 5, "colour")
    ]


@pytest.mark.parametrize("text", ["https://example.org/a", "10:30", "Re: lamp"])
def test_a_colon_that_names_no_field_is_not_complained_of(text: str) -> None:
    assert parse(text).notes == ()


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("21/11/2026", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-02", datetime(2026, 2, 1, tzinfo=UTC)),
        ("2026", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_days_are_read_as_people_write_them(written: str, day: datetime) -> None:
    parsed = parse(f"after:{written} before:{written}")
    assert (parsed.since, parsed.until) == (day, day)


@pytest.mark.parametrize("written", ["2026-13-01", "tomorrow", "31/02/2026", "0000", "²⁰²⁶"])
def test_a_day_that_is_none_is_noted(written: str) -> None:
    parsed = parse(f"before:{written}")
    assert parsed.until is None
    assert [note.fault for note in parsed.notes] == [Fault.BAD_DATE]


def test_only_words_that_must_not_be_there_are_noted() -> None:
    parsed = parse("-lamp")
    assert [note.fault for note in parsed.notes] == [Fault.ONLY_NEGATIONS]
    assert parsed.is_empty


def test_of_a_phrase_cut_short_only_the_last_word_is_a_beginning() -> None:
    assert [(part.way, part.words) for part in parse('"hot wat"*').parts] == [
        (Way.WORD, ("hot",)),
        (Way.PREFIX, ("wat",)),
    ]


def test_too_much_is_cut_and_noted() -> None:
    assert len(parse("word " * 60).parts) == 16
    assert Fault.TOO_MANY_PARTS in [note.fault for note in parse("word " * 60).notes]
    assert Fault.TOO_LONG in [note.fault for note in parse("x" * 600).notes]
