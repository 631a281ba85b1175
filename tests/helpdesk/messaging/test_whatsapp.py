"""A conversation on WhatsApp is a ticket: both ways, each event once, with what became of every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from channels.meta.door import Door
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.delays import shown_state
from helpdesk.messaging.models import ChannelThread, Delivery, DeliveryState, RawMessage, RawState
from helpdesk.people.models import ContactKind
from helpdesk.tickets import commands
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.stepping import put_category
from tests.cast import Cast
from tests.channels.whatsapp.events import APP_SECRET, SENDER, text, value
from tests.helpdesk.messaging.whatsapp import Phone, make_phone
from tests.pages import PageClient
from tests.servers.meta import Meta
from workflows.lifecycle import Category

Settle = Callable[[], None]


@pytest.fixture
def phone(app: Flask, cast: Cast, meta: Meta) -> Iterator[Phone]:
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    yield make_phone(app, meta, cast.it)
    app.config["DESK_INTERNAL_HOSTS"] = ()


def the_ticket() -> Ticket:
    return db.session.scalars(select(Ticket).execution_options(populate_existing=True)).one()


def texts() -> list[str]:
    return list(db.session.scalars(select(Message.text).order_by(Message.id)))


def the_delivery() -> Delivery:
    return db.session.scalars(select(Delivery).execution_options(populate_existing=True)).one()


def reply(client: PageClient, text: str = "We come on Friday.", status: int = 303) -> str:
    client.sign_in("ben@borough.example")
    ticket = the_ticket()
    sent = {"text": text, "version": str(ticket.version), "seen": "0"}
    page = client.post(f"/tickets/{ticket.number}/replies", sent, status=status)
    return page.get_data(as_text=True)


def test_an_unknown_number_becomes_a_person_whose_number_is_not_proven(
    phone: Phone, cast: Cast, settle: Settle
) -> None:
    assert phone.say("The bin was not emptied.") == 200
    settle()
    ticket = the_ticket()
    (point,) = ticket.requester.contact_points
    assert (ticket.channel, ticket.group_id, ticket.requester.name) == (
        "whatsapp",
        cast.it.id,
        "Ada Byrne",
    )
    assert (point.kind, point.value, point.is_proven) == (ContactKind.PHONE, f"+{SENDER}", False)


def test_a_batch_is_one_conversation_and_comes_once(phone: Phone, settle: Settle) -> None:
    said = value(text("One.", "wamid.1"), text("Two.", "wamid.2"))
    for _copy in range(3):
        assert phone.call(said) == 200
    settle()
    assert texts() == ["One.", "Two."]


def test_the_handshake_is_answered_at_the_address_for_calls(app: Flask, phone: Phone) -> None:
    token = Door((APP_SECRET,)).verify_token
    query = f"hub.mode=subscribe&hub.verify_token={token}&hub.challenge=1158201444"
    where = f"/hooks/{phone.account.hook_key}"
    base = str(app.config["DESK_BASE_URL"])
    good = app.test_client().get(f"{where}?{query}", base_url=base)
    assert (good.status_code, good.get_data()) == (200, b"1158201444")
    bad = app.test_client().get(f"{where}?{query.replace(token, 'x')}", base_url=base)
    assert bad.status_code == 401


def test_an_agents_answer_goes_back_and_is_seen_to_arrive_and_to_be_read(
    phone: Phone, meta: Meta, client: PageClient, settle: Settle
) -> None:
    phone.say("The bin was not emptied.")
    settle()
    reply(client)
    settle()
    assert [one["text"]["body"] for one in meta.sent] == ["We come on Friday."]
    seen = [shown_state(the_delivery())]
    for state in ("delivered", "read", "sent"):
        phone.report("wamid.ours1", state)
        settle()
        seen.append(shown_state(the_delivery()))
    assert seen == ["sent", "delivered", "read", "read"]
    page = client.get(f"/tickets/{the_ticket().number}").get_data(as_text=True)
    assert "by WhatsApp" in page


def test_a_report_that_it_failed_stands_on_the_ticket_in_plain_words(
    phone: Phone, client: PageClient, settle: Settle
) -> None:
    phone.say("The bin was not emptied.")
    settle()
    reply(client)
    settle()
    phone.report("wamid.ours1", "failed", errors=[{"code": 131026, "title": "Undeliverable"}])
    settle()
    assert the_delivery().state is DeliveryState.FAILED
    assert "The number is not on WhatsApp" in texts()[-1]


def test_what_has_arrived_does_not_fail_any_more(
    phone: Phone, client: PageClient, settle: Settle
) -> None:
    phone.say("The bin was not emptied.")
    settle()
    reply(client)
    settle()
    phone.report("wamid.ours1", "delivered")
    settle()
    phone.report("wamid.ours1", "failed", errors=[{"code": 131000}])
    settle()
    assert the_delivery().state is DeliveryState.SENT


def test_a_cut_line_sends_no_second_copy_once_a_report_tells_that_the_first_was_taken(
    phone: Phone, meta: Meta, client: PageClient, settle: Settle
) -> None:
    phone.say("The bin was not emptied.")
    settle()
    meta.cuts = True
    reply(client)
    settle()
    delivery = the_delivery()
    assert delivery.state is DeliveryState.UNCERTAIN
    phone.report("wamid.x", "delivered", biz_opaque_callback_data=delivery.external_id)
    settle()
    assert (the_delivery().state, the_delivery().next_try_at) == (DeliveryState.SENT, None)


def test_a_message_that_answers_another_shows_what_it_answers(
    phone: Phone, client: PageClient, settle: Settle
) -> None:
    phone.say("The bin was not emptied.")
    settle()
    reply(client)
    settle()
    phone.say("At what time?", context={"from": "442079460000", "id": "wamid.ours1"})
    phone.say("This one.", context={"from": SENDER, "id": "wamid.1"})
    settle()
    quoted = db.session.scalars(select(Message.quoted).order_by(Message.id)).all()
    assert quoted[2:] == ["We come on Friday.", "The bin was not emptied."]


def test_a_reaction_wakes_no_ticket_and_opens_no_window(
    phone: Phone, client: PageClient, clock: StoppedClock, settle: Settle
) -> None:
    phone.say("The bin was not emptied.")
    settle()
    reply(client)
    settle()
    with unit_of_work():
        ticket = commands.lock(the_ticket().id)
        put_category(ticket, Category.RESOLVED, by=None, cause="test", because="test")
    began = db.session.scalars(select(ChannelThread.last_in_at)).one()
    clock.advance(timedelta(hours=3))
    phone.send("reaction", reaction={"message_id": "wamid.ours1", "emoji": "👍"})
    settle()
    assert texts()[-1] == "Reacted with 👍"
    assert the_ticket().category is Category.RESOLVED
    assert db.session.scalars(select(ChannelThread.last_in_at)).one() == began


def test_a_reaction_out_of_nowhere_opens_no_ticket(phone: Phone, settle: Settle) -> None:
    phone.send("reaction", reaction={"message_id": "wamid.0", "emoji": "👍"})
    settle()
    assert db.session.scalars(select(Ticket)).all() == []
    assert db.session.scalars(select(RawMessage.state)).one() is RawState.REJECTED


def test_after_a_day_nothing_may_be_written_freely(
    phone: Phone, meta: Meta, client: PageClient, clock: StoppedClock, settle: Settle
) -> None:
    phone.say("The bin was not emptied.")
    settle()
    clock.advance(timedelta(hours=24, minutes=1))
    assert "24 hours" in reply(client, status=422)
    settle()
    assert meta.sent == []
    phone.say("Hello?")
    settle()
    reply(client)
    settle()
    assert len(meta.sent) == 1
