"""An address that mail came back from is marked, once, until it shows a sign of life."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core.errors import NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.people import reachability
from helpdesk.people.models import ContactPoint
from tests.cast import Cast

ADA = "ada@borough.example"


def events(db: Any, person_id: int) -> list[str]:
    return list(
        db.session.scalars(
            select(Entry.event)
            .where(Entry.subject_kind == "person", Entry.subject_id == person_id)
            .order_by(Entry.seq)
        )
    )


def mark(why: str = "550 no such user") -> ContactPoint:
    with unit_of_work():
        point = reachability.mark_undeliverable(ADA, why, cause="bounce")
    assert point is not None
    return point


def test_a_marked_address_says_why_nothing_is_sent_there(cast: Cast, db: Any) -> None:
    mark()

    assert reachability.undeliverable(ADA) == "550 no such user"
    assert reachability.undeliverable_among([ADA, "ben@borough.example"]) == {
        ADA: "550 no such user"
    }
    assert events(db, cast.ada.id) == ["ContactPointUndeliverable"]


def test_a_second_mark_changes_nothing(cast: Cast, db: Any) -> None:
    mark()
    mark("another server's words")

    assert reachability.undeliverable(ADA) == "550 no such user"
    assert events(db, cast.ada.id) == ["ContactPointUndeliverable"]


def test_a_sign_of_life_clears_the_mark(cast: Cast, db: Any) -> None:
    mark()

    with unit_of_work():
        reachability.mark_reachable(ADA, cause="mail")

    assert reachability.undeliverable(ADA) is None
    assert events(db, cast.ada.id)[-1] == "ContactPointReachable"


def test_an_agent_may_clear_the_mark(cast: Cast, db: Any) -> None:
    point = mark()

    with unit_of_work():
        reachability.clear_mark(point, actor=cast.actor("ben"))

    entry = db.session.scalars(select(Entry).order_by(Entry.id.desc()).limit(1)).one()
    assert (entry.event, entry.actor_id) == ("ContactPointReachable", cast.ben.id)
    assert reachability.undeliverable(ADA) is None


def test_an_address_of_nobody_is_not_marked(cast: Cast) -> None:
    with unit_of_work():
        assert reachability.mark_undeliverable("x@y.example", "gone", cause="bounce") is None

    assert reachability.undeliverable("x@y.example") is None


def test_a_complaint_is_noted_until_a_person_forgets_it(cast: Cast, db: Any) -> None:
    with unit_of_work():
        point = reachability.note_complaint(ADA, cause="feedback")
    assert point is not None
    assert point.refuses_bulk_since is not None

    with unit_of_work():
        reachability.forget_complaint(point, actor=cast.actor("ben"))

    assert point.refuses_bulk_since is None
    assert events(db, cast.ada.id) == ["BulkRefused", "BulkAllowed"]


def test_a_point_of_somebody_else_is_not_found(cast: Cast) -> None:
    with pytest.raises(NotFound):
        reachability.point_of(cast.ben, cast.ada.contact_points[0].id)
