"""Macros: offered where they fit, shown before anything is done, carried out as the agent, and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.journal.models import Entry
from helpdesk.operations.macros import uses_of
from helpdesk.tickets import commands
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.helpdesk.web.console.budget import counted, look_again
from tests.makers import make_ticket, make_words_of
from tests.pages import PageClient

PICTURE = {
    "title": "Ask for a picture",
    "groups": ["IT support"],
    "when": "is:open",
    "do": [
        {"send_reply": "Dear {requester}, please send us a picture."},
        {"add_tag": "picture"},
        {"set_priority": 2},
        {"assign_agent": "ben@borough.example"},
    ],
}


def keep(name: str = "picture", **more: Any) -> None:
    with unit_of_work():
        store.save(Kind.MACRO, name, {**PICTURE, **more}, by=None, cause="test")


def again(ticket: Ticket) -> Ticket:
    look_again()
    return db.session.get_one(Ticket, ticket.id)


def use(ben: PageClient, ticket: Ticket, status: int = 303) -> str:
    form = {"version": str(again(ticket).version)}
    return ben.post(f"/tickets/{ticket.number}/macros/picture", form, status=status).text


def used(ticket: Ticket) -> int:
    """The number of what was done last on a ticket; sequences go on from test to test."""
    look_again()
    return uses_of(ticket.id)[0].id


def test_a_macro_is_shown_word_for_word_and_nothing_is_done(ben: PageClient, cast: Cast) -> None:
    keep()
    ticket = make_ticket(cast.ada, cast.it)
    assert f'href="/tickets/{ticket.number}/macros"' in ben.get(f"/tickets/{ticket.number}").text
    assert "Ask for a picture" in ben.get(f"/tickets/{ticket.number}/macros").text
    page = ben.get(f"/tickets/{ticket.number}/macros/picture").text
    assert "Dear Ada Byrne, please send us a picture." in page
    assert "Priority: <bdi>P4</bdi> → <bdi>P2</bdi>" in page
    assert ".:" not in page
    assert "goes outside" in page
    assert again(ticket).version == 1


def test_a_macro_is_done_as_the_agent_and_the_journal_names_it(ben: PageClient, cast: Cast) -> None:
    keep()
    ticket = make_ticket(cast.ada, cast.it)
    use(ben, ticket)
    done = again(ticket)
    assert (done.priority, done.assignee_id, [tag.name for tag in done.tags]) == (
        2,
        cast.ben.id,
        ["picture"],
    )
    reply = db.session.scalars(select(Message).where(Message.direction == "out")).one()
    assert (reply.author_id, reply.text) == (
        cast.ben.id,
        "Dear Ada Byrne, please send us a picture.",
    )
    causes = {(one.event, one.cause, one.actor_id) for one in db.session.scalars(select(Entry))}
    assert ("TagsChanged", "macro: Ask for a picture", cast.ben.id) in causes
    assert "Used the macro “Ask for a picture”" in ben.get(f"/tickets/{ticket.number}").text


def test_what_a_macro_set_is_taken_back_once_and_what_it_wrote_stays(
    ben: PageClient, cast: Cast
) -> None:
    keep(do=[{"add_note": "Asked."}, {"add_tag": "picture"}, {"set_priority": 2}])
    ticket = make_ticket(cast.ada, cast.it)
    use(ben, ticket)
    page = ben.get(f"/tickets/{ticket.number}/macros").text
    assert "Take it back" in page
    ben.post(f"/operations/{used(ticket)}/undo", {})
    back = again(ticket)
    assert (back.priority, back.priority_overridden, back.tags) == (4, False, [])
    assert back.message_count == 2
    ben.post(f"/operations/{used(ticket)}/undo", {})
    assert again(ticket).version == back.version
    assert "taken back" in ben.get(f"/tickets/{ticket.number}/macros").text


def test_what_was_changed_since_is_not_put_back_over(ben: PageClient, cast: Cast) -> None:
    keep(do=[{"add_tag": "picture"}])
    ticket = make_ticket(cast.ada, cast.it)
    use(ben, ticket)
    with unit_of_work():
        commands.set_tags(commands.lock(ticket.id), ["other"], by=None, cause="test")
    place = ben.post(f"/operations/{used(ticket)}/undo", {}).headers["Location"]
    assert "Tags: changed since, so left as it is." in ben.get(place).text
    assert [tag.name for tag in again(ticket).tags] == ["other"]


def test_a_macro_of_which_one_step_is_refused_does_nothing(ben: PageClient, cast: Cast) -> None:
    keep(do=[{"add_tag": "picture"}, {"assign_agent": "dan@borough.example"}])
    ticket = make_ticket(cast.ada, cast.it)
    page = use(ben, ticket, status=422)
    assert "Dan Okoro may not work on tickets of this group." in page
    assert again(ticket).tags == []


def test_a_ticket_that_changed_since_it_was_shown_is_left_alone(
    ben: PageClient, cast: Cast
) -> None:
    keep()
    ticket = make_ticket(cast.ada, cast.it)
    ben.post(f"/tickets/{ticket.number}/macros/picture", {"version": "99"}, status=409)
    assert again(ticket).tags == []


def test_what_came_meanwhile_is_shown_before_a_macro_answers_it(
    ben: PageClient, cast: Cast
) -> None:
    keep()
    ticket = make_ticket(cast.ada, cast.it)
    path = f"/tickets/{ticket.number}/macros/picture"
    assert "prints blank pages." in ben.get(path).text
    words = make_words_of(ticket, cast.ada, "It prints again.")

    page = ben.post(path, {"version": "1"}, status=409).text

    assert "This ticket changed while you looked. Nothing was done." in page
    assert f'#m{words.id}">New message from Ada Byrne</a>' in page
    assert "It prints again.</div>" in page
    use(ben, ticket)
    assert again(ticket).message_count == 3


def test_a_macro_is_offered_only_where_it_fits(ben: PageClient, cast: Cast) -> None:
    keep("others", title="Roads", groups=["Highways"])
    keep("phones", title="Phones", when="channel:phone")
    keep("off", title="Switched off", active=False)
    ticket = make_ticket(cast.ada, cast.it)
    page = ben.get(f"/tickets/{ticket.number}/macros").text
    for title in ("Roads", "Phones", "Switched off"):
        assert title not in page
    ben.get(f"/tickets/{ticket.number}/macros/off", status=404)
    hidden = make_ticket(cast.ada, cast.highways)
    ben.get(f"/tickets/{hidden.number}/macros", status=404)


@pytest.mark.parametrize("rows", [1, 12])
def test_the_pages_keep_their_budgets(ben: PageClient, cast: Cast, rows: int) -> None:
    for number in range(rows):
        keep(f"picture-{number}" if number else "picture")
    ticket = make_ticket(cast.ada, cast.it)
    for path, budget in (("macros", 17), ("macros/picture", 29)):
        with counted() as statements:
            ben.get(f"/tickets/{ticket.number}/{path}")
        assert len(statements) <= budget, "\n\n".join(statements)


def test_the_list_says_what_macros_do_in_the_words_of_the_ticket(
    ben: PageClient, cast: Cast
) -> None:
    keep(do=[{"set_status": "pending_requester"}])
    page = ben.get(f"/tickets/{make_ticket(cast.ada, cast.it).number}/macros").text
    assert "Set the status to " in page
    assert "pending_requester" not in page
