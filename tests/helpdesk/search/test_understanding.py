"""What the search page says of a query: what was understood, where it went wrong and how to mend it, and what may follow."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from helpdesk.search import completing, echo, mending
from helpdesk.search.query import end_of_piece, parse, pieces

STATES = ("new", "in_progress", "resolved")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("printer", ["the word “printer”"]),
        ('"Blank  pages"', ["the words “blank pages” beside each other"]),
        ("prin*", ["a word that begins with “prin”"]),
        ("-printer bins", ["not the word “printer”", "the word “bins”"]),
        ("subject:bins", ["the word “bins” in subject"]),
        ("INC-1042", ["“INC-1042” as it is written"]),
        ("requester:ada -status:closed", ["requester is ada", "status is not closed"]),
        ("assignee:me", ["assignee is you"]),
        ('assignee:""', ["there is no assignee"]),
        ("age:<7d", ["opened less than 1 week ago"]),
        ("priority:<3 tag:a,b", ["priority is less than 3", "it is tagged a or b"]),
        ("after:2026-01-01", ["opened on 2026-01-01 or later"]),
        ("before:2026-01-01", ["opened before 2026-01-01"]),
        ("after:2026-01-01 before:2026-01-02", ["opened on 2026-01-01"]),
        ("", []),
    ],
)
def test_what_was_understood_is_said_in_plain_words(query: str, said: list[str]) -> None:
    assert echo.clauses(parse(query), str, lambda day: day.isoformat()) == said


@pytest.mark.parametrize(
    ("query", "wrong", "mended"),
    [
        ("bins colour:red", "colour:red", 'bins "colour:red"'),
        ("subjct:bins", "subjct:bins", "subject:bins"),
        ('bins "two words', '"two words', 'bins "two words"'),
        ("a p* b", "p*", "a p b"),
        ("bins OR lamp", "OR", "bins lamp"),
        ("impact:hihg lamp", "impact:hihg", "impact:high lamp"),
        ("after:tomorrow", "after:tomorrow", None),
        ("-lamp", "-lamp", None),
        ("notes:3 bins", "notes:3", "bins"),
    ],
)
def test_an_error_points_to_its_place_and_offers_a_mend(
    query: str, wrong: str, mended: str | None
) -> None:
    found = mending.troubles(query, parse(query).notes, mending.closed_values)
    assert [(query[one.start : one.end], one.mended) for one in found] == [(wrong, mended)]


@pytest.mark.parametrize("query", ["", "  ", '"', "a:b", '-x:"y z"* w', "x" * 600, '":":"'])
def test_no_query_is_too_odd_to_point_into(query: str) -> None:
    for one in mending.troubles(query, parse(query).notes, mending.closed_values):
        assert 0 <= one.start <= one.end <= len(query)
    assert end_of_piece(query, len(query)) == len(query)


def test_a_query_falls_into_pieces() -> None:
    found = [(one.text, one.field, one.negated) for one in pieces('-state:new "a b" x')]
    assert found == [("-state:new", "status", True), ('"a b"', "", False), ("x", "", False)]


def values(name: str, typed: str) -> Iterable[tuple[str, str]]:
    known = {"status": STATES, "group": ("it support", "highways"), "tag": ("50%", 'a "b"')}
    return [(one, "") for one in known.get(name, ()) if one.startswith(typed)]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("sta", ["status:"]),
        ("bins pri", ["priority:"]),
        ("-assi", ["assignee:"]),
        ("status:", ["new ", "in_progress ", "resolved "]),
        ("state:in", ["in_progress "]),
        ("bins group:i", ['"it support" ']),
        ('group:"it s', ['"it support" ']),
        ("status:new,res", ["resolved "]),
        ("tag:a", ['"a  b " ']),
        ("zzzz", []),
        ("", []),
        ('"quo', []),
    ],
)
def test_what_may_follow_is_offered(text: str, offered: list[str]) -> None:
    assert [one.text for one in completing.offers(text, len(text), values)] == offered


def test_what_is_offered_stands_in_the_place_of_what_was_typed() -> None:
    text = 'bins group:"it s lamp'
    one = completing.offers(text, len('bins group:"it s'), values)[0]
    whole = text[: one.start] + one.text + text[one.end :]
    assert whole == 'bins group:"it support"  lamp'
