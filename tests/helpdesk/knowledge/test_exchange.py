"""Articles as files: out, in, and the same again."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.demo.articles import FOLDER
from helpdesk.knowledge import exchange, pages, queries
from helpdesk.knowledge.models import Article, Audience
from tests.helpdesk.knowledge.shelf import make_article, publish_anew, translate


def test_what_is_written_is_read_back_the_same() -> None:
    text = "---\ntitle: Bins\nsummary: When: daily\ncategory: Waste\naudience: public\n---\n## One\n\n---\n\ntwo\n"

    assert pages.write_page(pages.read_page("bins", "en", text)) == text


def test_articles_go_out_and_come_back_unchanged(app: object, tmp_path: Path) -> None:
    article = make_article("Bins", "On Tuesdays.", keywords="waste")
    translate(article, "Biniau", "Bob dydd Mawrth.")
    assert exchange.give_out(tmp_path) == 2

    with unit_of_work():
        taken = exchange.take_in(pages.read_folder(tmp_path), published=True)

    assert (taken.new, taken.changed, taken.same) == (0, 0, 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bins.cy.md", "bins.en.md"]


def test_a_changed_file_changes_its_article(app: object, tmp_path: Path) -> None:
    article = make_article("Bins", "On Tuesdays.")
    exchange.give_out(tmp_path)
    file = tmp_path / "bins.en.md"
    file.write_text(file.read_text().replace("Tuesdays", "Fridays"))

    with unit_of_work():
        exchange.take_in(pages.read_folder(tmp_path), published=True)

    assert queries.access_text(None, article.id, "en").body == "On Fridays."
    assert db.session.scalar(select(func.count()).select_from(Article)) == 1


def test_without_asking_for_it_nothing_is_published(app: object, tmp_path: Path) -> None:
    article = make_article("Bins", "On Tuesdays.")
    exchange.give_out(tmp_path)
    publish_anew(article.texts[0], "Bins", "On Sundays.")

    with unit_of_work():
        exchange.take_in(pages.read_folder(tmp_path), published=False)

    assert queries.access_text(None, article.id, "en").body == "On Sundays."


def test_links_between_articles_name_files_outside_and_ids_inside(
    app: object, tmp_path: Path
) -> None:
    bins = make_article("Bins", "On Tuesdays.")
    make_article("Waste", f"See [bins](article:{bins.id}).")
    exchange.give_out(tmp_path)
    assert "](article:bins)" in (tmp_path / "waste.en.md").read_text()

    with unit_of_work():
        taken = exchange.take_in(pages.read_folder(tmp_path), published=True)

    assert taken.same == 2


@pytest.mark.parametrize(
    "text",
    [
        "no head",
        "---\ntitle: Bins\n",
        "---\ntitle: Bins\npassword: x\n---\nbody",
        "---\njust words\n---\nbody",
    ],
)
def test_a_file_that_is_no_page_is_named(text: str) -> None:
    with pytest.raises(Invalid, match=r"bins\.en\.md"):
        pages.read_page("bins", "en", text)


def test_a_translation_without_its_source_is_refused_whole(app: object, tmp_path: Path) -> None:
    (tmp_path / "bins.cy.md").write_text("---\ntitle: Biniau\n---\nUn.\n")

    with pytest.raises(Invalid), unit_of_work():
        exchange.take_in(pages.read_folder(tmp_path), published=True)

    assert db.session.scalar(select(func.count()).select_from(Article)) == 0


def test_the_demo_articles_are_read_and_lead_to_each_other(app: object) -> None:
    with unit_of_work():
        taken = exchange.take_in(pages.read_folder(FOLDER), published=True)

    assert taken.new == 20
    articles = db.session.scalars(select(Article)).all()
    assert {one.audience for one in articles} == set(Audience)
    assert not [
        text.body
        for one in articles
        for text in one.texts
        if any(f"](article:{letter}" in text.body for letter in "abcdefghijklmnopqrstuvwxyz")
    ]
