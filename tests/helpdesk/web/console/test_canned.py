"""Canned answers: which are offered, how they are filled in, whose they are, and blanks that ask before they leave."""

from __future__ import annotations

from html import unescape

import pytest
from sqlalchemy import func, select

from helpdesk.automation import canned
from helpdesk.automation.canned import NewAnswer
from helpdesk.automation.models import OwnAnswer
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions.models import Kind
from helpdesk.people.models import Person
from helpdesk.tickets.models import Direction, Message, Ticket
from tests.cast import Cast
from tests.helpdesk.automation.rules import make_rule
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_ticket
from tests.pages import PageClient


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it)


def write(
    cast: Cast, who: str, title: str, text: str = "Hello {requester}.", **more: object
) -> int:
    with unit_of_work():
        new = NewAnswer(title=title, text=text, **more)  # type: ignore[arg-type]
        return canned.write(cast.actor(who), new).id


def titles(cast: Cast, ticket: Ticket, who: str = "ben") -> list[str]:
    return [one.title for one in canned.offered(ticket, cast.actor(who))]


def page_of(client: PageClient, path: str) -> str:
    return unescape(client.get(path).get_data(as_text=True))


def test_one_finds_what_is_for_all_for_ones_groups_and_ones_own(cast: Cast, ticket: Ticket) -> None:
    make_rule(Kind.ANSWER, "thanks", text="Thank you.")
    make_rule(Kind.ANSWER, "potholes", text="A crew comes.", groups=["Highways"])
    make_rule(Kind.ANSWER, "calls", text="We rang.", when="channel:phone")
    write(cast, "ben", "Mine")
    write(cast, "dan", "His")
    write(cast, "cleo", "Ours", group_id=cast.it.id)
    assert titles(cast, ticket) == ["Mine", "Ours", "Thanks"]
    assert titles(cast, ticket, "cleo") == ["Ours", "Thanks"]


def test_the_language_of_the_requester_comes_first(cast: Cast, ticket: Ticket) -> None:
    make_rule(Kind.ANSWER, "thanks", text={"en": "Thank you.", "cy": "Diolch."})
    write(cast, "ben", "A first one")
    with unit_of_work():
        db.session.get_one(Person, cast.ada.id).locale = "cy"
    db.session.expire_all()
    found = canned.offered(ticket, cast.actor("ben"))
    first = found[0]
    assert (first.title, first.language, first.text) == ("Thanks", "cy", "Diolch.")


def test_it_is_filled_in_and_what_stands_for_nothing_is_named(cast: Cast, ticket: Ticket) -> None:
    write(cast, "ben", "Mine", "Dear {requester}, {number}: {colour} {agent.__class__} {{7*7}}")
    with unit_of_work():
        db.session.get_one(Person, cast.ada.id).name = ""
    db.session.expire_all()
    found = canned.offered(ticket, cast.actor("ben"))[0]
    assert (
        found.text
        == f"Dear {{requester}}, {ticket.number}: {{colour}} {{agent.__class__}} {{{{7*7}}}}"
    )
    assert found.blanks == ("requester", "colour")


def test_blanks_ask_before_they_leave(ben: PageClient, ticket: Ticket) -> None:
    reply = {"text": "Dear {requester},", "version": str(ticket.version), "seen": "0"}
    page = ben.post(f"/tickets/{ticket.number}/replies", reply, status=422).get_data(as_text=True)
    assert "Not filled in: {requester}." in unescape(page)
    assert "Send it as it stands" in page
    ben.post(f"/tickets/{ticket.number}/replies", {**reply, "blanks_ok": "1"})
    look_again()
    out = select(Message.text).where(Message.direction == Direction.OUT)
    assert db.session.scalars(out).all() == ["Dear {requester},"]


def test_an_answer_is_put_into_the_reply_without_a_script(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    key = f"own:{write(cast, 'ben', 'Mine')}"
    page = page_of(ben, f"/tickets/{ticket.number}/answers")
    assert f"answer={key}" in page
    assert "Hello Ada Byrne.</textarea>" in page_of(ben, f"/tickets/{ticket.number}?answer={key}")
    foreign = f"own:{write(cast, 'dan', 'His', 'Canary')}"
    assert "Canary" not in page_of(ben, f"/tickets/{ticket.number}?answer={foreign}")


def test_the_answers_of_a_hidden_ticket_are_missing(ben: PageClient, cast: Cast) -> None:
    hidden = make_ticket(cast.ada, cast.highways)
    ben.get(f"/tickets/{hidden.number}/answers", status=404)


def test_an_agent_keeps_changes_and_throws_away_their_own(ben: PageClient, cast: Cast) -> None:
    fields = {"title": "Thanks", "text": "Thank you {who}.", "language": "cy", "keywords": "ta"}
    ben.post("/canned-answers", fields)
    look_again()
    row = db.session.scalars(select(OwnAnswer)).one()
    assert (row.title, row.language, row.group_id) == ("Thanks", "cy", None)
    assert "{who} stands for nothing" in page_of(ben, "/canned-answers")
    ben.post(f"/canned-answers/{row.id}", {**fields, "title": "Many thanks"})
    assert "Many thanks" in page_of(ben, "/canned-answers")
    ben.post(f"/canned-answers/{row.id}/remove")
    look_again()
    assert db.session.scalar(select(func.count(OwnAnswer.id))) == 0


def test_an_answer_that_says_nothing_is_refused_and_what_was_typed_stays(ben: PageClient) -> None:
    page = ben.post(
        "/canned-answers", {"title": "Thanks", "text": " ", "language": "en"}, status=422
    )
    assert "Write the text." in page.get_data(as_text=True)
    assert 'value="Thanks"' in page.get_data(as_text=True)
    ben.post("/canned-answers", {"title": "x", "text": "y", "language": "tlh"}, status=422)


def test_only_who_leads_a_group_shares_with_it_and_changes_what_is_shared(cast: Cast) -> None:
    with pytest.raises(Refused):
        write(cast, "ben", "Ours", group_id=cast.it.id)
    shared = write(cast, "cleo", "Ours", group_id=cast.it.id)
    mine = write(cast, "ben", "Mine")
    for who, answer_id in (("ben", shared), ("cleo", mine), ("eve", mine), ("dan", shared)):
        with pytest.raises(NotFound):
            canned.access_answer(cast.actor(who), answer_id)
    assert canned.access_answer(cast.actor("eve"), shared).title == "Ours"
