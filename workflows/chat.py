"""read_chat(): the body of a chat, read: where it may stand, what it says and asks, and when somebody is there."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from workflows.faults import N_, Gatherer, Path, fault

MOST_ORIGINS = 50
MOST_QUESTIONS = 10
MOST_OPTIONS = 12
LONGEST_TEXT = 1_000
LONGEST_WAIT_MINUTES = 8 * 60
KEYS = frozenset(
    (
        *(
            "title",
            "active",
            "origins",
            "group",
            "calendar",
            "heading",
            "greeting",
            "away",
            "dialogue",
        ),
        *(
            "ask_name",
            "ask_email",
            "expected_wait",
            "files",
            "transcript",
            "accent",
            "position",
            "description",
        ),
    )
)

_HOST = re.compile(r"(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\]")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

Texts = Mapping[str, str]


class Asked(enum.StrEnum):
    """Whether something is asked for: never, if the visitor likes, or always."""

    NEVER = "never"
    OPTIONAL = "optional"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Option:
    """An answer to choose; `group` is the name of the group that gets whoever chose it."""

    label: Texts
    group: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question before a person is called; without options it is answered in words."""

    name: str
    ask: Texts
    options: tuple[Option, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat as its site shows it.

    `origins` are the sites it may stand on, such as https://www.example.org or https://*.example.org. `calendar` names
    its opening hours, None for round the clock. `expected_wait` is in minutes, None to be reckoned from the last chats.
    """

    title: str
    origins: tuple[str, ...] = ()
    group: str = ""
    calendar: str | None = None
    heading: Texts = field(default_factory=dict)
    greeting: Texts = field(default_factory=dict)
    away: Texts = field(default_factory=dict)
    dialogue: tuple[Question, ...] = ()
    ask_name: Asked = Asked.OPTIONAL
    ask_email: Asked = Asked.OPTIONAL
    expected_wait: int | None = None
    files: bool = True
    transcript: bool = True
    accent: str = ""
    is_active: bool = True

    def allows(self, origin: str) -> bool:
        """Whether pages of this origin may show it."""
        return any(matches(listed, origin) for listed in self.origins)


def text_in(texts: Texts, language: str) -> str:
    """The text for a reader of a language; English stands in where it is missing, then any."""
    if not texts:
        return ""
    return (
        texts.get(language)
        or texts.get(language[:2])
        or texts.get("en")
        or next(iter(texts.values()))
    )


def matches(listed: str, origin: str) -> bool:
    """Whether an origin is the one listed; `*.` stands for one or more names before the rest."""
    if "*" not in listed:
        return listed == origin.lower()
    scheme, _, rest = listed.partition("://*.")
    asked_scheme, _, asked = origin.lower().partition("://")
    return scheme == asked_scheme and asked.endswith("." + rest) and "/" not in asked


def read_chat(body: Mapping[str, Any]) -> Chat:
    """The chat that a body stands for. Raises Faulty.

    Example: {"title": "Council chat", "origins": ["https://www.example.org"], "group": "Customer services",
    "calendar": "office-hours", "greeting": {"en": "Hello.", "cy": "Helo."}, "dialogue": [{"name": "topic",
    "ask": "What is it about?", "options": [{"label": "Bins", "group": "Waste"}, "Something else"]}]}
    """
    gatherer, read = Gatherer(), dict[str, Any]()
    readers: dict[str, Callable[[], Any]] = {
        "known": lambda: _known(body, KEYS, ()),
        "title": lambda: _title(body),
        "origins": lambda: _origins(body),
        "group": lambda: _word(body, "group"),
        "calendar": lambda: _word(body, "calendar") or None,
        "heading": lambda: _texts(body.get("heading"), ("heading",), most=60),
        "greeting": lambda: _texts(body.get("greeting"), ("greeting",)),
        "away": lambda: _texts(body.get("away"), ("away",)),
        "dialogue": lambda: _dialogue(body),
        "ask_name": lambda: _asked(body, "ask_name"),
        "ask_email": lambda: _asked(body, "ask_email"),
        "expected_wait": lambda: _minutes(body),
        "files": lambda: _flag(body, "files"),
        "transcript": lambda: _flag(body, "transcript"),
        "accent": lambda: _colour(body),
        "is_active": lambda: _flag(body, "active"),
    }
    for name, reader in readers.items():
        with gatherer.part():
            read[name] = reader()
    gatherer.raise_if_any()
    del read["known"]
    return Chat(**read)


def _known(body: Mapping[str, Any], keys: frozenset[str], path: Path) -> None:
    for key in body:
        if key not in keys:
            raise fault((*path, key), N_("There is no field of this name here."))


def _title(body: Mapping[str, Any]) -> str:
    title = body.get("title")
    if not isinstance(title, str) or not title.strip() or len(title) > 120:
        raise fault(("title",), N_("Give it a title that people recognise."))
    return " ".join(title.split())


def _texts(value: Any, path: Path, *, needed: bool = False, most: int = LONGEST_TEXT) -> Texts:
    """A text, or texts by language."""
    if value in (None, "", {}):
        if needed:
            raise fault(path, N_("This cannot be empty."))
        return {}
    found = {"en": value} if isinstance(value, str) else value
    if not isinstance(found, Mapping) or not all(isinstance(one, str) for one in found.values()):
        raise fault(path, N_("This is a text, or texts by language."))
    if any(len(one) > most for one in found.values()):
        raise fault(path, N_("This text is too long; %(most)d characters are the most."), most=most)
    return {str(language): text.strip() for language, text in found.items() if text.strip()}


def _origins(body: Mapping[str, Any]) -> tuple[str, ...]:
    listed = body.get("origins", [])
    if not isinstance(listed, list) or any(not isinstance(one, str) for one in listed):
        raise fault(("origins",), N_("This is a list of sites, such as https://www.example.org."))
    if len(listed) > MOST_ORIGINS:
        raise fault(("origins",), N_("At most %(most)d sites can be listed."), most=MOST_ORIGINS)
    return tuple(dict.fromkeys(_origin(one, at) for at, one in enumerate(listed)))


def _origin(text: str, at: int) -> str:
    plain = text.strip().lower().rstrip("/")
    try:
        parts = urlsplit(plain)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = parts.netloc.removesuffix(f":{port}") if port else parts.netloc
    whole = not parts.path and not parts.query and not parts.fragment
    if parts.scheme not in ("https", "http") or not whole or not _HOST.fullmatch(host):
        raise fault(
            ("origins", at),
            N_("“%(origin)s” is no site. Write scheme and name only: https://www.example.org."),
            origin=text[:80],
        )
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")


def _dialogue(body: Mapping[str, Any]) -> tuple[Question, ...]:
    listed = body.get("dialogue") or []
    if not isinstance(listed, list):
        raise fault(("dialogue",), N_("This is a list of questions."))
    if len(listed) > MOST_QUESTIONS:
        raise fault(("dialogue",), N_("At most %(most)d questions are asked."), most=MOST_QUESTIONS)
    read = tuple(_question(one, ("dialogue", at)) for at, one in enumerate(listed))
    if len({one.name for one in read}) < len(read):
        raise fault(("dialogue",), N_("Two questions have the same name."))
    return read


def _question(value: Any, path: Path) -> Question:
    if not isinstance(value, Mapping):
        raise fault(path, N_("A question has a name and the words to ask with."))
    _known(value, frozenset(("name", "ask", "options", "required")), path)
    name = value.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise fault((*path, "name"), N_("A name is made of lower-case letters, digits and _."))
    options = value.get("options") or []
    if not isinstance(options, list) or len(options) > MOST_OPTIONS:
        raise fault(
            (*path, "options"), N_("This is a list of at most %(most)d answers."), most=MOST_OPTIONS
        )
    return Question(
        name=name,
        ask=_texts(value.get("ask"), (*path, "ask"), needed=True, most=300),
        options=tuple(_option(one, (*path, "options", at)) for at, one in enumerate(options)),
        required=_flag(value, "required", path),
    )


def _option(value: Any, path: Path) -> Option:
    if isinstance(value, str):
        return Option(_texts(value, path, needed=True, most=120))
    if not isinstance(value, Mapping):
        raise fault(path, N_("An answer is a text, or a label and the group it leads to."))
    _known(value, frozenset(("label", "group")), path)
    return Option(
        _texts(value.get("label"), (*path, "label"), needed=True, most=120),
        _word(value, "group", path),
    )


def _word(body: Mapping[str, Any], key: str, path: Path = ()) -> str:
    value = body.get(key)
    if value is not None and not isinstance(value, str):
        raise fault((*path, key), N_("This is a name."))
    return (value or "").strip()


def _asked(body: Mapping[str, Any], key: str) -> Asked:
    value = body.get(key, Asked.OPTIONAL.value)
    known = [one.value for one in Asked]
    if value not in known:
        raise fault(
            (key,), N_("“%(word)s” is none of %(known)s."), word=value, known=", ".join(known)
        )
    return Asked(value)


def _minutes(body: Mapping[str, Any]) -> int | None:
    value = body.get("expected_wait")
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, int)
        or not 0 <= value <= LONGEST_WAIT_MINUTES
    ):
        raise fault(("expected_wait",), N_("This is a number of minutes."))
    return value


def _colour(body: Mapping[str, Any]) -> str:
    value = _word(body, "accent")
    if value and not _COLOUR.fullmatch(value):
        raise fault(("accent",), N_("Write a colour like this: #0b6e63."))
    return value.lower()


def _flag(body: Mapping[str, Any], key: str, path: Path = ()) -> bool:
    flag = body.get(key, True)
    if not isinstance(flag, bool):
        raise fault((*path, key), N_("This is either true or false."))
    return flag
