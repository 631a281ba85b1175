"""The other pages of the console: each opens, keeps its budget and does its work."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy import select

from channels.channel import RawItem
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import accounts
from helpdesk.messaging.keeping import keep
from helpdesk.messaging.models import (
    ChannelAccount,
    Delivery,
    DeliveryState,
    RawMessage,
    RawState,
)
from helpdesk.messaging.setting_aside import Reason, set_aside
from helpdesk.people.models import Agency, Group, Membership, Organisation, Person, Role
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.web.console.budget import counted, look_again
from tests.makers import make_reply, make_ticket
from tests.pages import PageClient

MAIL = b"From: Zoe <zoe@example.org>\r\nSubject: Odd\r\nX-Long: a\r\n b\r\n\r\nHello <b>there</b>"


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def text_of(client: PageClient) -> str:
    assert client.last is not None
    return client.last.get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "budget"),
    [
        ("/tickets/new", 7),
        ("/search", 6),
        ("/search?q=printer", 19),
        ("/sent", 9),
        ("/people", 9),
        ("/people?q=ada", 9),
        ("/people/new", 7),
        ("/groups", 9),
        ("/groups/new", 8),
        ("/organisations", 7),
        ("/agencies", 7),
        ("/quarantine", 8),
        ("/mailboxes", 10),
        ("/mailboxes/new", 6),
        ("/health", 40),
        ("/keys", 6),
    ],
)
@pytest.mark.parametrize("rows", [1, 20])
def test_each_page_opens_within_its_budget(
    eve: PageClient, cast: Cast, path: str, budget: int, rows: int
) -> None:
    for number in range(rows):
        ticket = make_ticket(cast.ada, cast.it)
        make_reply(ticket, cast.ben)
        with unit_of_work():
            db.session.add(Agency(name=f"Body {number}", created_at=ticket.created_at))
            db.session.add(Organisation(name=f"School {number}", created_at=ticket.created_at))
    with counted() as statements:
        eve.get(path)
    assert len(statements) <= budget, "\n\n".join(statements)


def test_a_call_is_logged_for_a_new_person(ben: PageClient, cast: Cast) -> None:
    ben.post(
        "/tickets/new",
        {
            "name": "Zoe Ward",
            "phone": "020 7946 0991",
            "channel": "phone",
            "subject": "Bins were not emptied",
            "text": "Called at nine.",
            "group": str(cast.it.id),
            "assignee": str(cast.ben.id),
            "type": "request",
            "impact": "medium",
            "urgency": "high",
            "tags": "bins",
            "files": (BytesIO(b"note"), "note.txt"),
        },
    )
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.requester.name, ticket.channel, ticket.priority) == ("Zoe Ward", "phone", 2)
    assert ticket.assignee_id == cast.ben.id
    page = ben.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert "logged by Ben Kaya" in page
    assert "+442079460991" in page


def test_a_person_is_found_and_chosen_for_a_new_ticket(ben: PageClient, cast: Cast) -> None:
    page = ben.get("/tickets/new?find=byrne").get_data(as_text=True)
    assert f"/tickets/new?person_id={cast.ada.id}" in page
    ben.get(f"/tickets/new?person_id={cast.ada.id}")
    ben.post(
        "/tickets/new",
        {"person_id": str(cast.ada.id), "channel": "phone", "subject": "Lamp", "text": "Broken."},
    )
    assert db.session.scalars(select(Ticket)).one().requester_id == cast.ada.id


def test_what_was_typed_for_a_new_ticket_comes_back(ben: PageClient) -> None:
    ben.post(
        "/tickets/new",
        {"channel": "phone", "subject": "", "text": "A long story", "name": "Zoe"},
        status=422,
    )
    assert "A long story</textarea>" in text_of(ben)
    assert "Write in a few words what it is about." in text_of(ben)


def test_search_finds_and_marks(ben: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, text="The printer eats <b>paper</b> & more.")
    make_ticket(cast.ada, cast.highways, text="A printer in the road.")
    page = ben.get("/search?q=paper").get_data(as_text=True)
    assert ticket.number in page
    assert "&lt;b&gt;<mark>paper</mark>" in page
    assert "in the road" not in ben.get("/search?q=printer").get_data(as_text=True)


def test_a_ticket_found_by_its_tag_shows_it(ben: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.set_tags(commands.lock(ticket.id), ["drum unit"], by=None, cause="test")
    assert '<span class="pill line">drum unit</span>' in ben.get("/search?q=drum").get_data(
        as_text=True
    )


def test_a_query_that_is_half_understood_says_so(ben: PageClient) -> None:
    assert "There is no field" in ben.get("/search?q=colour:red").get_data(as_text=True)


def test_sent_mail_shows_only_what_the_reader_may_see(
    client: PageClient, cast: Cast, settle: Callable[[], None]
) -> None:
    make_reply(make_ticket(cast.ada, cast.it), cast.ben, "To be seen by IT.")
    settle()
    ids = list(db.session.scalars(select(Delivery.id)))
    assert ids
    client.sign_in("dan@borough.example")
    assert "Nothing was sent yet" in client.get("/sent").get_data(as_text=True)
    for one in ids:
        client.get(f"/sent/{one}", status=404)
        client.get(f"/sent/{one}/raw", status=404)
        client.post(f"/sent/{one}/again", status=404)


def test_a_failed_mail_is_sent_again(
    ben: PageClient, cast: Cast, settle: Callable[[], None]
) -> None:
    message = make_reply(make_ticket(cast.ada, cast.it), cast.ben)
    message_id = message.id
    settle()
    with unit_of_work():
        delivery = db.session.scalars(
            select(Delivery).where(Delivery.message_id == message_id)
        ).one()
        delivery.state, delivery.last_error = DeliveryState.FAILED, "550 no such user"
    number = db.session.get_one(Ticket, delivery.ticket_id).number
    assert "550 no such user" in ben.get(f"/tickets/{number}").get_data(as_text=True)
    ben.get(f"/sent/{delivery.id}")
    ben.post(f"/sent/{delivery.id}/again")
    look_again()
    assert db.session.get_one(Delivery, delivery.id).state is DeliveryState.WAITING
    assert ben.get(f"/sent/{delivery.id}/raw").mimetype == "application/octet-stream"


@pytest.fixture
def waiting(cast: Cast) -> RawMessage:
    with unit_of_work():
        account = accounts.create_account(name="Help", values={"address": "help@borough.example"})
        raw = keep(account, RawItem("1", MAIL))
        assert raw is not None
        set_aside(raw, Reason.UNREADABLE, "a broken part")
    return raw


def test_the_quarantine_shows_a_mail_and_why_it_waits(eve: PageClient, waiting: RawMessage) -> None:
    assert "Only a part of it could be read." in eve.get("/quarantine").get_data(as_text=True)
    page = eve.get(f"/quarantine/{waiting.id}").get_data(as_text=True)
    assert "Hello &lt;b&gt;there&lt;/b&gt;" in page
    assert "a broken part" in page
    raw = eve.get(f"/quarantine/{waiting.id}/raw")
    assert raw.get_data() == MAIL
    assert raw.mimetype == "text/plain"


def test_the_rail_counts_the_mail_that_waits_for_an_administrator(
    client: PageClient, cast: Cast, waiting: RawMessage, settle: Callable[[], None]
) -> None:
    make_reply(make_ticket(cast.ada, cast.it), cast.ben)
    settle()
    with unit_of_work():
        first = select(Delivery).order_by(Delivery.id).limit(1)
        db.session.scalars(first).one().state = DeliveryState.FAILED
    for who, count in (("eve", '<span class="n">1<'), ("ben", "")):
        client.sign_in(f"{who}@borough.example")
        rail = client.get("/keys").get_data(as_text=True).partition('id="rail"')[2]
        assert re.search(rf"Sent mail</span>{count}", rail)
        assert ("Quarantine</span>" + count in rail) is (who == "eve")


@pytest.mark.parametrize(
    ("deed", "state"), [("file", RawState.WAITING), ("reject", RawState.REJECTED)]
)
def test_a_mail_in_quarantine_is_decided_on(
    eve: PageClient, waiting: RawMessage, deed: str, state: RawState
) -> None:
    eve.post(f"/quarantine/{waiting.id}/{deed}")
    look_again()
    assert db.session.get_one(RawMessage, waiting.id).state is state


def test_a_mailbox_is_added_and_its_password_never_shown(eve: PageClient) -> None:
    fields = {
        "name": "Help",
        "address": "help@borough.example",
        "group": "",
        "is_active": "1",
        "imap_host": "127.0.0.1",
        "imap_port": "1",
        "imap_user": "help",
        "imap_password": "wordofhelp",
        "action": "save",
    }
    eve.post("/mailboxes/new", fields)
    account = db.session.scalars(select(ChannelAccount)).one()
    assert account.address == "help@borough.example"
    page = eve.get(f"/mailboxes/{account.id}").get_data(as_text=True)
    assert "wordofhelp" not in page
    assert "Leave empty to keep the stored one" in page
    eve.post(f"/mailboxes/{account.id}", {**fields, "name": "Help desk", "imap_password": ""})
    look_again()
    account = db.session.get_one(ChannelAccount, account.id)
    assert account.name == "Help desk"
    assert "wordofhelp" not in account.secrets
    assert account.secrets
    assert account.settings["receipts"] is False


def test_a_mailbox_that_does_not_answer_says_so(eve: PageClient) -> None:
    fields = {
        "name": "Help",
        "address": "help@borough.example",
        "imap_host": "127.0.0.1",
        "imap_port": "1",
        "imap_user": "help",
        "imap_password": "x",
        "action": "test",
    }
    eve.post("/mailboxes/new", fields, status=200)
    assert "The connection does not work yet" in text_of(eve)
    assert db.session.scalars(select(ChannelAccount)).all() == []
    eve.post("/mailboxes/new", {**fields, "action": "save"})
    look_again()
    account = db.session.scalars(select(ChannelAccount)).one()
    eve.post(f"/mailboxes/{account.id}/test")
    assert "127.0.0.1" in eve.get("/mailboxes").get_data(as_text=True)


def test_a_bad_setting_is_shown_at_its_field(eve: PageClient) -> None:
    eve.post("/mailboxes/new", {"name": "Help", "address": "odd", "imap_port": "x"}, status=422)
    assert 'id="imap-port-error"' in text_of(eve)
    assert 'id="address-error"' in text_of(eve)


def test_a_person_is_added_shown_and_changed(ben: PageClient, cast: Cast) -> None:
    ben.post(
        "/people/new",
        {
            "name": "Zoe Ward",
            "email": "Zoe@Example.org",
            "phone": "020 7946 0991",
            "organisation": "Hill School",
            "note": "Prefers mornings.",
        },
    )
    person = db.session.scalars(select(Person).where(Person.name == "Zoe Ward")).one()
    page = ben.get(f"/people/{person.id}").get_data(as_text=True)
    for text in ("zoe@example.org", "+442079460991", "Hill School", "Prefers mornings."):
        assert text in page
    ben.get(f"/people/{person.id}/edit")
    ben.post(f"/people/{person.id}/edit", {"name": "Zoe Hart", "email": "z@example.org"})
    page = ben.get(f"/people/{person.id}").get_data(as_text=True)
    assert "Zoe Hart" in page
    assert "z@example.org" in page


def test_an_address_that_is_taken_is_refused_at_its_field(ben: PageClient) -> None:
    ben.post("/people/new", {"name": "Zoe", "email": "ada@borough.example"}, status=422)
    assert 'id="email-error"' in text_of(ben)


def test_an_agent_is_invited_given_a_role_and_switched_off(eve: PageClient, cast: Cast) -> None:
    eve.post(
        "/people/new",
        {"name": "Flo", "email": "flo@borough.example", "role": "agent", "invite": "1"},
    )
    flo = db.session.scalars(select(Person).where(Person.name == "Flo")).one()
    assert flo.role is Role.AGENT
    eve.post(f"/people/{flo.id}/edit", {"name": "Flo", "role": "admin"})
    eve.post(f"/people/{flo.id}/invite")
    eve.post(f"/people/{flo.id}/state", {"is_active": ""})
    look_again()
    flo = db.session.get_one(Person, flo.id)
    assert (flo.role, flo.is_active) == (Role.ADMIN, False)


def test_an_agent_makes_nobody_an_agent(ben: PageClient, cast: Cast) -> None:
    fields = {"name": "Flo", "email": "flo@borough.example", "role": "admin"}
    ben.post("/people/new", fields, status=403)
    ben.post(f"/people/{cast.ben.id}/edit", {"name": "Ben", "role": "admin"}, status=403)
    ben.post(f"/people/{cast.ada.id}/edit", {"name": "Ada", "role": "agent"}, status=403)


def test_an_administrator_adds_a_group_with_members(eve: PageClient, cast: Cast) -> None:
    eve.post(
        "/groups/new",
        {
            "name": "Parks",
            "address": "parks@borough.example",
            f"right_{cast.ben.id}": "lead",
            f"right_{cast.dan.id}": "",
        },
    )
    group = db.session.scalars(select(Group).where(Group.name == "Parks")).one()
    held = db.session.scalars(select(Membership).where(Membership.group_id == group.id)).one()
    assert (held.person_id, held.right) == (cast.ben.id, "lead")


def test_a_lead_chooses_members_and_nothing_else(client: PageClient, cast: Cast) -> None:
    client.sign_in("cleo@borough.example")
    path = f"/groups/{cast.it.id}"
    client.get(path)
    kept = {"name": "IT support", "is_active": "1"}
    client.post(path, {**kept, f"right_{cast.dan.id}": "read"})
    look_again()
    wanted = select(Membership.right).where(
        Membership.person_id == cast.dan.id, Membership.group_id == cast.it.id
    )
    assert db.session.scalar(wanted) == "read"
    client.post(path, {**kept, "name": "Cleo's own"}, status=403)
    client.post(path, {**kept, f"right_{cast.dan.id}": "lead"}, status=403)
    client.get(f"/groups/{cast.highways.id}", status=403)


def test_bodies_are_added(eve: PageClient) -> None:
    eve.post("/organisations", {"name": "Hill School"})
    eve.post("/agencies", {"name": "Parks", "address": "parks@borough.example"})
    eve.post("/agencies", {"name": "Parks"}, status=422)
    assert "Hill School" in eve.get("/organisations").get_data(as_text=True)


def test_the_theme_is_kept_with_the_person(ben: PageClient, cast: Cast) -> None:
    ben.post("/me/theme", {"theme": "dark"})
    assert re.search(r'<html[^>]*data-theme="dark"', ben.get("/keys").get_data(as_text=True))
    ben.post("/me/theme", {"theme": "pink"}, status=422)
