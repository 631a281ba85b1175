"""The pages on which two people become one and are parted again."""

from __future__ import annotations

import pytest

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.identity import claiming
from helpdesk.identity.models import ClaimKind, ClaimSource, DistinctPair, PersonMerge
from helpdesk.people.models import Person
from tests.cast import Cast
from tests.helpdesk.identity.people import make_requester, merged, undone
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_ticket
from tests.pages import PageClient


@pytest.fixture
def other(cast: Cast) -> Person:
    person = make_requester("A. Byrne", "ada@home.example", note="Rings on Mondays.")
    make_ticket(person, cast.it, subject="Bins not emptied")
    return person


def page_of(client: PageClient, path: str, *, status: int = 200) -> str:
    return client.get(path, status=status).get_data(as_text=True)


def mark_on(page: str) -> str:
    start = page.index('value="', page.index('name="mark"')) + len('value="')
    return page[start : page.index('"', start)]


def test_the_preview_shows_both_and_what_moves(
    client: PageClient, cast: Cast, other: Person
) -> None:
    client.sign_in("ben@borough.example")
    page = page_of(client, f"/people/{cast.ada.id}/merge?other={other.id}")
    for said in ("Ada Byrne", "A. Byrne", "Bins not emptied", "ada@home.example", "not proven"):
        assert said in page


def test_merging_and_undoing_are_a_click_each(
    client: PageClient, cast: Cast, other: Person
) -> None:
    client.sign_in("ben@borough.example")
    here = f"/people/{cast.ada.id}"
    mark = mark_on(page_of(client, f"{here}/merge?other={other.id}"))
    client.post(f"{here}/merge", {"other": other.id, "mark": mark, "choice_name": "gone"})
    merge = db.session.query(PersonMerge).one()
    page = page_of(client, here)
    assert "<h1>A. Byrne</h1>" in page
    assert "Bins not emptied" in page
    client.post(f"{here}/merges/{merge.id}/undo")
    look_again()
    assert "<h1>Ada Byrne</h1>" in page_of(client, here)
    assert "Bins not emptied" in page_of(client, f"/people/{other.id}")


def test_a_link_to_the_merged_person_leads_to_the_kept_one(
    client: PageClient, cast: Cast, other: Person
) -> None:
    merged(cast.ada, other)
    client.sign_in("ben@borough.example")
    answer = client.get(f"/people/{other.id}", status=302)
    assert answer.headers["Location"] == f"/people/{cast.ada.id}"
    assert f'name="person_id" value="{cast.ada.id}"' in page_of(
        client, f"/tickets/new?person_id={other.id}"
    )


def test_an_old_preview_is_shown_anew(client: PageClient, cast: Cast, other: Person) -> None:
    client.sign_in("ben@borough.example")
    fields = {"other": other.id, "mark": "0" * 16}
    client.post(f"/people/{cast.ada.id}/merge", fields, status=409)
    assert db.session.query(PersonMerge).count() == 0


def test_a_second_click_merges_nothing_more(client: PageClient, cast: Cast, other: Person) -> None:
    client.sign_in("ben@borough.example")
    here = f"/people/{cast.ada.id}/merge"
    fields = {
        "other": other.id,
        "mark": mark_on(page_of(client, f"{here}?other={other.id}")),
    }
    client.post(here, fields)
    client.post(here, fields, status=422)
    assert db.session.query(PersonMerge).count() == 1


def test_who_may_not_see_both_gets_no_preview_and_merges_nothing(
    client: PageClient, cast: Cast, other: Person
) -> None:
    client.sign_in("dan@borough.example")
    page = page_of(client, f"/people/{cast.ada.id}/merge?other={other.id}", status=403)
    assert "Bins not emptied" not in page
    client.post(f"/people/{cast.ada.id}/merge", {"other": other.id, "mark": "x"}, status=403)
    assert db.session.query(PersonMerge).count() == 0


def test_who_may_not_see_both_undoes_nothing(client: PageClient, cast: Cast, other: Person) -> None:
    merge = merged(cast.ada, other)
    client.sign_in("dan@borough.example")
    client.post(f"/people/{cast.ada.id}/merges/{merge.id}/undo", status=403)
    look_again()
    assert db.session.get_one(PersonMerge, merge.id).undone_at is None


def test_an_undo_through_another_persons_page_is_refused(
    client: PageClient, cast: Cast, other: Person
) -> None:
    merge = merged(cast.ada, other)
    client.sign_in("ben@borough.example")
    client.post(f"/people/{cast.cleo.id}/merges/{merge.id}/undo", status=409)


def test_what_nobody_offered_is_refused(client: PageClient, cast: Cast, other: Person) -> None:
    client.sign_in("ben@borough.example")
    here = f"/people/{cast.ada.id}/merge"
    client.post(here, {"other": other.id, "mark": "x", "is_admin": "1"}, status=422)
    client.post(here, {"other": "0x1", "mark": "x"}, status=422)
    client.post(here, {"other": 987654, "mark": "x"}, status=404)


def test_two_people_are_told_apart_once(client: PageClient, cast: Cast, other: Person) -> None:
    client.sign_in("ben@borough.example")
    for _click in range(2):
        client.post(f"/people/{cast.ada.id}/distinct", {"other": other.id})
    assert db.session.query(DistinctPair).count() == 1


def test_the_other_is_searched_for(client: PageClient, cast: Cast, other: Person) -> None:
    client.sign_in("ben@borough.example")
    page = page_of(client, f"/people/{cast.ada.id}/merge?q=Byrne")
    assert f"other={other.id}" in page
    assert f"other={cast.ada.id}" not in page


def test_who_is_probably_the_same_stands_on_both_pages(
    client: PageClient, cast: Cast, other: Person
) -> None:
    with unit_of_work():
        ada = db.session.get_one(Person, cast.ada.id)
        claiming.claim(ada, ClaimKind.EMAIL, "ada@home.example", source=ClaimSource.FORM)
    client.sign_in("ben@borough.example")
    for path in (f"/people/{cast.ada.id}", f"/people/{cast.ada.id}/merge"):
        page = page_of(client, path)
        assert "Probably the same person" in page
        assert f"other={other.id}" in page


def test_the_time_line_has_every_channel_and_only_what_may_be_seen(
    client: PageClient, cast: Cast, other: Person
) -> None:
    make_ticket(other, cast.highways, subject="Pothole", text="A deep hole.", channel="phone")
    merged(cast.ada, other)
    client.sign_in("ben@borough.example")
    page = page_of(client, f"/people/{cast.ada.id}?show=timeline")
    assert "The printer on floor 2" in page
    assert "A deep hole." not in page


def test_the_time_line_is_paged(client: PageClient, cast: Cast) -> None:
    for number in range(27):
        make_ticket(cast.ada, cast.it, subject=f"Number {number:02}")
    client.sign_in("ben@borough.example")
    page = page_of(client, f"/people/{cast.ada.id}?show=timeline")
    assert "Number 26" in page
    assert "Number 01" not in page
    start = page.index("before=")
    cursor = page[start : page.index('"', start)].replace("&amp;", "&")
    assert "Number 01" in page_of(client, f"/people/{cast.ada.id}?show=timeline&{cursor}")


def test_what_was_undone_is_not_offered_again(
    client: PageClient, cast: Cast, other: Person
) -> None:
    undone(merged(cast.ada, other))
    client.sign_in("ben@borough.example")
    assert "/undo" not in page_of(client, f"/people/{cast.ada.id}")


def test_nobody_who_is_not_signed_in_reaches_it(client: PageClient, cast: Cast) -> None:
    client.get(f"/people/{cast.ada.id}/merge", status=303)
