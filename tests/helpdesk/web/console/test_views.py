"""Views: making, sharing, arranging and reading them; what they show whom."""

from __future__ import annotations

import re

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.people.models import Membership, Right
from helpdesk.tickets import commands, lives
from helpdesk.views.models import Audience, SavedView
from tests.cast import Cast
from tests.helpdesk.views.test_counting import make_some_views, make_view
from tests.helpdesk.web.console.budget import counted, look_again
from tests.helpdesk.web.console.test_list import LIST_BUDGET, numbers_on
from tests.makers import make_ticket
from tests.pages import PageClient

FIELDS = {
    "title": "Urgent",
    "query": "is:open priority:<=2",
    "audience": "own",
    "sort": "oldest",
    "grouping": "group",
    "density": "compact",
    "letter": "1",
    "act": "save",
}


def rail_of(client: PageClient, path: str = "/views") -> list[tuple[str, str]]:
    """The views in the rail, with what stands beside each."""
    page = client.get(path).get_data(as_text=True)
    found = re.findall(
        r'href="/views/view-\d+"[^>]*>\s*<span class="clip">([^<]+)</span>(?:<span class="n">(\d+\+?))?',
        page,
    )
    return [(title, number) for title, number in found]


def the_view() -> SavedView:
    look_again()
    return db.session.scalars(select(SavedView)).one()


def test_a_view_of_ones_own_stands_in_the_rail_and_holds_what_it_asks(
    ben: PageClient, cast: Cast
) -> None:
    urgent, other = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.lock(urgent.id).priority = 2
        commands.lock(other.id).priority = 4
    ben.post("/views/new", FIELDS)
    view = the_view()
    assert (view.owner_id, view.sort, view.grouping, view.letter) == (
        cast.ben.id,
        "oldest",
        "group",
        "1",
    )
    assert numbers_on(ben, f"/views/view-{view.id}") == [urgent.number]
    assert rail_of(ben) == [("Urgent", "")]


def test_what_is_wrong_with_a_query_is_shown_at_its_place_and_what_was_typed_stays(
    ben: PageClient,
) -> None:
    typed = {**FIELDS, "query": "is:open prioritty:1", "title": "Kept"}
    page = ben.post("/views/new", typed, status=422).get_data(as_text=True)
    assert "did you mean “priority”" in page
    assert "<code>is:open <mark>prioritty:</mark>1</code>" in page.replace(
        "<mark>prioritty</mark>:", "<mark>prioritty:</mark>"
    )
    assert 'value="Kept"' in page


def test_a_preview_shows_what_a_view_would_hold_and_keeps_nothing(
    ben: PageClient, cast: Cast
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    hidden = make_ticket(cast.ada, cast.highways)
    shown = ben.get("/views/preview?query=is:open&audience=all").get_data(as_text=True)
    assert ticket.number in shown
    assert hidden.number not in shown
    ben.post("/views/new", {**FIELDS, "act": "preview"}, status=200)
    assert db.session.scalars(select(SavedView)).all() == []


def test_another_persons_view_is_none(ben: PageClient, cast: Cast) -> None:
    view = make_view(cast, "is:open", Audience.OWN, by="eve")
    ben.get(f"/views/view-{view.id}", status=404)
    ben.get(f"/views/new?copy={view.id}", status=404)
    assert rail_of(ben) == []


def test_a_shared_view_shows_each_reader_what_they_may_see_with_its_number(
    ben: PageClient, cast: Cast
) -> None:
    make_ticket(cast.ada, cast.it)
    make_ticket(cast.ada, cast.highways)
    view = make_view(cast, "is:open")
    assert len(numbers_on(ben, f"/views/view-{view.id}")) == 1
    assert rail_of(ben) == [("is:open", "1")]


def test_an_agent_shares_with_nobody_and_a_lead_with_their_group(
    ben: PageClient, cast: Cast
) -> None:
    group = f"group-{cast.it.id}"
    for audience in ("all", "leads", group):
        ben.post("/views/new", {**FIELDS, "audience": audience}, status=422)
    with unit_of_work():
        held = select(Membership).where(Membership.person_id == cast.ben.id)
        db.session.scalars(held).one().right = Right.LEAD
    ben.post("/views/new", {**FIELDS, "audience": "all"}, status=422)
    ben.post("/views/new", {**FIELDS, "audience": group})
    assert (the_view().audience, the_view().group_id) == (Audience.GROUP, cast.it.id)
    assert db.session.scalars(select(Entry.event).where(Entry.subject_kind == "view")).all() == [
        "ViewSaved"
    ]


def test_a_shared_view_is_changed_by_who_looks_after_it_and_copied_by_others(
    ben: PageClient, cast: Cast
) -> None:
    view = make_view(cast, "is:open tag:vip")
    ben.get(f"/views/{view.id}/edit", status=403)
    ben.post(f"/views/{view.id}/delete", {}, status=403)
    copied = ben.get(f"/views/new?copy={view.id}").get_data(as_text=True)
    assert "is:open tag:vip" in copied
    assert "Copy of" in copied


def test_two_who_edit_one_view_hear_of_each_other(ben: PageClient) -> None:
    ben.post("/views/new", FIELDS)
    path = f"/views/{the_view().id}/edit"
    ben.post(path, {**FIELDS, "title": "First", "version": "1"})
    ben.post(path, {**FIELDS, "title": "Second", "version": "1"}, status=409)
    assert the_view().title == "First"


def test_everybody_orders_and_hides_views_for_themselves(ben: PageClient, cast: Cast) -> None:
    made = [make_view(cast, query) for query in ("is:open tag:a", "is:open tag:b")]
    ben.post(f"/views/{made[1].id}/arrange", {"move": "up"})
    assert [title for title, _number in rail_of(ben)] == ["is:open tag:b", "is:open tag:a"]
    ben.post(f"/views/{made[1].id}/arrange", {"move": "hide"})
    assert [title for title, _number in rail_of(ben)] == ["is:open tag:a"]
    ben.post(f"/views/{made[1].id}/arrange", {"move": "show"})
    assert len(rail_of(ben)) == 2


def test_a_deleted_view_is_gone_for_all(client: PageClient, cast: Cast) -> None:
    view = make_view(cast, "is:open")
    client.sign_in("eve@borough.example")
    client.post(f"/views/{view.id}/delete", {})
    client.get(f"/views/view-{view.id}", status=404)
    assert rail_of(client) == []


def test_a_page_with_two_hundred_views_keeps_its_budget(ben: PageClient, cast: Cast) -> None:
    make_ticket(cast.ada, cast.it)
    make_some_views(cast, 200)
    # What is read anew every so often is read now, and not while statements are counted.
    lives.lately.forget()
    ben.get("/tickets")
    with counted() as statements:
        page = ben.get("/tickets").get_data(as_text=True)
    assert len(statements) <= LIST_BUDGET, "\n\n".join(statements)
    assert page.count("/views/view-") == 200


def test_columns_density_and_sort_are_as_the_reader_has_them(ben: PageClient, cast: Cast) -> None:
    make_ticket(cast.ada, cast.it)
    back = {"columns": ["number", "created"], "density": "compact", "back": "/tickets?sort=newest"}
    assert ben.post("/me/list", back).location == "/tickets?sort=newest"
    page = ben.get("/tickets?sort=newest").get_data(as_text=True)
    assert 'class="tickets compact"' in page
    assert "c-who" not in page
    assert re.search(
        r'aria-sort="descending"><a class="sorting"[^>]* href="/tickets\?sort=oldest', page
    )


def test_a_list_may_stand_under_heads(ben: PageClient, cast: Cast) -> None:
    make_ticket(cast.ada, cast.it)
    make_ticket(cast.ada)
    view = make_view(cast, "is:open")
    with unit_of_work():
        db.session.get_one(SavedView, view.id).grouping = "group"
    page = ben.get(f"/views/view-{view.id}").get_data(as_text=True)
    assert re.findall(r'scope="rowgroup"><bdi>([^<]+)', page) == ["No group", "IT support"]
