"""Shared views as files: written, planned, applied, retired; faults point to their line."""

from __future__ import annotations

import pytest

from helpdesk.configuration.exporting import export_bundle
from helpdesk.configuration.planning import plan
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.views.commands import Wanted, create_view
from helpdesk.views.models import Audience, SavedView
from tests.cast import Cast
from tests.helpdesk.configuration.files import apply_all

pytestmark = pytest.mark.usefixtures("app")

URGENT = """\
title: Urgent
query: is:open priority:<=2
audience: group
group: it-support
columns: [number, due]
letter: x
"""
FILES = {"views/urgent.yaml": URGENT}


def test_a_view_goes_into_a_file_and_comes_back_the_same(cast: Cast) -> None:
    with unit_of_work():
        wanted = Wanted(
            "Urgent things",
            "is:open tag:vip assignee:me",
            Audience.GROUP,
            cast.it.id,
            columns=("number",),
            sort="due",
        )
        create_view(wanted, actor=cast.actor("eve"))
        create_view(Wanted("Mine", "is:open"), actor=cast.actor("ben"))
    exported = export_bundle()
    assert [path for path in exported if path.startswith("views/")] == ["views/urgent-things.yaml"]
    assert "assignee:me" in exported["views/urgent-things.yaml"]
    assert plan(exported).steps == []


def test_added_fields_of_a_view_go_into_its_file_with_the_fields(cast: Cast) -> None:
    field = "title: Floor\ntype: number\n"
    view = "title: High\nquery: is:open custom.floor:>3\ncolumns: [number, custom.floor]\nsort: -custom.floor\n"
    apply_all({"fields/floor.yaml": field, "views/high.yaml": view})
    made = db.session.query(SavedView).one()
    assert (made.columns, made.sort) == (["number", "custom.floor"], "-custom.floor")
    assert plan(export_bundle()).steps == []


def test_a_file_makes_changes_and_retires_a_view(cast: Cast) -> None:
    apply_all(FILES)
    view = db.session.query(SavedView).one()
    assert (view.name, view.title, view.group_id, view.columns, view.letter) == (
        "urgent",
        "Urgent",
        cast.it.id,
        ["number", "due"],
        "x",
    )
    apply_all({"views/urgent.yaml": URGENT.replace("Urgent", "Soon")})
    assert db.session.query(SavedView).one().title == "Soon"
    apply_all({"groups/it-support.yaml": "title: IT support\n"}, prune=True)
    assert db.session.query(SavedView).all() == []


def test_a_fault_in_a_file_names_its_line_and_what_is_wrong(cast: Cast) -> None:
    wrong = URGENT.replace("priority:<=2", "priority:high").replace("it-support", "nowhere")
    said = [str(one) for one in plan({"views/urgent.yaml": wrong}).complaints]
    assert said[0].startswith("views/urgent.yaml:2")
    missing = URGENT.replace("it-support", "nowhere")
    (only,) = map(str, plan({"views/urgent.yaml": missing}).complaints)
    assert only.startswith("views/urgent.yaml:4:")
    assert "no group “nowhere”" in only
