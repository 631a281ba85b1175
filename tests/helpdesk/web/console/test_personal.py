"""One's own settings: kept together, for oneself alone, and shown with what was typed when something is wrong."""

from __future__ import annotations

from helpdesk.core.db import db
from helpdesk.notifications.preferences import Preferences, preferences_of
from helpdesk.people.models import Person
from tests.cast import Cast
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_ticket
from tests.pages import PageClient

CHOSEN = {"theme": "dark", "density": "compact", "time_zone": "Europe/Paris", "message": "y"}


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
    assert preferences_of(ben.id) == Preferences(assigned=False, message=True, deadline=False)
    assert 'class="tickets compact"' in client.get("/tickets").get_data(as_text=True)


def test_a_choice_that_is_none_keeps_nothing_and_shows_what_was_chosen(
    client: PageClient, cast: Cast
) -> None:
    client.sign_in("ben@borough.example")
    for wrong in ({"theme": "pink"}, {"time_zone": "Moon/Base"}, {"density": "none"}):
        page = client.post("/me", {**CHOSEN, **wrong}, status=422).get_data(as_text=True)
        assert "There is a problem" in page
    look_again()
    assert db.session.get_one(Person, cast.ben.id).theme == "system"
