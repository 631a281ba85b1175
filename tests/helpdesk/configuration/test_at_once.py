"""Several who apply at the same moment: one does, the others are told that what stands has changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from helpdesk.configuration.applying import ChangedSincePlan, apply, runs, undoable
from helpdesk.configuration.editing import ChangedMeanwhile, save_over
from helpdesk.configuration.planning import plan
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from tests.helpdesk.configuration.files import FILES, apply_all

AT_ONCE = 3


def test_one_plan_applied_by_three_is_applied_once(app: Flask) -> None:
    digest = plan(FILES).digest
    db.session.rollback()
    barrier = Barrier(AT_ONCE)

    def run() -> str:
        with app.app_context():
            barrier.wait(timeout=20)
            try:
                with unit_of_work():
                    apply(FILES, digest=digest, actor=None, cause="test")
            except ChangedSincePlan:
                return "refused"
            return "applied"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = [future.result(timeout=60) for future in [pool.submit(run) for _ in range(AT_ONCE)]]
    assert sorted(said) == ["applied", "refused", "refused"]
    assert len(runs()) == 1
    assert [one.number for one in store.versions_of(Kind.POLICY, "standard")] == [1]


def test_of_two_editors_at_once_one_is_told_of_the_other(app: Flask) -> None:
    apply_all(FILES)
    db.session.rollback()
    barrier = Barrier(2)

    def run(title: str) -> str:
        with app.app_context():
            barrier.wait(timeout=20)
            body = {"title": title, "text": title}
            try:
                with unit_of_work():
                    save_over(Kind.ANSWER, "thanks", body, seen=1, by=None, cause="test")
            except ChangedMeanwhile:
                return "refused"
            return "saved"

    with ThreadPoolExecutor(2) as pool:
        said = [future.result(timeout=60) for future in [pool.submit(run, one) for one in "AB"]]
    assert sorted(said) == ["refused", "saved"]
    assert undoable() is not None
