"""Approved texts: fetched, offered, filled in, and sent when nothing else may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from channels.meta.said import Said
from channels.whatsapp.writing import template_of
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.messaging.talk_models import AccountTemplate
from helpdesk.tickets.models import Direction, Message, Ticket
from tests.cast import Cast
from tests.helpdesk.messaging.whatsapp import Phone, make_phone
from tests.pages import PageClient
from tests.servers.meta import Meta

Settle = Callable[[], None]


def listed(name: str = "bin_day", text: str = "Hello {{1}}, it is {{2}}.", **more: Any) -> Any:
    return {
        "name": name,
        "language": "en_GB",
        "status": "APPROVED",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": text}, {"type": "FOOTER", "text": "Council"}],
        **more,
    }


@pytest.fixture
def phone(app: Flask, cast: Cast, meta: Meta) -> Iterator[Phone]:
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    meta.templates = [listed(), listed("wait", status="PENDING")]
    yield make_phone(app, meta, cast.it)
    app.config["DESK_INTERNAL_HOSTS"] = ()


def rows() -> dict[str, AccountTemplate]:
    db.session.rollback()
    found = db.session.scalars(select(AccountTemplate).execution_options(populate_existing=True))
    return {row.name: row for row in found}


def fetch(phone: Phone, client: PageClient) -> str:
    client.sign_in("eve@borough.example")
    where = f"/mailboxes/{phone.account.id}/templates"
    client.get(where)
    client.post(f"{where}/fetch", {})
    return client.get(where).get_data(as_text=True)


def offer(phone: Phone, client: PageClient) -> int:
    """Fetch the templates and offer all of them; the id of the first."""
    fetch(phone, client)
    ids = [str(row.id) for row in rows().values()]
    client.post(f"/mailboxes/{phone.account.id}/templates", {"offered": ids})
    return rows()["bin_day"].id


def a_day_later(phone: Phone, clock: StoppedClock, settle: Settle) -> Ticket:
    phone.say("When is bin day?")
    settle()
    clock.advance(timedelta(hours=25))
    return db.session.scalars(select(Ticket)).one()


def test_templates_are_fetched_and_listed_with_what_is_wrong(
    phone: Phone, client: PageClient
) -> None:
    page = fetch(phone, client)
    assert "2 templates were fetched." in page
    assert "It is not approved." in page
    assert not any(row.is_offered for row in rows().values())


def test_only_what_can_be_sent_is_offered(phone: Phone, client: PageClient) -> None:
    offer(phone, client)
    assert {name: row.is_offered for name, row in rows().items()} == {
        "bin_day": True,
        "wait": False,
    }


def test_a_text_that_changed_at_the_service_is_not_offered_until_it_was_looked_at(
    phone: Phone, meta: Meta, client: PageClient
) -> None:
    offer(phone, client)
    meta.templates = [listed(text="Pay {{1}} now.")]
    fetch(phone, client)
    assert [(row.name, row.is_offered) for row in rows().values()] == [("bin_day", False)]


def test_after_a_day_the_composer_offers_templates_and_one_is_sent(
    phone: Phone, meta: Meta, client: PageClient, clock: StoppedClock, settle: Settle
) -> None:
    template_id = offer(phone, client)
    ticket = a_day_later(phone, clock, settle)
    client.sign_in("ben@borough.example")
    page = client.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert "More than 24 hours have passed" in page
    assert "Send this template" in page
    values = {"blank_0": "Ada", "blank_1": "Friday", "version": str(ticket.version)}
    client.post(f"/tickets/{ticket.number}/templates/{template_id}", values)
    settle()
    sent = meta.sent[0]["template"]
    assert sent["name"] == "bin_day"
    assert [one["text"] for one in sent["components"][0]["parameters"]] == ["Ada", "Friday"]
    said = select(Message.text).where(Message.direction == Direction.OUT)
    assert db.session.scalars(said).all() == ["Hello Ada, it is Friday."]


def test_within_the_day_no_template_is_in_the_way(
    phone: Phone, client: PageClient, settle: Settle
) -> None:
    offer(phone, client)
    phone.say("When is bin day?")
    settle()
    ticket = db.session.scalars(select(Ticket)).one()
    client.sign_in("ben@borough.example")
    page = client.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert "Send this template" not in page


def test_a_blank_that_was_left_is_named_and_the_others_stay(
    phone: Phone, meta: Meta, client: PageClient, clock: StoppedClock, settle: Settle
) -> None:
    template_id = offer(phone, client)
    ticket = a_day_later(phone, clock, settle)
    client.sign_in("ben@borough.example")
    values = {"blank_0": "Ada", "blank_1": " ", "version": str(ticket.version)}
    where = f"/tickets/{ticket.number}/templates/{template_id}"
    page = client.post(where, values, status=422).get_data(as_text=True)
    assert "Fill in every blank." in page
    assert 'value="Ada"' in page
    settle()
    assert meta.sent == []


def test_sent_twice_from_one_page_it_goes_once(
    phone: Phone, meta: Meta, client: PageClient, clock: StoppedClock, settle: Settle
) -> None:
    template_id = offer(phone, client)
    ticket = a_day_later(phone, clock, settle)
    client.sign_in("ben@borough.example")
    values = {"blank_0": "Ada", "blank_1": "Friday", "version": str(ticket.version)}
    where = f"/tickets/{ticket.number}/templates/{template_id}"
    client.post(where, values)
    client.post(where, values, status=409)
    settle()
    assert len(meta.sent) == 1


def test_what_is_not_offered_cannot_be_sent(
    phone: Phone, client: PageClient, clock: StoppedClock, settle: Settle
) -> None:
    offer(phone, client)
    ticket = a_day_later(phone, clock, settle)
    client.sign_in("ben@borough.example")
    for template_id in (rows()["wait"].id, 99_999):
        where = f"/tickets/{ticket.number}/templates/{template_id}"
        client.post(where, {"version": str(ticket.version)}, status=404)


def test_an_agent_may_not_choose_what_is_offered(phone: Phone, client: PageClient) -> None:
    client.sign_in("ben@borough.example")
    where = f"/mailboxes/{phone.account.id}/templates"
    client.get(where, status=403)
    client.post(where, {"offered": "1"}, status=403)


@pytest.mark.parametrize(
    ("part", "why"),
    [
        ({"type": "HEADER", "format": "IMAGE"}, "picture"),
        ({"type": "HEADER", "format": "TEXT", "text": "Hi {{1}}"}, "heading"),
        ({"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://x/{{1}}"}]}, "buttons"),
        ({"type": "CAROUSEL"}, "does not know"),
        ({"type": "HEADER", "format": "TEXT", "text": "Hi"}, ""),
        ({"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes"}]}, ""),
    ],
)
def test_more_than_words_cannot_be_sent_from_here(part: Any, why: str) -> None:
    said = listed(components=[part, {"type": "BODY", "text": "Hello {{ name }}."}])
    found = template_of(Said(said))
    assert found.blanks == ("name",)
    assert (why in found.unfit) if why else not found.unfit
