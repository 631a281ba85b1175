"""The front page says how to get in touch: each way with its hours and how long it takes, in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from helpdesk.contact_forms import usual
from helpdesk.core import settings
from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.web.portal.ways import answered_within
from tests.cast import Cast
from tests.helpdesk.chat.visitors import make_chat, switch_on
from tests.helpdesk.sla.desk import OFFICE
from tests.helpdesk.web.portal.visiting import make_form, plain
from tests.pages import PageClient
from workflows.contact_way import KEYS, read_contact_way
from workflows.faults import Faulty

PHONE = {
    "title": "Ring us",
    "called": {"cy": "Ffoniwch ni"},
    "way": "phone",
    "reached": "020 7946 0123",
    "calendar": "office",
    "wait": {"en": "About 4 minutes.", "cy": "Tua 4 munud."},
}
MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def office(cast: Cast, clock: StoppedClock) -> None:
    clock.set(MONDAY_NOON)
    with unit_of_work():
        store.save(Kind.CALENDAR, "office", OFFICE, by=None, cause="test")


def make_way(name: str = "phone", **more: Any) -> None:
    with unit_of_work():
        store.save(Kind.CONTACT, name, {**PHONE, **more}, by=None, cause="test")


def know(**answered: int) -> None:
    with unit_of_work():
        settings.write(usual.KEY, {"answered": answered})
    usual.lately.forget()


def front(client: PageClient, path: str = "/") -> str:
    return client.get(path).get_data(as_text=True)


def test_a_number_stands_with_its_hours_and_the_wait(
    client: PageClient, clock: StoppedClock
) -> None:
    make_way()
    page = front(client)
    assert 'href="tel:+442079460123"' in page
    assert "Open now, until 17:00. Today: 09:00 to 17:00. About 4 minutes." in plain(page)
    clock.set(MONDAY_NOON + timedelta(hours=8))
    page = plain(front(client))
    assert "Closed now. Opens Tuesday 24 November at 09:00." in page
    assert "About 4 minutes." not in page


def test_a_chat_says_by_itself_how_long_it_takes(client: PageClient, cast: Cast) -> None:
    make_chat()
    make_way("chat", title="Chat", way="chat", reached="borough", wait="")
    page = front(client)
    assert "Nobody is free to chat now." in page
    assert 'data-key="borough"' in page
    switch_on(cast.actor("ben"))
    assert "We are here. Somebody usually answers within a minute or two." in front(client)


def test_a_chat_with_somebody_there_is_not_called_closed(
    client: PageClient, cast: Cast, clock: StoppedClock
) -> None:
    clock.set(MONDAY_NOON + timedelta(hours=8))
    make_chat()
    make_way("chat", title="Chat", way="chat", reached="borough", wait="")
    assert "Closed now." in front(client)
    switch_on(cast.actor("ben"))
    assert "Closed now." not in front(client)


def test_a_chat_that_is_not_there_is_not_offered(client: PageClient) -> None:
    make_way("chat", title="Chat now", way="chat", reached="nowhere")
    page = front(client)
    assert "Chat now" not in page
    assert "widget.js" not in page


def test_mail_and_forms_say_how_soon_people_are_answered(client: PageClient) -> None:
    make_form()
    know(email=20 * 3600, web=49 * 3600)
    page = plain(front(client))
    assert "Fill in a form At any hour. 8 in 10 are answered within 3 days." in page
    assert "8 in 10 are answered within 20 hours." in page


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(60, "1 hour."), (3601, "2 hours."), (86_400, "24 hours."), (86_401, "2 days.")],
)
def test_a_time_is_said_in_whole_hours_or_days(
    app: Flask, cast: Cast, seconds: int, words: str
) -> None:
    know(email=seconds)
    assert answered_within("email").endswith(f"within {words}")


def test_an_address_of_our_own_stands_unless_another_way_of_mail_was_said(
    client: PageClient,
) -> None:
    make_way()
    assert 'href="mailto:' in front(client)
    make_way("mail", title="Write", way="mail", reached="a@b.example", active=False)
    assert 'href="mailto:' not in front(client)


def test_the_way_is_named_in_the_readers_language(client: PageClient) -> None:
    make_way()
    client.post("/language", {"language": "cy"})
    page = plain(front(client))
    assert "Ffoniwch ni" in page
    assert "Tua 4 munud." in page
    assert "Cysylltu â ni" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"way": "pigeon"},
        {"reached": ""},
        {"reached": "x" * 301},
        {"title": ""},
        {"active": "yes"},
        {"wait": 4},
        {"unknown": 1},
    ],
)
def test_what_cannot_be_used_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Faulty):
        read_contact_way({**PHONE, **wrong})


def test_all_fields_are_of_the_schema() -> None:
    from helpdesk.configuration.schema_forms import CONTACT

    assert set(CONTACT["properties"]) == set(KEYS)
