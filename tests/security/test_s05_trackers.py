"""S05: opening or answering a mail tells its sender nothing; pictures come when they are asked for, per message."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.messaging.models import Delivery
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import Attachment, Ticket
from tests.cast import Cast
from tests.makers import make_reply, make_ticket
from tests.pages import PageClient

TRACKED = (
    "<style>@import 'https://evil.example/a.css'; p{background:url(https://evil.example/b)}</style>"
    "<link rel=stylesheet href=https://evil.example/c.css>"
    "<p style='background:url(https://evil.example/d)' background=https://evil.example/e>Hello</p>"
    "<img src=https://evil.example/f.gif width=1 height=1><img src=//evil.example/g.gif>"
    "<img srcset='https://evil.example/h 2x' src=HTTP://evil.example/i.gif>"
    "<picture><source srcset=https://evil.example/j></picture>"
    "<video poster=https://evil.example/k src=https://evil.example/l></video>"
    "<table background=https://evil.example/m><tr><td>x</td></tr></table>"
    "<img src='cid:logo@x'><a href=https://evil.example/press ping=https://evil.example/n>x</a>"
)


@pytest.fixture
def tracked(cast: Cast) -> Ticket:
    logo = NewFile("logo.png", "image/png", b"\x89PNG\r\n\x1a\n", "logo@x", is_inline=True)
    return make_ticket(cast.ada, cast.it, html=TRACKED, text="Hello", files=(logo,))


@pytest.fixture
def ben(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("ben@borough.example")
    return client


def frame_of(client: PageClient, ticket: Ticket, query: str = "") -> tuple[str, str]:
    path = f"/tickets/{ticket.number}/messages/{ticket.messages[0].id}/frame{query}"
    answer = client.raw.get(path, base_url="http://desk.example")
    assert answer.status_code == 200
    return answer.get_data(as_text=True), answer.headers["Content-Security-Policy"]


def test_a_frame_asks_for_nothing_from_outside(ben: PageClient, tracked: Ticket) -> None:
    page, policy = frame_of(ben, tracked)
    # Of all the addresses only that of the link is left, which nobody follows but by pressing it.
    assert re.findall(r"https?://evil.example/\w+", page, re.IGNORECASE) == [
        "https://evil.example/press"
    ]
    assert "//evil.example/g" not in page
    assert "img-src 'self';" in policy
    assert "default-src 'none'" in policy


def test_a_picture_of_the_mail_itself_is_ours(ben: PageClient, cast: Cast, tracked: Ticket) -> None:
    page, _policy = frame_of(ben, tracked)
    key = db.session.scalars(select(Attachment.key)).one()
    assert f'src="/files/{key}?inline=1"' in page


def test_remote_pictures_come_when_asked_for_and_nothing_else(
    ben: PageClient, tracked: Ticket
) -> None:
    page, policy = frame_of(ben, tracked, "?pictures=1")
    assert "https://evil.example/f.gif" in page
    assert "img-src 'self' https: http:;" in policy
    assert "default-src 'none'" in policy
    for left in "abcdehjklmn":
        assert f"evil.example/{left}" not in page.replace("evil.example/press", "")


def test_the_ticket_page_offers_the_pictures_of_each_message(
    ben: PageClient, tracked: Ticket
) -> None:
    page = ben.get(f"/tickets/{tracked.number}").get_data(as_text=True)
    assert "Remote pictures are not shown" in page
    assert "evil.example" not in page


def test_an_answer_carries_no_picture_of_the_mail_it_answers(
    cast: Cast, tracked: Ticket, settle: Callable[[], None]
) -> None:
    make_reply(tracked, cast.ben, "Thank you.")
    settle()
    for delivery in db.session.scalars(select(Delivery)):
        assert "evil.example" not in f"{delivery.text}{delivery.html}{delivery.headers}"
