"""Many tickets from the list: looked at first, changed as one act, for the selection or the whole list, undone as one."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.operations import bulk
from helpdesk.operations.models import Operation, OperationState
from helpdesk.tickets.models import Ticket
from helpdesk.views.models import SavedView
from tests.cast import Cast
from tests.helpdesk.operations.acts import again, by_others, tagged
from tests.helpdesk.web.console.test_operations import undo_on
from tests.helpdesk.web.console.test_views import FIELDS
from tests.makers import make_ticket, make_words_of
from tests.pages import PageClient


def entries(*tickets: Ticket) -> list[str]:
    return [f"{one.number}@{again(one).version}" for one in tickets]


def send(ben: PageClient, *tickets: Ticket, status: int = 303, **fields: Any) -> str:
    sent = {"ticket": entries(*tickets), "back": "/tickets", **fields}
    answer = ben.post("/tickets/bulk", sent, status=status)
    return ben.get(answer.headers["Location"]).text if status == 303 else answer.text


def looked_at(page: str) -> str:
    """The tickets of a whole list as the page that showed them says."""
    return page.partition('name="seen" value="')[2].partition('"')[0]


def test_looking_shows_each_change_and_each_refusal_and_does_nothing(
    ben: PageClient, cast: Cast
) -> None:
    good, gone = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    hidden = make_ticket(cast.ada, cast.highways)
    stale = entries(good, gone, hidden)
    by_others(gone, tagged("wet"))

    sent = {"ticket": stale, "deed": "look", "tag": "rain", "priority": "2"}
    page = ben.post("/tickets/bulk", sent, status=200).text

    assert "<h1>Change 1 ticket</h1>" in page
    assert "<dt>Would be left alone</dt><dd>2" in page
    assert "Priority: <bdi>P4</bdi> → <bdi>P2</bdi>" in page
    assert "This ticket changed while you were working on it." in page
    assert f"<b>{hidden.number}</b>" in page
    assert "There is no such ticket." in page
    assert (again(good).version, again(hidden).version) == (1, 1)


def test_what_was_done_is_undone_by_one_click(ben: PageClient, cast: Cast) -> None:
    tickets = [make_ticket(cast.ada, cast.it) for _number in range(3)]
    by_others(tickets[0], tagged("wet", "roof"))
    page = send(ben, *tickets, assignee=str(cast.ben.id), tag="rain, storm", untag="wet")
    assert "3 tickets changed." in page
    assert [tag.name for tag in again(tickets[0]).tags] == ["rain", "roof", "storm"]

    ben.post(undo_on(page), {})

    assert [tag.name for tag in again(tickets[0]).tags] == ["roof", "wet"]
    assert [again(one).assignee_id for one in tickets] == [None] * 3
    assert db.session.query(Operation).one().state is OperationState.UNDONE


def test_the_whole_list_is_looked_at_and_changed_as_a_job(
    ben: PageClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    tickets = [make_ticket(cast.ada, cast.it) for _number in range(3)]
    hidden = make_ticket(cast.ada, cast.highways)
    whole = {"all": "1", "back": f"/views/group-{cast.it.id}?priority=4", "tag": "rain"}

    page = send(ben, status=200, deed="look", **whole)
    assert "Change 3 tickets" in page
    begun = send(ben, seen=looked_at(page), **whole)

    assert "It goes on by itself" in begun
    assert "0 of 3 tickets" in begun
    made = db.session.query(Operation).one()
    for _turn in range(2):
        with unit_of_work():
            bulk.carry_on(made.id)
    assert [bool(again(one).tags) for one in tickets] == [True] * 3
    assert again(hidden).version == 1
    assert "Undo" in ben.get(f"/operations/{made.id}").text


def test_the_whole_of_a_view_is_what_its_query_asks_for(ben: PageClient, cast: Cast) -> None:
    wet, dry = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    by_others(wet, tagged("wet"))
    ben.post("/views/new", {**FIELDS, "query": "tag:wet"})
    db.session.rollback()
    view = db.session.query(SavedView).one()

    seen = f"{wet.id}@{again(wet).version}"
    page = send(ben, all="1", seen=seen, back=f"/views/view-{view.id}", tag="rain")

    assert "1 ticket changed." in page
    assert [tag.name for tag in again(wet).tags] == ["rain", "wet"]
    assert again(dry).tags == []


def test_a_list_that_grew_since_is_looked_at_again(ben: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)

    page = send(ben, status=200, all="1", back="/tickets", tag="rain", seen="7@1")

    assert "The list changed while you looked." in page
    assert again(ticket).tags == []


def test_what_goes_on_is_stopped_by_a_button(
    ben: PageClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    tickets = [make_ticket(cast.ada, cast.it) for _number in range(2)]
    send(ben, *tickets, tag="rain")
    db.session.rollback()
    made = db.session.query(Operation).one().id

    ben.post(f"/operations/{made}/stop", {})

    assert "Stopped before 2 tickets." in ben.get(f"/operations/{made}").text
    ben.post(f"/operations/{made}/stop", {}, status=409)


def test_a_macro_is_used_on_many_and_what_it_set_is_undone(ben: PageClient, cast: Cast) -> None:
    body = {"title": "Storm", "groups": ["IT support"], "do": [{"add_tag": "storm"}]}
    with unit_of_work():
        store.save(Kind.MACRO, "storm", body, by=None, cause="test")
    tickets = [make_ticket(cast.ada, cast.it) for _number in range(2)]
    assert "Storm" in send(ben, *tickets, status=200, deed="macro")
    assert "none</bdi> → <bdi>storm" in send(ben, *tickets, status=200, deed="look", macro="storm")

    page = send(ben, *tickets, macro="storm")
    assert [tag.name for tag in again(tickets[1]).tags] == ["storm"]

    ben.post(undo_on(page), {})
    assert again(tickets[1]).tags == []


def test_looking_counts_only_what_would_change(ben: PageClient, cast: Cast) -> None:
    dry, wet = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    by_others(wet, tagged("rain"))

    page = send(ben, dry, wet, status=200, deed="look", tag="rain")
    assert "<h1>Change 1 ticket</h1>" in page
    assert "<dt>Are so already</dt><dd>1</dd>" in page
    assert page.count("nothing changes") == 1

    page = send(ben, wet, status=200, deed="look", tag="rain")
    assert "<h1>Nothing would change</h1>" in page
    assert 'action="/tickets/bulk"' not in page


def keep_a_reply() -> None:
    body = {"title": "Sorry", "do": [{"send_reply": "Dear {requester}, we are at it."}]}
    with unit_of_work():
        store.save(Kind.MACRO, "sorry", body, by=None, cause="test")


def test_a_reply_to_many_is_shown_word_for_word_before_it_goes_out(
    ben: PageClient, cast: Cast
) -> None:
    keep_a_reply()
    ticket = make_ticket(cast.ada, cast.it)

    page = send(ben, ticket, status=200, deed="look", macro="sorry")

    assert "<h1>Change 1 ticket</h1>" in page
    assert "<dt>Replies that go out</dt><dd>1</dd>" in page
    assert "Dear Ada Byrne, we are at it." in page
    assert again(ticket).message_count == 1


def test_of_a_whole_list_whoever_wrote_meanwhile_is_not_answered_unread(
    ben: PageClient, cast: Cast
) -> None:
    keep_a_reply()
    quiet, wrote = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    whole = {"all": "1", "back": f"/views/group-{cast.it.id}", "macro": "sorry"}
    seen = looked_at(send(ben, status=200, deed="look", **whole))
    make_words_of(wrote, cast.ada, "Found it.")

    page = send(ben, status=409, seen=seen, **whole)

    assert "1 ticket changed meanwhile" in page
    assert "1 new message" in page
    assert [again(one).message_count for one in (quiet, wrote)] == [2, 2]


def test_the_selection_goes_to_the_page_that_merges(ben: PageClient, cast: Cast) -> None:
    one, two = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    assert f"What comes to {one.number}" in send(ben, one, two, deed="merge")


def test_a_hidden_ticket_alone_leaves_the_database_as_it_was(ben: PageClient, cast: Cast) -> None:
    hidden = make_ticket(cast.ada, cast.highways)
    page = send(ben, hidden, tag="rain")
    assert "There is no such ticket." in page
    assert (again(hidden).version, db.session.query(Operation).count()) == (1, 0)
