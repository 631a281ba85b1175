"""What a desk's configuration is made of: things with a kind and a stable name, each a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from helpdesk.definitions.models import Kind
from helpdesk.people.access import Actor

FIELD, GROUP, CHANNEL, VIEW = "field", "group", "channel", "view"


class Key(NamedTuple):
    """What a thing is known by: its kind and its stable name."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


# In the order in which they are brought in: what others refer to comes first. The folder is where their files lie.
FOLDERS: dict[str, str] = {
    FIELD: "fields",
    GROUP: "groups",
    CHANNEL: "channels",
    Kind.CALENDAR: "calendars",
    Kind.POLICY: "policies",
    Kind.CLOCK: "free-clocks",
    Kind.LIFECYCLE: "lifecycles",
    Kind.MATRIX: "priorities",
    Kind.ROUTING: "routing",
    Kind.ANSWER: "canned-answers",
    Kind.TRIGGER: "triggers",
    Kind.TIMED_RULE: "timed-rules",
    Kind.MACRO: "macros",
    Kind.FORM_RULE: "form-rules",
    Kind.SERVICE: "answer-services",
    Kind.FORM: "portal-forms",
    Kind.CHAT: "chats",
    Kind.CONTACT: "contact-ways",
    VIEW: "views",
}
KINDS = tuple(str(kind) for kind in FOLDERS)
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}
_KIND_IN = {folder: str(kind) for kind, folder in FOLDERS.items()}


def rank_of(key: Key) -> tuple[int, str]:
    """The place of a thing in the order in which all are brought in."""
    return _RANK.get(key.kind, len(_RANK)), key.name


def path_of(key: Key) -> str:
    """Where the file of a thing lies within the folder of a configuration."""
    return f"{FOLDERS[key.kind]}/{key.name}.yaml"


def key_at(path: str) -> tuple[str | None, str]:
    """The kind and the name that a path stands for, as `path_of` makes it; no kind for another folder."""
    folder, _slash, file = path.rpartition("/")
    name = file.removesuffix(".yml").removesuffix(".yaml")
    return _KIND_IN.get(folder.rpartition("/")[2]), name


@dataclass(frozen=True, slots=True)
class Standing:
    """A thing as it stands now: its body, the version's number where it has versions, and what begins later."""

    body: Mapping[str, Any]
    version: int | None = None
    planned: datetime | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """On whose behalf something is written, and by which door."""

    actor: Actor | None
    cause: str
    note: str = ""

    @property
    def by(self) -> int | None:
        return None if self.actor is None else self.actor.person_id


@dataclass(frozen=True)
class World:
    """Everything as it would stand, for what one thing says of another."""

    bodies: Mapping[Key, Mapping[str, Any]] = field(default_factory=dict)

    def has(self, kind: str, name: str) -> bool:
        return Key(kind, name) in self.bodies

    def of(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """All of a kind, by name."""
        return {key.name: body for key, body in self.bodies.items() if key.kind == kind}


class Shelf(Protocol):
    """Where the things of a kind are kept. All but `standing` and `check` need an open unit of work."""

    @property
    def kind(self) -> str:
        """The kind of thing that lies on it."""

    def standing(self) -> dict[str, Standing]:
        """All that are in use, by name."""

    def check(self, name: str, body: Mapping[str, Any]) -> None:
        """Raise Faulty, with all that makes a body unusable."""

    def put(self, name: str, body: Mapping[str, Any], work: Work) -> int | None:
        """Make it say this, whether it is there or not; returns the version's number, if it has versions."""

    def retire(self, name: str, work: Work) -> None:
        """End its use."""
