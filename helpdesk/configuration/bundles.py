"""The files of a configuration as texts by path: out of a folder, a zip or what was pasted, and into them.

What comes in is a stranger's: sizes are counted while unpacking, nothing is written where a path points outside, and
only texts that end in .yaml or .yml are looked at.
"""

from __future__ import annotations

import os
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from flask_babel import gettext as _

from helpdesk.configuration.reading import LONGEST_TEXT
from helpdesk.core.errors import Invalid

MOST_FILES = 2000
LARGEST_BUNDLE = 2_000_000
ENDINGS = (".yaml", ".yml")
# A UTF-8 character takes at most four bytes.
_LARGEST_FILE = LONGEST_TEXT * 4
_BETWEEN = re.compile(r"---\s*")

Bundle = dict[str, str]


def from_folder(folder: Path) -> Bundle:
    """Every YAML file below a folder, by its path from there; hidden ones and links are left out. Raises Invalid."""
    if not folder.is_dir():
        raise Invalid(
            _("There is no folder %(path)s.", path=str(folder)),
            _("Make one with: desk config export %(path)s", path=str(folder)),
        )
    return _gathered(_files_in(folder))


def from_zip(content: bytes) -> Bundle:
    """Every YAML file of a zip. Raises Invalid for what is none, or unpacks to more than we take."""
    if len(content) > LARGEST_BUNDLE:
        raise _too_much()
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            return _gathered(_files_of(packed))
    except (
        zipfile.BadZipFile,
        RuntimeError,
        NotImplementedError,
        EOFError,
        ValueError,
        OSError,
        zlib.error,
    ) as bad:
        raise Invalid(
            _("This zip cannot be read."),
            _("Pack the folder again, without a password."),
            field="file",
        ) from bad


def from_text(text: str, name: str) -> Bundle:
    """One text as a file, or several with a line of three dashes between them; lines keep their numbers."""
    rows = text.replace("\r\n", "\n").split("\n")
    starts = [0, *(at + 1 for at, row in enumerate(rows) if _BETWEEN.fullmatch(row))]
    ends = [start - 1 for start in starts[1:]] + [len(rows)]
    parts = [
        # The lines above stay empty, so that a fault is named at the line where a person sees it.
        "\n" * start + "\n".join(rows[start:end])
        for start, end in zip(starts, ends, strict=True)
    ]
    told = [part for part in parts if part.strip()]
    if not told:
        raise Invalid(
            _("Nothing was given."), _("Choose a file, or paste the text of one."), field="text"
        )
    if len(told) == 1:
        return {name: told[0]}
    return {f"{name} ({number})": part for number, part in enumerate(told, 1)}


def from_upload(name: str, content: bytes) -> Bundle:
    """What somebody chose on a page: a zip, or one YAML file under its own name."""
    if content.startswith(b"PK") or name.lower().endswith(".zip"):
        return from_zip(content)
    plain = PurePosixPath(name.replace("\\", "/")).name
    return _gathered(iter([(plain, content)])) if _is_ours(plain) else _gathered(iter(()))


def to_zip(bundle: Mapping[str, str]) -> bytes:
    """The files as a zip, the same bytes for the same files."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(bundle):
            packed.writestr(
                zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), bundle[path], zipfile.ZIP_DEFLATED
            )
    return out.getvalue()


def write_file(folder: Path, path: str, text: str) -> None:
    """Put one file into a folder whole or not at all; `path` is one of ours and stays within."""
    if ".." in PurePosixPath(path).parts or PurePosixPath(path).is_absolute():
        raise ValueError("A path of a configuration stays within its folder.")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.new")
    beside.write_text(text, encoding="utf-8", newline="\n")
    os.replace(beside, target)


def _gathered(files: Iterator[tuple[str, bytes]]) -> Bundle:
    bundle: Bundle = {}
    size = 0
    for path, content in files:
        size += len(content)
        if len(bundle) >= MOST_FILES or size > LARGEST_BUNDLE:
            raise _too_much()
        try:
            bundle[path] = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Invalid(
                _("%(path)s is no text in UTF-8.", path=path), _("Save it as UTF-8."), field="file"
            ) from None
    if not bundle:
        raise Invalid(
            _("There is no file that ends in .yaml."),
            _("Give the folder that desk config export wrote, or a zip of it."),
            field="file",
        )
    return bundle


def _files_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    for root, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(files):
            path = Path(root) / name
            if _is_ours(name) and not path.is_symlink():
                with path.open("rb") as file:
                    yield path.relative_to(folder).as_posix(), _read(file, str(path))


def _files_of(packed: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    for entry in packed.infolist():
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if entry.is_dir() or not _is_ours(path.name) or "__MACOSX" in path.parts:
            continue
        if path.is_absolute() or ".." in path.parts:
            raise Invalid(
                _("The zip holds a path that leads out of it."),
                _("Pack the folder again."),
                field="file",
            )
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotImplementedError("Only what every program packs is unpacked.")
        with packed.open(entry) as file:
            yield str(path), _read(file, str(path))


def _is_ours(name: str) -> bool:
    return name.lower().endswith(ENDINGS) and not name.startswith(".")


def _read(file: IO[bytes], path: str) -> bytes:
    # What a zip says of its sizes is not believed: no more than this is ever unpacked.
    content = file.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise Invalid(
            _("%(path)s is too large.", path=path),
            _("A file holds one thing, in at most %(most)s characters.", most=LONGEST_TEXT),
            field="file",
        )
    return content


def _too_much() -> Invalid:
    return Invalid(
        _("That is too much at once."),
        _(
            "At most %(files)s files and %(size)s MB are read.",
            files=MOST_FILES,
            size=LARGEST_BUNDLE // 1_000_000,
        ),
        field="file",
    )
