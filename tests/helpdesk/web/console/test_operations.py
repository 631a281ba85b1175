"""After each act the page says "Undo"; the list has one's own acts, and those of the groups one leads."""

from __future__ import annotations

import re

import pytest

from helpdesk.core.db import db
from helpdesk.operations.models import Operation
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.operations.acts import act, again, by_others, tagged, weighed
from tests.helpdesk.web.console.budget import counted, look_again
from tests.makers import make_ticket
from tests.pages import PageClient


def change(ben: PageClient, ticket: Ticket, **fields: str) -> str:
    sent = {"version": str(again(ticket).version), **fields}
    place = ben.post(f"/tickets/{ticket.number}/properties", sent).headers["Location"]
    return ben.get(place).text


def undo_on(page: str) -> str:
    """The address of the button that undoes what was just done."""
    found = re.search(r'action="(/operations/\d+/undo)" data-key="undo"', page)
    assert found is not None, page
    return found[1]


def test_after_a_change_one_button_and_one_key_undo_it(ben: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    page = change(ben, ticket, assignee=str(cast.ben.id), tags="rain")
    assert "Changed: Assignee, Tags." in page

    here = f"/tickets/{ticket.number}"
    place = ben.post(undo_on(page), {"back": here}).headers["Location"]

    assert place == here
    assert "Taken back." in ben.get(place).text
    assert (again(ticket).assignee_id, again(ticket).tags) == (None, [])
    assert "Taken back: Assignee, Tags" in ben.get(here).text


def test_what_was_left_is_shown_with_the_reason(ben: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    done = act(cast.ben, ticket, weighed(1), tagged("rain"))
    by_others(ticket, weighed(2))

    place = ben.post(f"/operations/{done.id}/undo", {}).headers["Location"]

    page = ben.get(place).text
    assert "Priority: changed since, so left as it is." in page
    assert "partly taken back" in page


def test_the_list_has_ones_own_acts_and_a_lead_sees_those_of_the_group(
    client: PageClient, cast: Cast
) -> None:
    ticket, hidden = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.highways)
    act(cast.ben, ticket, tagged("rain"))
    act(cast.dan, hidden, tagged("road"))
    client.sign_in("cleo@borough.example")

    assert "Nothing was done lately" in client.get("/operations").text
    page = client.get("/operations?of=groups").text
    assert f"Changed {ticket.number}" in page
    assert "Ben Kaya" in page
    assert hidden.number not in page


def test_nobody_undoes_or_sees_what_others_did(client: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    done = act(cast.ben, ticket, tagged("rain"))
    client.sign_in("dan@borough.example")

    client.get(f"/operations/{done.id}", status=404)
    client.post(f"/operations/{done.id}/undo", {}, status=404)

    assert [tag.name for tag in again(ticket).tags] == ["rain"]


def test_a_ticket_that_is_hidden_now_is_not_named(ben: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, subject="A very private matter")
    done = act(cast.ben, ticket, tagged("rain"))
    with_group(ticket, cast.highways.id)

    page = ben.get(f"/operations/{done.id}").text

    assert ticket.number not in page
    assert "private" not in page
    ben.post(f"/operations/{done.id}/undo", {})
    assert [tag.name for tag in again(ticket).tags] == ["rain"]


def with_group(ticket: Ticket, group_id: int) -> None:
    by_others(ticket, lambda one, _how: setattr(one, "group_id", group_id))


@pytest.mark.parametrize("rows", [1, 12])
def test_the_list_keeps_its_budget(ben: PageClient, cast: Cast, rows: int) -> None:
    for _number in range(rows):
        act(cast.ben, make_ticket(cast.ada, cast.it), tagged("rain"))
    look_again()
    ben.get("/operations")
    with counted() as statements:
        ben.get("/operations")
    assert len(statements) <= 12, "\n\n".join(statements)
    assert db.session.query(Operation).count() == rows
