"""Writing articles: drafts beside what is published, two who write at once, versions, translations, rights."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.knowledge import access, arranging, attaching, queries, writing
from helpdesk.knowledge.access import Holder
from helpdesk.knowledge.arranging import Arrangement
from helpdesk.knowledge.models import Article, ArticleDraft, Audience
from helpdesk.knowledge.writing import Content, DraftChanged
from tests.cast import Cast
from tests.helpdesk.knowledge.shelf import (
    make_article,
    make_category,
    make_draft,
    publish_anew,
    translate,
)


def save(article: Article, body: str, *, lock: int, base: int, title: str = "Bins") -> int:
    with unit_of_work():
        return writing.save_draft(
            article.texts[0], Content(title, body), lock=lock, base=base, actor=None
        )


def test_readers_see_the_published_text_while_a_draft_is_written(app: object) -> None:
    article = make_article("Bins", "On Tuesdays.")

    save(article, "On Fridays.", lock=0, base=1)

    assert queries.access_text(None, article.id, "en").body == "On Tuesdays."


def test_publishing_makes_a_version_and_uses_up_the_draft(app: object) -> None:
    article = make_article("Bins", "On Tuesdays.")
    publish_anew(article.texts[0], "Bins", "On Fridays.")

    assert [one.body for one in writing.versions_of(article.texts[0])] == [
        "On Fridays.",
        "On Tuesdays.",
    ]
    assert db.session.get(ArticleDraft, article.texts[0].id) is None
    assert queries.access_text(None, article.id, "en").body == "On Fridays."


def test_who_saves_second_is_shown_what_the_first_saved(app: object) -> None:
    article = make_draft("Bins", "One.")
    save(article, "Two.", lock=1, base=0)

    with pytest.raises(DraftChanged) as refused:
        save(article, "Three.", lock=1, base=0)

    assert refused.value.theirs.body == "Two."
    assert refused.value.lock == 2


def test_a_draft_begun_on_a_version_that_is_no_longer_shown_is_refused(app: object) -> None:
    article = make_article("Bins", "One.")
    publish_anew(article.texts[0], "Bins", "Two.")

    with pytest.raises(DraftChanged) as refused:
        save(article, "Mine.", lock=0, base=1)

    assert refused.value.theirs.body == "Two."


def test_saving_what_stands_there_already_makes_no_draft(app: object) -> None:
    article = make_article("Bins", "One.")

    assert save(article, "One.", lock=0, base=1) == 0


def test_an_earlier_version_comes_back_as_a_draft(app: object) -> None:
    article = make_article("Bins", "One.")
    publish_anew(article.texts[0], "Bins", "Two.")

    with unit_of_work():
        writing.restore(article.texts[0], 1, lock=0, actor=None)

    draft = db.session.get(ArticleDraft, article.texts[0].id)
    assert draft is not None
    assert draft.body == "One."
    assert queries.access_text(None, article.id, "en").body == "Two."


def test_a_discarded_draft_leaves_what_is_published(app: object) -> None:
    article = make_article("Bins", "One.")
    lock = save(article, "Two.", lock=0, base=1)

    with unit_of_work():
        writing.discard_draft(article.texts[0], lock=lock, actor=None)

    assert db.session.get(ArticleDraft, article.texts[0].id) is None
    assert queries.access_text(None, article.id, "en").body == "One."


def test_the_only_draft_of_an_article_is_not_thrown_away(app: object) -> None:
    article = make_draft()

    with pytest.raises(Invalid), unit_of_work():
        writing.discard_draft(article.texts[0], lock=1, actor=None)


def test_withdrawing_keeps_the_words_as_a_draft(app: object) -> None:
    article = make_article("Bins", "One.")

    with unit_of_work():
        writing.withdraw(article.texts[0], actor=None)

    draft = db.session.get(ArticleDraft, article.texts[0].id)
    assert draft is not None
    assert draft.body == "One."
    with pytest.raises(NotFound):
        queries.access_text(None, article.id, "en")


def test_a_translation_is_behind_once_its_source_went_on(app: object) -> None:
    article = make_article("Bins", "One.")
    welsh = translate(article, "Biniau", "Un.")
    source = writing.source_of(article)
    assert not writing.is_behind(welsh, source)

    publish_anew(source, "Bins", "Two.")

    assert writing.is_behind(welsh, source)


def test_a_translation_begins_with_what_the_source_says(app: object) -> None:
    article = make_article("Bins", "One.")
    with unit_of_work():
        text = writing.add_language(article, "cy", actor=None)

    assert text.draft is not None
    assert (text.draft.title, text.draft.body) == ("Bins", "One.")


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (Content("", "Body"), "title"),
        (Content("x" * 201, "Body"), "title"),
        (Content("Title", "x" * 100_001), "body"),
        (Content("Title", "Body", summary="x" * 401), "summary"),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field(
    app: object, content: Content, field: str
) -> None:
    category = make_category()

    with pytest.raises(Invalid) as refused, unit_of_work():
        writing.begin_article(content, category_id=category.id, actor=None)

    assert refused.value.field == field


def test_an_empty_article_is_not_published(app: object) -> None:
    article = make_draft("Bins", "")

    with pytest.raises(Invalid), unit_of_work():
        writing.publish(article.texts[0], lock=1, actor=None)


@pytest.mark.parametrize(
    ("name", "holders", "deed", "may"),
    [
        ("ben", {}, "write", True),
        ("ben", {}, "publish", False),
        ("cleo", {}, "publish", True),
        ("eve", {}, "publish", True),
        ("ada", {}, "write", False),
        ("ben", {"publish": Holder.AGENTS}, "publish", True),
        ("ben", {"write": Holder.LEADS}, "write", False),
        ("cleo", {"publish": Holder.ADMINS}, "publish", False),
    ],
)
def test_who_may_write_and_publish_is_chosen(
    cast: Cast, name: str, holders: dict[str, Holder], deed: str, may: bool
) -> None:
    with unit_of_work():
        arranging.choose_rights(holders, actor=cast.actor("eve"))

    assert access.may_deed(cast.actor(name), deed) is may


def test_who_may_not_publish_is_refused(cast: Cast) -> None:
    article = make_draft()

    with pytest.raises(Refused), unit_of_work():
        writing.publish(article.texts[0], lock=1, actor=cast.actor("ben"))


def test_the_journal_says_who_chose_the_rights_and_what_they_were(cast: Cast) -> None:
    for _again in range(2):
        with unit_of_work():
            arranging.choose_rights({"publish": Holder.AGENTS}, actor=cast.actor("eve"))

    (entry,) = db.session.scalars(select(Entry).where(Entry.subject_kind == "article_rights"))
    assert entry.actor_id == cast.eve.id
    assert (entry.before["publish"], entry.after["publish"]) == ("leads", "agents")


def test_an_agent_does_not_choose_the_rights(cast: Cast) -> None:
    with pytest.raises(Refused), unit_of_work():
        arranging.choose_rights({"publish": Holder.AGENTS}, actor=cast.actor("cleo"))


def arrangement(article: Article, **more: object) -> Arrangement:
    values = {
        "category_id": article.category_id,
        "audience": article.audience,
        "owner_id": article.owner_id,
        "review_months": 12,
        "review_on": article.review_on,
    }
    return Arrangement(**{**values, **more})  # type: ignore[arg-type]


def test_only_who_may_publish_shows_a_published_article_to_others(cast: Cast) -> None:
    article = make_article(audience=Audience.INTERNAL)

    with pytest.raises(Refused), unit_of_work():
        arranging.arrange(
            article,
            arrangement(article, audience=Audience.PUBLIC),
            version=article.version,
            actor=cast.actor("ben"),
        )


def test_two_who_arrange_at_once_do_not_overwrite_each_other(cast: Cast) -> None:
    article = make_article()
    seen = article.version
    with unit_of_work():
        arranging.arrange(
            article, arrangement(article, owner_id=cast.ben.id), version=seen, actor=None
        )

    with pytest.raises(Conflict), unit_of_work():
        arranging.arrange(
            article, arrangement(article, owner_id=cast.cleo.id), version=seen, actor=None
        )


def test_an_owner_is_one_of_the_staff(cast: Cast) -> None:
    article = make_article()

    with pytest.raises(Invalid), unit_of_work():
        arranging.arrange(
            article,
            arrangement(article, owner_id=cast.ada.id),
            version=article.version,
            actor=None,
        )


def test_the_journal_tells_who_published(cast: Cast) -> None:
    article = make_draft()
    with unit_of_work():
        writing.publish(article.texts[0], lock=1, actor=cast.actor("cleo"))

    entry = db.session.scalars(select(Entry).where(Entry.event == "ArticlePublished")).one()
    assert (entry.subject_kind, entry.subject_id) == ("article", article.id)
    assert entry.actor_id == cast.cleo.id
    assert entry.after == {"language": "en", "version": 1}


def test_a_category_with_articles_is_not_removed(app: object) -> None:
    article = make_article()

    with pytest.raises(Invalid), unit_of_work():
        arranging.remove_category(article.category, actor=None)


def test_a_file_that_the_text_shows_is_not_removed(app: object) -> None:
    article = make_article("Bins", "One.")
    with unit_of_work():
        file = attaching.attach(article, "map.png", "image/png", b"\x89PNG...", actor=None)
    save(article, f"![Map](file-of-article:{file.key})", lock=0, base=1)

    with pytest.raises(Invalid), unit_of_work():
        attaching.detach(file, article, actor=None)


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        (Audience.PUBLIC, {"nobody", "ada", "ben"}),
        (Audience.SIGNED_IN, {"ada", "ben"}),
        (Audience.INTERNAL, {"ben"}),
    ],
)
def test_a_file_is_for_the_audience_of_its_article(
    cast: Cast, audience: Audience, readers: set[str]
) -> None:
    article = make_article(audience=audience)
    with unit_of_work():
        file = attaching.attach(article, "map.png", "image/png", b"\x89PNG...", actor=None)

    viewers = {"nobody": None, "ada": cast.ada, "ben": cast.ben}
    found = {
        name
        for name, viewer in viewers.items()
        if _reads(lambda v=viewer: access.access_file(v, file.key))
    }
    assert found == readers


def _reads(run: Callable[[], object]) -> bool:
    try:
        run()
    except NotFound:
        return False
    return True
