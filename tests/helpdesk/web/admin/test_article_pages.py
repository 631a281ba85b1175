"""Categories of articles and the rights over them, on their page in the settings."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.knowledge import access, arranging, queries
from helpdesk.knowledge.access import Holder
from helpdesk.knowledge.models import ArticleCategory
from tests.cast import Cast
from tests.helpdesk.knowledge.shelf import make_article, make_category
from tests.pages import PageClient


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def anew() -> None:
    """Read what others have written meanwhile."""
    db.session.rollback()
    db.session.expire_all()


def read(client: PageClient, path: str = "/admin/articles") -> str:
    return client.get(path).get_data(as_text=True)


def names() -> list[str]:
    anew()
    return [one.names["en"] for one in queries.categories()]


def test_the_list_of_articles_leads_administrators_to_the_page(eve: PageClient) -> None:
    assert 'href="/admin/articles"' in read(eve, "/articles")


def test_a_lead_is_not_led_there(client: PageClient, cast: Cast) -> None:
    client.sign_in("cleo@borough.example")
    assert 'href="/admin/articles"' not in read(client, "/articles")


def test_a_category_is_added_with_its_names(eve: PageClient) -> None:
    fields = {
        "name_en": "Council tax",
        "name_cy": "Treth y cyngor",
        "summary_en": "Bands and bills",
    }
    eve.post("/admin/articles/categories/new", fields)

    category = db.session.scalars(select(ArticleCategory)).one()
    assert category.names == {"en": "Council tax", "cy": "Treth y cyngor"}
    assert "English, Cymraeg" in read(eve)


def test_readers_see_the_name_in_their_language(eve: PageClient) -> None:
    article = make_article()
    fields = {"name_en": "Waste", "name_cy": "Gwastraff"}
    eve.post(f"/admin/articles/categories/{article.category_id}", fields)

    anew()
    assert [shelf.name for shelf in queries.shelves(None, "cy")] == ["Gwastraff"]
    assert [shelf.name for shelf in queries.shelves(None, "pl")] == ["Waste"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"summary_en": "Kept"}, "Give the category a name."),
        ({"name_en": "Kept", "name_cy": "x" * 121}, "Use at most 120 characters."),
        ({"name_en": "Kept", "summary_en": "x" * 401}, "Use at most 400 characters."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    eve: PageClient, fields: dict[str, str], said: str
) -> None:
    page = eve.post("/admin/articles/categories/new", fields, status=422).get_data(as_text=True)

    assert said in page
    assert 'value="Kept"' in page
    assert names() == []


def test_a_category_changes_places(eve: PageClient) -> None:
    for name in ("Bins", "Roads", "Taxes"):
        last = make_category(name)

    eve.post(f"/admin/articles/categories/{last.id}/move", {"to": "up"})
    assert names() == ["Bins", "Taxes", "Roads"]
    eve.post(f"/admin/articles/categories/{last.id}/move", {"to": "down"})
    assert names() == ["Bins", "Roads", "Taxes"]


def test_the_last_one_moved_down_stays_where_it_is(eve: PageClient) -> None:
    make_category("Bins")
    last = make_category("Roads")

    eve.post(f"/admin/articles/categories/{last.id}/move", {"to": "down"})

    assert names() == ["Bins", "Roads"]


def test_what_stands_in_a_category_goes_where_it_is_told(eve: PageClient) -> None:
    article = make_article(category="Rubbish")
    retired = make_article("Old", category="Rubbish")
    with unit_of_work():
        arranging.retire(retired, actor=None)
    to, version = make_category("Waste"), article.version

    eve.post(f"/admin/articles/categories/{article.category_id}/retire", {"to": to.id})

    assert names() == ["Waste"]
    assert (article.category_id, article.version) == (to.id, version + 1)
    assert retired.category_id == to.id


def test_a_category_that_holds_articles_stays_until_a_place_is_chosen(eve: PageClient) -> None:
    article = make_article(category="Rubbish")
    path = f"/admin/articles/categories/{article.category_id}/retire"

    page = eve.post(path, {"to": ""}, status=422).get_data(as_text=True)
    eve.post(path, {"to": article.category_id}, status=422)

    assert "Choose where they go." in page
    assert names() == ["Rubbish"]


def test_an_empty_category_is_taken_away(eve: PageClient) -> None:
    category = make_category("Rubbish")

    assert "Nothing stands in it." in read(eve, f"/admin/articles/categories/{category.id}")
    eve.post(f"/admin/articles/categories/{category.id}/retire")

    assert names() == []


def test_who_may_write_and_publish_is_chosen(eve: PageClient, cast: Cast) -> None:
    eve.post("/admin/articles/rights", {"write": "leads", "publish": "admins"})

    anew()
    assert access.rights() == {"write": Holder.LEADS, "publish": Holder.ADMINS}
    assert not access.may_deed(cast.actor("ben"), "write")
    assert not access.may_deed(cast.actor("cleo"), "publish")


def test_a_right_that_is_not_offered_changes_nothing(eve: PageClient) -> None:
    eve.post("/admin/articles/rights", {"write": "everybody", "publish": "agents"}, status=422)

    anew()
    assert access.rights() == access.DEFAULTS
