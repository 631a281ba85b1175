"""The public help: its pages, who sees what, search, languages, and whether an article helped."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.html import text_of
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.knowledge import attaching, feedback
from helpdesk.knowledge.models import Article, ArticleMiss, ArticleVerdict, Audience
from tests.cast import Cast
from tests.counting import count_queries
from tests.helpdesk.knowledge.shelf import make_article, make_draft, translate
from tests.pages import PageClient

CANARY = "zebra"


def address(article: Article) -> str:
    return f"/help/{article.id}-{article.texts[0].slug}"


def page(client: PageClient, path: str, **more: object) -> str:
    return client.get(path, **more).get_data(as_text=True)  # type: ignore[arg-type]


def test_the_help_lists_articles_by_category(client: PageClient) -> None:
    make_article("When we collect your bins")
    make_article("Pay your Council Tax", category="Council Tax")

    found = page(client, "/help")

    assert found.index("Bins and recycling") < found.index("When we collect your bins")
    assert "Pay your Council Tax" in found


def test_an_empty_help_says_so(client: PageClient) -> None:
    assert "Nothing has been written here yet." in page(client, "/help")


def test_an_article_is_shown_with_its_contents_and_address(client: PageClient) -> None:
    article = make_article("Bins", "## One\n\na\n\n## Two\n\nb\n\n## Three\n\nc")

    found = page(client, address(article))

    assert '<h2 id="part-one">One</h2>' in found
    assert 'href="#part-three"' in found
    assert f'<link rel="canonical" href="http://desk.example{address(article)}">' in found
    assert "Last reviewed on 16 November 2026" in found


def test_an_old_address_leads_to_the_present_one(client: PageClient) -> None:
    article = make_article("Bins")

    answer = client.get(f"/help/{article.id}-waste", status=301)

    assert answer.location == f"/help/{article.id}-bins"


@pytest.mark.parametrize("audience", [Audience.INTERNAL, Audience.SIGNED_IN])
def test_what_is_not_public_shows_nowhere(
    client: PageClient, cast: Cast, audience: Audience
) -> None:
    hidden = make_article(
        f"The {CANARY} depot", f"{CANARY} bins", audience=audience, category=CANARY
    )
    make_article("Bins at the depot", f"Not the [other](article:{hidden.id}).")
    category = hidden.category_id

    for path in ("/help", "/help/sitemap.xml", "/help/search?q=depot", f"/help/{hidden.id + 1}"):
        assert CANARY not in client.get(path, status=200 if path[-1].isalpha() else 301).get_data(
            as_text=True
        )
    assert f"/help/{hidden.id}" not in page(client, f"/help/{hidden.id + 1}-bins-at-the-depot")
    for path in (f"/help/{hidden.id}", address(hidden), f"/help/category/{category}"):
        client.get(path, status=404)
    client.post(f"/help/{hidden.id}/helped", {"helped": "yes", "language": "en"}, status=404)


def test_a_hidden_article_answers_as_one_that_is_not_there(client: PageClient, cast: Cast) -> None:
    hidden = make_article(audience=Audience.INTERNAL)

    refused = page(client, f"/help/{hidden.id}", status=404)
    missing = page(client, "/help/99999", status=404)

    words = [text_of(one) for one in (refused, missing)]
    assert words[0] == words[1]


def test_a_draft_is_no_page(client: PageClient) -> None:
    client.get(f"/help/{make_draft().id}", status=404)


def test_an_agent_reads_what_is_internal(client: PageClient, cast: Cast) -> None:
    article = make_article("The depot", audience=Audience.INTERNAL)
    client.sign_in("ben@borough.example")

    found = page(client, address(article))

    assert '<meta name="robots" content="noindex">' in found
    assert 'rel="canonical"' not in found


def test_a_file_is_for_who_reads_its_article(client: PageClient, cast: Cast) -> None:
    article = make_article("The depot", audience=Audience.INTERNAL)
    with unit_of_work():
        file = attaching.attach(article, "map.html", "text/html", b"<script>1</script>", actor=None)

    client.get(f"/help/files/{file.key}", status=404)
    client.sign_in("ben@borough.example")
    answer = client.get(f"/help/files/{file.key}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.content_type == "application/octet-stream"


def test_a_visitor_switches_between_languages(client: PageClient) -> None:
    article = make_article("Bins", "On Tuesdays.")
    translate(article, "Biniau", "Bob dydd Mawrth.")

    english = page(client, address(article))
    assert f'href="/help/{article.id}-bins?language=cy"' in english
    welsh = page(client, f"/help/{article.id}-bins?language=cy")
    assert '<article lang="cy"' in welsh
    assert "This page is written in Cymraeg." in welsh


def test_who_reads_welsh_gets_the_welsh_page(client: PageClient) -> None:
    article = make_article("Bins", "On Tuesdays.")
    translate(article, "Biniau", "Bob dydd Mawrth.")
    client.post("/language", {"language": "cy", "next": "/help"})

    assert "Biniau" in page(client, "/help")
    found = page(client, f"/help/{article.id}-biniau")
    assert "Bob dydd Mawrth." in found
    assert "A wnaeth y dudalen hon eich helpu?" in found


def test_searching_finds_and_narrows(client: PageClient) -> None:
    make_article("When we collect your bins")
    make_article("Bins for flats", category="Housing")

    found = page(client, "/help/search?q=bins")

    assert "2 articles" in found
    assert "Narrow by category" in found


def test_what_found_nothing_is_remembered_without_what_tells_of_a_person(
    client: PageClient,
) -> None:
    for _time in range(2):
        page(client, "/help/search?q=my hedgehog at 12 Quay4 Lane, ada@borough.example")

    miss = db.session.scalars(select(ArticleMiss)).one()
    assert miss.times == 2
    assert "hedgehog" in miss.words
    assert not set("0123456789@") & set(miss.words)


def test_a_visitor_answers_once_and_may_change_their_mind(client: PageClient) -> None:
    article = make_article("Bins")
    for answer in ("yes", "no"):
        client.post(f"/help/{article.id}/helped", {"helped": answer, "language": "en"})

    verdict = db.session.scalars(select(ArticleVerdict)).one()
    assert verdict.helped is False
    assert "You said that this page did not help." in page(client, address(article))


def test_a_comment_goes_with_the_answer(client: PageClient) -> None:
    article = make_article("Bins")
    client.post(f"/help/{article.id}/helped", {"helped": "no", "language": "en"})
    client.post(
        f"/help/{article.id}/helped",
        {"helped": "", "comment": "Which week is blue?", "language": "en", "website": ""},
    )

    assert db.session.scalars(select(ArticleVerdict.comment)).all() == ["Which week is blue?"]


def test_what_fills_in_the_trap_is_thanked_and_not_kept(client: PageClient) -> None:
    article = make_article("Bins")

    client.post(
        f"/help/{article.id}/helped", {"helped": "yes", "language": "en", "website": "x.example"}
    )

    assert db.session.scalars(select(ArticleVerdict)).all() == []


def test_the_answer_needs_no_cookie_of_its_own(client: PageClient) -> None:
    article = make_article("Bins")

    answer = client.get(address(article))

    assert [name for name in answer.headers.getlist("Set-Cookie") if "desk=" not in name] == []


def test_views_are_counted_together(client: PageClient) -> None:
    feedback.write_views()
    article = make_article("Bins")
    for _time in range(3):
        page(client, address(article))
    feedback.write_views()

    assert feedback.uses_of([article.id])[article.id].views == 3


def test_a_page_costs_the_same_however_many_articles_there_are(client: PageClient) -> None:
    # What the desk calls itself is read once and remembered.
    page(client, "/help")
    costs = []
    for number in range(2):
        for one in range(3 * number + 1):
            make_article(f"Article {number} {one} of bins", "On Tuesdays.")
        with count_queries() as counted:
            page(client, "/help")
        costs.append(counted.count)

    assert costs[0] == costs[1] <= 4


def test_the_list_for_search_engines_has_public_articles_only(
    client: PageClient, cast: Cast
) -> None:
    make_article("Bins")
    make_article("The depot", audience=Audience.INTERNAL)
    client.sign_in("eve@borough.example")

    found = page(client, "/help/sitemap.xml")

    assert "-bins</loc>" in found
    assert "depot" not in found
