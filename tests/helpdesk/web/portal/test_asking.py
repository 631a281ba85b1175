"""A form on the portal: one question a page, checked, sent once, and a ticket like any other."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from helpdesk.contact_forms.drafts import sweep_drafts
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import RawMessage, RawState
from helpdesk.people.limits import allow
from tests.cast import Cast
from tests.helpdesk.web.portal.visiting import (
    CARS,
    PHOTO,
    WHERE,
    Visitor,
    drafts,
    make_form,
    make_questions,
    plain,
    tickets,
)
from tests.pages import PageClient


@pytest.fixture(autouse=True)
def form(cast: Cast) -> None:
    make_form()


def test_the_front_page_offers_the_form(client: PageClient) -> None:
    page = client.get("/").get_data(as_text=True)

    assert "Missed bin" in page
    assert 'href="/ask/bin"' in page
    assert "Missed bin" in plain(client.get("/ask/bin").get_data(as_text=True))


def test_a_search_finds_a_form_by_its_words(client: PageClient) -> None:
    assert "For “a missed bin”" in client.get("/?q=a+missed+bin").get_data(as_text=True)
    assert client.get("/?q=REQ-1042", status=303).location == "/requests/REQ-1042"


def test_each_question_is_a_page_and_a_condition_leads_on(visitor: Visitor) -> None:
    first = visitor.begin()

    assert first.endswith("/bin")
    assert "Which bin?" in visitor.client.get(first).get_data(as_text=True)
    assert visitor.answer("bin", bin="food").location.endswith("/smell")
    assert visitor.answer("bin", bin="glass").location.endswith("/where")


def test_what_cannot_be_used_is_said_at_its_field_and_kept(visitor: Visitor) -> None:
    visitor.begin()
    visitor.answer("bin", bin="glass")

    page = visitor.client.post(
        f"{visitor.url}/where", {**WHERE, "where-town": ""}, status=422
    ).get_data(as_text=True)

    assert "<title>Error:" in page
    assert 'href="#where-town"' in page
    assert 'value="14 Alder Row"' in page
    assert "Type the town." in page


def test_what_was_sent_becomes_a_ticket_of_the_forms_group(visitor: Visitor) -> None:
    visitor.fill_in()
    checked = plain(visitor.client.get(f"{visitor.url}/check").get_data(as_text=True))

    page = visitor.send()

    (ticket,) = tickets()
    assert "Which bin? Glass" in checked
    assert ticket.number in page
    assert (ticket.channel, ticket.type) == ("web", "request")
    assert ticket.subject == "Missed bin: 14 Alder Row Ambridge AB1 2CD"
    assert ticket.group is not None
    assert ticket.group.name == "IT support"
    assert [tag.name for tag in ticket.tags] == ["bins"]
    text = ticket.messages[0].text
    assert "Which bin?\nGlass" in text
    assert "Anything else?\nIt is the third time." in text


def test_a_question_that_is_not_asked_any_more_is_not_sent(visitor: Visitor) -> None:
    visitor.fill_in()
    visitor.answer("bin", bin="food", again="check")
    visitor.answer("smell", smell="yes")
    visitor.answer("bin", bin="glass", again="check")

    visitor.send()

    assert "smell" not in tickets()[0].messages[0].text


def test_whoever_changes_an_answer_comes_back_to_the_others(visitor: Visitor) -> None:
    visitor.fill_in()

    assert visitor.answer("more", more="No.", again="check").location.endswith("/check")
    assert visitor.answer("bin", bin="food", again="check").location.endswith("/smell")


def test_nothing_is_sent_while_a_question_is_open(visitor: Visitor) -> None:
    visitor.begin()

    assert visitor.client.post(f"{visitor.url}/send").location.endswith("/bin")
    assert tickets() == []


def test_double_click_back_and_reload_make_one_ticket(visitor: Visitor) -> None:
    visitor.fill_in()
    first = visitor.send()

    again = visitor.send()
    visitor.client.get(f"{visitor.url}/bin", status=303)
    reloaded = visitor.client.get(f"{visitor.url}/sent").get_data(as_text=True)

    (ticket,) = tickets()
    assert all(ticket.number in page for page in (first, again, reloaded))
    assert drafts()[0].answers == {}


def test_a_draft_is_for_the_browser_that_began_it(visitor: Visitor) -> None:
    url = visitor.begin()
    other = PageClient(visitor.client.raw.application)

    other.get(url, status=404)


def test_a_draft_lapses(visitor: Visitor, clock: StoppedClock) -> None:
    url = visitor.begin()

    clock.advance(timedelta(days=2))
    with unit_of_work():
        sweep_drafts()

    visitor.client.get(url, status=404)
    assert drafts() == []


def test_an_edit_of_the_form_changes_nothing_under_somebodys_hands(visitor: Visitor) -> None:
    visitor.fill_in()

    make_form(questions=[{"name": "other", "kind": "text", "label": "Other?"}])

    assert "Which bin?" in visitor.client.get(f"{visitor.url}/check").get_data(as_text=True)


def test_a_form_that_is_not_in_use_is_not_offered(client: PageClient) -> None:
    make_form(active=False)

    client.get("/ask/bin", status=404)
    assert "Missed bin" not in client.get("/").get_data(as_text=True)


def test_files_are_kept_over_an_error_and_come_with_the_ticket(visitor: Visitor) -> None:
    make_questions(PHOTO)
    visitor.begin()
    picture = (BytesIO(b"\x89PNG picture"), "bin.png", "image/png")
    empty = (BytesIO(b""), "empty.txt", "text/plain")

    page = visitor.answer("photo", status=422, photo=[picture, empty]).get_data(as_text=True)
    assert "The file “empty.txt” is empty." in page
    assert "bin.png" in page
    visitor.answer("photo")
    visitor.client.post(f"{visitor.url}/contact", {"name": "Ada", "email": "ada@borough.example"})
    visitor.send()

    (file,) = tickets()[0].messages[0].attachments
    assert (file.name, file.content_type, file.size) == ("bin.png", "image/png", 12)


def test_a_file_can_be_taken_out_again(visitor: Visitor) -> None:
    make_questions(PHOTO)
    visitor.begin()
    visitor.answer("photo", more="1", photo=[(BytesIO(b"one"), "one.txt")])
    key = drafts()[0].answers["photo"][0]["key"]

    visitor.answer("photo", take=key)

    assert drafts()[0].answers["photo"] == []


def test_no_more_files_than_the_form_takes(visitor: Visitor) -> None:
    make_questions(PHOTO)
    visitor.begin()
    three = [(BytesIO(bytes([65 + at])), f"{at}.txt") for at in range(3)]

    page = visitor.answer("photo", status=422, photo=three).get_data(as_text=True)

    assert "You cannot add more files." in page
    assert len(drafts()[0].answers["photo"]) == 2


def test_several_are_added_changed_and_taken_out(visitor: Visitor) -> None:
    make_questions(CARS)
    first = visitor.begin()
    assert visitor.client.get(first, status=303).location.endswith("/cars/item")
    one = {"plate": "AB12 CDE", "since-day": "1", "since-month": "2", "since-year": "2026"}

    assert "Type a date" in visitor.client.post(
        f"{visitor.url}/cars/item", {"plate": "AB12 CDE"}, status=422
    ).get_data(as_text=True)
    visitor.client.post(f"{visitor.url}/cars/item", one)
    visitor.client.post(f"{visitor.url}/cars/item", {**one, "plate": "XY99 ZZZ"})
    visitor.client.post(f"{visitor.url}/cars/item/0", {**one, "plate": "CHANGED"})
    visitor.answer("cars", take="1")
    page = plain(visitor.client.get(f"{visitor.url}/cars").get_data(as_text=True))
    assert visitor.answer("cars").location.endswith("/contact")

    assert "CHANGED, 1 February 2026" in page
    assert "XY99" not in page


def test_a_field_that_only_machines_fill_in_keeps_it_for_a_person_to_look_at(
    visitor: Visitor,
) -> None:
    visitor.fill_in()

    page = visitor.send(website="http://spam.example")

    assert "A person will look at it first." in page
    assert tickets() == []
    raw = db.session.scalars(select(RawMessage)).one()
    assert raw.state is RawState.QUARANTINED


def test_a_form_that_nobody_can_have_read_is_looked_at_too(
    visitor: Visitor, clock: StoppedClock
) -> None:
    visitor.fill_in()
    clock.jump(timedelta(seconds=-29))

    assert "A person will look at it first." in visitor.send()
    assert tickets() == []


def test_too_many_from_one_source_are_told_to_wait_and_lose_nothing(visitor: Visitor) -> None:
    visitor.fill_in()
    for _ in range(60):
        allow("form-source", "127.0.0.1", 60, timedelta(hours=1))

    visitor.client.post(f"{visitor.url}/send", status=429)

    assert drafts()[0].answers["bin"] == "glass"
    assert tickets() == []


def test_a_form_speaks_welsh_and_its_ticket_english(visitor: Visitor) -> None:
    visitor.client.post("/language", {"language": "cy"})

    page = visitor.client.get("/ask/bin").get_data(as_text=True)
    visitor.fill_in()
    visitor.send()

    assert "Bin heb ei gasglu" in page
    ticket = tickets()[0]
    assert ticket.messages[0].text.startswith("Which bin?")


def test_a_new_person_is_written_to_in_the_language_they_chose(visitor: Visitor) -> None:
    visitor.client.post("/language", {"language": "cy"})

    visitor.fill_in(email="newcomer@home.example")
    visitor.send()

    assert tickets()[0].requester.locale == "cy"
