"""Following a request: by a link to its address, in plain words, with all that its requester may do."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import visiting
from helpdesk.people.models import ContactPoint
from helpdesk.tickets.commands import lock
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rating_models import TicketRating
from helpdesk.tickets.stepping import put_category
from tests.cast import Cast, make_person
from tests.helpdesk.web.portal.visiting import Visitor, links, make_form, plain, tickets
from tests.makers import make_note, make_reply, make_ticket
from tests.pages import PageClient
from workflows.lifecycle import Category

ADA = "ada@borough.example"


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it, subject="Missed bin", text="My bin was missed.")


def page_of(visitor: Visitor, ticket: Ticket) -> str:
    return plain(visitor.client.get(f"/requests/{ticket.number}").get_data(as_text=True))


def test_a_request_is_read_by_who_followed_the_link_to_its_address(
    visitor: Visitor, ticket: Ticket, cast: Cast
) -> None:
    make_reply(ticket, cast.ben, "The crew returns on Wednesday.")
    make_note(ticket, cast.ben, "Third time, tell the lead.")

    visitor.enter(ADA)
    page = page_of(visitor, ticket)

    assert "My bin was missed." in page
    assert "The crew returns on Wednesday." in page
    assert "Third time" not in page


def test_without_a_link_the_way_leads_to_one(visitor: Visitor, ticket: Ticket) -> None:
    answer = visitor.client.get(f"/requests/{ticket.number}", status=303)

    assert answer.location == f"/follow?reference={ticket.number}"
    assert ticket.number in visitor.client.get(answer.location).get_data(as_text=True)


def test_somebody_elses_request_is_not_there(visitor: Visitor, ticket: Ticket, cast: Cast) -> None:
    with unit_of_work():
        make_person("Fay Nolan", "fay@home.example")
    visitor.enter("fay@home.example")

    visitor.client.get(f"/requests/{ticket.number}", status=404)
    visitor.client.post(f"/requests/{ticket.number}/close", status=404)
    assert ticket.number not in visitor.client.get("/your-requests").get_data(as_text=True)


def test_one_of_the_staff_is_here_for_themselves(
    visitor: Visitor, ticket: Ticket, cast: Cast
) -> None:
    visitor.enter("ben@borough.example")

    visitor.client.get(f"/requests/{ticket.number}", status=404)


def test_the_link_that_was_asked_for_leads_to_the_request(visitor: Visitor, ticket: Ticket) -> None:
    fields = {"reference": ticket.number.lower(), "email": "Ada@Borough.example"}

    page = plain(visitor.client.post("/follow", fields, status=200).get_data(as_text=True))

    assert "If we know Ada@Borough.example, we have mailed a link there." in page
    (link,) = links()
    assert visitor.follow(visiting.url_of(link)) == f"/requests/{ticket.number}"


def test_opening_a_link_does_nothing_before_a_button_is_pressed(
    visitor: Visitor, cast: Cast
) -> None:
    with unit_of_work():
        url = visiting.url_of(visiting.make_link(ADA, "/your-requests", lasting=visiting.SHORT))

    visitor.client.get("/go/" + url.rpartition("/")[2])

    assert visitor.client.get("/your-requests", status=303).location == "/your-requests/sign-in"


def test_a_link_lapses(visitor: Visitor, cast: Cast, clock: StoppedClock) -> None:
    with unit_of_work():
        url = visiting.url_of(visiting.make_link(ADA, "/your-requests", lasting=visiting.SHORT))

    clock.advance(timedelta(hours=2))

    visitor.client.get("/go/" + url.rpartition("/")[2], status=410)
    visitor.client.get("/go/nonsense", status=410)


def test_who_follows_a_link_has_proven_the_address(visitor: Visitor, cast: Cast) -> None:
    make_form()
    visitor.fill_in(email="fay@home.example", name="Fay")
    visitor.send()

    visitor.enter("fay@home.example")

    point = db.session.scalars(
        select(ContactPoint)
        .where(ContactPoint.value == "fay@home.example")
        .execution_options(populate_existing=True)
    ).one()
    assert point.is_proven
    assert "14 Alder Row" in page_of(visitor, tickets()[0])


def test_whoever_leaves_is_known_no_more(visitor: Visitor, cast: Cast) -> None:
    visitor.enter(ADA)

    visitor.client.post("/your-requests/leave")

    visitor.client.get("/your-requests", status=303)


def test_a_message_with_a_file_joins_the_request_once(visitor: Visitor, ticket: Ticket) -> None:
    visitor.enter(ADA)
    url = f"/requests/{ticket.number}/messages"
    for _ in range(2):
        photo = (BytesIO(b"a picture"), "bin.png", "image/png")
        visitor.client.post(url, {"text": "It is still here.", "nonce": "abc123", "files": photo})

    page = page_of(visitor, ticket)
    messages = db.session.get_one(Ticket, ticket.id, populate_existing=True).messages
    assert [one.text for one in messages] == ["My bin was missed.", "It is still here."]
    assert messages[1].channel == "web"
    assert "bin.png" in page
    key = messages[1].attachments[0].key
    file = visitor.client.get(f"/requests/{ticket.number}/files/{key}")
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_an_empty_message_is_told_so_and_what_was_typed_stays(
    visitor: Visitor, ticket: Ticket
) -> None:
    visitor.enter(ADA)
    url = f"/requests/{ticket.number}/messages"

    page = visitor.client.post(url, {"text": " ", "nonce": "a1"}, status=422)
    long = visitor.client.post(url, {"text": "y" * 20_001, "nonce": "a1"}, status=422)

    assert "Type a message, or add a file." in page.get_data(as_text=True)
    assert "yyyy" in long.get_data(as_text=True)


def test_its_requester_closes_reopens_and_rates_a_request(visitor: Visitor, ticket: Ticket) -> None:
    visitor.enter(ADA)

    visitor.client.post(f"/requests/{ticket.number}/close")
    closed = page_of(visitor, ticket)
    visitor.client.post(f"/requests/{ticket.number}/rating", {"words": "Slow"}, status=422)
    visitor.client.post(f"/requests/{ticket.number}/rating", {"score": "4", "words": "Quick."})
    rated = page_of(visitor, ticket)
    visitor.client.post(f"/requests/{ticket.number}/reopen")

    assert "Done" in closed
    assert "You said: well." in rated
    assert "Being worked on" in page_of(visitor, ticket) or "Received" in page_of(visitor, ticket)
    rating = db.session.scalars(select(TicketRating)).one()
    assert (rating.score, rating.words) == (4, "Quick.")


def test_how_it_went_stands_in_the_history_that_agents_read(
    visitor: Visitor, ticket: Ticket
) -> None:
    visitor.enter(ADA)
    visitor.client.post(f"/requests/{ticket.number}/close")
    visitor.client.post(f"/requests/{ticket.number}/rating", {"score": "2", "words": "<b>Slow</b>"})

    visitor.client.sign_in("ben@borough.example")
    page = visitor.client.get(f"/tickets/{ticket.number}").get_data(as_text=True)

    assert "Said how it went: 2 of 5: “&lt;b&gt;Slow&lt;/b&gt;”" in page


def test_an_open_request_is_not_rated(visitor: Visitor, ticket: Ticket) -> None:
    visitor.enter(ADA)

    visitor.client.post(f"/requests/{ticket.number}/rating", {"score": "5"}, status=409)


def test_what_ended_long_ago_is_not_reopened(
    visitor: Visitor, ticket: Ticket, clock: StoppedClock
) -> None:
    visitor.enter(ADA)
    with unit_of_work():
        put_category(lock(ticket.id), Category.CLOSED, by=None, cause="test")

    clock.advance(timedelta(days=90))
    visitor.enter(ADA)

    visitor.client.post(f"/requests/{ticket.number}/reopen", status=409)


def test_where_it_stands_is_said_in_plain_words(
    visitor: Visitor, ticket: Ticket, cast: Cast, clock: StoppedClock
) -> None:
    visitor.enter(ADA)
    with unit_of_work():
        held = lock(ticket.id)
        held.due_at = clock.now() + timedelta(days=1)

    assert "You hear from IT support by Tuesday 17 November, 10:00." in page_of(visitor, ticket)
    clock.advance(timedelta(days=2))
    visitor.enter(ADA)
    assert "This takes longer than we promised" in page_of(visitor, ticket)


def test_ones_own_requests_are_listed(visitor: Visitor, ticket: Ticket, cast: Cast) -> None:
    other = make_ticket(cast.ben, cast.it, subject="Not hers")
    visitor.enter(ADA)

    page = visitor.client.get("/your-requests").get_data(as_text=True)

    assert ticket.number in page
    assert other.number not in page


def test_a_proven_visitor_is_asked_for_no_address_and_is_believed(
    visitor: Visitor, cast: Cast
) -> None:
    make_form()
    visitor.enter(ADA)
    visitor.begin()
    visitor.answer("bin", bin="glass")
    visitor.client.post(
        f"{visitor.url}/where",
        {"where-line1": "1 Row", "where-town": "Town", "where-postcode": "AB1"},
    )

    assert visitor.answer("more", more="").location.endswith("/check")
    visitor.send()

    (ticket,) = tickets()
    assert ticket.requester.name == "Ada Byrne"
    assert ticket.messages[0].unverified == ""


def test_a_form_for_who_has_signed_in_asks_for_it(visitor: Visitor, client: PageClient) -> None:
    make_form(group="", signed_in_only=True)

    answer = client.get("/ask/bin", status=303)

    assert answer.location == "/your-requests/sign-in?next=/ask/bin"


def test_a_form_is_gone_on_with_by_the_link_that_was_mailed(
    visitor: Visitor, cast: Cast, client: PageClient
) -> None:
    make_form()
    visitor.begin()
    visitor.answer("bin", bin="glass")
    visitor.client.post(f"{visitor.url}/save", {"email": "not one"}, status=422)
    visitor.client.post(f"{visitor.url}/save", {"email": "new@home.example"})
    (link,) = links()
    other = Visitor(PageClient(client.raw.application), visitor._clock)

    target = other.follow(visiting.url_of(link))

    assert target == f"{visitor.url}/check"
    assert other.client.get(target, status=303).location.endswith("/where")
    assert "checked" in other.client.get(f"{visitor.url}/bin").get_data(as_text=True)
