"""S01: no mail runs anything, whatever stands in it, in any view."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select
from werkzeug.serving import make_server

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets.commands import lock
from helpdesk.tickets.conversation import NewMessage, add_message
from helpdesk.tickets.models import Direction, Message, Ticket
from tests.cast import PASSWORD, Cast
from tests.makers import make_ticket
from tests.pages import PageClient
from tests.security.payloads import PAYLOADS
from tests.servers.browser import BrowserWatch

XHTML = "{http://www.w3.org/1999/xhtml}"

FORBIDDEN = frozenset(
    [
        "script",
        "iframe",
        "frame",
        "frameset",
        "object",
        "embed",
        "applet",
        "form",
        "input",
        "button",
        "textarea",
        "select",
        "style",
        "svg",
        "math",
        "audio",
        "video",
        "source",
        "picture",
        "template",
        "noscript",
        "dialog",
        "portal",
        "area",
        "map",
        "layer",
        "bgsound",
        "keygen",
    ]
)
# Of the frame's own document: its title, its style sheet, and that links open elsewhere.
OURS = {"meta": 2, "link": 1, "base": 1, "title": 1}
ADDRESSES = (
    "src",
    "href",
    "srcset",
    "background",
    "poster",
    "action",
    "formaction",
    "data",
    "ping",
)
# An address of a part of the mail, or of the page itself, leads nowhere.
HARMLESS = ("http://", "https://", "mailto:", "tel:", "cid:", "#", "/files/", "/static/")


@pytest.fixture
def attacked(cast: Cast) -> Ticket:
    """A ticket on which every payload was received."""
    ticket = make_ticket(cast.ada, cast.it, subject=PAYLOADS[0], text=PAYLOADS[3])
    for start in range(0, len(PAYLOADS), 30):
        with unit_of_work():
            locked = lock(ticket.id)
            for payload in PAYLOADS[start : start + 30]:
                new = NewMessage(
                    text=payload,
                    html=f"Hello {payload} there",
                    direction=Direction.IN,
                    author=cast.ada,
                    author_name=payload[:200],
                    subject=payload,
                )
                add_message(locked, new, by=None, cause="test")
    return ticket


def frames_of(ticket: Ticket) -> list[str]:
    ids = db.session.scalars(
        select(Message.id).where(Message.ticket_id == ticket.id, Message.html.is_not(None))
    )
    return [f"/tickets/{ticket.number}/messages/{one}/frame" for one in ids]


def elements_of(html: str) -> list[Element]:
    root: Element = html5lib.parse(html)
    return [one for one in root.iter() if isinstance(one.tag, str)]


def faults_of(html: str) -> list[str]:
    """What in a frame could run, ask for something, or be taken for ours."""
    faults = []
    counted: dict[str, int] = {}
    for one in elements_of(html):
        name = one.tag.removeprefix(XHTML).rpartition("}")[2]
        counted[name] = counted.get(name, 0) + 1
        if name in FORBIDDEN:
            faults.append(f"<{name}>")
        for key, value in one.attrib.items():
            if key.lower().startswith("on") or key in ("style", "srcdoc", "id", "name", "class"):
                if name != "meta":
                    faults.append(f"{name} {key}")
            if key in ADDRESSES and not value.strip().lower().startswith(HARMLESS):
                faults.append(f"{name} {key}={value[:40]}")
            if name == "img" and key == "src" and not value.startswith("/files/"):
                faults.append(f"{name} {key}={value[:40]}")
    faults += [
        f"{counted.get(name, 0)} x {name}" for name in OURS if counted.get(name, 0) > OURS[name]
    ]
    return faults


def test_there_are_enough_payloads() -> None:
    assert len(set(PAYLOADS)) >= 150


def test_no_frame_holds_anything_that_could_run(client: PageClient, attacked: Ticket) -> None:
    client.sign_in("ben@borough.example")
    found = {}
    for path in frames_of(attacked):
        answer = client.raw.get(path, base_url="http://desk.example")
        policy = answer.headers["Content-Security-Policy"]
        assert answer.status_code == 200
        assert policy.startswith("sandbox allow-same-origin ")
        assert "default-src 'none'" in policy
        assert "script" not in policy
        assert "img-src 'self';" in policy
        faults = faults_of(answer.get_data(as_text=True))
        if faults:
            found[path] = faults
    assert found == {}


def test_the_ticket_page_shows_payloads_as_text(client: PageClient, attacked: Ticket) -> None:
    client.sign_in("ben@borough.example")
    page = client.get(f"/tickets/{attacked.number}?messages=500").get_data(as_text=True)
    elements = elements_of(page)
    scripts = [one for one in elements if one.tag == XHTML + "script"]
    assert {one.attrib.get("src", "").partition("?")[0] for one in scripts} == {
        f"/static/dist/{name}.js" for name in ("console", "calls", "writing", "live")
    }
    assert not [key for one in elements for key in one.attrib if key.startswith("on")]
    frames = [one for one in elements if one.tag == XHTML + "iframe"]
    assert {one.attrib["sandbox"] for one in frames} == {
        "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    }
    assert all(one.attrib["src"].startswith("/tickets/") for one in frames)


@pytest.fixture
def live_desk(app: Flask) -> Iterator[str]:
    """The desk behind a real server, for a browser."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    hosts = app.config["DESK_ALLOWED_HOSTS"]
    app.config["DESK_ALLOWED_HOSTS"] = (*hosts, f"127.0.0.1:{server.server_port}")
    app.config["DESK_LIVE_URL"] = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
        app.config["DESK_ALLOWED_HOSTS"] = hosts
        app.config["DESK_LIVE_URL"] = ""


@pytest.mark.browser
def test_in_a_browser_nothing_runs_and_nothing_is_asked_for_outside(
    browser_page: Page, browser_watch: BrowserWatch, live_desk: str, attacked: Ticket
) -> None:
    dialogs: list[str] = []
    browser_page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    # A frame that keeps a script or a picture from loading says so on the console; it is meant to.
    browser_watch.expect("violates the following Content Security Policy")
    browser_watch.expect("Blocked script execution")
    # No gateway runs here; the page goes on without it.
    browser_watch.expect("status of 404")
    browser_page.goto(f"{live_desk}/sign-in")
    browser_page.fill("[name=sign_in_name]", "ben@borough.example")
    browser_page.fill("[name=password]", PASSWORD)
    browser_page.click("form button")
    browser_page.wait_for_url("**/tickets")
    browser_page.goto(f"{live_desk}/tickets/{attacked.number}?messages=500")
    title = browser_page.title()
    for path in frames_of(attacked):
        browser_page.goto(f"{live_desk}{path}")
        assert browser_page.url.endswith(path)
        assert browser_page.evaluate("document.querySelectorAll('script').length") == 0
    assert dialogs == []
    assert PAYLOADS[0][:20] in title
