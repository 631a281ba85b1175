"""Channels of third parties: found by their entry point, loaded on first use, alone in their failures."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.channel import ChannelError
from channels.registry import build, kinds, settings_fields

PIGEON = """
from channels.settings import SettingField
from channels.testing import RecordingChannel

class PigeonChannel(RecordingChannel):
    kind = "pigeon"
    settings_fields = (SettingField(name="loft", label="Loft"),)
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package beside ours, as pip would have installed it."""
    (tmp_path / "desk_pigeon_for_tests.py").write_text(PIGEON)
    about = tmp_path / "desk_pigeon-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: desk-pigeon\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[helpdesk.channels]\n"
        "pigeon = desk_pigeon_for_tests:PigeonChannel\n"
        "smoke = desk_smoke_without_its_library:SmokeChannel\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield
    sys.modules.pop("desk_pigeon_for_tests", None)


@pytest.mark.usefixtures("installed")
def test_a_channel_of_a_third_party_is_found_and_built() -> None:
    assert {"email", "pigeon"} <= set(kinds())
    assert build("pigeon", {"loft": "north"}).kind == "pigeon"
    assert [field.name for field in settings_fields("pigeon")] == ["loft"]


@pytest.mark.usefixtures("installed")
def test_listing_the_kinds_imports_none_of_them() -> None:
    kinds()
    assert "desk_pigeon_for_tests" not in sys.modules


@pytest.mark.usefixtures("installed")
def test_a_channel_whose_library_is_missing_breaks_no_other() -> None:
    with pytest.raises(ChannelError, match=r"“smoke” cannot be loaded.*Install what it needs"):
        build("smoke", {})
    assert build("pigeon", {}).kind == "pigeon"
