"""Finding articles: the words of a question, the reader's language, and what each reader may read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.knowledge import arranging, indexing, languages, looking, queries, writing
from helpdesk.knowledge.models import Article, ArticleText, Audience
from helpdesk.people.models import Person
from helpdesk.search import indexing as search_indexing
from helpdesk.search.backend import SearchQuery
from helpdesk.search.database_backend import DatabaseBackend
from helpdesk.search.finding import find as find_tickets
from helpdesk.search.whoosh_backend import WhooshBackend
from tests.cast import Cast
from tests.helpdesk.knowledge.shelf import make_article, make_draft, publish_anew, translate
from tests.helpdesk.search.conftest import installed
from tests.makers import make_ticket


@pytest.fixture(params=["whoosh", "database"])
def engine(request: pytest.FixtureRequest, app: Flask, tmp_path: Path) -> Iterator[str]:
    """Each engine in turn, put into the desk of the test."""
    made = WhooshBackend(tmp_path / "search") if request.param == "whoosh" else DatabaseBackend()
    with installed(app, made):
        yield request.param


def index(*articles: Article) -> None:
    """What the job of lane `index` does, where the engine does not stand in the database."""
    indexing.index_articles([article.id for article in articles])


def titles(text: str, viewer: Person | None = None, language: str = "en") -> list[str]:
    return [found.title for found in queries.find(text, viewer, language)]


def test_an_article_is_found_by_a_question(engine: str) -> None:
    bins = make_article("When we collect your bins", "Every Tuesday.")
    pool = make_article("Swimming lessons", "At the pool.")
    index(bins, pool)

    assert titles("Hello, when do you collect my bin please?") == ["When we collect your bins"]


def test_what_holds_more_of_the_question_comes_first(engine: str) -> None:
    index(
        make_article("Parking", "A permit is needed near the market."),
        make_article("Apply for a resident parking permit", "You need a permit to park."),
    )

    assert titles("parking permit resident")[0] == "Apply for a resident parking permit"


def test_a_draft_is_not_found(engine: str) -> None:
    index(make_draft("When we collect your bins"))

    assert titles("collect bins") == []


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        (Audience.PUBLIC, ("nobody", "ada", "ben", "eve")),
        (Audience.SIGNED_IN, ("ada", "ben", "eve")),
        (Audience.INTERNAL, ("ben", "eve")),
    ],
)
def test_an_article_is_found_by_its_audience_only(
    engine: str, cast: Cast, audience: Audience, readers: tuple[str, ...]
) -> None:
    index(make_article("Unlock the depot gate", "The code is 4711.", audience=audience))

    viewers = {"nobody": None, "ada": cast.ada, "ben": cast.ben, "eve": cast.eve}
    found = [name for name, viewer in viewers.items() if titles("depot gate code", viewer)]
    assert found == list(readers)


def test_a_narrower_audience_counts_before_the_index_knows_of_it(
    cast: Cast, app: Flask, tmp_path: Path
) -> None:
    with installed(app, WhooshBackend(tmp_path / "search")):
        article = make_article("Unlock the depot gate", "The code is 4711.")
        index(article)
        with unit_of_work():
            article.audience = Audience.INTERNAL

        assert titles("depot gate") == []


def test_hidden_articles_take_no_place_among_the_candidates(engine: str) -> None:
    hidden = [
        make_article(f"Bins bins {number}", "bins " * 50, audience=Audience.INTERNAL)
        for number in range(looking.CANDIDATES + 5)
    ]
    index(*hidden, make_article("Waste", "Something of bins, at the very end."))

    assert titles("bins") == ["Waste"]


def test_who_reads_welsh_gets_the_welsh_text(engine: str) -> None:
    article = make_article("When we collect your bins", "Every Tuesday.")
    translate(article, "Pryd rydym yn casglu eich biniau", "Bob dydd Mawrth.")
    index(article)

    assert titles("biniau", language="cy") == ["Pryd rydym yn casglu eich biniau"]
    assert titles("bins", language="cy") == ["Pryd rydym yn casglu eich biniau"]
    assert titles("bins", language="en") == ["When we collect your bins"]


def test_what_is_not_translated_comes_in_its_own_language(engine: str) -> None:
    index(make_article("Swimming lessons", "At the pool."))

    found = queries.find("swimming", None, "cy")

    assert [(one.title, one.language) for one in found] == [("Swimming lessons", "en")]


def test_a_welsh_word_is_found_by_its_mutated_forms(engine: str) -> None:
    article = make_article("Bulky waste collection", "We fetch it.")
    translate(article, "Casgliad gwastraff swmpus", "Rydym yn ei nôl.")
    index(article)

    assert titles("gasgliad", language="cy") == ["Casgliad gwastraff swmpus"]


def test_an_article_that_was_retired_is_not_found(engine: str) -> None:
    article = make_article()
    index(article)
    with unit_of_work():
        arranging.retire(article, actor=None)
    index(article)

    assert titles("collect bins") == []


def test_a_text_that_was_withdrawn_is_not_found(engine: str) -> None:
    article = make_article()
    with unit_of_work():
        writing.withdraw(article.texts[0], actor=None)
    index(article)

    assert titles("collect bins") == []


def test_what_was_published_anew_is_found_by_its_new_words(engine: str) -> None:
    article = make_article("Bins", "On Tuesdays.")
    publish_anew(article.texts[0], "Bins", "On Fridays, in the evening.")
    index(article)

    assert titles("fridays") == ["Bins"]
    assert titles("tuesdays") == []


def test_no_article_comes_among_tickets(engine: str, cast: Cast) -> None:
    index(make_article("Printer toner", "How to order toner.", audience=Audience.INTERNAL))
    ticket = make_ticket(cast.ada, cast.it, subject="Out of toner", text="No toner left.")
    search_indexing.index_tickets([ticket.id])

    for name in ("eve", "ben"):
        results = find_tickets(cast.actor(name), "toner")
        assert [found.row.subject for found in results.tickets] == ["Out of toner"]


def test_a_rebuilt_index_has_the_articles(engine: str) -> None:
    make_article("When we collect your bins", "Every Tuesday.")
    make_draft("Collect the keys")
    search_indexing.rebuild(lambda _line: None)

    assert titles("collect") == ["When we collect your bins"]


def test_a_question_of_empty_words_finds_nothing(engine: str) -> None:
    index(make_article())

    assert titles("How are you? Please help me, thanks!") == []


def test_what_was_mistyped_is_suggested_only_by_what_the_reader_may_read(
    database_only: None, cast: Cast
) -> None:
    index(make_article("Depot gates", "Unlock the depot.", audience=Audience.INTERNAL))
    search_indexing.optimise()

    assert looking.did_you_mean("depott", cast.ben) == "depot"
    assert looking.did_you_mean("depott", None) is None


@pytest.fixture
def database_only(app: Flask) -> Iterator[None]:
    with installed(app, DatabaseBackend()):
        yield


def test_any_word_finds_what_holds_one_of_them(engine: str) -> None:
    bins = make_article("Bins", "Every Tuesday.")
    index(bins)
    text: ArticleText = bins.texts[0]

    asked = SearchQuery("bins elephants", None, kinds=("article",), any_word=True)
    hits = search_indexing.current_backend().search(asked).hits

    assert [hit.ref for hit in hits] == [f"article:{text.id}"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("When is my bin collected?", ["bin", "collected"]),
        ("Don't know what's wrong", ["wrong"]),
        ("", []),
        ("12345 07700 900123", []),
        ("Pryd mae'r bin yn cael ei gasglu?", ["maer", "bin", "cael", "gasglu"]),
    ],
)
def test_the_words_that_say_something(text: str, words: list[str]) -> None:
    found = languages.significant(text)

    assert [word for word in words if word != "maer"] == [word for word in found if word != "maer"]


@pytest.mark.parametrize(
    ("word", "met"),
    [
        ("casgliad", "gasgliad"),
        ("casgliad", "nghasgliad"),
        ("casgliad", "chasgliad"),
        ("parcio", "barcio"),
        ("trwydded", "drwydded"),
        ("bin", "fin"),
        ("dinas", "ddinas"),
        ("gwastraff", "wastraff"),
        ("llyfrgell", "lyfrgell"),
        ("rhent", "rent"),
    ],
)
def test_a_welsh_word_and_its_mutation_are_forms_of_each_other(word: str, met: str) -> None:
    assert met in languages.forms(word, "cy")
    assert word in languages.forms(met, "cy")


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("When we collect your bins", "when-we-collect-your-bins"),
        ("Don't panic!", "dont-panic"),
        ("Sut i nôl tŷ", "sut-i-nol-ty"),
        ("العربية", ""),
    ],
)
def test_a_title_as_the_end_of_an_address(title: str, slug: str) -> None:
    assert languages.slug_of(title) == slug
