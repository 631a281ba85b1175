"""Merging: what comes is shown before, several go at once, and undo parts only what was moved."""

from __future__ import annotations

import pytest

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.operations.models import Operation
from helpdesk.tickets import commands, links
from helpdesk.tickets.models import LinkKind, Ticket
from helpdesk.tickets.verifying import verify_all
from tests.cast import Cast, make_person
from tests.helpdesk.operations.acts import again, by_others, tagged
from tests.helpdesk.web.console.budget import counted
from tests.helpdesk.web.console.test_operations import undo_on
from tests.makers import make_note, make_ticket, make_words_of
from tests.pages import PageClient


def merge(ben: PageClient, *tickets: Ticket, into: Ticket, status: int = 303) -> str:
    """Send what the preview of these has; the page that comes."""
    seen = [f"{one.number}@{again(one).version}" for one in tickets]
    answer = ben.post("/tickets/merge", {"ticket": seen, "into": into.number}, status=status)
    return ben.get(answer.headers["Location"]).text if status == 303 else answer.text


def tags_of(ticket: Ticket) -> list[str]:
    return [tag.name for tag in again(ticket).tags]


def test_the_preview_says_what_comes_and_does_nothing(ben: PageClient, cast: Cast) -> None:
    stays, goes = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it, subject="Again")
    make_note(goes, cast.ben)
    by_others(goes, tagged("rain"))

    page = ben.get(f"/tickets/merge?ticket={goes.number}+{stays.number}").text

    assert f"What comes to {stays.number}" in page
    assert "2 messages, of these 1 note" in page
    assert "rain" in page
    assert "Different people asked" not in page
    assert (again(stays).version, again(goes).merged_into_id) == (1, None)


def test_different_requesters_are_warned_of(ben: PageClient, cast: Cast) -> None:
    with unit_of_work():
        joy = make_person("Joy Abara", "joy@citizen.example")
    stays, goes = make_ticket(cast.ada, cast.it), make_ticket(joy, cast.it)

    page = ben.get(f"/tickets/merge?ticket={goes.number}&ticket={stays.number}").text

    assert "Different people asked" in page
    assert "Joy Abara will read what is written to Ada Byrne from now on" in page


def test_several_are_merged_and_undone_and_a_later_reply_stays(ben: PageClient, cast: Cast) -> None:
    with unit_of_work():
        joy = make_person("Joy Abara", "joy@citizen.example")
    stays, other = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    one, two = make_ticket(joy, cast.it), make_ticket(cast.ada, cast.it)
    by_others(one, tagged("rain"))
    by_others(stays, tagged("roof"))
    with unit_of_work():
        links.link(commands.lock(one.id), other, LinkKind.CAUSED_BY, by=None, cause="test")

    page = merge(ben, one, two, stays, into=stays)

    assert "2 tickets were merged" in page
    assert (again(stays).message_count, tags_of(stays)) == (3, ["rain", "roof"])
    assert [watcher.person_id for watcher in again(stays).watchers] == [joy.id]
    assert links.is_linked(stays.id, other.id, LinkKind.CAUSED_BY)
    make_words_of(stays, joy, "And the cellar.")

    ben.post(undo_on(page), {})

    assert (again(stays).message_count, tags_of(stays)) == (2, ["roof"])
    assert (again(one).message_count, again(one).merged_into_id, again(one).status) == (
        1,
        None,
        "new",
    )
    assert again(stays).watchers == []
    assert not links.is_linked(stays.id, other.id, LinkKind.CAUSED_BY)
    assert list(verify_all()) == []


def test_a_ticket_that_changed_since_it_was_shown_is_looked_at_again(
    ben: PageClient, cast: Cast
) -> None:
    stays, goes = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    seen = {"ticket": [f"{stays.number}@1", f"{goes.number}@1"], "into": stays.number}
    by_others(goes, tagged("rain"))

    page = ben.post("/tickets/merge", seen, status=409).text

    assert "This ticket changed while you were working on it." in page
    assert again(goes).merged_into_id is None


def test_a_hidden_ticket_is_as_if_it_were_missing(ben: PageClient, cast: Cast) -> None:
    own, hidden = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.highways)

    page = ben.get(f"/tickets/merge?ticket={own.number}+{hidden.number}+INC-999999").text
    assert f"There is no ticket {hidden.number}, INC-999999." in page
    merge(ben, own, hidden, into=own, status=404)
    merge(ben, own, hidden, into=hidden, status=404)

    assert (again(own).version, again(hidden).version) == (1, 1)
    assert db.session.query(Operation).count() == 0


def test_what_cannot_be_merged_says_why_and_offers_no_button(ben: PageClient, cast: Cast) -> None:
    stays, goes, third = (make_ticket(cast.ada, cast.it) for _number in range(3))
    merge(ben, goes, stays, into=stays)

    page = ben.get(f"/tickets/merge?ticket={goes.number}+{third.number}&into={third.number}").text

    assert f"{goes.number} was merged already." in page
    assert f'name="into" value="{third.number}"><button' not in page
    assert "was merged already" in merge(ben, goes, third, into=third, status=422)


@pytest.mark.parametrize("rows", [2, 8])
def test_the_preview_keeps_its_budget(ben: PageClient, cast: Cast, rows: int) -> None:
    numbers = "+".join(make_ticket(cast.ada, cast.it).number for _number in range(rows))
    ben.get(f"/tickets/merge?ticket={numbers}")
    with counted() as statements:
        ben.get(f"/tickets/merge?ticket={numbers}")
    # Each ticket is asked for by itself, as everywhere, with its people, tags and links.
    assert len(statements) <= 14 + 5 * rows, "\n\n".join(statements)
