"""Watchers, links and the requester: each change is an operation, and is taken back without what came later."""

from __future__ import annotations

import pytest

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.operations import linking
from helpdesk.operations.models import Operation
from helpdesk.people.models import Person
from helpdesk.tickets import commands, deleting, links
from helpdesk.tickets.models import LinkKind, Ticket
from tests.cast import Cast
from tests.helpdesk.operations.acts import act, again, by_others, undone
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_ticket
from tests.pages import PageClient


@pytest.fixture
def pair(cast: Cast) -> tuple[Ticket, Ticket]:
    return make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)


def linked(one: Ticket, other: Ticket, by: Person, kind: LinkKind = LinkKind.RELATED) -> Operation:
    with unit_of_work():
        left, right = commands.lock(one.id), db.session.get_one(Ticket, other.id)
        done = linking.link(left, right, kind, by=by.id, cause="console")
    assert done is not None
    return done


def parted(one: Ticket, other: Ticket, by: Person) -> Operation:
    with unit_of_work():
        left, right = commands.lock(one.id), db.session.get_one(Ticket, other.id)
        done = linking.unlink(left, right, by=by.id, cause="console")
    assert done is not None
    return done


def kinds_at(ticket: Ticket) -> list[str]:
    db.session.expire_all()
    return [row.kind.value for row in links.links_at(ticket.id)]


def test_a_link_is_taken_back_and_those_made_since_stay(
    cast: Cast, pair: tuple[Ticket, Ticket]
) -> None:
    done = linked(*pair, cast.ben)
    linked(*pair, cast.cleo, LinkKind.DUPLICATES)
    (part,) = undone(done, cast.ben)
    assert kinds_at(pair[0]) == ["duplicates"]
    assert (part.told["undone"], part.told["kept"]) == (["links"], [])


def test_links_that_were_taken_away_come_back_as_they_stood(
    cast: Cast, pair: tuple[Ticket, Ticket]
) -> None:
    one, other = pair
    linked(other, one, cast.ben, LinkKind.FOLLOWS)
    done = parted(one, other, cast.ben)
    assert kinds_at(one) == []
    undone(done, cast.ben)
    (row,) = links.links_at(one.id)
    assert (row.left_id, row.right_id, row.kind) == (other.id, one.id, LinkKind.FOLLOWS)


def test_a_link_that_somebody_made_again_or_took_away_since_is_later_work(
    cast: Cast, pair: tuple[Ticket, Ticket]
) -> None:
    made = linked(*pair, cast.ben)
    gone = parted(*pair, cast.cleo)
    (part,) = undone(made, cast.ben)
    assert part.told["kept"] == ["links"]
    linked(*pair, cast.ben)
    (part,) = undone(gone, cast.cleo)
    assert (part.told["kept"], kinds_at(pair[0])) == (["links"], ["related"])


def test_a_link_does_not_come_back_to_a_ticket_that_is_out_of_sight(
    cast: Cast, pair: tuple[Ticket, Ticket]
) -> None:
    linked(*pair, cast.ben)
    done = parted(*pair, cast.ben)
    with unit_of_work():
        deleting.delete(commands.lock(pair[1].id), "A mistake.", by=cast.cleo.id, cause="test")
    (part,) = undone(done, cast.ben)
    assert part.told["refused"] == {"links": "You may not see the other ticket any more."}
    assert kinds_at(pair[0]) == []


def test_who_watches_goes_back_one_by_one(cast: Cast, pair: tuple[Ticket, Ticket]) -> None:
    done = act(cast.ben, pair[0], lambda ticket, how: commands.watch(ticket, cast.dan, **how))
    by_others(pair[0], lambda ticket, how: commands.watch(ticket, cast.cleo, **how))
    undone(done, cast.ben)
    assert [one.person_id for one in again(pair[0]).watchers] == [cast.cleo.id]


def test_the_ticket_says_what_was_done_with_a_way_back(
    client: PageClient, cast: Cast, pair: tuple[Ticket, Ticket]
) -> None:
    client.sign_in("ben@borough.example")
    here = f"/tickets/{pair[0].number}"
    client.post(f"{here}/watchers", {"add": "dan@borough.example"})
    client.post(f"{here}/links", {"number": pair[1].number, "kind": "related"})
    page = client.get(here).get_data(as_text=True)
    said = f"Linked with {pair[1].number}."
    assert said in page
    made = db.session.query(Operation).order_by(Operation.id).all()
    assert [one.said["what"] for one in made] == ["watchers", "links"]
    listed = client.get("/operations").get_data(as_text=True)
    assert f"Links of {pair[0].number}" in listed
    assert "1 link made" in client.get(f"/operations/{made[1].id}").get_data(as_text=True)
    for one in made:
        client.post(f"/operations/{one.id}/undo")
    look_again()
    assert again(pair[0]).watchers == []
    assert kinds_at(pair[0]) == []
