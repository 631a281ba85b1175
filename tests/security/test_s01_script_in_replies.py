"""S01 from inside: what a browser posts as a formatted reply runs nowhere, neither here nor where it is read."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from helpdesk.core import written
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.messaging.models import Delivery
from helpdesk.tickets.models import Direction, Message, Ticket
from tests.cast import Cast
from tests.helpdesk.web.portal.visiting import Visitor
from tests.makers import make_ticket
from tests.pages import PageClient
from tests.security.payloads import PAYLOADS
from tests.security.test_s01_script_in_mail import FORBIDDEN, XHTML, elements_of

END = "<p>The end</p>"
# What takes in all that comes after it is looked at alone.
GENTLE = [one for one in PAYLOADS if one.isprintable() and written.clean(one + END).endswith(END)]
HOSTILE = "<b>Hello</b> " + "".join(f"<div>{one}</div>" for one in GENTLE) + END
# What is left of those that only look like mark-up are words, as they were typed.
OUTSIDE = re.compile(r"""\b(?:src|srcset|background|poster|action|data|ping)=["']?(?:https?:)?//""")


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it)


def answer_with(client: PageClient, ticket: Ticket, html: str) -> Message:
    client.sign_in("ben@borough.example")
    fields = {"text": "not this", "html": html, "version": str(ticket.version), "seen": "0"}
    client.post(f"/tickets/{ticket.number}/replies", fields, status=303)
    db.session.rollback()
    return db.session.scalars(select(Message).where(Message.direction == Direction.OUT)).one()


def faults_in(html: str, part: str) -> list[str]:
    """What could run or be asked for in the element of this class."""
    root = next(one for one in elements_of(html) if part in (one.attrib.get("class") or "").split())
    found = []
    for one in root.iter():
        name = str(one.tag).removeprefix(XHTML)
        found += [f"<{name}>"] if name in FORBIDDEN else []
        for key, value in one.attrib.items():
            address = value.strip().lower()
            if key.startswith("on") or key in ("srcdoc", "srcset", "background", "ping"):
                found.append(f"{name} {key}")
            if key == "href" and not address.startswith(("https:", "http:", "mailto:", "tel:")):
                found.append(f"{name} {key}={value}")
            if key == "src" and not address.startswith("/files/"):
                found.append(f"{name} {key}={value}")
    return found


def test_of_each_attack_nothing_is_left_alone() -> None:
    for payload in PAYLOADS:
        page = f'<div class="rich">{written.shown(written.clean(payload), {})}</div>'
        assert faults_in(page, "rich") == [], payload


def test_nothing_hostile_is_left_in_the_conversation_the_print_and_the_mail(
    client: PageClient, cast: Cast, ticket: Ticket, settle: Callable[[], None]
) -> None:
    message = answer_with(client, ticket, HOSTILE)
    settle()
    assert len(GENTLE) > 100
    assert message.text.startswith("Hello\n")
    assert message.text.endswith("The end")
    path = f"/tickets/{ticket.number}"
    page, paper = (
        client.raw.get(one, base_url="http://desk.example").get_data(as_text=True)
        for one in (path, f"{path}/print")
    )
    mail = db.session.scalars(select(Delivery.html).where(Delivery.message_id == message.id)).one()
    assert mail is not None
    assert faults_in(page, "rich") == []
    assert faults_in(paper, "rich") == []
    assert faults_in(mail, "page") == []
    assert not OUTSIDE.search(message.html or "")


def test_the_requester_reads_plain_words_on_the_portal(
    client: PageClient, cast: Cast, ticket: Ticket, clock: StoppedClock
) -> None:
    answer_with(client, ticket, "<b>Hello</b> <i onclick=run()>Ada</i><script>run()</script>")
    visitor = Visitor(client, clock)
    visitor.enter("ada@borough.example")
    page = client.get(f"/requests/{ticket.number}").get_data(as_text=True)
    assert "Hello Ada" in page
    assert "<b>Hello</b> Ada" not in page
    assert "run()" not in page


def test_a_draft_holds_nothing_hostile_either(client: PageClient, ticket: Ticket) -> None:
    client.sign_in("ben@borough.example")
    fields = {"text": "x", "html": "<b>Hi</b><script>run()</script>", "writer": "w", "known": "0"}
    answer = client.post(f"/tickets/{ticket.number}/drafts/reply", fields, status=200)
    assert answer.get_json()["html"] == "<b>Hi</b>"
    assert answer.get_json()["text"] == "Hi"
