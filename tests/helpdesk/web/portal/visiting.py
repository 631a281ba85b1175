"""A form, somebody who fills it in, and the links that they are mailed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from helpdesk.contact_forms.models import FormDraft
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people import visiting
from helpdesk.people.visitor_models import VisitorLink
from helpdesk.tickets.models import Ticket
from tests.pages import PageClient

BIN: dict[str, Any] = {
    "title": "Missed bin",
    "called": {"cy": "Bin heb ei gasglu"},
    "group": "IT support",
    "tags": ["bins"],
    "subject": "Missed bin: {where}",
    "questions": [
        {"name": "bin", "kind": "choice", "label": "Which bin?", "options": ["Food", "Glass"]},
        {"name": "smell", "kind": "yes_no", "label": "Does it smell?", "when": {"bin": "food"}},
        {"name": "where", "kind": "address", "label": "Where is it?"},
        {"name": "more", "kind": "long_text", "label": "Anything else?", "required": False},
    ],
}
PHOTO = {"name": "photo", "kind": "files", "label": "A photo?", "required": False, "most": 2}
CARS = {
    "name": "cars",
    "kind": "group",
    "label": "Which cars?",
    "most": 2,
    "questions": [
        {"name": "plate", "kind": "text", "label": "Number plate"},
        {"name": "since", "kind": "date", "label": "Since when?"},
    ],
}
WHERE = {"where-line1": "14 Alder Row", "where-town": "Ambridge", "where-postcode": "ab1 2cd"}
CONTACT = {"name": "Ada Byrne", "email": "ada@borough.example", "phone": ""}


def make_form(name: str = "bin", **more: Any) -> None:
    with unit_of_work():
        store.save(Kind.FORM, name, {**BIN, **more}, by=None, cause="test")


def make_questions(*questions: dict[str, Any]) -> None:
    make_form(subject="", questions=list(questions))


class Visitor:
    """Somebody with a browser who fills in the form."""

    def __init__(self, client: PageClient, clock: StoppedClock) -> None:
        self.client, self._clock = client, clock
        self.url = ""

    def begin(self, form: str = "bin") -> str:
        """Begin, and return the address of the first question."""
        first = str(self.client.post(f"/ask/{form}").location)
        self.url = first.rpartition("/")[0]
        self._clock.advance(timedelta(seconds=30))
        return first

    def answer(self, name: str, status: int = 303, **fields: Any) -> Any:
        sent = {key.replace("__", "-"): value for key, value in fields.items()}
        return self.client.post(f"{self.url}/{name}", sent, status=status)

    def fill_in(self, **contact: str) -> None:
        """Answer all that the form of these tests asks."""
        self.begin()
        self.answer("bin", bin="glass")
        self.client.post(f"{self.url}/where", WHERE)
        self.answer("more", more="It is the third time.")
        self.client.post(f"{self.url}/contact", {**CONTACT, **contact})

    def send(self, **more: str) -> str:
        """Send, and return what the last page says."""
        answer = self.client.post(f"{self.url}/send", {"website": "", **more})
        return str(self.client.get(answer.location).get_data(as_text=True))

    def enter(self, address: str, leads_to: str = "/your-requests") -> None:
        """Follow a link that was mailed to this address."""
        with unit_of_work():
            link = visiting.make_link(address, leads_to, lasting=visiting.SHORT)
            url = visiting.url_of(link)
        self.follow(url)

    def follow(self, url: str) -> str:
        path = "/go/" + url.rpartition("/")[2]
        self.client.get(path)
        return str(self.client.post(path).location)


def tickets() -> list[Ticket]:
    db.session.rollback()
    return list(db.session.scalars(select(Ticket).order_by(Ticket.id)))


def drafts() -> list[FormDraft]:
    db.session.rollback()
    return list(db.session.scalars(select(FormDraft).order_by(FormDraft.id)))


def links() -> list[VisitorLink]:
    db.session.rollback()
    return list(db.session.scalars(select(VisitorLink).order_by(VisitorLink.id)))


def plain(page: str) -> str:
    """The words of a page on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
