"""A plan: what files would change, with every fault at its file and line."""

from __future__ import annotations

import pytest

from helpdesk.configuration.effects import (
    DueDates,
    Effects,
    RuleFirings,
    Seams,
    effects_of,
)
from helpdesk.configuration.items import Key, World
from helpdesk.configuration.planning import plan
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from tests.cast import Cast
from tests.helpdesk.configuration.files import ANSWER, CALENDAR, FILES, POLICY, apply_all, told

pytestmark = pytest.mark.usefixtures("app")


def complaints(bundle: dict[str, str], **more: bool) -> list[str]:
    return [str(one) for one in plan(bundle, **more).complaints]


def test_what_is_new_is_named_in_the_order_in_which_it_is_brought_in() -> None:
    assert told(plan(FILES)) == [
        "create field asset",
        "create group water",
        "create calendar office-hours",
        "create policy standard",
        "create answer thanks",
    ]


def test_a_change_is_shown_field_by_field() -> None:
    apply_all(FILES)
    files = {**FILES, "policies/standard.yaml": POLICY.replace('"2": 28800', '"2": 14400')}
    made = plan(files)
    assert told(made) == ["change policy standard"]
    assert [(one.field, one.before, one.after) for one in made.steps[0].changes] == [
        ("metrics.resolution.targets.2", 28800, 14400)
    ]
    assert made.same == 4


def test_what_stands_in_no_file_is_left_alone_unless_it_is_asked_for(cast: Cast) -> None:
    apply_all(FILES)
    some_files = {path: text for path, text in FILES.items() if "answers" not in path}
    made = plan(some_files)
    assert (made.steps, Key("answer", "thanks") in made.unknown) == ([], True)
    assert "retire answer thanks" in told(plan(some_files, prune=True))


def test_every_fault_of_every_file_is_said_at_once() -> None:
    files = {
        "calendars/office-hours.yaml": CALENDAR.replace("Europe/London", "Europe/Atlantis"),
        "policies/standard.yaml": POLICY.replace("calendar: office-hours", "calendar: night"),
        "canned-answers/thanks.yaml": ANSWER + "title: Twice\n",
        "fields/asset.yaml": "kind: field\nname: asset\ntitle: 3\ncolour: red\n",
        "groups/it.yaml": "kind: group\nname: water\ntitle: Water\naddress: nobody\n",
        "misc.yaml": "title: What am I\n",
    }
    found = complaints(files)
    assert {one.split(":")[0] + ":" + one.split(":")[1] for one in found} == {
        "calendars/office-hours.yaml:5",
        "policies/standard.yaml:4",
        "canned-answers/thanks.yaml:5",
        "fields/asset.yaml:1",
        "fields/asset.yaml:3",
        "fields/asset.yaml:4",
        "groups/it.yaml:2",
        "misc.yaml:1",
    }
    assert any(
        "There is no calendar “night”. Known: Office hours, office-hours." in one for one in found
    )


def test_the_same_thing_in_two_files_is_refused_naming_the_other() -> None:
    found = complaints({"a.yaml": ANSWER, "b.yaml": ANSWER})
    assert found == ["b.yaml:2: name: answer thanks stands in a.yaml too; keep one of them."]


def test_a_file_that_lies_where_its_kind_lies_needs_no_head() -> None:
    made = plan({"canned-answers/hello.yaml": "title: Hello\ntext: Hello.\n"})
    assert told(made) == ["create answer hello"]


def test_what_is_still_needed_cannot_be_retired() -> None:
    apply_all(FILES)
    with unit_of_work():
        body = {**store.find(Kind.POLICY, "standard").body, "calendar": None}
        store.save(Kind.POLICY, "standard", body, by=None, cause="test")
        body = {**body, "calendar": "office-hours"}
        store.save(Kind.POLICY, "other", {**body, "title": "Other"}, by=None, cause="test")
    without = {path: text for path, text in FILES.items() if not path.startswith("calendars")}
    without["policies/other.yaml"] = POLICY.replace("standard", "other")
    found = complaints(without, prune=True)
    assert len(found) == 2
    assert all("There is no calendar “office-hours”" in one for one in found)


def test_nothing_is_retired_while_a_file_cannot_be_read() -> None:
    apply_all(FILES)
    made = plan({"canned-answers/thanks.yaml": "title: [\n"}, prune=True)
    assert (made.steps, made.is_sound) == ([], False)


def test_the_digest_is_of_what_stands_and_of_what_is_wanted() -> None:
    first = plan(FILES).digest
    assert plan(FILES).digest == first
    assert plan({"a.yaml": ANSWER}).digest != first
    with unit_of_work():
        store.save(
            Kind.ANSWER, "other", {"title": "Other", "text": "Hello."}, by=None, cause="test"
        )
    assert plan(FILES).digest != first


def test_what_would_come_of_it_is_asked_of_those_who_know() -> None:
    key = Key("trigger", "loud")
    seams = Seams(
        due_dates=lambda _before, _after, _written: DueDates(9, 5, 2),
        rules=lambda _before, _after, written: [RuleFirings(one, "", 9, 3) for one in written],
    )
    assert effects_of(World(), World(), {}, seams) == Effects()
    found = effects_of(World(), World(), {key: {}}, seams)
    assert (found.due_dates, [one.fired for one in found.rules]) == (DueDates(9, 5, 2), [3])
