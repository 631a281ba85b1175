"""Words in views: found by the index of the search, shown to who may see them, counted in the background alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.search import documents
from helpdesk.search.backend import SearchPage, SearchQuery
from helpdesk.search.database_backend import DatabaseBackend
from helpdesk.search.indexing import EXTENSION
from helpdesk.search.states import common_words, damaged
from helpdesk.search.whoosh_backend import WhooshBackend
from helpdesk.tickets import commands, lives
from helpdesk.tickets.models import Ticket
from helpdesk.views import keeping, words
from helpdesk.views.asking import read_query, sql_of
from helpdesk.views.commands import Wanted, create_view
from helpdesk.views.models import Audience
from helpdesk.web.console.live_counts import counts_of_all
from tests.cast import Cast
from tests.helpdesk.search.conftest import installed
from tests.helpdesk.views.test_counting import count, count_of, make_view
from tests.helpdesk.web.console.budget import counted
from tests.helpdesk.web.console.test_list import LIST_BUDGET, numbers_on
from tests.makers import make_note, make_ticket, make_words_of
from tests.pages import PageClient
from workflows.lifecycle import Status


@pytest.fixture
def engine(app: Flask) -> Iterator[DatabaseBackend]:
    made = DatabaseBackend()
    with installed(app, made):
        yield made


@pytest.fixture
def made(engine: DatabaseBackend, cast: Cast) -> dict[str, Ticket]:
    """The word in a subject, in a message, in a note, in another group, in a ticket that ended, and nowhere."""
    subject = make_ticket(cast.ada, cast.it, subject="The escalator stands")
    message, note, other = (make_ticket(cast.ada, cast.it) for _ in range(3))
    make_words_of(message, cast.ada, "Now the Escalators too, on fire.")
    make_note(note, cast.ben, "It is the escalator again")
    hidden = make_ticket(cast.ada, cast.highways, subject="Escalator of the others")
    ended = make_ticket(cast.ada, cast.it, subject="An escalator, mended")
    with unit_of_work():
        commands.change_status(commands.lock(ended.id), Status.RESOLVED, by=None, cause="test")
    return {
        "subject": subject,
        "message": message,
        "note": note,
        "hidden": hidden,
        "ended": ended,
        "other": other,
    }


def shown(client: PageClient, cast: Cast, query: str) -> list[str]:
    return sorted(numbers_on(client, f"/views/view-{make_view(cast, query).id}"))


def test_a_view_of_words_shows_the_tickets_that_have_them_and_that_one_may_see(
    client: PageClient, cast: Cast, made: dict[str, Ticket]
) -> None:
    client.sign_in("ben@borough.example")
    found = {
        "is:open escalator": ["subject", "message", "note"],
        "escalator": ["subject", "message", "note", "ended"],
        '"escalators too" is:open': ["message"],
        "is:open escal* fire": ["message"],
        "is:open (subject:stands OR fire)": ["subject", "message"],
        "is:open zorblaxian": [],
    }
    for query, names in found.items():
        numbers = sorted(made[name].number for name in names)
        assert (query, shown(client, cast, query)) == (query, numbers)


def test_the_number_of_a_view_of_words_is_counted_in_the_background(
    cast: Cast, made: dict[str, Ticket], clock: StoppedClock
) -> None:
    view = make_view(cast, "is:open escalator")
    assert [count_of(cast, view, name) for name in ("ben", "dan", "eve")] == [3, 1, 4]
    make_words_of(made["other"], cast.ada, "The escalator.")
    assert count_of(cast, view, "ben") == 3
    clock.advance(keeping.SWEPT_EVERY)
    count(view)
    assert count_of(cast, view, "ben") == 4


def test_a_list_says_how_old_its_number_is(
    client: PageClient, cast: Cast, made: dict[str, Ticket], clock: StoppedClock
) -> None:
    view = make_view(cast, "is:open escalator")
    clock.advance(timedelta(minutes=3))
    client.sign_in("ben@borough.example")
    page = client.get(f"/views/view-{view.id}").get_data(as_text=True)
    assert "The number in the menu was counted: 3 min" in page


class Limited(DatabaseBackend):
    """An index that finds little and says why."""

    def __init__(self, said: str) -> None:
        self.said = said

    def search(self, query: SearchQuery) -> SearchPage:
        return SearchPage(hits=(), limited=self.said)


def test_a_damaged_index_leaves_the_number_and_the_list_says_so(
    client: PageClient, cast: Cast, app: Flask, made: dict[str, Ticket], clock: StoppedClock
) -> None:
    view = make_view(cast, "is:open escalator")
    clock.advance(keeping.SWEPT_EVERY)
    client.sign_in("ben@borough.example")
    with installed(app, Limited(damaged())):
        count(view)
        assert count_of(cast, view, "ben") == 3
        assert "its index is damaged" in client.get(f"/views/view-{view.id}").text
    with installed(app, Limited(common_words())):
        count(view)
        assert "These words are common" in client.get(f"/views/view-{view.id}").text
        assert "These words are common" in client.get("/views/preview?query=escalator").text
    assert count_of(cast, view, "ben") == 0


def test_open_pages_are_told_the_number_of_a_view_of_words(
    cast: Cast, made: dict[str, Ticket]
) -> None:
    view = make_view(cast, "is:open escalator")
    ben, dan = counts_of_all([cast.actor("ben"), cast.actor("dan")])
    assert (ben[f"view-{view.id}"], dan[f"view-{view.id}"]) == (3, 1)


def test_the_other_index_finds_the_same(cast: Cast, app: Flask, tmp_path: Path) -> None:
    whoosh = WhooshBackend(tmp_path / "search")
    with installed(app, whoosh):
        ticket = make_ticket(cast.ada, cast.it, subject="The escalator stands")
        hidden = make_ticket(cast.ada, cast.highways, subject="Escalator of the others")
        make_ticket(cast.ada, cast.it)
        whoosh.index(documents.of_tickets([ticket.id, hidden.id]))
        view = make_view(cast, "is:open escalator stands")
        assert [count_of(cast, view, name) for name in ("ben", "dan", "eve")] == [1, 0, 1]


class Untouched(DatabaseBackend):
    """An index that nobody may ask."""

    def search(self, query: SearchQuery) -> SearchPage:
        raise AssertionError(query.text)


def test_no_page_asks_the_index_for_the_numbers_of_views(
    client: PageClient, cast: Cast, app: Flask
) -> None:
    make_ticket(cast.ada, cast.it)
    with unit_of_work():
        for number in range(60):
            query = f"is:open word{number} subject:other"
            create_view(Wanted(f"{number}", query, Audience.ALL), actor=cast.actor("eve"))
    client.sign_in("ben@borough.example")
    lives.lately.forget()
    with installed(app, Untouched()):
        client.get("/tickets")
        with counted() as statements:
            page = client.get("/tickets").get_data(as_text=True)
        make_ticket(cast.ada, cast.it)
    assert len(statements) <= LIST_BUDGET, "\n\n".join(statements)
    assert page.count("/views/view-") == 60


def test_words_are_asked_of_the_index_once_each_and_no_more_than_it_ranks(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[SearchQuery] = []

    def search(query: SearchQuery) -> SearchPage:
        asked.append(query)
        return SearchPage(hits=())

    monkeypatch.setattr(app.extensions[EXTENSION], "search", search)
    part = read_query('is:open printer "on fire"', is_own=True).condition.part
    sql_of(part, None, words.Look(("group:1",), only_open=True))
    assert [(one.text, one.readers, one.limit) for one in asked] == [
        ("printer", ("group:1",), words.MOST_FOUND),
        ('"on fire"', ("group:1",), words.MOST_FOUND),
    ]
