"""Whatever is typed into the search box: an answer, never an error, and no row changed (S26)."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.search.backend import SearchBackend, SearchQuery
from helpdesk.search.finding import find, suggest
from helpdesk.search.models import SearchDocument
from helpdesk.search.query import parse
from tests.cast import Cast
from tests.helpdesk.search.conftest import Settle, a_document, put, refs
from tests.makers import make_ticket

NASTY = [
    "",
    " ",
    "*",
    "***",
    '"',
    '""',
    '"*',
    "-",
    "--",
    "-*",
    '-"',
    ":",
    "subject:",
    "subject:*",
    'subject:"',
    "it's",
    "c++",
    "node01.example.org",
    "ann@example.org",
    "AND",
    "OR OR OR",
    "NOT boiler",
    "NEAR(boiler leak, 5)",
    "boiler AND (leak OR",
    "((((((((((",
    "{title body} : boiler",
    "title : boiler",
    "^boiler",
    "boiler^2",
    "boiler~1",
    "bo?ler",
    "[a TO z]",
    "readers:xr67726f75703a310",
    "x' OR '1'='1",
    "'; DROP TABLE ticket; --",
    "boiler & !leak | water <-> off",
    "'boiler':*A",
    "\\",
    "\\'",
    "%",
    "_",
    "a%' --",
    "\x00",
    "boiler\x00leak",
    "\ud800",
    "\u202e\u200b\ufeff",
    "\ue000boiler\ue001",
    "हिन्दी में खोज*",
    "ß İ ﬁ ǅ Å",
    "😀 :)",
    "1 2 3",
    "1e309 0x10 1.2.3.4 10:30",
    "number:INC-99999999999999999999",
    "priority:99999999999999999999",
    "before:9999-99-99 after:0000-00-00",
    "assignee:%",
    "group:\"' OR 1=1",
    "is:everything status:none",
    "requester:\x1fperson:zz",
    "a" * 5000,
    "a " * 500,
    "a* " * 40,
    '"' + "a b " * 100 + '"',
    "-a " * 60,
    "xq* xr* xk*",
]


@pytest.mark.parametrize("text", NASTY)
def test_nasty_input_is_answered(engine: SearchBackend, cast: Cast, text: str) -> None:
    put(engine, a_document("message:1", body="boiler leak", readers=("group:2",)))
    page = engine.search(SearchQuery(text, ("group:1",)))
    assert page.hits == ()
    assert page.limited == ""
    assert find(cast.actor("ben"), text).tickets == ()
    assert suggest(cast.actor("ben"), text) == []
    assert refs(engine, "boiler") == ["message:1"]


def test_random_input_is_answered_and_changes_no_row(
    engine: SearchBackend, cast: Cast, settle: Settle
) -> None:
    make_ticket(cast.ada, cast.it, text="The boiler leaks.")
    settle()
    before = db.session.scalar(select(func.count()).select_from(SearchDocument))
    pieces = [
        *NASTY[:56],
        "boiler",
        "leak*",
        '"the boiler"',
        "-leaks",
        "from:ada",
        "tag:x",
        "\n",
        "\t",
    ]
    random_source = random.Random(20261116)
    ben = cast.actor("ben")
    for _ in range(150):
        text = random_source.choice(["", " ", "-"]).join(
            random_source.choices(pieces, k=random_source.randint(1, 6))
        )
        page = find(ben, text)
        assert page.limited == "", text
    assert db.session.scalar(select(func.count()).select_from(SearchDocument)) == before


def test_a_parser_that_is_given_noise_stays_within_its_limits() -> None:
    random_source = random.Random(7)
    letters = "ab\"*-:. ,'()é#@/\\0179\t"
    for _ in range(2_000):
        parsed = parse("".join(random_source.choices(letters, k=random_source.randint(0, 80))))
        assert len(parsed.parts) <= 16
        for part in parsed.parts:
            assert part.words
            assert all(word and word.replace("é", "e").isalnum() for word in part.words)
