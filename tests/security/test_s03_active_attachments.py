"""S03: an attachment is saved, never opened in place, unless its bytes are those of a picture."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpdesk.core import files
from helpdesk.core.db import db
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import Attachment
from tests.cast import Cast
from tests.makers import make_ticket
from tests.pages import PageClient

SCRIPT = b"<script>alert(1)</script>"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
ACTIVE = {
    "page.html": ("text/html", SCRIPT),
    "drawing.svg": ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT),
    "data.xml": (
        "application/xml",
        b"<?xml version='1.0'?><x xmlns='http://www.w3.org/1999/xhtml'>",
    ),
    "page.xhtml": ("application/xhtml+xml", SCRIPT),
    "paper.pdf": (
        "application/pdf",
        b"%PDF-1.7 /OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
    ),
    "code.js": ("text/javascript", b"alert(1)"),
    "old.mht": ("message/rfc822", b"Content-Type: text/html\r\n\r\n" + SCRIPT),
    "style.css": ("text/css", b"*{background:url(//evil.example)}"),
    "false.png": ("image/png", SCRIPT),
    "false.gif": ("image/gif", b"GIF/*" + SCRIPT),
    "false.webp": ("image/webp", b"RIFFxxxx" + SCRIPT),
    "typed.png": ("text/html; charset=utf-8", PNG),
    "odd": ("text/html\r\nX-Odd: 1", SCRIPT),
}


@pytest.fixture
def ben(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("ben@borough.example")
    return client


def attached(cast: Cast, name: str, kind: str, body: bytes) -> Attachment:
    make_ticket(cast.ada, cast.it, files=(NewFile(name, kind, body),))
    return db.session.scalars(select(Attachment)).one()


def assert_inert(answer: TestResponse, body: bytes) -> None:
    assert answer.get_data() == body
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize("name", sorted(ACTIVE))
@pytest.mark.parametrize("query", ["", "?inline=1"])
def test_an_active_file_is_only_saved(ben: PageClient, cast: Cast, name: str, query: str) -> None:
    kind, body = ACTIVE[name]
    attachment = attached(cast, name, kind, body)
    assert_inert(ben.get(f"/files/{attachment.key}{query}"), body)


def test_a_picture_is_shown_where_it_is_asked_for(ben: PageClient, cast: Cast) -> None:
    attachment = attached(cast, "photo.png", "image/png", PNG)
    shown = ben.get(f"/files/{attachment.key}?inline=1")
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["Content-Disposition"].startswith("inline; ")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert_inert(ben.get(f"/files/{attachment.key}"), PNG)


def test_a_page_previews_pictures_and_no_drawings(ben: PageClient, cast: Cast) -> None:
    ticket = make_ticket(
        cast.ada,
        cast.it,
        files=(NewFile("a.png", "image/png", PNG), NewFile("a.svg", *ACTIVE["drawing.svg"])),
    )
    page = ben.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert page.count("?inline=1") == 2  # once in the link, once in the picture
    assert page.count("<img ") == 1


def test_the_original_of_a_mail_is_only_saved(ben: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    message_id = ticket.messages[0].id
    ben.get(f"/tickets/{ticket.number}/messages/{message_id}/original", status=404)


def test_a_damaged_file_says_so(ben: PageClient, cast: Cast) -> None:
    attachment = attached(cast, "a.txt", "text/plain", b"to be lost")
    files.store().remove(attachment.digest)
    answer = ben.get(f"/files/{attachment.key}", status=503)
    assert "This file cannot be read" in answer.get_data(as_text=True)
