"""What a member of staff wants to be told of, and in which ways; of what they did themselves they never are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from helpdesk.core import settings


class Topic(StrEnum):
    """What there is to be told of; the kinds of lines are finer."""

    ASSIGNED = "assigned"
    MENTION = "mention"
    REPLY = "reply"
    ASIDE = "aside"
    COLLEAGUE = "colleague"
    WATCHED = "watched"
    NEW = "new"
    SOON = "soon"
    LATE = "late"
    CALL = "call"
    STATUS = "status"
    CHAT = "chat"
    OPERATION = "operation"
    TROUBLE = "trouble"


class Way(StrEnum):
    """How: a line under Notices, a mail at once, the daily mail, a word of the browser on the screen."""

    BELL = "bell"
    MAIL = "mail"
    DIGEST = "digest"
    DESKTOP = "desktop"


Choices = frozenset[tuple[Topic, Way]]

_QUIET = {Topic.COLLEAGUE, Topic.WATCHED, Topic.NEW, Topic.STATUS}
# What one sees soon enough in the desk, or not at all.
_NO_MAIL = _QUIET | {Topic.TROUBLE, Topic.CHAT, Topic.OPERATION}
DEFAULTS: Mapping[Way, frozenset[Topic]] = {
    Way.BELL: frozenset(Topic),
    Way.MAIL: frozenset(set(Topic) - _NO_MAIL),
    Way.DIGEST: frozenset(Topic),
    Way.DESKTOP: frozenset(set(Topic) - _QUIET),
}
# What was chosen before there were topics: mails alone.
_BEFORE = {
    "assigned": (Topic.ASSIGNED,),
    "message": (Topic.REPLY, Topic.ASIDE, Topic.MENTION),
    "deadline": (Topic.SOON, Topic.LATE, Topic.CALL),
}
_DEFAULT: Choices = frozenset((topic, way) for way, topics in DEFAULTS.items() for topic in topics)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What is wanted in which way; `is_brief` keeps what the browser shows free of numbers and subjects."""

    chosen: Choices = _DEFAULT
    is_brief: bool = False

    def wants(self, topic: Topic, way: Way) -> bool:
        return (topic, way) in self.chosen

    def ways_of(self, topic: Topic) -> frozenset[Way]:
        return frozenset(way for one, way in self.chosen if one is topic)

    def without(self, way: Way, *topics: Topic) -> Preferences:
        """The same but for these in one way."""
        less = {(topic, way) for topic in topics or tuple(Topic)}
        return Preferences(self.chosen - less, self.is_brief)


def preferences_of(person_id: int) -> Preferences:
    """What this person chose, or the default."""
    return read(settings.read(_key(person_id)) or {})


def read(stored: Mapping[str, Any]) -> Preferences:
    """What stands in the settings; what was not there to be chosen is as by default."""
    before = [
        topic for name, topics in _BEFORE.items() if stored.get(name) is False for topic in topics
    ]
    found = Preferences(is_brief=bool(stored.get("brief")))
    if before:
        found = found.without(Way.MAIL, *before)
    known = {Topic(topic) for topic in stored.get("known", ()) if topic in set(Topic)}
    chosen = set(found.chosen)
    for way, topics in (stored.get("ways") or {}).items():
        if way in set(Way):
            chosen -= {(topic, Way(way)) for topic in known}
            chosen |= {(topic, Way(way)) for topic in known if topic in topics}
    return Preferences(frozenset(chosen), found.is_brief)


def choose(person_id: int, preferences: Preferences) -> None:
    """Note what this person wants, inside the open unit of work."""
    ways = {way.value: _in(preferences, way) for way in Way}
    known = [topic.value for topic in Topic]
    stored = {"ways": ways, "known": known, "brief": preferences.is_brief}
    settings.write(_key(person_id), stored)


def chosen_by(pairs: Iterable[tuple[Topic, Way]], *, is_brief: bool) -> Preferences:
    """What stands in a form."""
    return Preferences(frozenset(pairs), is_brief)


def _in(preferences: Preferences, way: Way) -> list[str]:
    return [topic.value for topic in Topic if preferences.wants(topic, way)]


def _key(person_id: int) -> str:
    return f"notices:{person_id}"
