"""Forms that a service shows in a window of its own: what is asked, what was filled in, and what is said to that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class FormFieldKind(Enum):
    """How a field is filled in. A NOTE is words between fields; MORE is a button that asks for the form anew."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    SEVERAL = "several"
    DATE = "date"
    EMAIL = "email"
    FILES = "files"
    NOTE = "note"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form. `changes` says that other fields depend on what stands in it; `words` stand in it at first."""

    name: str
    label: str
    kind: FormFieldKind = FormFieldKind.LINE
    required: bool = True
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # value, label
    changes: bool = False
    words: str = ""
    most: int = 1  # files


@dataclass(frozen=True, slots=True)
class ShownForm:
    """A form as a channel shows it; `name` and `note` come back with what is filled in."""

    name: str
    title: str
    send: str
    fields: tuple[FormField, ...]
    cancel: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FormWanted:
    """Somebody asks for a form: `ticket` is what the other side wants back with it, and soon."""

    ticket: str = field(repr=False)
    words: str = ""


@dataclass(frozen=True, slots=True)
class FormFilled:
    """A form as far as somebody filled it in. `typed` has every field they were shown, files by their names.

    `sends` says that they sent it, `pressed` which button they pressed; `place` and `stamp` are where the form is shown,
    as the service calls it.
    """

    name: str
    typed: Mapping[str, tuple[str, ...]]
    note: str = ""
    sends: bool = True
    pressed: str = ""
    place: str = ""
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """What is said to whoever sends a form: errors by field, or what is shown next; neither when it was taken."""

    errors: Mapping[str, str] = field(default_factory=dict)
    onward: ShownForm | None = None

    @property
    def takes(self) -> bool:
        return not self.errors and self.onward is None
