"""export(): everything that stands as files; what a person wrote beside it in files that are there already is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from helpdesk.configuration.bundles import Bundle, from_folder, write_file
from helpdesk.configuration.files import HEAD, head_of, text_head
from helpdesk.configuration.items import CHANNEL, GROUP, Key, path_of, rank_of
from helpdesk.configuration.naming import keep_names
from helpdesk.configuration.reading import Unreadable, read_text
from helpdesk.configuration.schemas import schema_files
from helpdesk.configuration.shelf_channels import accounts_by_name
from helpdesk.configuration.shelf_groups import groups_by_name
from helpdesk.configuration.shelves import all_standing, canonical
from helpdesk.configuration.writing import write_text
from helpdesk.core.errors import Invalid

# Beside the files, so that an editor that knows schemas checks while a person writes.
SCHEMAS = ".schemas"
_HINT = "# yaml-language-server: $schema=../{folder}/{kind}.json\n"


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did with the files of a folder; `strangers` stand in files and not on this desk."""

    written: int
    same: int
    strangers: tuple[str, ...]


def export_bundle() -> Bundle:
    """Everything that stands, freshly written."""
    standing = all_standing()
    return {path_of(key): _fresh(key, standing[key].body) for key in sorted(standing, key=rank_of)}


def keep_all_names() -> None:
    """Write down the stable names of groups and channels, so that the files go on naming them. In a unit of work."""
    keep_names(GROUP, {row.id: name for name, row in groups_by_name().items()})
    keep_names(CHANNEL, {row.id: name for name, row in accounts_by_name().items()})


def export_to(folder: Path) -> Exported:
    """Write what stands into a folder; a file that says the same already is not touched, others keep their comments."""
    folder.mkdir(parents=True, exist_ok=True)
    held = _held_in(folder)
    by_key = {key: path for path, (key, _text) in held.items()}
    standing = all_standing()
    written = same = 0
    for key in sorted(standing, key=rank_of):
        path = by_key.get(key, path_of(key))
        before = held[path][1] if path in held else None
        text = (
            _fresh(key, standing[key].body)
            if before is None
            else _kept(key, standing[key].body, before)
        )
        if text == before:
            same += 1
        else:
            write_file(folder, path, text)
            written += 1
    for name, text in schema_files().items():
        write_file(folder, f"{SCHEMAS}/{name}", text)
    return Exported(written, same, tuple(sorted(str(key) for key in set(by_key) - set(standing))))


def _held_in(folder: Path) -> dict[str, tuple[Key, str]]:
    """The files that are there already and can be read, with what they define."""
    try:
        bundle = from_folder(folder)
    except Invalid:
        return {}
    found: dict[str, tuple[Key, str]] = {}
    for path, text in bundle.items():
        try:
            found[path] = (Key(*head_of(read_text(text), path)), text)
        except Unreadable:
            continue
    return found


def _fresh(key: Key, body: Mapping[str, object]) -> str:
    hint = _HINT.format(folder=SCHEMAS, kind=key.kind)
    return hint + write_text({**text_head(key), **body})


def _kept(key: Key, body: Mapping[str, object], before: str) -> str:
    said = read_text(before).body
    own = {name: value for name, value in said.items() if name not in HEAD}
    if canonical(key, own) == dict(body):
        return before
    head = {name: said[name] for name in HEAD if name in said}
    return write_text({**head, **body}, before=before)
