"""The page of who leads groups, and the wallboard: figures of one's own groups alone, and tickets that change hands."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.commands import end_sessions
from helpdesk.people.models import Group, Membership, Person
from helpdesk.routing import profiles, team
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.web.console.budget import counted, look_again
from tests.makers import make_ticket
from tests.pages import PageClient

BUDGET = 24


@pytest.fixture
def cleo(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("cleo@borough.example")
    return client


def read(client: PageClient, path: str = "/team") -> str:
    return client.get(path).get_data(as_text=True)


def give(ticket: Ticket, person: Person) -> None:
    with unit_of_work():
        found = db.session.get_one(Person, person.id)
        commands.assign(commands.lock(ticket.id), found, by=None, cause="test")


def let_be_due(ticket: Ticket, at: datetime) -> None:
    with unit_of_work():
        held = commands.lock(ticket.id)
        held.due_at, held.due_metric = at, "resolution"


def figure(page: str, words: str) -> str:
    found = re.search(rf"<dt>{words}</dt><dd>(.*?)</dd>", page)
    assert found is not None, f"No figure for {words}."
    return found[1]


def test_a_lead_sees_who_is_on_what_they_bear_and_what_waits(
    cleo: PageClient, cast: Cast, app: Flask
) -> None:
    PageClient(app).sign_in("ben@borough.example")
    with unit_of_work():
        profiles.edit_profile(
            db.session.get_one(Person, cast.ben.id),
            skills=[],
            capacity=2,
            limits={},
            calendar=None,
            actor=None,
        )
    at = clock.now()
    for due in (at - timedelta(hours=1), at + timedelta(minutes=30)):
        ticket = make_ticket(cast.ada, cast.it)
        give(ticket, cast.ben)
        let_be_due(ticket, due)
    make_ticket(cast.ada, cast.it, subject="Nobody has this one")
    page = read(cleo)
    assert figure(page, "for nobody") == "1"
    assert figure(page, "late") == "1"
    assert figure(page, "late within the hour") == "1"
    assert figure(page, "due today") == "1"
    assert figure(page, "open") == "3"
    ben = page.partition(f'data-agent="{cast.ben.id}"')[2].partition("</li>")[0]
    assert "2 of 2" in ben
    assert ">full<" in ben
    assert ">on<" in ben
    assert "1 late" in ben
    assert "Nobody has this one" in page
    assert "Dan Okoro" not in page


def test_nothing_of_another_group_is_counted_or_named(cleo: PageClient, cast: Cast) -> None:
    with unit_of_work():
        # Ben works for Highways too; what he has there is not Cleo's to know.
        member = Membership(person_id=cast.ben.id, group_id=cast.highways.id, right="work")
        db.session.add(member)
    before = read(cleo)
    give(make_ticket(cast.ada, cast.highways, subject="Canary"), cast.ben)
    make_ticket(cast.ada, cast.highways, subject="Canary")
    page = read(cleo, f"/team?group={cast.highways.id}&agent={cast.ben.id}")
    assert "Canary" not in page
    assert "Highways" not in page
    for words in ("open", "for nobody"):
        assert figure(page, words) == figure(before, words) == "0"
    assert "Highways" not in read(cleo, "/wallboard")


def test_a_ticket_is_given_and_taken_back_with_one_click(cleo: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    form = {"ticket": f"{ticket.number}@{ticket.version}", "assignee": str(cast.ben.id)}
    cleo.post("/team/give", {**form, "back": "/team?agent=1"})
    assert cleo.last is not None
    assert cleo.last.location == "/team?agent=1"
    look_again()
    assert db.session.get_one(Ticket, ticket.id).assignee_id == cast.ben.id
    page = read(cleo)
    assert f"{ticket.number} is with Ben Kaya now." in page
    undo = re.search(r"/operations/\d+/undo", page)
    assert undo is not None
    cleo.post(undo[0], {"back": "/team"})
    look_again()
    assert db.session.get_one(Ticket, ticket.id).assignee_id is None


def test_a_ticket_that_changed_since_it_was_shown_is_not_given(
    cleo: PageClient, cast: Cast
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    form = {"ticket": f"{ticket.number}@{ticket.version}", "assignee": str(cast.cleo.id)}
    give(ticket, cast.ben)
    page = cleo.post("/team/give", form, status=409).get_data(as_text=True)
    assert "Assignee: nobody is now Ben Kaya" in page
    assert "Assignee: Cleo Marsh" in page
    look_again()
    assert db.session.get_one(Ticket, ticket.id).assignee_id == cast.ben.id


@pytest.mark.parametrize(
    ("entry", "status"),
    [("INC-1", 422), ("INC-1@x", 422), ("", 422), ("{}@1", 404), ("INC-1@1", 404)],
)
def test_only_a_ticket_one_may_work_on_is_given(
    cleo: PageClient, cast: Cast, entry: str, status: int
) -> None:
    hidden = make_ticket(cast.ada, cast.highways)
    said = {"ticket": entry.format(hidden.number), "assignee": str(cast.cleo.id)}
    cleo.post("/team/give", said, status=status)
    look_again()
    assert db.session.get_one(Ticket, hidden.id).assignee_id is None


def test_whoever_leads_nothing_is_refused(client: PageClient, cast: Cast) -> None:
    client.sign_in("ben@borough.example")
    for path in ("/team", "/wallboard"):
        client.get(path, status=403)
    assert ">Team<" not in read(client, "/tickets")


def test_the_page_costs_the_same_for_many_tickets(cleo: PageClient, cast: Cast) -> None:
    read(cleo)
    for _number in range(12):
        make_ticket(cast.ada, cast.it)
    with counted() as statements:
        read(cleo)
    assert len(statements) <= BUDGET, "\n\n".join(statements)


def test_a_wallboard_names_no_ticket_and_nobody_outside(cleo: PageClient, cast: Cast) -> None:
    make_ticket(cast.ada, cast.it, subject="Private matters")
    page = read(cleo, "/wallboard?theme=dark")
    assert "IT support" in page
    assert 'data-theme="dark"' in page
    for word in ("Private matters", "Ada", "INC-"):
        assert word not in page


def test_a_link_shows_a_wallboard_until_its_maker_may_not_any_more(
    cleo: PageClient, cast: Cast, app: Flask, clock: StoppedClock
) -> None:
    found = re.search(r'/wallboard/[^"]+', read(cleo, "/team?link=1"))
    assert found is not None
    screen = PageClient(app)
    assert "IT support" in read(screen, found[0])
    screen.get(found[0] + "x", status=404)
    screen.get("/wallboard", status=303)
    with unit_of_work():
        end_sessions(db.session.get_one(Person, cast.cleo.id))
    screen.get(found[0], status=404)


def test_an_administrator_leads_every_group(cast: Cast) -> None:
    assert [one.name for one in team.led_groups(cast.actor("eve"))] == ["Highways", "IT support"]
    assert [one.id for one in team.led_groups(cast.actor("cleo"))] == [
        db.session.get_one(Group, cast.it.id).id
    ]


def test_an_administrator_of_a_desk_without_groups_reads_that_nobody_works_yet(
    client: PageClient, cast: Cast
) -> None:
    with unit_of_work():
        for group in db.session.scalars(select(Group)):
            group.is_active = False
    client.sign_in("eve@borough.example")
    assert "Nobody works in these groups yet." in read(client)
