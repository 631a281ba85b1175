"""Beside a ticket: warnings, notes, what was said before and tickets alike, fetched when the page stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import remarks
from helpdesk.people.models import Person
from helpdesk.people.remark_models import PersonNote, PersonWarning, WarningKind
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.web.console.budget import counted, look_again
from tests.makers import make_ticket
from tests.pages import PageClient

BUDGET = 20
WARNING = {"kind": "aggressive", "reason": "Shouted at the counter.", "review_on": "2027-03-01"}


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it, subject="Printer jammed again")


def beside(client: PageClient, ticket: Ticket) -> str:
    return client.get(f"/tickets/{ticket.number}/beside").get_data(as_text=True)


def test_the_ticket_fetches_it_when_it_stands(ben: PageClient, ticket: Ticket) -> None:
    page = ben.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert f'data-hx-get="/tickets/{ticket.number}/beside"' in page
    assert 'id="warnings" role="status"' in page


def test_a_note_written_beside_a_ticket_leads_back_to_it(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    sent = ben.post(
        f"/people/{cast.ada.id}/notes", {"text": "Rings <b>early</b>.", "ticket": ticket.number}
    )
    assert sent.location.endswith(f"/tickets/{ticket.number}")
    shown = beside(ben, ticket)
    assert "Rings &lt;b&gt;early&lt;/b&gt;." in shown
    assert "Ben Kaya" in shown


def test_a_note_is_changed_and_taken_away_on_the_page_of_the_person(
    ben: PageClient, cast: Cast
) -> None:
    home = f"/people/{cast.ada.id}"
    ben.post(f"{home}/notes", {"text": "First."})
    row = db.session.scalars(select(PersonNote)).one()
    ben.post(f"{home}/notes/{row.id}", {"text": "Second."})
    assert "Second." in ben.get(home).get_data(as_text=True)
    ben.post(f"{home}/notes/{row.id}/remove")
    assert "Second." not in ben.get(home).get_data(as_text=True)


def test_who_leads_warns_and_everybody_who_reads_the_ticket_sees_it_first(
    ben: PageClient, client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    refused = ben.post(f"/people/{cast.ada.id}/warnings", WARNING, status=403)
    assert "those who lead" in refused.get_data(as_text=True)
    assert "Warn colleagues" not in beside(ben, ticket)
    client.sign_in("cleo@borough.example")
    client.post(f"/people/{cast.ada.id}/warnings", {**WARNING, "ticket": ticket.number})
    shown = beside(client, ticket)
    assert 'id="warnings" role="status" data-hx-swap-oob="true"' in shown
    assert "Shouted at the counter." in shown.partition('id="warnings"')[2]
    assert "1 March 2027" in shown
    row = db.session.scalars(select(PersonWarning)).one()
    client.post(f"/people/{cast.ada.id}/warnings/{row.id}/end", {"ticket": ticket.number})
    assert "Shouted" not in beside(client, ticket)


@pytest.mark.parametrize(
    "wrong", [{"kind": "angry"}, {"review_on": "soon"}, {"reason": " "}, {"made_by": "1"}]
)
def test_a_warning_that_cannot_be_is_refused_and_shown_again(
    client: PageClient, cast: Cast, wrong: dict[str, str]
) -> None:
    client.sign_in("cleo@borough.example")
    client.post(f"/people/{cast.ada.id}/warnings", {**WARNING, **wrong}, status=422)
    assert db.session.scalars(select(PersonWarning)).all() == []


IN_PLACE = {"HX-Request": "true"}


def test_a_note_that_cannot_be_kept_comes_back_as_typed_in_its_place(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    home = f"/people/{cast.ada.id}/notes"
    long = {"text": f"Rings early. {'x' * 4000}", "ticket": ticket.number}
    panel = ben.post(home, long, status=422, headers=IN_PLACE).get_data(as_text=True)
    assert panel.lstrip().startswith('<div id="beside"')
    assert "Rings early. xxx" in panel
    assert "wrong" in panel
    page = ben.post(home, long, status=422).get_data(as_text=True)
    assert "Rings early. xxx" in page
    assert f'name="ticket" value="{ticket.number}"' in page
    kept = ben.post(home, {**long, "text": "Rings early."}, status=200, headers=IN_PLACE)
    assert 'id="announced"' in kept.get_data(as_text=True)
    assert db.session.scalars(select(PersonNote.text)).all() == ["Rings early."]


def test_a_warning_that_cannot_be_given_comes_back_as_typed_in_its_place(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    client.sign_in("cleo@borough.example")
    wrong = {**WARNING, "review_on": "soon", "ticket": ticket.number}
    path = f"/people/{cast.ada.id}/warnings"
    panel = client.post(path, wrong, status=422, headers=IN_PLACE).get_data(as_text=True)
    assert 'value="Shouted at the counter."' in panel
    assert 'value="soon"' in panel
    assert "This is no date." in panel


def test_a_warning_whose_day_has_come_says_so(
    ben: PageClient, cast: Cast, ticket: Ticket, clock: StoppedClock
) -> None:
    with unit_of_work():
        ada = db.session.get_one(Person, cast.ada.id)
        due = date(2026, 11, 17)
        remarks.give_warning(
            ada, WarningKind.VULNERABLE, "Lives alone.", due, actor=cast.actor("cleo")
        )
    assert "notice warn" in beside(ben, ticket)
    clock.advance(timedelta(hours=24))
    ben.sign_in("ben@borough.example")
    assert "notice late" in beside(ben, ticket)


def test_what_was_said_on_other_tickets_is_in_one_order_and_hidden_ones_stay_hidden(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    make_ticket(cast.ada, cast.it, subject="Door", text="The door squeaks.")
    make_ticket(cast.ada, cast.highways, subject="Hole", text="There is a hole.")
    shown = beside(ben, ticket)
    assert "The door squeaks." in shown
    assert "There is a hole." not in shown
    assert ticket.number not in shown.partition("Said before")[2].partition("</details>")[0]


def test_tickets_alike_are_those_the_agent_may_see(
    ben: PageClient, cast: Cast, ticket: Ticket, settle: Callable[[], None]
) -> None:
    other = make_ticket(cast.dan, cast.it, subject="Printer jammed on floor 3")
    hidden = make_ticket(cast.dan, cast.highways, subject="Printer jammed in the depot")
    far = make_ticket(cast.dan, cast.it, subject="Chair broken")
    settle()
    look_again()
    shown = beside(ben, ticket).partition("Tickets like this one")[2]
    assert other.number in shown
    assert hidden.number not in shown
    assert far.number not in shown
    assert f'"/tickets/{ticket.number}"' not in shown


def test_a_ticket_of_another_group_tells_nothing(ben: PageClient, cast: Cast) -> None:
    hidden = make_ticket(cast.ada, cast.highways)
    ben.get(f"/tickets/{hidden.number}/beside", status=404)


@pytest.mark.parametrize("many", [1, 12])
def test_it_keeps_its_budget_however_much_there_is(
    ben: PageClient, cast: Cast, ticket: Ticket, many: int
) -> None:
    for number in range(many):
        make_ticket(cast.ada, cast.it, subject=f"Printer jammed {number}")
        with unit_of_work():
            ada = db.session.get_one(Person, cast.ada.id)
            remarks.write_note(ada, f"Note {number}.", actor=cast.actor("ben"))
    beside(ben, ticket)
    with counted() as statements:
        beside(ben, ticket)
    assert len(statements) <= BUDGET, f"{len(statements)}:\n" + "\n\n".join(statements)
