"""Before a form is sent, its sender sees their own open requests that it may repeat, and nobody else's."""

from __future__ import annotations

import pytest

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets.commands import lock
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.stepping import put_category
from helpdesk.web.portal.similar import are_alike
from tests.cast import Cast, make_person
from tests.helpdesk.web.portal.visiting import WHERE, Visitor, make_form, plain, tickets
from tests.makers import make_ticket
from workflows.lifecycle import Category

ADA = "ada@borough.example"
ASKED = "Did you ask this already?"


@pytest.fixture(autouse=True)
def form(cast: Cast) -> None:
    make_form()


def checked(visitor: Visitor, words: str = "") -> str:
    """Fill in all but who asks, and look at what is about to be sent."""
    visitor.begin()
    visitor.answer("bin", bin="glass")
    visitor.client.post(f"{visitor.url}/where", WHERE)
    visitor.answer("more", more=words)
    return plain(visitor.client.get(f"{visitor.url}/check").get_data(as_text=True))


def end(ticket: Ticket) -> None:
    with unit_of_work():
        put_category(lock(ticket.id), Category.RESOLVED, by=None, cause="test")


def test_ones_own_open_request_by_the_same_form_is_shown_first(visitor: Visitor) -> None:
    visitor.enter(ADA)
    assert ASKED not in checked(visitor)
    visitor.send()
    (sent,) = tickets()
    page = checked(visitor)
    assert ASKED in page
    assert sent.number in page
    end(sent)
    assert ASKED not in checked(visitor)


def test_ones_own_open_request_in_the_same_words_is_shown(visitor: Visitor, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, subject="Broken street lamp in Alder Row")
    visitor.enter(ADA)
    assert ticket.number in checked(visitor, "The street lamp in Alder Row is broken.")


def test_nothing_of_others_is_ever_shown(visitor: Visitor, cast: Cast) -> None:
    with unit_of_work():
        fay = make_person("Fay", "fay@home.example")
    ticket = make_ticket(fay, subject="Broken street lamp in Alder Row")
    words = "The street lamp in Alder Row is broken."
    visitor.enter(ADA)
    assert ticket.number not in checked(visitor, words)


def test_whoever_only_types_an_address_is_shown_nothing(visitor: Visitor, cast: Cast) -> None:
    make_ticket(cast.ada, subject="Missed bin: 14 Alder Row")
    visitor.fill_in(email=ADA)
    page = plain(visitor.client.get(f"{visitor.url}/check").get_data(as_text=True))
    assert "Check your answers" in page
    assert ASKED not in page


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Broken street lamp", "The street lamp is broken again", True),
        ("Broken street lamp", "My street has a hole", False),
        ("Lamp", "lamp", False),
        ("", "anything at all", False),
    ],
)
def test_texts_are_alike_by_most_words_of_the_shorter(one: str, other: str, alike: bool) -> None:
    assert are_alike(one, other) is alike
