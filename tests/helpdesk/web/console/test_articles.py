"""Writing articles in the console: drafts, two who write at once, publishing, rights, and an article in a reply."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.knowledge import feedback, queries
from helpdesk.knowledge.models import Article, ArticleDraft, ArticleFile, Audience
from tests.cast import Cast
from tests.counting import count_queries
from tests.helpdesk.knowledge.shelf import (
    make_article,
    make_category,
    make_draft,
    publish_anew,
    translate,
)
from tests.makers import make_ticket
from tests.pages import PageClient


@pytest.fixture
def lead(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("cleo@borough.example")
    return client


def edit(client: PageClient, article: Article, **values: object) -> str:
    fields = {"title": "Bins", "body": "On Fridays.", "lock": 0, "base": 1, "action": "save"}
    status = values.pop("status", 303)
    answer = client.post(
        f"/articles/{article.id}/en",
        {**fields, **values},
        status=status,  # type: ignore[arg-type]
    )
    return answer.get_data(as_text=True)


def anew() -> None:
    """Read what others have written meanwhile."""
    db.session.rollback()
    db.session.expire_all()


def read(client: PageClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def test_an_article_is_begun_and_published(lead: PageClient) -> None:
    category = make_category()
    lead.post(
        "/articles/new",
        {
            "title": "Bins",
            "category": category.id,
            "audience": "public",
            "language": "en",
            "body": "Hm.",
        },
    )
    article = db.session.scalars(select(Article)).one()
    assert "draft waiting" in read(lead, "/articles")

    edit(lead, article, lock=1, base=0, action="publish", note="First")
    anew()

    assert queries.access_text(None, article.id, "en").body == "On Fridays."
    assert "First" in read(lead, f"/articles/{article.id}/en/versions")


def test_a_draft_stands_beside_what_is_published(lead: PageClient) -> None:
    article = make_article("Bins", "On Tuesdays.")

    edit(lead, article)

    page = read(lead, f"/articles/{article.id}/en")
    assert "On Fridays." in page
    assert "draft waiting" in page
    assert queries.access_text(None, article.id, "en").body == "On Tuesdays."


def test_who_saves_second_sees_both_texts_and_saves_again(lead: PageClient) -> None:
    article = make_article("Bins", "On Tuesdays.")
    edit(lead, article, body="Theirs, on Mondays.")

    page = edit(lead, article, body="Mine, on Sundays.", status=409)
    assert "Theirs, on Mondays." in page
    assert "Mine, on Sundays." in page

    edit(lead, article, body="Both of us.", lock=1)
    assert db.session.scalars(select(ArticleDraft.body)).all() == ["Both of us."]


def test_a_preview_keeps_nothing(lead: PageClient) -> None:
    article = make_article("Bins", "On Tuesdays.")

    page = edit(lead, article, body="## Soon\n\n<script>x</script>", action="preview", status=200)

    assert '<h2 id="part-soon">Soon</h2>' in page
    assert "<script>x" not in page
    assert db.session.scalars(select(ArticleDraft)).all() == []


def test_what_is_wrong_stands_at_its_field_with_all_that_was_typed(lead: PageClient) -> None:
    article = make_article("Bins", "On Tuesdays.")

    page = edit(lead, article, title="", body="Kept.", status=422)

    assert "Give the article a title." in page
    assert "Kept." in page


def test_an_agent_writes_and_does_not_publish(client: PageClient, cast: Cast) -> None:
    article = make_article("Bins", "On Tuesdays.")
    client.sign_in("ben@borough.example")

    edit(client, article)
    edit(client, article, lock=1, action="publish", status=403)

    assert queries.access_text(None, article.id, "en").body == "On Tuesdays."


def test_an_earlier_version_is_shown_with_its_differences_and_restored(lead: PageClient) -> None:
    article = make_article("Bins", "On Tuesdays.")
    publish_anew(article.texts[0], "Bins", "On Fridays.")

    page = read(lead, f"/articles/{article.id}/en/versions")
    assert "On Tuesdays." in page.partition("<del>")[2].partition("</del>")[0]
    lead.post(f"/articles/{article.id}/en/versions/1", {"lock": 0})

    assert db.session.scalars(select(ArticleDraft.body)).all() == ["On Tuesdays."]


def test_a_translation_that_is_behind_says_so(lead: PageClient) -> None:
    article = make_article("Bins", "One.")
    translate(article, "Biniau", "Un.")
    publish_anew(article.texts[0], "Bins", "Two.")

    assert "translation behind" in read(lead, "/articles?state=behind")
    assert "The source changed after this translation." in read(lead, f"/articles/{article.id}/cy")


def test_a_translation_is_begun(lead: PageClient) -> None:
    article = make_article("Bins", "One.")

    answer = lead.post(f"/articles/{article.id}/languages", {"language": "cy"})

    assert answer.location == f"/articles/{article.id}/cy"
    assert "Cymraeg" in read(lead, answer.location)


def test_its_place_and_audience_are_changed(lead: PageClient, cast: Cast) -> None:
    article = make_article("Bins")
    lead.post(
        f"/articles/{article.id}/arrange",
        {
            "category": article.category_id,
            "audience": "internal",
            "owner": cast.ben.id,
            "review_months": "0",
            "review_on": "",
            "version": article.version,
        },
    )

    anew()
    assert (article.audience, article.owner_id) == (Audience.INTERNAL, cast.ben.id)
    assert queries.find("bins", None, "en") == []


def test_a_file_is_attached_and_says_how_it_is_shown(lead: PageClient) -> None:
    article = make_article("Bins")

    lead.post(f"/articles/{article.id}/files", {"file": (BytesIO(b"\x89PNG"), "map.png")})

    file = db.session.scalars(select(ArticleFile)).one()
    assert f"![map.png](file-of-article:{file.key})" in read(lead, f"/articles/{article.id}/en")


def test_an_article_is_retired_and_brought_back(lead: PageClient) -> None:
    article = make_article("Bins")

    lead.post(f"/articles/{article.id}/state", {"state": "retired"})
    anew()
    assert queries.find("bins", None, "en") == []
    lead.post(f"/articles/{article.id}/state", {"state": "revived"})
    anew()
    assert len(queries.find("bins", None, "en")) == 1


def test_the_gaps_name_what_was_looked_for_in_vain(lead: PageClient) -> None:
    with unit_of_work():
        feedback.note_miss("Where is the hedgehog?", "en")

    assert "hedgehog" in read(lead, "/articles/gaps")


def test_the_gaps_begin_with_what_no_article_answers(lead: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, subject="Hedgehog in the lift")

    page = read(lead, "/articles/gaps")

    assert f'href="/tickets/{ticket.number}"' in page
    assert 'href="/articles/new?title=Hedgehog+in+the+lift"' in page


def test_the_gaps_hide_what_somebody_may_not_see(client: PageClient, cast: Cast) -> None:
    make_ticket(cast.ada, cast.it, subject="Hedgehog in the lift")
    client.sign_in("dan@borough.example")

    page = read(client, "/articles/gaps")

    assert "Hedgehog" not in page
    assert "Every question has an article." in page


def grow_old(*articles: Article) -> None:
    """Let the day on which these are read again have come."""
    with unit_of_work():
        for article in articles:
            article.review_on = clock.now().date()


def due_in_rail(page: str) -> str:
    """What the line of the articles counts in the rail."""
    line = page.partition('href="/articles"')[2].partition("</a>")[0]
    return re.sub("<[^>]*>|[^0-9<>]", "", line.partition(">")[2])


def test_the_rail_counts_the_articles_that_their_owner_is_to_read_again(
    lead: PageClient, cast: Cast
) -> None:
    grow_old(
        make_article("Bins", owner_id=cast.cleo.id),
        make_article("Roads", owner_id=cast.ben.id),
    )

    page = read(lead, "/articles")

    assert due_in_rail(page) == "1"
    assert '<span class="num">(2)</span>' in page


def test_the_rail_counts_no_articles_where_none_is_due(lead: PageClient, cast: Cast) -> None:
    make_article("Bins", owner_id=cast.cleo.id)

    assert due_in_rail(read(lead, "/articles")) == ""


def test_a_ticket_is_offered_articles_for_its_question(lead: PageClient, cast: Cast) -> None:
    make_article("Blank pages", "Rock the drum.", keywords="printer")
    make_article("Change the drum", "Printer menu 6.4.", audience=Audience.INTERNAL)
    ticket = make_ticket(cast.ada, cast.it)

    page = read(lead, f"/tickets/{ticket.number}/articles")

    assert "Blank pages" in page
    assert page.count("Insert the text") == 1


def test_an_article_begins_a_reply(lead: PageClient, cast: Cast) -> None:
    article = make_article("Blank pages", "Rock the **drum**.")
    ticket = make_ticket(cast.ada, cast.it)

    text = read(lead, f"/tickets/{ticket.number}?article={article.id}&how=text")
    link = read(lead, f"/tickets/{ticket.number}?article={article.id}&how=link")

    assert "Rock the drum." in text.partition('id="text"')[2].partition("</textarea>")[0]
    assert f"http://desk.example/help/{article.id}-blank-pages" in link


def test_what_is_for_staff_never_begins_a_reply(lead: PageClient, cast: Cast) -> None:
    article = make_article("The depot", "The code is 4711.", audience=Audience.INTERNAL)
    ticket = make_ticket(cast.ada, cast.it)

    page = read(lead, f"/tickets/{ticket.number}?article={article.id}&how=text")

    assert "4711" not in page


def test_a_hidden_ticket_offers_no_articles(client: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    client.sign_in("dan@borough.example")

    client.get(f"/tickets/{ticket.number}/articles", status=404)


def test_the_list_costs_the_same_however_many_articles_there_are(lead: PageClient) -> None:
    costs = []
    for number in range(2):
        for one in range(3 * number + 1):
            make_article(f"Article {number} {one}")
        make_draft(f"Draft {number}")
        read(lead, "/articles")
        with count_queries() as counted:
            read(lead, "/articles")
        costs.append(counted.count)

    assert costs[0] == costs[1]
