"""A way to get in touch that the public front page names: by telephone, mail, chat, letter, or at the counter."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.contact_form import NO_WORDS, Words
from workflows.contact_form_reading import read_words
from workflows.faults import N_, Gatherer, fault

LONGEST_TITLE, LONGEST_REACHED = 120, 300
KEYS = frozenset(
    {"title", "called", "description", "position", "active", "way", "reached", "calendar"}
    | {"wait", "note"}
)


class Way(enum.StrEnum):
    """How people get in touch."""

    PHONE = "phone"
    MAIL = "mail"
    CHAT = "chat"
    COUNTER = "counter"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class ContactWay:
    """One way. `reached` is the number, the address or the name of the chat; `calendar` names its hours, "" for any hour.

    `wait` says how long it takes; a chat says so by itself.
    """

    title: Words
    way: Way
    reached: str
    calendar: str = ""
    wait: Words = NO_WORDS
    note: Words = NO_WORDS
    is_active: bool = True


def read_contact_way(body: Mapping[str, Any]) -> ContactWay:
    """The way that a body stands for. Raises Faulty.

    Example: {"title": "Ring us", "called": {"cy": "Ffoniwch ni"}, "way": "phone", "reached": "01632 960 001", "calendar":
    "office-hours", "wait": {"en": "About 4 minutes.", "cy": "Tua 4 munud."}}
    """
    gatherer, read = Gatherer(), dict[str, Any]()
    readers: dict[str, Callable[[], Any]] = {
        "known": lambda: _known(body),
        "title": lambda: _title(body),
        "way": lambda: _way(body),
        "reached": lambda: _line(body, "reached", LONGEST_REACHED),
        "calendar": lambda: _line(body, "calendar", LONGEST_TITLE, needed=False),
        "wait": lambda: read_words(body, "wait", ()),
        "note": lambda: read_words(body, "note", ()),
        "is_active": lambda: _flag(body),
    }
    for name, reader in readers.items():
        with gatherer.part():
            read[name] = reader()
    gatherer.raise_if_any()
    del read["known"]
    return ContactWay(**read)


def _known(body: Mapping[str, Any]) -> None:
    for key in body:
        if key not in KEYS:
            raise fault((key,), N_("There is no field of this name here."))


def _title(body: Mapping[str, Any]) -> Words:
    title = _line(body, "title", LONGEST_TITLE)
    called = read_words(body, "called", ())
    return Words({**called.by_language, "en": title})


def _way(body: Mapping[str, Any]) -> Way:
    known = [one.value for one in Way]
    if body.get("way") not in known:
        raise fault(
            ("way",),
            N_("“%(word)s” is none of %(known)s."),
            word=body.get("way") or "",
            known=", ".join(known),
        )
    return Way(str(body["way"]))


def _line(body: Mapping[str, Any], key: str, most: int, *, needed: bool = True) -> str:
    value = body.get(key, "")
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if (needed and not text) or not isinstance(value, str) or len(text) > most:
        raise fault((key,), N_("Write a line of at most %(most)s characters."), most=most)
    return text


def _flag(body: Mapping[str, Any]) -> bool:
    flag = body.get("active", True)
    if not isinstance(flag, bool):
        raise fault(("active",), N_("This is either true or false."))
    return flag
