"""Files from strangers: a folder, a zip, a pasted text; none leads outside, none grows without end."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from helpdesk.configuration.bundles import (
    LARGEST_BUNDLE,
    from_folder,
    from_text,
    from_zip,
    to_zip,
)
from helpdesk.core.errors import Invalid

pytestmark = pytest.mark.usefixtures("app")


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for path, content in files.items():
            made.writestr(path, content)
    return out.getvalue()


def test_a_zip_of_ours_is_read_back_the_same() -> None:
    files = {"calendars/a.yaml": "title: Ä\n", "answers/b.yaml": "title: B\n"}
    assert from_zip(to_zip(files)) == files
    assert to_zip(files) == to_zip(dict(reversed(files.items())))


def test_only_files_of_ours_are_looked_at() -> None:
    files = {
        "a.yaml": b"a: 1\n",
        "b.yml": b"b: 1\n",
        "run.sh": b"rm -r\n",
        ".hidden.yaml": b"c: 1\n",
        "__MACOSX/a.yaml": b"junk",
    }
    assert set(from_zip(packed(files))) == {"a.yaml", "b.yml"}


@pytest.mark.parametrize("path", ["../a.yaml", "/etc/a.yaml", "x/../../a.yaml", "..\\a.yaml"])
def test_a_path_that_leads_out_of_a_zip_is_refused(path: str) -> None:
    with pytest.raises(Invalid):
        from_zip(packed({path: b"a: 1\n"}))


@pytest.mark.parametrize(
    "content",
    [
        packed({"a.yaml": b" " * 50_000_000}),
        packed({f"{number}.yaml": b" " * 700_000 for number in range(6)}),
        packed({f"{number}.yaml": b"" for number in range(2100)}),
        packed({"a.yaml": b"a: 1\n"}, zipfile.ZIP_LZMA),
        packed({"a.yaml": b"\xff\xfe\x00"}),
        packed({"a.txt": b"nothing of ours"}),
        packed({"a.yaml": b"a: 1\n"})[:-30],
        b"PK\x03\x04 no zip",
        b"\0" * (LARGEST_BUNDLE + 1),
    ],
    ids=["bomb", "many large", "many", "odd packing", "no text", "empty", "cut", "none", "huge"],
)
def test_a_zip_that_is_none_or_too_much_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        from_zip(content)
    assert refusal.value.title
    assert refusal.value.field == "file"


def test_a_folder_is_read_without_its_links_and_hidden_files(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("secret: 1\n")
    folder = tmp_path / "desk"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "c.yaml").write_text("c: 1\n")
    (folder / "calendars").mkdir()
    (folder / "calendars" / "a.yaml").write_text("a: 1\n")
    (folder / "link.yaml").symlink_to(outside)
    assert from_folder(folder) == {"calendars/a.yaml": "a: 1\n"}


def test_a_folder_that_is_not_there_is_told_with_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refusal:
        from_folder(tmp_path / "nothing")
    assert "desk config export" in refusal.value.advice


def test_several_pasted_texts_keep_the_numbers_of_their_lines() -> None:
    bundle = from_text("title: A\n---\ntitle: B\n", "pasted")
    assert bundle == {"pasted (1)": "title: A", "pasted (2)": "\n\ntitle: B\n"}
    with pytest.raises(Invalid):
        from_text(" \n---\n", "pasted")
