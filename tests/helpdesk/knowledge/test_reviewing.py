"""Reviews and translations: who is told, once; and what jobs do when they run twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.knowledge import arranging, indexing, queries, reviewing, writing
from helpdesk.messaging.models import Delivery, DeliveryKind
from tests.cast import Cast
from tests.helpdesk.knowledge.shelf import make_article, publish_anew, translate


def told() -> list[str]:
    """The subjects of the notices that were written."""
    rows = db.session.scalars(
        select(Delivery).where(Delivery.kind == DeliveryKind.NOTICE).order_by(Delivery.id)
    )
    return [one.subject for one in rows]


def test_an_article_is_due_a_year_after_it_was_published(app: object) -> None:
    assert make_article().review_on == date(2027, 11, 16)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 16), 0, None),
        (date(2026, 11, 16), 24, date(2028, 11, 16)),
    ],
)
def test_months_are_those_of_the_calendar(day: date, months: int, later: date | None) -> None:
    assert reviewing.months_later(day, months) == later


def test_the_owner_is_told_once_when_the_day_has_come(
    cast: Cast, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    make_article("Bins", owner_id=cast.cleo.id)
    clock.advance(timedelta(days=366))

    for _turn in range(2):
        with unit_of_work():
            reviewing.owe_reviews()
        settle()

    assert told() == ["Please read again: Bins"]


def test_a_notice_that_is_owed_twice_is_written_once(cast: Cast, clock: StoppedClock) -> None:
    article = make_article("Bins", owner_id=cast.cleo.id)
    clock.advance(timedelta(days=366))

    for _turn in range(2):
        with unit_of_work():
            reviewing.tell_of_review(article.id)

    assert len(told()) == 1


def test_before_its_day_nobody_is_told(cast: Cast, clock: StoppedClock) -> None:
    article = make_article(owner_id=cast.cleo.id)
    clock.advance(timedelta(days=300))

    with unit_of_work():
        reviewing.tell_of_review(article.id)

    assert told() == []


def test_a_review_is_reckoned_from_the_day_it_was_done(cast: Cast, clock: StoppedClock) -> None:
    article = make_article(owner_id=cast.cleo.id)
    clock.advance(timedelta(days=30))

    with unit_of_work():
        arranging.mark_reviewed(article, actor=cast.actor("cleo"))

    assert article.reviewed_on == date(2026, 12, 16)
    assert article.review_on == date(2027, 12, 16)


def test_after_a_review_the_next_one_is_told_of(cast: Cast, clock: StoppedClock) -> None:
    article = make_article(owner_id=cast.cleo.id)
    for _year in range(2):
        clock.advance(timedelta(days=370))
        with unit_of_work():
            reviewing.tell_of_review(article.id)
        with unit_of_work():
            arranging.mark_reviewed(article, actor=None)

    assert len(told()) == 2


def test_the_translator_is_told_when_the_source_was_published_anew(
    cast: Cast, settle: Callable[[], None]
) -> None:
    article = make_article("Bins", "One.", owner_id=cast.cleo.id)
    translate(article, "Biniau", "Un.")
    settle()
    assert told() == []

    publish_anew(writing.source_of(article), "Bins", "Two.")
    settle()

    assert told() == ["The source changed: Bins"]


def test_indexing_twice_finds_an_article_once(app: object) -> None:
    article = make_article("When we collect your bins")

    for _turn in range(2):
        with unit_of_work():
            indexing.index_articles([article.id])

    assert len(queries.find("collect bins", None, "en")) == 1


def test_the_notice_leads_to_the_article(cast: Cast, clock: StoppedClock) -> None:
    article = make_article("Bins", owner_id=cast.cleo.id)
    clock.advance(timedelta(days=366))
    with unit_of_work():
        reviewing.tell_of_review(article.id)

    delivery = db.session.scalars(select(Delivery)).one()
    assert f"http://desk.example/articles/{article.id}" in delivery.text
