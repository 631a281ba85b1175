"""Files that a desk writes: readable, the same each time, and with what people wrote beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpdesk.configuration.bundles import from_folder
from helpdesk.configuration.exporting import export_bundle, export_to
from helpdesk.configuration.items import FOLDERS, KINDS
from helpdesk.configuration.planning import plan
from helpdesk.configuration.reading import read_text
from helpdesk.configuration.schemas import published_schema, schema_files, schema_of
from helpdesk.configuration.shapes import check_shape
from helpdesk.configuration.writing import write_text
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.kinds import parse
from helpdesk.definitions.models import Kind
from helpdesk.web.admin.beginnings import beginning_of
from tests.helpdesk.configuration.files import CALENDAR, FILES, apply_all
from workflows.lifecycle_shipped import SHIPPED, shipped_body
from workflows.statutory import nations, statutory_clocks

pytestmark = pytest.mark.usefixtures("app")

DOCS = Path(__file__).resolve().parents[3] / "docs" / "schemas"


def test_what_is_exported_is_what_stands(tmp_path: Path) -> None:
    apply_all(FILES)
    done = export_to(tmp_path)
    assert done.written == 5
    assert plan(from_folder(tmp_path)).steps == []
    assert (tmp_path / "calendars" / "office-hours.yaml").read_text().startswith("# yaml-language")
    again = export_to(tmp_path)
    assert (again.written, again.same) == (0, 5)


def test_a_new_desk_made_of_the_files_exports_the_same_files(tmp_path: Path) -> None:
    apply_all(FILES)
    first = export_bundle()
    apply_all({"a.yaml": "kind: answer\nname: x\ntitle: X\ntext: Y\n"}, prune=True)
    apply_all(first)
    assert {path: text for path, text in export_bundle().items() if path in first} == first


def test_comments_and_layout_stay_where_nothing_changed(tmp_path: Path) -> None:
    apply_all(FILES)
    home = tmp_path / "ours" / "calendars"
    home.mkdir(parents=True)
    (home / "office-hours.yaml").write_text(CALENDAR)
    export_to(tmp_path / "ours")
    assert (home / "office-hours.yaml").read_text() == CALENDAR

    with unit_of_work():
        body = dict(store.find(Kind.CALENDAR, "office-hours").body)
        body["weekly"] = {**body["weekly"], "tue": [["10:00", "17:00"]]}
        store.save(Kind.CALENDAR, "office-hours", body, by=None, cause="test")
    export_to(tmp_path / "ours")
    text = (home / "office-hours.yaml").read_text()
    assert text.startswith("# Our hours\n")
    assert 'mon: [["09:00", "17:00"]] # Mondays' in text.replace("  #", " #")
    assert "10:00" in text
    assert plan(from_folder(tmp_path / "ours")).steps == []


def test_a_file_of_something_that_does_not_stand_is_named(tmp_path: Path) -> None:
    apply_all(FILES)
    (tmp_path / "mine.yaml").write_text("kind: macro\nname: mine\n")
    assert export_to(tmp_path).strangers == ("macro mine",)


def test_every_kind_has_a_folder_and_a_schema() -> None:
    assert set(KINDS) >= {kind.value for kind in Kind}
    assert len(set(FOLDERS.values())) == len(KINDS)
    for name, text in schema_files().items():
        assert json.loads(text)["properties"]["kind"] == {
            "const": name.removesuffix(".json"),
            "description": "What kind of thing this file defines.",
        }


def test_what_is_exported_is_as_the_published_schema_says() -> None:
    apply_all(FILES)
    for path, text in export_bundle().items():
        kind = next(kind for kind in KINDS if path.startswith(FOLDERS[kind] + "/"))
        check_shape(read_text(text).body, published_schema(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_each_schema_says_what_each_field_is(kind: str) -> None:
    schema = schema_of(kind)
    assert schema.get("description")
    assert schema.get("properties")


@pytest.mark.parametrize("kind", list(Kind))
def test_what_a_new_one_begins_with_is_sound_and_as_its_schema_says(kind: Kind) -> None:
    body = read_text(beginning_of(kind)).body
    parse(kind, body)
    check_shape(body, schema_of(kind))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_lifecycles_that_come_with_the_desk_are_as_their_schema_says(name: str) -> None:
    check_shape(shipped_body(name), schema_of(Kind.LIFECYCLE))


@pytest.mark.parametrize("nation", nations())
def test_the_clocks_that_come_with_the_desk_are_as_their_schema_says(nation: str) -> None:
    for body in statutory_clocks(nation).values():
        check_shape(body, schema_of(Kind.CLOCK))


def test_the_file_of_the_docs_is_sound() -> None:
    text = (DOCS.parent / "configuration-as-files.md").read_text(encoding="utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    made = plan({"calendars/office-hours.yaml": example})
    assert made.is_sound, [str(one) for one in made.complaints]


def test_the_schemas_of_the_docs_are_those_of_the_desk() -> None:
    held = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.json")}
    assert held == schema_files(), "Run: desk config schema docs/schemas"


def test_fields_stand_in_the_order_in_which_people_read_them() -> None:
    targets = {"*": 3, "p2": 2, "p1": 1}
    body = {"metrics": {"resolution": {"pause_in": [], "targets": targets}}, "title": "A", "odd": 1}
    text = write_text({"name": "a", "kind": "policy", **body})
    assert text.split()[:4] == ["kind:", "policy", "name:", "a"]
    places = [text.index(word) for word in ("title", "metrics", "targets", "p1", "p2", "*", "odd")]
    assert places == sorted(places)
