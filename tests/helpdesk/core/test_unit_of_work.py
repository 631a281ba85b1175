"""One piece of work, one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from helpdesk.core import clock, outbox, unit_of_work
from helpdesk.core.db import db
from helpdesk.core.events import Event, Owed, Reactions
from helpdesk.core.models import OutboxEntry, Setting
from helpdesk.core.unit_of_work import record
from helpdesk.reactions import REACTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class BellRung(Event):
    bell_id: int


Install = Callable[[Reactions], None]


@pytest.fixture
def install(app: Flask) -> Iterator[Install]:
    """Puts other reactions in place for one test."""
    yield lambda reactions: unit_of_work.install(reactions, outbox.store_owed)
    unit_of_work.install(REACTIONS, outbox.store_owed)


def add_setting(key: str) -> None:
    db.session.add(Setting(key=key, value=1, changed_at=clock.now()))


def test_a_failing_unit_leaves_nothing_behind(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="no"), unit_of_work.unit_of_work():
        add_setting("a")
        raise RuntimeError("no")
    assert db.session.get(Setting, "a") is None


def test_a_failing_reaction_leaves_nothing_behind(install: Install) -> None:
    def refuse(_event: Event) -> None:
        raise RuntimeError("no")

    install(Reactions(inside={BellRung: (refuse,)}))
    with pytest.raises(RuntimeError, match="no"), unit_of_work.unit_of_work():
        add_setting("a")
        record(BellRung(bell_id=1))
    assert db.session.get(Setting, "a") is None


def test_endless_events_are_stopped(install: Install) -> None:
    install(Reactions(inside={BellRung: (lambda event: record(event),)}))
    with pytest.raises(unit_of_work.TooManyEvents, match="BellRung"), unit_of_work.unit_of_work():
        record(BellRung(bell_id=1))


def test_units_of_work_do_not_nest(app: Flask) -> None:
    with unit_of_work.unit_of_work(), pytest.raises(unit_of_work.NestedUnitOfWork):
        with unit_of_work.unit_of_work():
            pass


def test_an_event_outside_a_unit_of_work_is_refused(app: Flask) -> None:
    with pytest.raises(unit_of_work.OutsideUnitOfWork):
        record(BellRung(bell_id=1))


def test_the_same_job_for_the_same_id_is_owed_once(install: Install) -> None:
    install(Reactions(after={BellRung: (Owed("index_person", "bell_id"),)}))
    with unit_of_work.unit_of_work():
        record(BellRung(bell_id=1))
        record(BellRung(bell_id=1))
        record(BellRung(bell_id=2))
    owed = db.session.scalars(db.select(OutboxEntry.subject_id).order_by(OutboxEntry.id)).all()
    assert owed == [1, 2]


def test_nothing_is_owed_when_the_unit_fails(install: Install) -> None:
    install(Reactions(after={BellRung: (Owed("index_person", "bell_id"),)}))
    with pytest.raises(RuntimeError, match="no"), unit_of_work.unit_of_work():
        record(BellRung(bell_id=1))
        db.session.flush()
        raise RuntimeError("no")
    assert outbox.waiting() == 0


def test_what_was_read_before_is_read_again_inside(app: Flask) -> None:
    with unit_of_work.unit_of_work():
        add_setting("a")
    row = db.session.get_one(Setting, "a")
    with db.engine.execution_options(desk_writes=True).begin() as other:
        db.session.rollback()
        other.execute(db.update(Setting).values(value=2))
    with unit_of_work.unit_of_work():
        assert row.value == 2
