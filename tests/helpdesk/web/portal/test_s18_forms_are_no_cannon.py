"""S18, S17, S35, S44, S46 on the public pages: nobody is mailed what a stranger typed, and nobody learns who is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from channels.web.submission import Submission
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import policy as policies
from helpdesk.messaging import web_door
from helpdesk.messaging.models import Delivery, DeliveryKind, RawMessage
from helpdesk.messaging.placing import Place
from helpdesk.people import visiting
from helpdesk.people.visitor_models import VisitorLink
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.helpdesk.web.portal.visiting import Visitor, links, make_form, tickets
from tests.makers import make_ticket
from tests.pages import PageClient

EVIL = "BUY NOW at http://evil.example"


def submit(number: int, address: str) -> None:
    made = Submission(id=f"s-{number}", address=address, name=EVIL, subject=EVIL, text=EVIL)
    web_door.send(made, Place(ticket_type="request"))


def receipts() -> list[Delivery]:
    wanted = select(Delivery).where(Delivery.kind == DeliveryKind.RECEIPT)
    return list(db.session.scalars(wanted))


def test_a_receipt_holds_nothing_of_what_was_typed(
    visitor: Visitor, cast: Cast, settle: Callable[[], None]
) -> None:
    make_form(subject="{more}")
    visitor.fill_in(email="victim@home.example", name=EVIL)
    visitor.answer("more", more=EVIL, again="check")
    visitor.send()
    settle()

    (receipt,) = receipts()
    assert receipt.recipient == "victim@home.example"
    assert "evil" not in f"{receipt.subject}{receipt.text}{receipt.html}".lower()
    assert tickets()[0].number in receipt.text
    assert "http://desk.example/go/" in receipt.text


def test_many_posts_for_many_victims_stay_within_the_budget_and_are_all_kept(
    cast: Cast, settle: Callable[[], None]
) -> None:
    budget = policies.read().receipts_an_hour
    many = budget + 20
    for number in range(many):
        submit(number, f"victim{number}@home.example")
    settle()

    assert db.session.scalar(select(func.count(Ticket.id))) == many
    assert len(receipts()) <= budget


def test_one_address_gets_one_receipt_a_day(cast: Cast, settle: Callable[[], None]) -> None:
    for number in range(5):
        submit(number, "victim@home.example")
    settle()

    assert len(tickets()) == 5
    assert len(receipts()) == policies.read().receipts_a_day


def test_an_address_that_was_only_typed_is_marked_for_the_agent(
    visitor: Visitor, cast: Cast
) -> None:
    make_form()
    visitor.fill_in()
    visitor.send()

    message = db.session.scalars(select(Message)).one()
    assert message.author_id == cast.ada.id
    assert "typed into a form" in message.unverified


def test_a_form_cannot_speak_for_one_of_the_staff(visitor: Visitor, cast: Cast) -> None:
    make_form()
    visitor.fill_in(email="ben@borough.example")
    visitor.send()

    assert tickets() == []
    assert db.session.scalars(select(RawMessage)).one().reason == "posing-as-agent"


def test_what_came_to_a_reply_address_is_not_shown_on_the_portal(
    visitor: Visitor, cast: Cast
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        db.session.add(
            Message(
                ticket_id=ticket.id,
                visibility="public",
                direction="in",
                channel="email",
                author_name="Other service",
                text="Your code is 123456",
                unverified="It answers a mail that we sent to somebody else.",
                created_at=ticket.created_at,
            )
        )
    visitor.enter("ada@borough.example")

    assert "123456" not in visitor.client.get(f"/requests/{ticket.number}").get_data(as_text=True)


def test_the_answer_does_not_say_whether_an_address_is_known(
    visitor: Visitor, cast: Cast, settle: Callable[[], None]
) -> None:
    pages = []
    for address in ("ada@borough.example", "who@elsewhere.example"):
        page = visitor.client.post("/your-requests/sign-in", {"email": address}, status=200)
        pages.append(page.get_data(as_text=True).replace(address, "X"))
    strip = [page.split("<main")[1] for page in pages]

    assert strip[0] == strip[1]
    assert len(links()) == 2


def test_links_are_limited_by_address(visitor: Visitor, cast: Cast) -> None:
    for _ in range(5):
        visitor.client.post("/your-requests/sign-in", {"email": "ada@borough.example"}, status=200)

    visitor.client.post("/your-requests/sign-in", {"email": "ada@borough.example"}, status=429)


def test_a_link_leads_to_a_page_of_ours_only(visitor: Visitor, cast: Cast) -> None:
    for target in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"):
        fields = {"email": "ada@borough.example", "next": target}
        visitor.client.post("/your-requests/sign-in", fields, status=200)
    leads = {link.leads_to for link in db.session.scalars(select(VisitorLink))}

    assert leads == {"/your-requests"}
    with unit_of_work():
        forged = visiting.make_link("ada@borough.example", "//evil.example", lasting=timedelta(1))
        url = visiting.url_of(forged)
    assert visitor.follow(url) == "/your-requests"


def test_a_form_bomb_is_refused_before_it_is_read(client: PageClient, cast: Cast) -> None:
    many: dict[str, Any] = {f"field{number}": "x" for number in range(300)}

    assert client.post("/follow", {"email": "x" * 100_000}, status=413)
    client.post("/requests/REQ-1001/messages", many, status=413, content_type="multipart/form-data")
