"""S27: no file of a configuration, and nothing that it names, leads out of its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk.configuration.bundles import from_zip, write_file
from helpdesk.configuration.exporting import export_to
from helpdesk.configuration.planning import plan
from helpdesk.core.errors import Invalid
from tests.helpdesk.configuration.files import ANSWER, FIELD, GROUP, apply_all
from tests.helpdesk.configuration.test_bundles import packed

pytestmark = pytest.mark.usefixtures("app")

OUTSIDE = ("../../evil", "..", "/etc/evil", "a/b", "..\\evil", ".hidden", "a\\u0000b", "")


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("text", [ANSWER, GROUP, FIELD])
def test_a_name_that_is_a_path_is_refused_for_every_kind(text: str, name: str) -> None:
    held = next(row for row in text.splitlines() if row.startswith("name:"))
    made = plan({"x.yaml": text.replace(held, f'name: "{name}"', 1)})
    assert not made.is_sound


@pytest.mark.parametrize("path", ["../evil.yaml", "calendars/../../evil.yaml", "/tmp/evil.yaml"])
def test_a_zip_with_a_path_out_of_it_is_refused_whole(path: str) -> None:
    with pytest.raises(Invalid):
        from_zip(packed({"good.yaml": ANSWER.encode(), path: ANSWER.encode()}))


def test_nothing_is_written_outside(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="within its folder"):
        write_file(tmp_path / "desk", "../evil.yaml", "a: 1\n")
    assert list(tmp_path.iterdir()) == []


def test_a_link_in_the_folder_is_not_written_through(tmp_path: Path) -> None:
    apply_all({"a.yaml": ANSWER})
    outside = tmp_path / "outside.yaml"
    outside.write_text("mine\n")
    home = tmp_path / "desk" / "canned-answers"
    home.mkdir(parents=True)
    (home / "thanks.yaml").symlink_to(outside)
    export_to(tmp_path / "desk")
    assert outside.read_text() == "mine\n"
