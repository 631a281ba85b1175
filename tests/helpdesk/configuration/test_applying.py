"""Applying files: all or nothing, on the ground of the plan, journalled, and undone again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from helpdesk.configuration.applying import CannotUndo, ChangedSincePlan, apply, runs, undoable
from helpdesk.configuration.exporting import export_bundle
from helpdesk.configuration.models import ConfigurationRun
from helpdesk.configuration.planning import plan
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.journal.models import Entry
from helpdesk.people.models import Group
from helpdesk.tickets.models import CustomField
from tests.cast import Cast
from tests.helpdesk.configuration.files import ANSWER, FILES, POLICY, apply_all, told, undo_last

pytestmark = pytest.mark.usefixtures("app")


def test_what_the_files_say_stands_and_a_second_time_there_is_nothing_to_do() -> None:
    apply_all(FILES)
    assert store.find(Kind.POLICY, "standard").body["calendar"] == "office-hours"
    group = db.session.scalars(select(Group)).one()
    assert (group.name, group.address) == ("Water", "water@borough.example")
    field = db.session.scalars(select(CustomField)).one()
    assert (field.key, field.options) == ("asset", ["Pump", "Pipe"])
    assert plan(FILES).steps == []
    assert apply_all(FILES) is None


def test_nothing_is_applied_when_one_thing_cannot_be(cast: Cast) -> None:
    files = {"a.yaml": ANSWER, "b.yaml": "kind: group\nname: new\ntitle: Highways\n"}
    made = plan(files)
    with pytest.raises(Invalid), unit_of_work():
        apply(files, digest=made.digest, actor=None, cause="test")
    assert store.current(Kind.ANSWER) == []
    assert runs() == []


def test_a_plan_is_refused_when_something_was_changed_since() -> None:
    made = plan(FILES)
    with unit_of_work():
        store.save(
            Kind.ANSWER, "other", {"title": "Other", "text": "Hello."}, by=None, cause="test"
        )
    with pytest.raises(ChangedSincePlan) as refusal, unit_of_work():
        apply(FILES, digest=made.digest, actor=None, cause="test")
    assert refusal.value.plan.digest != made.digest
    assert store.current(Kind.CALENDAR) == []


def test_only_administrators_apply(cast: Cast) -> None:
    with pytest.raises(Refused), unit_of_work():
        apply(FILES, digest=plan(FILES).digest, actor=cast.actor("cleo"), cause="test")


def test_the_journal_and_the_run_say_who_wrote_what(cast: Cast) -> None:
    run = apply_all(FILES, actor=cast.actor("eve"))
    assert run is not None
    assert (run.made_by, len(run.steps)) == (cast.eve.id, 5)
    assert run.steps[3]["after_version"] == 1
    entry = db.session.scalars(select(Entry).where(Entry.event == "ConfigurationApplied")).one()
    assert (entry.actor_id, entry.after["count"]) == (cast.eve.id, 5)
    saved = db.session.scalars(select(Entry).where(Entry.event == "DefinitionSaved")).all()
    assert {one.actor_id for one in saved} == {cast.eve.id}


def test_more_than_a_hundred_things_are_applied_as_one() -> None:
    files = {
        f"canned-answers/a{number}.yaml": f"title: Answer {number}\ntext: Hello.\n"
        for number in range(120)
    }
    run = apply_all(files)
    assert run is not None
    assert len(run.steps) == 120
    undo_last(run)
    assert store.current(Kind.ANSWER) == []


def test_undo_brings_back_what_stood_before_as_new_versions(cast: Cast) -> None:
    apply_all(FILES)
    before = export_bundle()
    changed = {
        **FILES,
        "policies/standard.yaml": POLICY.replace("28800", "7200"),
        "groups/water.yaml": FILES["groups/water.yaml"].replace("water@", "wet@"),
        "canned-answers/new.yaml": "title: New\ntext: New.\n",
    }
    del changed["canned-answers/thanks.yaml"]
    run = apply_all(changed, prune=True)
    assert export_bundle() != before

    back = undo_last(run, cast.actor("eve"))

    assert export_bundle() == before
    assert store.find(Kind.POLICY, "standard").number == 3
    assert back.undoes == run.id if run else False
    assert [one.undone_at is not None for one in runs()] == [False, True, False]
    entry = db.session.scalars(select(Entry).where(Entry.event == "ConfigurationUndone")).one()
    assert entry.actor_id == cast.eve.id


def test_one_run_after_the_other_is_undone() -> None:
    first = apply_all({"a.yaml": ANSWER})
    second = apply_all({"a.yaml": ANSWER.replace("Thank you.", "Thanks!")})
    with pytest.raises(CannotUndo):
        undo_last(first)
    undo_last(second)
    undo_last(first)
    assert store.current(Kind.ANSWER) == []
    assert undoable() is None


def test_what_was_changed_since_is_not_undone_and_the_refusal_names_it() -> None:
    run = apply_all(FILES)
    with unit_of_work():
        store.save(
            Kind.ANSWER, "thanks", {"title": "Mine", "text": "Hello."}, by=None, cause="test"
        )
    with pytest.raises(CannotUndo) as refusal:
        undo_last(run)
    assert "answer thanks" in refusal.value.title
    assert store.find(Kind.ANSWER, "thanks").title == "Mine"
    assert db.session.scalars(select(ConfigurationRun)).one().undone_at is None


def test_a_group_that_people_rename_keeps_its_file() -> None:
    apply_all(FILES)
    with unit_of_work():
        group = db.session.scalars(select(Group).with_for_update()).one()
        group.name = "Rivers"
    made = plan(FILES)
    assert told(made) == ["change group water"]
    assert [one.field for one in made.steps[0].changes] == ["title"]


def test_a_field_keeps_its_type() -> None:
    apply_all(FILES)
    files = {"fields/asset.yaml": "title: Asset\ntype: number\n"}
    assert [str(one) for one in plan(files).complaints] == [
        "fields/asset.yaml:2: type: A field keeps its type, choice, since tickets hold values of it. "
        "Add a field of another name."
    ]
