"""One's own settings: kept together, for oneself alone, and shown with what was typed when something is wrong."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

from sqlalchemy import select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery
from helpdesk.messaging.preparing import prepare_message
from helpdesk.notifications.telling import tell_of_assignment
from helpdesk.people.models import Group, Person
from helpdesk.routing.profiles import choose_hours, profile_of
from helpdesk.tickets import commands
from tests.cast import Cast
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_reply, make_ticket
from tests.pages import PageClient

CHOSEN = {"theme": "dark", "density": "compact", "time_zone": "Europe/Paris"}


def test_what_one_chose_holds_on_every_page_and_for_nobody_else(
    client: PageClient, cast: Cast
) -> None:
    make_ticket(cast.ada, cast.it)
    client.sign_in("ben@borough.example")
    client.post("/me", CHOSEN)
    look_again()
    ben, cleo = (db.session.get_one(Person, one.id) for one in (cast.ben, cast.cleo))
    assert (ben.theme, ben.time_zone) == ("dark", "Europe/Paris")
    assert (cleo.theme, cleo.choices) == ("system", {})
    assert 'class="tickets compact"' in client.get("/tickets").get_data(as_text=True)


def test_a_choice_that_is_none_keeps_nothing_and_shows_what_was_chosen(
    client: PageClient, cast: Cast
) -> None:
    client.sign_in("ben@borough.example")
    for wrong in (
        {"theme": "pink"},
        {"language": "xx"},
        {"time_zone": "Moon/Base"},
        {"density": "none"},
    ):
        page = client.post("/me", {**CHOSEN, **wrong}, status=422).get_data(as_text=True)
        assert "There is a problem" in page
    look_again()
    assert db.session.get_one(Person, cast.ben.id).theme == "system"


def test_a_signature_is_shown_before_it_is_kept_and_then_ends_ones_replies(
    client: PageClient, cast: Cast
) -> None:
    with unit_of_work():
        db.session.get_one(Group, cast.it.id).signature = "{group} of the borough"
    client.sign_in("ben@borough.example")
    typed = {"job_title": "Technician", "signature": "{agent}, {job_title}", "as_of": cast.it.id}
    page = client.post("/me/signature/preview", typed, status=200).get_data(as_text=True)
    said = "Ben Kaya, Technician"
    assert said in page
    assert "IT support of the borough" in page
    look_again()
    assert db.session.get_one(Person, cast.ben.id).signature == ""
    client.post("/me/signature", typed)
    look_again()
    reply = make_reply(make_ticket(cast.ada, cast.it), cast.ben, "Please try again.")
    with unit_of_work():
        mail = prepare_message(reply.id)[0].text
    assert mail.endswith(f"-- \n{said}\n\nIT support of the borough\n")


def test_a_signature_that_names_what_there_is_not_comes_back_as_typed(
    client: PageClient, cast: Cast
) -> None:
    client.sign_in("ben@borough.example")
    for path in ("/me/signature", "/me/signature/preview"):
        page = client.post(path, {"signature": "Yours {pasword}"}, status=422)
        assert "Yours {pasword}" in page.get_data(as_text=True)
        assert "A signature cannot name {pasword}." in page.get_data(as_text=True)


def test_hours_of_ones_own_are_kept_by_weekday_and_given_up_again(
    client: PageClient, cast: Cast
) -> None:
    client.sign_in("ben@borough.example")
    client.post("/me/hours", {"which": "own", "mon_hours": "9-12:30, 13.30-17:00", "fri_hours": ""})
    look_again()
    assert profile_of(cast.ben.id).hours == {"mon": [["09:00", "12:30"], ["13:30", "17:00"]]}
    assert "Monday: 09:00–12:30, 13:30–17:00" in read(client, f"/people/{cast.ben.id}/work")
    client.post("/me/hours", {"which": "set"})
    look_again()
    assert profile_of(cast.ben.id).hours is None


def test_hours_that_cannot_be_read_are_said_at_their_day_and_stay_typed(
    client: PageClient, cast: Cast
) -> None:
    client.sign_in("ben@borough.example")
    typed = {"which": "own", "mon_hours": "9 to 5", "tue_hours": "09:00-17:00"}
    page = client.post("/me/hours", typed, status=422).get_data(as_text=True)
    assert 'value="9 to 5"' in page
    assert 'href="#mon-hours"' in page


def test_who_assigns_a_ticket_reads_when_an_agent_is_back(
    client: PageClient, cast: Cast, clock: StoppedClock
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    back = clock.now() + timedelta(days=3)
    day = back.strftime("%a").lower()
    with unit_of_work():
        found = db.session.get_one(Person, cast.ben.id)
        choose_hours(found, {day: [["09:00", "12:00"]]}, actor=None, cause="test")
    client.sign_in("cleo@borough.example")
    said = f"back {back:%A} 09:00"
    assert f"Ben Kaya – {said}</option>" in read(client, f"/tickets/{ticket.number}")
    assert said in read(client, "/team")


def test_the_console_and_its_mails_are_in_the_language_that_one_chose(
    client: PageClient, cast: Cast
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    client.sign_in("ben@borough.example")
    client.post("/me", {**CHOSEN, "language": "cy"})
    page = read(client, "/tickets")
    assert '<html lang="cy"' in page
    assert "Fy ngheisiadau" in page
    look_again()
    with unit_of_work():
        commands.assign(
            commands.lock(ticket.id),
            db.session.get_one(Person, cast.ben.id),
            by=cast.cleo.id,
            cause="test",
        )
    with unit_of_work():
        tell_of_assignment(ticket.id)
    (mail,) = db.session.scalars(select(Delivery).where(Delivery.ticket_id == ticket.id)).all()
    assert mail.subject == f"Mae gennych gais: {ticket.number}"
    client.post("/me", {**CHOSEN, "language": ""})
    assert '<html lang="en-GB"' in read(client, "/tickets")


def test_without_a_choice_the_browser_says_the_language_of_the_console(
    client: PageClient, cast: Cast
) -> None:
    client.sign_in("ben@borough.example")
    for asked, tag in (("cy, en;q=0.5", "cy"), ("de, en;q=0.5", "en-GB"), ("de", "en-GB")):
        page = client.get("/tickets", headers={"Accept-Language": asked}).get_data(as_text=True)
        assert f'<html lang="{tag}"' in page


def test_ones_own_settings_are_no_page_of_people(client: PageClient, cast: Cast) -> None:
    client.sign_in("ben@borough.example")
    assert not re.search(r'href="/people" aria-current', read(client, "/me"))
    assert re.search(r'href="/people"[^>]* aria-current="page"', read(client, "/people"))


def read(client: PageClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def test_plain_text_is_a_choice_beside_the_signature(client: PageClient, cast: Cast) -> None:
    client.sign_in("ben@borough.example")
    box = 'id="writes-plain" name="writes_plain" type="checkbox" value="y"'
    assert f"{box} checked" not in client.get("/me").get_data(as_text=True)
    client.post("/me/signature", {"signature": "Ben", "writes_plain": "y"})
    assert f"{box} checked" in client.get("/me").get_data(as_text=True)
    ticket = make_ticket(cast.ada, cast.it)
    page = client.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert 'data-url="/drafts/plain-text" aria-pressed="true"' in page
    client.post("/me/signature", {"signature": "Ben"})
    look_again()
    assert db.session.get_one(Person, cast.ben.id).choices == {}


def test_what_one_is_told_and_finds_is_welsh_for_who_chose_it(
    client: PageClient, cast: Cast
) -> None:
    client.sign_in("ben@borough.example")
    client.post("/me", {**CHOSEN, "language": "cy"})
    ticket = make_ticket(cast.ada, cast.it)
    for path, words in (
        ("/me", "Mae rhywun arall yn newid statws fy nghais"),
        ("/notices", "Yr hyn a ddywedwyd wrthych, y diweddaraf yn gyntaf."),
        ("/search?q=subject:printer", "Cadw fel golwg"),
        (f"/tickets/{ticket.number}", "Eu ceisiadau eraill"),
    ):
        assert words in unescape(client.get(path).get_data(as_text=True)), path
