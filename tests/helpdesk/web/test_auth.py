"""Signing in and out, choosing passwords, and who gets past the door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from helpdesk.core import settings
from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import commands
from helpdesk.people.models import Role
from helpdesk.web import access_table
from helpdesk.web.access_table import Row, Who
from helpdesk.web.door import DEMO_SIGN_INS
from tests.cast import PASSWORD, Cast
from tests.pages import PageClient

BEN = "ben@borough.example"
NEW = "mangle-otter-lamp-93"


def test_an_agent_signs_in_and_lands_on_the_tickets(client: PageClient, cast: Cast) -> None:
    answer = client.post("/sign-in", {"sign_in_name": BEN, "password": PASSWORD})
    assert answer.headers["Location"] == "/tickets"
    client.get("/password")


def test_the_page_that_was_asked_for_comes_after_the_sign_in(
    client: PageClient, cast: Cast
) -> None:
    answer = client.get("/tickets?sort=oldest", status=303)
    assert answer.headers["Location"] == "/sign-in?next=/tickets?sort%3Doldest"
    typed = {"sign_in_name": BEN, "password": PASSWORD, "next": "/tickets?sort=oldest"}
    assert client.post("/sign-in", typed).headers["Location"] == "/tickets?sort=oldest"


def test_capitals_and_blanks_in_the_address_do_not_matter(client: PageClient, cast: Cast) -> None:
    client.post("/sign-in", {"sign_in_name": f"  {BEN.upper()} ", "password": PASSWORD})
    client.get("/password")


def test_a_wrong_password_keeps_the_address_and_never_the_password(
    client: PageClient, cast: Cast
) -> None:
    typed = {"sign_in_name": BEN, "password": "wrong words entirely"}
    page = client.post("/sign-in", typed, status=422).get_data(as_text=True)
    assert f'value="{BEN}"' in page
    assert "wrong words entirely" not in page
    assert "is not right" in page


def test_an_empty_form_says_what_is_missing_at_each_field(client: PageClient) -> None:
    page = client.post("/sign-in", {}, status=422).get_data(as_text=True)
    assert "Enter your e-mail address." in page
    assert "Enter a password." in page


def test_a_field_that_the_form_does_not_have_is_refused(client: PageClient, cast: Cast) -> None:
    typed = {"sign_in_name": BEN, "password": PASSWORD, "role": "admin"}
    page = client.post("/sign-in", typed, status=422).get_data(as_text=True)
    assert "role" in page


def test_a_requester_cannot_sign_in(client: PageClient, cast: Cast) -> None:
    client.post(
        "/sign-in", {"sign_in_name": "ada@borough.example", "password": PASSWORD}, status=422
    )


def test_who_is_signed_in_already_goes_on(client: PageClient, cast: Cast) -> None:
    client.sign_in(BEN)
    assert client.get("/sign-in", status=303).headers["Location"] == "/tickets"


def test_a_fragment_asked_for_without_a_session_sends_the_whole_page_to_the_sign_in(
    client: PageClient, cast: Cast
) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://desk.example/tickets"}
    answer = client.get("/tickets", status=401, headers=headers)
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/tickets"


def test_the_password_is_changed_with_the_present_one(client: PageClient, cast: Cast) -> None:
    client.sign_in(BEN)
    client.post("/password", {"current": PASSWORD, "password": NEW, "again": NEW})
    client.post("/sign-out")
    client.post("/sign-in", {"sign_in_name": BEN, "password": PASSWORD}, status=422)
    client.sign_in(BEN, NEW)
    client.get("/password")


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"current": "wrong", "password": NEW, "again": NEW}, "This is not your password."),
        ({"current": PASSWORD, "password": NEW, "again": NEW + "x"}, "The two are not the same."),
        ({"current": PASSWORD, "password": "short", "again": "short"}, "Use at least 12"),
        ({"current": "", "password": NEW, "again": NEW}, "Enter your present password."),
    ],
)
def test_a_change_of_password_says_what_is_wrong(
    client: PageClient, cast: Cast, typed: dict[str, str], complaint: str
) -> None:
    client.sign_in(BEN)
    page = client.post("/password", typed, status=422).get_data(as_text=True)
    assert complaint in page


def test_the_page_of_the_password_signs_out_everywhere(client: PageClient, cast: Cast) -> None:
    client.sign_in(BEN)
    page = client.get("/password").get_data(as_text=True)
    assert 'action="/sign-out-everywhere"' in page
    client.post("/sign-out-everywhere")
    client.get("/tickets", status=303)


def test_dates_are_written_the_british_way(client: PageClient) -> None:
    assert '<html lang="en-GB"' in client.get("/sign-in").get_data(as_text=True)


def test_a_weighty_page_asks_for_the_password_again_after_a_while(
    client: PageClient, cast: Cast, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(access_table.ACCESS, "console.tickets", Row(Who.STAFF, confirmed=True))
    client.sign_in(BEN)
    client.get("/tickets")
    clock.advance(timedelta(minutes=31))
    answer = client.get("/tickets", status=303)
    assert answer.headers["Location"] == "/confirm?next=/tickets"
    client.get("/confirm?next=/tickets")
    client.post("/confirm", {"password": "wrong", "next": "/tickets"}, status=422)
    answer = client.post("/confirm", {"password": PASSWORD, "next": "/tickets"})
    assert answer.headers["Location"] == "/tickets"
    client.get("/tickets")


def test_an_agent_is_refused_where_only_administrators_may(
    client: PageClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(access_table.ACCESS, "console.tickets", Row(Who.ADMIN))
    client.sign_in(BEN)
    client.get("/tickets", status=403)
    with unit_of_work():
        commands.set_role(cast.ben, Role.ADMIN)
    client.sign_in(BEN)
    client.get("/tickets")


def test_a_route_without_a_row_is_closed_to_administrators_too(
    client: PageClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.sign_in("eve@borough.example")
    monkeypatch.delitem(access_table.ACCESS, "auth.change_password")
    client.get("/password", status=403)


def test_the_demo_people_are_shown_on_the_own_machine_only(app: Flask, client: PageClient) -> None:
    person = {"name": "Ben", "sign_in_name": BEN, "password": "shown-to-all", "words": "Agent"}
    with unit_of_work():
        settings.write(DEMO_SIGN_INS, [person])
    assert "shown-to-all" not in client.get("/sign-in").get_data(as_text=True)
    page = client.raw.get("/sign-in", base_url="http://localhost")
    assert "shown-to-all" in page.get_data(as_text=True)


def test_the_link_by_mail_leads_to_a_new_password(client: PageClient, cast: Cast, db: Any) -> None:
    page = client.post("/forgot", {"address": BEN}, status=200).get_data(as_text=True)
    assert "Look in your mail" in page
    client.post("/forgot", {"address": ""}, status=422)
