"""Agents say when they are there and away; what waits for nobody is counted and listed; the journal says why."""

from __future__ import annotations

import pytest

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.routing import profiles
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.routing.desk import make_absence, make_profile, make_routing, switch
from tests.helpdesk.web.console.budget import counted, look_again
from tests.makers import make_ticket
from tests.pages import PageClient

OFFICE = {"title": "Office", "zone": "Europe/London", "weekly": {"mon": [["09:00", "12:00"]]}}


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def text_of(client: PageClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def test_an_agent_switches_to_away_and_back_on_their_own_page(ben: PageClient, cast: Cast) -> None:
    path = f"/people/{cast.ben.id}/work"
    assert "there for new tickets" in text_of(ben, path)
    ben.post(f"{path}/presence", {"available": "0"})
    look_again()
    assert not profiles.profile_of(cast.ben.id).is_available
    assert "I am back" in text_of(ben, path)
    ben.post(f"{path}/presence", {"available": "1"})
    look_again()
    assert profiles.profile_of(cast.ben.id).is_available


def test_ones_own_page_is_reached_from_every_page(ben: PageClient, cast: Cast) -> None:
    assert 'href="/me/work"' in text_of(ben, "/tickets")
    assert ben.get("/me/work", status=303).headers["Location"].endswith(f"/{cast.ben.id}/work")


def test_an_absence_is_noted_in_the_readers_own_time_and_taken_back(
    ben: PageClient, cast: Cast
) -> None:
    path = f"/people/{cast.ben.id}/work"
    form = {
        "since": "2027-07-01T09:00",
        "until": "2027-07-15T09:00",
        "substitute": str(cast.cleo.id),
    }
    ben.post(f"{path}/absences", form)
    look_again()
    (absence,) = profiles.absences_of(cast.ben.id)
    assert (absence.since.hour, absence.substitute_id) == (8, cast.cleo.id)
    assert "Cleo Marsh" in text_of(ben, path)
    ben.post(f"{path}/absences/cancel", {"absence": str(absence.id)})
    look_again()
    assert profiles.absences_of(cast.ben.id) == []


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"since": "", "until": "2027-01-01T09:00"}, "Say from when until when."),
        ({"since": "soon", "until": "2027-01-01T09:00"}, "This is no date with a time."),
        (
            {"since": "2027-01-02T09:00", "until": "2027-01-01T09:00"},
            "An absence ends after it begins.",
        ),
        (
            {"since": "2027-01-01T09:00", "until": "2027-01-02T09:00", "substitute": "99999"},
            "This is none of the choices.",
        ),
    ],
)
def test_what_is_wrong_with_an_absence_is_said_and_what_was_typed_stays(
    ben: PageClient, cast: Cast, form: dict[str, str], said: str
) -> None:
    page = ben.post(f"/people/{cast.ben.id}/work/absences", form, status=422)
    text = page.get_data(as_text=True)
    assert said in text
    assert form["until"] in text


def test_nobody_switches_a_colleague_who_does_not_lead_them(ben: PageClient, cast: Cast) -> None:
    ben.post(f"/people/{cast.cleo.id}/work/presence", {"available": "0"}, status=403)
    ben.post(f"/people/{cast.ben.id}/work/profile", {"skills": "network"}, status=403)
    assert "Note the absence" not in text_of(ben, f"/people/{cast.dan.id}/work")


def test_a_requester_has_no_page_of_work(ben: PageClient, cast: Cast) -> None:
    ben.get(f"/people/{cast.ada.id}/work", status=404)


def test_an_administrator_sets_skills_limits_and_hours(eve: PageClient, cast: Cast) -> None:
    with unit_of_work():
        store.save(Kind.CALENDAR, "office", OFFICE, by=None, cause="test")
    path = f"/people/{cast.ben.id}/work"
    form = {"skills": "Network,  welsh", "capacity": "10", "phone": "2", "calendar": "office"}
    eve.post(f"{path}/profile", form)
    look_again()
    profile = profiles.profile_of(cast.ben.id)
    assert (profile.skills, profile.capacity, profile.limits, profile.calendar) == (
        ["network", "welsh"],
        10,
        {"phone": 2},
        "office",
    )
    wrong = eve.post(f"{path}/profile", {"capacity": "many"}, status=422)
    assert "none of the choices" in wrong.get_data(as_text=True)


def test_what_waits_for_nobody_is_counted_in_the_rail_and_listed_with_the_reason(
    ben: PageClient, cast: Cast
) -> None:
    assert "Waiting for nobody" not in text_of(ben, "/tickets")
    make_routing()
    for person in (cast.ben, cast.cleo, cast.dan):
        switch(person, False)
    ticket = make_ticket(cast.ada, cast.it)
    hidden = make_ticket(cast.ada, cast.highways)
    assert "Waiting for nobody" in text_of(ben, "/tickets")
    page = text_of(ben, "/waiting")
    assert ticket.number in page
    assert "everybody is switched to away" in page
    assert hidden.number not in page


def test_the_journal_says_who_was_chosen_and_why_the_others_were_not(
    ben: PageClient, cast: Cast
) -> None:
    make_profile(cast.ben, capacity=10)
    make_absence(cast.cleo)
    make_routing()
    ticket = make_ticket(cast.ada, cast.it)
    page = text_of(ben, f"/tickets/{ticket.number}")
    assert "Routing “by-load” chose Ben Kaya: fewest open, 0 of 10. Cleo Marsh: absent" in page


@pytest.mark.parametrize("rows", [1, 15])
def test_the_pages_keep_their_budgets(eve: PageClient, cast: Cast, rows: int) -> None:
    make_routing()
    for person in (cast.ben, cast.cleo):
        switch(person, False)
    for _ in range(rows):
        make_ticket(cast.ada, cast.it)
    db.session.get(Ticket, 1)
    for path, budget in (("/waiting", 7), (f"/people/{cast.ben.id}/work", 14)):
        with counted() as statements:
            eve.get(path)
        assert len(statements) <= budget, "\n\n".join(statements)
