"""Text that a person wrote in YAML becomes a body of JSON, with the line of each of its parts.

Only what a body needs is taken: mappings, lists, texts, numbers, yes and no. Anchors, aliases, tags, merge keys and second
documents are refused, so that nothing in a file can name a class, or grow when it is read. All that is wrong is said
at once where the text can still be followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from ruamel.yaml import YAML
from ruamel.yaml import events as yaml_events
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from helpdesk.configuration.wording import mark_of, words_of_parser
from workflows.faults import Fault, Faulty, Path

LONGEST_TEXT = 200_000
MOST_PARTS = 20_000
DEEPEST = 20
# More digits than this lose their last ones in other programs' JSON.
MOST_DIGITS = 15

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_BROKEN = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]{1,2})?")
# Numbers to one program and texts to another: 0123 is 83, 123 or "0123", and 0x1F is 31 to some.
_DOUBTFUL = re.compile(
    r"[-+]?(0[0-9]+|0[xo][0-9a-fA-F]+|[0-9]+_[0-9_]*|\.(inf|nan))", re.IGNORECASE
)
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_YES_AND_NO = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a part of a text begins; the first line and the first column are 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong at a place of a text, in a sentence of the reader's language; `path` names the field, if known."""

    place: Place
    sentence: str
    path: Path = ()

    @property
    def field(self) -> str:
        """The field as a person writes it: `weekly.mon[2]`."""
        return written(self.path)


class Unreadable(Exception):
    """A text that is no YAML that we take, with all that could be found wrong."""

    def __init__(self, *complaints: Complaint) -> None:
        super().__init__("; ".join(f"{one.place.line}: {one.sentence}" for one in complaints))
        self.complaints = complaints


@dataclass(frozen=True, slots=True)
class Document:
    """A text as it was read: the mapping that it is, and where its parts stand."""

    body: dict[str, Any]
    places: Mapping[Path, Place]

    def place_of(self, path: Path) -> Place:
        """Where a field stands, or the nearest that holds it, for what is missing stands nowhere."""
        for length in range(len(path), 0, -1):
            place = self.places.get(tuple(path[:length]))
            if place is not None:
                return place
        return Place(1, 1)

    def complaints_of(self, faulty: Faulty) -> list[Complaint]:
        """The faults of a body at their places, in the order of the text."""
        return sorted(
            (
                Complaint(self.place_of(one.path), sentence_of(one), one.path)
                for one in faulty.faults
            ),
            key=lambda one: one.place,
        )


def sentence_of(one: Fault) -> str:
    """A fault in the words of the reader's language."""
    return str(_(one.text, **one.values))


def written(path: Path) -> str:
    """A path as a person writes it; positions count from 1."""
    said = ""
    for part in path:
        said += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if said else part
    return said


def read_text(text: str) -> Document:
    """Read a text of one mapping. Raises Unreadable with everything that is wrong with it."""
    if len(text) > LONGEST_TEXT:
        raise Unreadable(
            Complaint(
                Place(1, 1),
                _("This is too long: at most %(most)s characters are read.", most=LONGEST_TEXT),
            )
        )
    reader = _Reader()
    try:
        for event in YAML(typ="rt", pure=True).parse(text):
            reader.take(event)
    except MarkedYAMLError as error:
        mark = mark_of(error)
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        reader.complaints.append(Complaint(place, words_of_parser(error)))
    except (YAMLError, ValueError) as error:
        # The library raises plain ones for characters that no text has, and for numbers in an escape.
        reader.complaints.append(Complaint(_place_in(text, error), words_of_parser(error)))
    if not reader.complaints and not isinstance(reader.value, dict):
        reader.complaints.append(
            Complaint(
                Place(1, 1), _("This must be fields with values, such as: title: Office hours.")
            )
        )
    if reader.complaints:
        raise Unreadable(*sorted(reader.complaints, key=lambda one: one.place))
    assert isinstance(reader.value, dict)
    return Document(reader.value, reader.places)


def _place_in(text: str, error: Exception) -> Place:
    position = getattr(error, "position", None)
    if not isinstance(position, int):
        return Place(1, 1)
    before = text[:position]
    return Place(before.count("\n") + 1, position - before.rfind("\n"))


@dataclass
class _Open:
    """A mapping or list that is being read; `key` is what the next value belongs to."""

    value: dict[str, Any] | list[Any]
    path: Path
    key: str | None = None
    awaits_key: bool = True

    def next_path(self) -> Path:
        if isinstance(self.value, list):
            return (*self.path, len(self.value))
        return (*self.path, self.key if self.key is not None else "")


@dataclass
class _Reader:
    """Builds the value from the parser's events, one after the other, without ever calling itself."""

    value: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)
    _parts: int = 0
    _documents: int = 0

    def take(self, event: Any) -> None:
        place = Place(event.start_mark.line + 1, event.start_mark.column + 1)
        for sentence in self._refusals(event):
            self.complaints.append(Complaint(place, sentence))
        if isinstance(event, yaml_events.DocumentStartEvent):
            self._begin_document(place)
        elif isinstance(event, yaml_events.ScalarEvent):
            self._count(place)
            self._take_scalar(event, place)
        elif isinstance(event, yaml_events.AliasEvent):
            self._put(None, place)
        elif isinstance(event, (yaml_events.MappingStartEvent, yaml_events.SequenceStartEvent)):
            self._count(place)
            self._begin(event, place)
        elif isinstance(event, (yaml_events.MappingEndEvent, yaml_events.SequenceEndEvent)):
            self._open.pop()

    def _begin_document(self, place: Place) -> None:
        self._documents += 1
        if self._documents > 1:
            raise Unreadable(
                *self.complaints,
                Complaint(
                    place, _("Only one document may stand in a file; take out the line ---.")
                ),
            )

    def _refusals(self, event: Any) -> Iterator[str]:
        if isinstance(event, yaml_events.AliasEvent):
            yield _("References (*) are not used here; write the value itself.")
        elif getattr(event, "anchor", None):
            yield _("Anchors (&) are not used here; write the value itself where it is needed.")
        if not isinstance(event, yaml_events.DocumentStartEvent) and getattr(event, "tag", None):
            yield _("Tags (!) are not used here; put a text that begins with ! into quotes.")

    def _count(self, place: Place) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            sentence = _("This has too many parts: at most %(most)s are read.", most=MOST_PARTS)
            raise Unreadable(*self.complaints, Complaint(place, sentence))

    def _begin(self, event: Any, place: Place) -> None:
        if len(self._open) >= DEEPEST:
            sentence = _(
                "This is nested too deeply: at most %(most)s levels are read.", most=DEEPEST
            )
            raise Unreadable(*self.complaints, Complaint(place, sentence))
        made: dict[str, Any] | list[Any] = (
            {} if isinstance(event, yaml_events.MappingStartEvent) else []
        )
        if self._is_key():
            self.complaints.append(Complaint(place, _("The name of a field must be a plain text.")))
            opened = _Open(made, self._open[-1].path)
            self._open[-1].key, self._open[-1].awaits_key = "", False
        else:
            opened = _Open(made, self._open[-1].next_path() if self._open else ())
            self._put(made, place)
        self._open.append(opened)

    def _take_scalar(self, event: Any, place: Place) -> None:
        if self._is_key():
            self._take_key(str(event.value), place)
        else:
            plain = bool(event.implicit and event.implicit[0])
            self._put(self._plain(event.value, place) if plain else str(event.value), place)

    def _is_key(self) -> bool:
        return (
            bool(self._open)
            and isinstance(self._open[-1].value, dict)
            and self._open[-1].awaits_key
        )

    def _take_key(self, key: str, place: Place) -> None:
        top = self._open[-1]
        if key == "<<":
            self.complaints.append(Complaint(place, _("Merging (<<) is not used here.")))
        elif key in top.value:
            said = _("“%(name)s” stands here twice; keep one of them.", name=key[:60])
            self.complaints.append(Complaint(place, said, (*top.path, key)))
        top.key, top.awaits_key = key, False
        self.places.setdefault((*top.path, key), place)

    def _put(self, value: Any, place: Place) -> None:
        if not self._open:
            self.value = value
            return
        top = self._open[-1]
        if isinstance(top.value, list):
            self.places[(*top.path, len(top.value))] = place
            top.value.append(value)
        elif top.awaits_key:
            top.key, top.awaits_key = "", False
        else:
            top.value[top.key or ""] = value
            top.awaits_key = True

    def _plain(self, text: str, place: Place) -> Any:
        if text in _NOTHING:
            return None
        if text in _YES_AND_NO:
            return _YES_AND_NO[text]
        if _DOUBTFUL.fullmatch(text) or (
            len(text.lstrip("+-")) > MOST_DIGITS and _WHOLE.fullmatch(text)
        ):
            said = _("Put this into quotes if it is a text; write a number without leading zeros.")
            self.complaints.append(Complaint(place, said))
            return text
        if _WHOLE.fullmatch(text):
            return int(text)
        return float(text) if _BROKEN.fullmatch(text) else text
