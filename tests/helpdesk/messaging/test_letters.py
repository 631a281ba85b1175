"""What a mail looks like: the words, the signature, what it answers, pictures in place and files as links."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import policy
from helpdesk.messaging.letters import Letter, html_of, text_of
from helpdesk.messaging.models import Delivery
from helpdesk.messaging.outlet_models import OutletStanding
from helpdesk.messaging.own_signatures import signed_together
from helpdesk.messaging.policy import MailPolicy
from helpdesk.messaging.preparing import prepare_message
from helpdesk.people.models import Agency, Group, Person
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.messaging.post import make_account
from tests.makers import make_note, make_reply, make_ticket, make_words_of
from tests.pages import PageClient
from tests.servers.smtp import SmtpSink

Settle = Callable[[], None]


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it, channel="phone", text="The printer is broken.")


def prepared(
    ticket: Ticket, cast: Cast, text: str = "Please try again.", **more: object
) -> Delivery:
    message = make_reply(ticket, cast.ben, text, **more)
    with unit_of_work():
        return prepare_message(message.id)[0]


def set_rules(**changes: object) -> None:
    with unit_of_work():
        policy.write(MailPolicy(**changes))  # type: ignore[arg-type]


def test_styles_stand_on_the_elements_and_dark_screens_are_thought_of() -> None:
    html = html_of(Letter("Hello https://a.example/?x=1&y=2\n\n<script>alert(1)</script>"))
    assert '<div class="page" style="' in html
    assert "prefers-color-scheme: dark" in html
    assert 'href="https://a.example/?x=1&amp;y=2"' in html
    assert "<script" not in html
    assert "http" not in html.replace("https://a.example", "")


def test_the_signature_names_people_by_plain_words_only(cast: Cast, ticket: Ticket) -> None:
    with unit_of_work():
        group = db.session.get_one(Group, cast.it.id)
        group.signature = (
            "{agent} ({first_name}), {group}, {desk}\n{number} {address}\n"
            "{{7*7}} {agent.__class__} {unknown} %(name)s"
        )
        cast.ben.name = "Ben {number} Kaya"
    text = prepared(ticket, cast).text

    assert f"Ben {{number}} Kaya (Ben), IT support, Borough desk\n{ticket.number} " in text
    assert "{{7*7}} {agent.__class__} {unknown} %(name)s" in text


@pytest.mark.parametrize(
    ("of_the_group", "own", "told"),
    [
        ("{group}", "", "IT support"),
        ("", "{first_name}", "Ben"),
        ("{group}", "{first_name}", "Ben\n\nIT support"),
        ("Yours\n{own}\n{group}", "{first_name}", "Yours\nBen\nIT support"),
        ("Yours\n\n{own}\n\n{group}", "", "Yours\n\nIT support"),
        ("{group}", "{own} {group}", "{own} IT support\n\nIT support"),
    ],
)
def test_an_own_signature_stands_above_the_groups_or_where_that_has_a_place_for_it(
    of_the_group: str, own: str, told: str
) -> None:
    values = {"group": "IT support", "first_name": "Ben"}
    assert signed_together(of_the_group, own, values) == told


def test_where_agents_are_not_named_their_own_signature_is_not_sent(
    cast: Cast, ticket: Ticket
) -> None:
    set_rules(shows_agent_names=False)
    with unit_of_work():
        db.session.get_one(Person, cast.ben.id).signature = "Ben from the second floor"
    assert "second floor" not in prepared(ticket, cast).text


def test_a_group_without_a_signature_has_that_of_its_agency(cast: Cast, ticket: Ticket) -> None:
    with unit_of_work():
        agency = Agency(
            name="Housing trust",
            address="trust@housing.example",
            signature="{agency}",
            created_at=ticket.created_at,
        )
        db.session.add(agency)
        db.session.flush()
        db.session.get_one(Group, cast.it.id).agency_id = agency.id
    delivery = prepared(ticket, cast)

    assert delivery.text.endswith("-- \nHousing trust\n")
    assert delivery.sender == "trust@housing.example"
    assert delivery.headers["from_name"] == "Ben at IT support, Housing trust"


def test_a_group_writes_under_its_own_name_and_is_answered_where_it_says(
    cast: Cast, ticket: Ticket
) -> None:
    make_account(cast.it)
    with unit_of_work():
        group = db.session.get_one(Group, cast.it.id)
        group.address, group.sender_name = "it@borough.example", "IT of the borough"
        group.reply_to = "answers@borough.example"
    delivery = prepared(ticket, cast)

    assert delivery.sender == "it@borough.example"
    assert delivery.headers["from_name"] == "Ben at IT of the borough"
    assert delivery.headers["reply_to"].startswith("answers+")


def test_the_message_before_is_quoted_where_that_is_set_and_never_a_note(
    cast: Cast, ticket: Ticket
) -> None:
    make_words_of(ticket, cast.ada, "Still blank.\nReally.", author_address="ada@borough.example")
    make_note(ticket, cast.ben, "canary-note")
    plain = prepared(ticket, cast, "First.").text
    set_rules(quotes_previous=True)
    make_words_of(ticket, cast.ada, "Still blank.\nReally.", author_address="ada@borough.example")
    make_note(ticket, cast.ben, "canary-note")
    quoting = prepared(ticket, cast, "Second.")

    assert ">" not in plain
    assert (
        "On 16 November 2026, 10:00, Ada Byrne wrote:\n> Still blank.\n> Really.\n" in quoting.text
    )
    assert "canary" not in quoting.text + str(quoting.html)


def test_nobody_is_quoted_what_they_were_never_sent(cast: Cast, ticket: Ticket) -> None:
    set_rules(quotes_previous=True)
    make_words_of(ticket, cast.ada, "For the desk only.", author_address="ada@borough.example")
    message = make_reply(ticket, cast.ben, recipients={"cc": ["boss@citizen.example"]})
    with unit_of_work():
        deliveries = {each.recipient: each.text for each in prepare_message(message.id)}

    assert "For the desk only." in deliveries["ada@borough.example"]
    assert "For the desk only." not in deliveries["boss@citizen.example"]


def test_a_picture_in_the_text_stays_in_its_place(
    cast: Cast, ticket: Ticket, sink: SmtpSink, settle: Settle
) -> None:
    picture = NewFile("a.png", "image/png", b"\x89PNG-1", content_id="pic-1", is_inline=True)
    make_reply(
        ticket, cast.ben, "See here.", html='<p>See <img src="cid:pic-1"></p>', files=(picture,)
    )
    settle()

    mail = next(each.message for each in sink.wait_for(1) if "Re:" in each.message["Subject"])
    html = mail.get_body(("html",))
    assert html is not None
    assert 'src="cid:pic-1"' in str(html.get_content())
    assert [part["Content-ID"] for part in mail.walk() if part["Content-ID"]] == ["<pic-1>"]


def test_a_pasted_picture_stands_where_it_was_pasted(
    cast: Cast, ticket: Ticket, sink: SmtpSink, settle: Settle
) -> None:
    files = (
        NewFile("picture-1.png", "image/png", b"\x89PNG-1"),
        NewFile("[x].txt", "text/plain", b"x"),
    )
    make_reply(ticket, cast.ben, "Press here: [picture-1.png] <now>", files=files)
    settle()

    mail = next(each.message for each in sink.wait_for(1) if "Re:" in each.message["Subject"])
    html, plain = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert plain is not None
    shown = re.search(r'Press here: <img src="cid:([^"]+)"', str(html.get_content()))
    assert shown is not None
    assert "[picture-1.png] <now>" in str(plain.get_content())
    pictures = [part for part in mail.walk() if part["Content-ID"] == f"<{shown[1]}>"]
    assert [part.get_content_disposition() for part in pictures] == ["inline"]
    assert [part.get_filename() for part in mail.iter_attachments()] == ["[x].txt"]


def large(name: str, megabytes: float) -> NewFile:
    return NewFile(name, "application/pdf", bytes(int(megabytes * 1_000_000)))


def test_what_does_not_fit_goes_as_a_link_that_lapses(
    cast: Cast,
    ticket: Ticket,
    sink: SmtpSink,
    settle: Settle,
    clock: StoppedClock,
    client: PageClient,
) -> None:
    with unit_of_work():
        db.session.add(OutletStanding(name="desk", largest=1_000_000))
    make_reply(ticket, cast.ben, files=(large("plan.pdf", 2), large("small.pdf", 0.1)))
    settle()
    mail = next(each.message for each in sink.wait_for(1) if "Re:" in each.message["Subject"])
    plain = mail.get_body(("plain",))
    assert plain is not None
    text = str(plain.get_content())
    [link] = [line for line in text.split() if line.startswith("http://desk.example/fetch/")]
    path = link.removeprefix("http://desk.example")
    fetched = client.get(path)

    assert [part.get_filename() for part in mail.iter_attachments()] == ["small.pdf"]
    assert "plan.pdf (2.0 MB)" in text
    assert (len(fetched.data), fetched.mimetype) == (2_000_000, "application/octet-stream")
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    assert fetched.headers["Content-Security-Policy"].startswith("sandbox")
    client.get(path[:-1] + ("A" if path[-1] != "A" else "B"), status=404)
    clock.advance(timedelta(days=31))
    client.get(path, status=410)


def test_a_server_that_takes_less_than_was_known_gets_the_links_at_once(
    cast: Cast, ticket: Ticket, scripted_relay: object, settle: Settle
) -> None:
    from tests.servers.scripted_smtp import ScriptedSmtp

    assert isinstance(scripted_relay, ScriptedSmtp)
    scripted_relay.extensions = ["SIZE 500000"]
    make_reply(ticket, cast.ben, files=(large("plan.pdf", 1),))
    settle()

    [taken] = [one for one in scripted_relay.wait_for(1) if "Re:" in one.message["Subject"]]
    assert list(taken.message.iter_attachments()) == []
    assert b"/fetch/" in taken.content
    assert len(taken.content) < 500_000


def test_a_withdrawn_mail_gives_no_file(
    cast: Cast, ticket: Ticket, client: PageClient, settle: Settle
) -> None:
    from helpdesk.messaging.linking import linked_files
    from helpdesk.messaging.models import DeliveryState

    with unit_of_work():
        db.session.add(OutletStanding(name="desk", largest=200_000))
    set_rules(largest_sent=200_000)
    delivery = prepared(ticket, cast, files=(large("plan.pdf", 1),))
    message = ticket.messages[-1]
    [link] = linked_files(delivery, message.attachments)
    path = link.url.removeprefix("http://desk.example")
    client.get(path)
    with unit_of_work():
        db.session.get_one(Delivery, delivery.id).state = DeliveryState.WITHDRAWN
    client.get(path, status=404)


def test_a_letter_of_plain_words_is_whole() -> None:
    assert text_of(Letter("Hello\r\n", signature=" IT ")) == "Hello\n\n-- \nIT\n"
