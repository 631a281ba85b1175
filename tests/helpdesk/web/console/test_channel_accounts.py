"""Accounts of channels beside e-mail, as an administrator sets them up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from channels.meta.door import Door
from tests.cast import Cast
from tests.channels.whatsapp.events import APP_SECRET
from tests.helpdesk.messaging.whatsapp import Phone, make_phone
from tests.pages import PageClient
from tests.servers.meta import TOKEN, Meta


@pytest.fixture
def phone(app: Flask, cast: Cast, meta: Meta) -> Iterator[Phone]:
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    yield make_phone(app, meta, cast.it)
    app.config["DESK_INTERNAL_HOSTS"] = ()


def test_the_page_shows_what_to_copy_and_no_secret(phone: Phone, client: PageClient) -> None:
    client.sign_in("eve@borough.example")
    page = client.get(f"/mailboxes/{phone.account.id}").get_data(as_text=True)
    assert f"/hooks/{phone.account.hook_key}" in page
    assert Door((APP_SECRET,)).verify_token in page
    assert APP_SECRET not in page
    assert TOKEN not in page


def test_the_connection_is_tested_from_the_list(phone: Phone, client: PageClient) -> None:
    client.sign_in("eve@borough.example")
    client.post(f"/mailboxes/{phone.account.id}/test", {})
    assert "WhatsApp knows this number" in client.get("/mailboxes").get_data(as_text=True)


def test_a_number_id_is_asked_for(app: Flask, cast: Cast, client: PageClient) -> None:
    client.sign_in("eve@borough.example")
    client.get("/mailboxes/new?kind=whatsapp")
    sent = {"name": "WhatsApp", "number_id": "", "is_active": "1", "action": "save"}
    client.post("/mailboxes/new?kind=whatsapp", sent, status=422)
