"""Texts by path become things that are wanted, each with the lines of its parts; every fault of every file at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from helpdesk.configuration.bundles import Bundle
from helpdesk.configuration.items import FOLDERS, KINDS, Key, key_at
from helpdesk.configuration.reading import (
    Complaint,
    Document,
    Place,
    Unreadable,
    read_text,
    written,
)
from helpdesk.configuration.schemas import NAME
from helpdesk.configuration.shelves import SHELVES
from workflows.faults import Faulty, Path

# What stands at the head of a file, and nowhere in a body.
HEAD = ("kind", "name")


@dataclass(frozen=True, slots=True, order=True)
class FileComplaint:
    """What is wrong with a file, at a line of it, and what to write instead."""

    file: str
    place: Place
    sentence: str
    path: Path = ()

    @property
    def field(self) -> str:
        return written(self.path)

    def __str__(self) -> str:
        said = f"{self.field}: {self.sentence}" if self.path else self.sentence
        return f"{self.file}:{self.place.line}: {said}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A thing that a file asks for."""

    key: Key
    body: Mapping[str, Any]
    path: str
    document: Document

    def complaint(self, path: Path, sentence: str) -> FileComplaint:
        return FileComplaint(self.path, self.document.place_of(path), sentence, path)


def read_files(bundle: Bundle) -> tuple[list[Wanted], list[FileComplaint]]:
    """What the files ask for, and all that is wrong with each of them on its own."""
    wanted: dict[Key, Wanted] = {}
    complaints: list[FileComplaint] = []
    for path, text in sorted(bundle.items()):
        try:
            one = _read_file(path, text)
        except Unreadable as unreadable:
            complaints += (_of_file(path, each) for each in unreadable.complaints)
            continue
        twin = wanted.setdefault(one.key, one)
        if twin is not one:
            said = _(
                "%(what)s stands in %(other)s too; keep one of them.",
                what=str(one.key),
                other=twin.path,
            )
            complaints.append(one.complaint(("name",), said))
        complaints += _faults_of_body(one)
    return list(wanted.values()), complaints


def head_of(document: Document, path: str) -> tuple[str, str]:
    """The kind and the name that a file says, or that its path stands for. Raises Unreadable."""
    kind_of_path, name_of_path = key_at(path)
    kind = document.body.get("kind", kind_of_path)
    name = document.body.get("name", name_of_path if kind_of_path else None)
    complaints = []
    if kind not in KINDS:
        said = _("Say what this is: kind: and one of %(kinds)s.", kinds=", ".join(KINDS))
        complaints.append(Complaint(document.place_of(("kind",)), said, ("kind",)))
    elif kind_of_path is not None and kind != kind_of_path:
        said = _(
            "A %(kind)s belongs into the folder %(folder)s.", kind=kind, folder=FOLDERS[str(kind)]
        )
        complaints.append(Complaint(document.place_of(("kind",)), said, ("kind",)))
    if not isinstance(name, str) or not NAME.fullmatch(name):
        said = _(
            "Say what this is called for good: name: and a word such as office-hours, of lower-case letters,"
            " digits, dots and dashes."
        )
        complaints.append(Complaint(document.place_of(("name",)), said, ("name",)))
    elif kind_of_path is not None and name != name_of_path:
        said = _(
            "The name of the file and the name in it differ; write %(name)s.", name=name_of_path
        )
        complaints.append(Complaint(document.place_of(("name",)), said, ("name",)))
    if complaints:
        raise Unreadable(*complaints)
    return str(kind), str(name)


def _read_file(path: str, text: str) -> Wanted:
    document = read_text(text)
    kind, name = head_of(document, path)
    body = {key: value for key, value in document.body.items() if key not in HEAD}
    return Wanted(Key(kind, name), body, path, document)


def _faults_of_body(one: Wanted) -> list[FileComplaint]:
    try:
        SHELVES[one.key.kind].check(one.key.name, one.body)
    except Faulty as faulty:
        return [_of_file(one.path, each) for each in one.document.complaints_of(faulty)]
    return []


def _of_file(path: str, complaint: Complaint) -> FileComplaint:
    return FileComplaint(path, complaint.place, complaint.sentence, complaint.path)


def text_head(key: Key) -> dict[str, Any]:
    """The head that a file of this thing begins with."""
    return {"kind": key.kind, "name": key.name}
