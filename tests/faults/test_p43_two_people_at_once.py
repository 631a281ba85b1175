"""P43: two people at one ticket at the same moment: both replies are kept, and a second change sees the first."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets import commands
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_reply, make_ticket
from tests.pages import PageClient

Posts = Callable[[list[tuple[str, dict[str, Any]]]], list[tuple[int, str]]]


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it)


@pytest.fixture
def at_once(app: Flask, cast: Cast) -> Posts:
    """Ben and Cleo each post a form, at the same moment; the status and the page that each is given."""
    clients = []
    for name in ("ben", "cleo"):
        client = PageClient(app)
        client.sign_in(f"{name}@borough.example")
        clients.append(client)

    def post_both(forms: list[tuple[str, dict[str, Any]]]) -> list[tuple[int, str]]:
        barrier = Barrier(len(forms))

        def post(client: PageClient, path: str, fields: dict[str, Any]) -> tuple[int, str]:
            sent = {**fields, "csrf_token": client.token()}
            barrier.wait(timeout=20)
            answer = client.raw.post(
                path,
                data=sent,
                base_url="http://desk.example",
                headers={"Origin": "http://desk.example"},
            )
            return answer.status_code, answer.get_data(as_text=True)

        with ThreadPoolExecutor(len(forms)) as pool:
            asked = [
                pool.submit(post, client, path, fields)
                for client, (path, fields) in zip(clients, forms, strict=True)
            ]
            found = [one.result(timeout=60) for one in asked]
        look_again()
        return found

    return post_both


def texts_of(ticket: Ticket) -> list[str]:
    return [one.text for one in db.session.query(Message).filter_by(ticket_id=ticket.id)]


def test_of_two_replies_at_once_the_second_is_shown_the_first_and_then_both_are_kept(
    at_once: Posts, ticket: Ticket, client: PageClient
) -> None:
    path = f"/tickets/{ticket.number}/replies"
    sent = ["Words of Ben.", "Words of Cleo."]
    form = {"version": str(ticket.version), "seen": "0"}
    answers = at_once([(path, {**form, "text": text}) for text in sent])
    assert sorted(status for status, _page in answers) == [303, 409]
    loser = next(place for place, (status, _page) in enumerate(answers) if status == 409)
    page = answers[loser][1]
    # What came first stands in the conversation, what was typed in its field.
    assert sent[1 - loser] in page.partition('id="composer"')[0]
    assert sent[loser] in page.partition('id="composer"')[2]
    assert "This ticket changed while you wrote" in page
    client.sign_in(f"{('ben', 'cleo')[loser]}@borough.example")
    look_again()
    version = str(db.session.get_one(Ticket, ticket.id).version)
    client.post(path, {"version": version, "text": sent[loser]})
    look_again()
    assert {*sent} <= {*texts_of(ticket)}


def test_of_two_changes_of_one_field_the_second_sees_both_values_and_who_was_first(
    at_once: Posts, ticket: Ticket, cast: Cast
) -> None:
    path = f"/tickets/{ticket.number}/properties"
    wanted = [("high", "Ben Kaya"), ("low", "Cleo Marsh")]
    form = {"version": str(ticket.version), "urgency": ticket.urgency}
    answers = at_once([(path, {**form, "urgency": level}) for level, _name in wanted])
    assert sorted(status for status, _page in answers) == [303, 409]
    loser = next(place for place, (status, _page) in enumerate(answers) if status == 409)
    (mine, _me), (theirs, other) = wanted[loser], wanted[1 - loser]
    notice = answers[loser][1].partition('role="alert"')[2].partition("</ul>")[0]
    assert f"Urgency: Medium is now {theirs.title()}" in notice
    assert other in notice
    assert f"Urgency: you chose {mine.title()}; it is {theirs.title()}" in notice
    assert f'<option value="{mine}" selected>' in answers[loser][1]
    assert db.session.get_one(Ticket, ticket.id).urgency == theirs


def test_a_change_in_a_list_meets_what_a_colleague_did_and_says_both(
    at_once: Posts, ticket: Ticket, cast: Cast, client: PageClient
) -> None:
    chosen = f"{ticket.number}@{ticket.version}"
    answers = at_once(
        [
            ("/tickets/bulk", {"ticket": chosen, "assignee": str(cast.ben.id), "back": "/tickets"}),
            ("/tickets/bulk", {"ticket": chosen, "assignee": str(cast.cleo.id), "back": ""}),
        ]
    )
    assert sorted(status for status, _page in answers) == [303, 409]
    loser = next(place for place, (status, _page) in enumerate(answers) if status == 409)
    names = ["Ben Kaya", "Cleo Marsh"]
    page = answers[loser][1]
    assert f"Assignee: nobody is now {names[1 - loser]}" in page
    assert f"Assignee: {names[loser]}" in page or "Assignee: Me" in page
    now = db.session.get_one(Ticket, ticket.id)
    assert now.assignee is not None
    assert now.assignee.name == names[1 - loser]
    # The page can be sent as it is: it holds the version of now, and what was chosen.
    assert f'value="{ticket.number}@{now.version}" checked' in page
    assert 'name="assignee" value=' in page


def test_what_somebody_left_as_it_was_does_not_take_back_what_another_did(
    client: PageClient, ticket: Ticket, cast: Cast
) -> None:
    client.sign_in("ben@borough.example")
    seen = {"version": str(ticket.version), "assignee": "0", "tags": "", "urgency": "medium"}
    with unit_of_work():
        commands.set_tags(commands.lock(ticket.id), ["floor 2"], by=cast.cleo.id, cause="test")
    make_reply(ticket, cast.cleo)
    sent = {**seen, "urgency": "high"}
    client.post(f"/tickets/{ticket.number}/properties", sent, status=409)
    assert client.last is not None
    page = client.last.get_data(as_text=True)
    assert 'name="tags" value="floor 2"' in page
    assert '<option value="high" selected>' in page
    assert "Tags: you chose" not in page
    assert "New message from Cleo Marsh" in page


def test_a_change_that_says_no_version_is_refused(
    client: PageClient, ticket: Ticket, cast: Cast
) -> None:
    client.sign_in("ben@borough.example")
    form = {"ticket": ticket.number, "assignee": str(cast.ben.id), "back": "/tickets"}
    client.post("/tickets/bulk", form)
    client.post(f"/tickets/{ticket.number}/properties", {"assignee": str(cast.ben.id)}, status=422)
    look_again()
    assert db.session.get_one(Ticket, ticket.id).assignee_id is None
