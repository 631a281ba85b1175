"""The order in which a person left a list that everybody has; and lists under heads, page after page."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape

import pytest
from sqlalchemy import insert, select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import Filters, Sort, list_tickets
from helpdesk.views.models import Audience, SavedView
from helpdesk.views.showing import GROUPINGS
from helpdesk.web.console import lists
from helpdesk.web.console.list_words import _BY, sections_of
from tests.cast import Cast
from tests.helpdesk.views.test_counting import make_view
from tests.helpdesk.web.console.budget import look_again
from tests.helpdesk.web.console.test_list import numbers_on
from tests.makers import make_ticket
from tests.pages import PageClient

MANY = 2_400


def sort(client: PageClient, view: str, order: str, status: int = 303) -> None:
    client.post("/me/order", {"view": view, "sort": order, "back": f"/views/{view}"}, status=status)


def test_a_list_stands_in_the_order_in_which_one_left_it(ben: PageClient, cast: Cast) -> None:
    numbers = [make_ticket(cast.ada, cast.it).number for _ in range(3)]
    assert numbers_on(ben, "/views/unassigned") == numbers[::-1]
    page = ben.get("/views/unassigned?sort=oldest").get_data(as_text=True)
    assert 'class="keep-order"' in page
    sort(ben, "unassigned", "oldest")
    assert numbers_on(ben, "/views/unassigned") == numbers
    assert numbers_on(ben, "/tickets") == numbers[::-1]
    assert numbers_on(ben, "/views/unassigned?sort=activity") == numbers[::-1]
    assert "keep-order" not in ben.get("/views/unassigned").get_data(as_text=True)
    ben.sign_in("eve@borough.example")
    assert numbers_on(ben, "/views/unassigned") == numbers[::-1]


def test_further_pages_name_their_order_and_are_remembered_for_nothing(
    ben: PageClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists.page_of, "__kwdefaults__", {"limit": 2})
    numbers = [make_ticket(cast.ada, cast.it).number for _ in range(3)]
    page = ben.get("/views/unassigned").get_data(as_text=True)
    older = re.search(r'href="(/views/unassigned[^"]*after=[^"]+)"', page)
    assert older is not None
    assert "sort=activity" in older[1]
    sort(ben, "unassigned", "oldest")
    page = ben.get(unescape(older[1])).get_data(as_text=True)
    assert f'data-number="{numbers[0]}"' in page
    assert "keep-order" not in page


def test_a_page_that_keeps_an_order_by_itself_is_answered_with_nothing(ben: PageClient) -> None:
    sent = {"view": "mine", "sort": "oldest", "back": "/views/mine"}
    answer = ben.post("/me/order", sent, headers={"HX-Request": "true"}, status=204)
    assert answer.get_data() == b""


def test_the_usual_order_is_not_written_down(ben: PageClient, cast: Cast) -> None:
    for view in ("unassigned", f"group-{cast.it.id}"):
        sort(ben, view, "oldest")
    sort(ben, "unassigned", "activity")
    look_again()
    assert db.session.get_one(Person, cast.ben.id).choices["orders"] == {
        f"group-{cast.it.id}": "oldest"
    }


def test_an_order_is_kept_of_a_list_of_ones_own_alone(ben: PageClient, cast: Cast) -> None:
    sort(ben, f"group-{cast.highways.id}", "oldest", status=404)
    sort(ben, "view-1", "oldest", status=404)
    sort(ben, "mine", "sideways", status=422)


def many_tickets(cast: Cast) -> set[int]:
    """Copies of one ticket, which differ in all that lists are put under heads by, and hardly in what they are sorted by."""
    first = make_ticket(cast.ada, cast.it)
    table = Ticket.__table__
    row = dict(db.session.execute(select(table).where(table.c.id == first.id)).mappings().one())
    del row["id"]
    groups = (cast.it.id, cast.highways.id, None)
    varied = [
        {
            **row,
            "group_id": groups[number % 3],
            "priority": 1 + number * 7 % 5,
            "assignee_id": (cast.ben.id, cast.eve.id, None)[number // 3 % 3],
            "channel": ("email", "phone", "web")[number // 7 % 3],
            "requester_id": (cast.ada.id, cast.cleo.id)[number // 11 % 2],
        }
        for number in range(MANY)
    ]
    with unit_of_work():
        db.session.execute(insert(table), varied)
    return set(db.session.scalars(select(Ticket.id)))


def test_each_of_thousands_of_tickets_stands_once_under_its_head_over_all_pages(cast: Cast) -> None:
    made, eve = many_tickets(cast), cast.actor("eve")
    for order, grouping in zip([*Sort, Sort.ACTIVITY], GROUPINGS, strict=True):
        seen: Counter[int] = Counter()
        after: str | None = None
        while True:
            page = list_tickets(eve, Filters(), sort=order, after=after, limit=300)
            sections = sections_of(page.rows, grouping)
            kept = [{getattr(row, _BY[grouping]) for row in one.rows} for one in sections]
            assert all(len(one) == 1 for one in kept)
            assert len(set.union(*kept)) == len(sections)
            seen.update(row.id for one in sections for row in one.rows)
            after = page.older
            if after is None:
                break
        assert (order, set(seen), set(seen.values())) == (order, made, {1})


def test_a_head_that_goes_on_stands_on_the_next_page_again_with_how_many_are_there(
    ben: PageClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists.page_of, "__kwdefaults__", {"limit": 2})
    for group in (cast.it, cast.it, None, cast.it):
        make_ticket(cast.ada, group)
    view = make_view(cast, "is:open", Audience.OWN, by="ben")
    with unit_of_work():
        db.session.get_one(SavedView, view.id).grouping = "group"
    first = ben.get(f"/views/view-{view.id}").text
    assert heads_on(first) == [("IT support", "1 on this page"), ("No group", "1 on this page")]
    older = re.search(r'href="(/views/view-[^"]*after=[^"]+)"', first)
    assert older is not None
    assert heads_on(ben.get(unescape(older[1])).text) == [("IT support", "2 on this page")]


def heads_on(page: str) -> list[tuple[str, str]]:
    found = re.findall(r'scope="rowgroup"><bdi>([^<]+)</bdi> <span[^>]*>([^<]+)<', page)
    return [(head, number) for head, number in found]


def test_two_people_of_one_name_have_a_head_each(cast: Cast) -> None:
    for person in (cast.ada, cast.cleo):
        make_ticket(person, cast.it)
    with unit_of_work():
        db.session.get_one(Person, cast.cleo.id).name = cast.ada.name
    rows = list_tickets(cast.actor("eve"), Filters()).rows
    assert [one.head for one in sections_of(rows, "requester")] == [cast.ada.name] * 2
