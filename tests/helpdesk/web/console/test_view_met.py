"""A view that somebody else changes or deletes while one has it open: on its list, in its form, and in the rail."""

from __future__ import annotations

import re

import pytest

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.views import choosing, store
from helpdesk.views.commands import Wanted, access_view, edit_view, remove_view
from helpdesk.views.models import Audience, SavedView
from helpdesk.web.console.live_counts import RAIL, counts_of_all
from tests.cast import Cast
from tests.helpdesk.views.test_counting import make_view
from tests.helpdesk.web.console.budget import counted, look_again
from tests.helpdesk.web.console.test_views import FIELDS, the_view
from tests.makers import make_ticket
from tests.pages import PageClient

GONE = "This view is not there any more"


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def change(cast: Cast, view: SavedView, title: str) -> None:
    with unit_of_work():
        row = access_view(cast.actor("eve"), view.id, to="edit")
        edit_view(row, Wanted(title, "is:open tag:x", Audience.ALL), actor=cast.actor("eve"))


def remove(cast: Cast, view_id: int) -> None:
    with unit_of_work():
        row = access_view(cast.actor("eve"), view_id, to="edit")
        remove_view(row, actor=cast.actor("eve"))


def mark_on(client: PageClient, path: str = "/me") -> int:
    found = re.search(r'data-rail-(?:views|lines)="(\d+)"', client.get(path).text)
    assert found is not None
    return int(found[1])


def test_an_open_page_learns_by_one_number_that_its_views_are_others(
    eve: PageClient, cast: Cast
) -> None:
    view = make_view(cast, "is:open")
    marks = [mark_on(eve)]
    for step in (
        lambda: change(cast, view, "Renamed"),
        lambda: make_view(cast, "is:open tag:other"),
        lambda: remove(cast, view.id),
    ):
        step()
        marks.append(mark_on(eve))
    assert len(set(marks)) == len(marks)
    assert marks[-1] == mark_on(eve, "/views/rail")
    assert marks[-1] == counts_of_all([cast.actor("eve")])[0][RAIL]


def test_a_view_of_somebody_else_moves_no_number_of_mine(eve: PageClient, cast: Cast) -> None:
    before = mark_on(eve)
    make_view(cast, "is:open", Audience.OWN, by="ben")
    make_ticket(cast.ada, cast.it)
    assert mark_on(eve) == before


def test_what_one_hides_is_no_more_in_what_stands_for_the_rail(cast: Cast) -> None:
    view = make_view(cast, "is:open")
    before = counts_of_all([cast.actor("ben")])[0][RAIL]
    with unit_of_work():
        choosing.arrange(cast.actor("ben"), store.read_views(), view.id, "hide")
    look_again()
    assert counts_of_all([cast.actor("ben")])[0][RAIL] != before


def test_a_page_is_told_what_became_of_its_view(eve: PageClient, cast: Cast) -> None:
    view = make_view(cast, "is:open")
    asked = f"/views/rail?view=view-{view.id}&version=1"
    assert "data-view-state" not in eve.get(asked).text
    change(cast, view, "Late <b>ones</b>")
    page = eve.get(asked).text
    assert 'data-view-state="changed"' in page
    assert "is called “Late &lt;b&gt;ones&lt;/b&gt;”" in page
    assert 'data-version="2"' in page
    remove(cast, view.id)
    assert 'data-view-state="gone"' in eve.get(asked).text
    for nonsense in ("open", "view-x", "view-", "view-" + "9" * 30, ""):
        assert "data-view-state" not in eve.get(f"/views/rail?view={nonsense}&version=1").text


def test_what_became_of_a_view_that_one_may_not_open_is_told_as_of_none(
    client: PageClient, cast: Cast
) -> None:
    own = make_view(cast, "is:open tag:secret", Audience.OWN, by="eve")
    client.sign_in("ben@borough.example")
    page = client.get(f"/views/rail?view=view-{own.id}&version=7").text
    assert 'data-view-state="gone"' in page
    assert "secret" not in page


def test_the_views_of_the_rail_cost_no_more_than_the_rail(eve: PageClient, cast: Cast) -> None:
    for number in range(5):
        make_view(cast, f"is:open tag:t{number}")
    eve.get("/views/rail")
    with counted() as statements:
        eve.get("/views/rail")
    assert len(statements) <= 4, "\n\n".join(statements)


def test_the_address_of_a_deleted_view_says_what_became_of_it(eve: PageClient, cast: Cast) -> None:
    view = make_view(cast, "is:open")
    remove(cast, view.id)
    page = eve.get(f"/views/view-{view.id}", status=404).text
    assert GONE in page
    assert "its tickets are where they were" in page


def test_what_was_typed_for_a_view_deleted_meanwhile_is_saved_as_a_new_one(
    eve: PageClient, cast: Cast
) -> None:
    view = make_view(cast, "is:open")
    path = f"/views/{view.id}/edit"
    remove(cast, view.id)
    eve.get(path, status=404)
    typed = {**FIELDS, "title": "Mine after all", "version": "1", "letter": ""}
    page = eve.post(path, typed, status=404).text
    assert "This view was deleted meanwhile" in page
    assert 'value="Mine after all"' in page
    assert 'action="/views/new"' in page
    eve.post("/views/new", typed)
    assert the_view().title == "Mine after all"


def test_what_somebody_changed_meanwhile_stands_beside_what_was_typed(
    eve: PageClient, cast: Cast
) -> None:
    view = make_view(cast, "is:open")
    path = f"/views/{view.id}/edit"
    change(cast, view, "Theirs")
    typed = {**FIELDS, "title": "Mine", "query": "is:open tag:x", "audience": "all", "version": "1"}
    page = eve.post(path, typed, status=409).text
    said = dict(re.findall(r"<dt>([^<]+)</dt><dd><bdi>([^<]*)</bdi></dd>", page))
    assert said == {
        "Name": "Theirs",
        "Sort by": "Last activity",
        "Group by": "Not grouped",
        "Density": "As the reader has it",
        "Key after g": "nothing",
    }
    assert 'value="Mine"' in page
    assert 'name="version" value="2"' in page
    eve.post(path, {**typed, "version": "2"})
    assert the_view().title == "Mine"
