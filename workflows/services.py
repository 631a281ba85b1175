"""An answer service: how people ask for it, what it needs to know, where the answer comes from, and what it says.

The value of a definition; `service_reading.py` makes it of a body. What stands in braces in a text, such as {day}, is
replaced by plain words, once, and nothing in a value is read again (S31).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

_PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]{0,59})\}")
DEFAULT_LANGUAGE: Final = "en"


class Audience(StrEnum):
    """Whom an answer is for; each is part of those before it."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    INTERNAL = "internal"


class FieldKind(StrEnum):
    """What is typed into a field, which says how it is checked and put into one form."""

    TEXT = "text"
    POSTCODE = "postcode"
    NUMBER = "number"
    DATE = "date"
    REFERENCE = "reference"
    CHOICE = "choice"


Texts = Mapping[str, str]


def text_in(texts: Texts, language: str) -> str:
    """The text for a reader of a language such as "en" or "cy"; English stands in, then whatever there is."""
    for key in (language, language[:2], DEFAULT_LANGUAGE):
        if texts.get(key):
            return texts[key]
    return next(iter(texts.values()), "")


@dataclass(frozen=True, slots=True)
class Needed:
    """Something that a service must know before it can answer, such as a postcode."""

    name: str
    kind: FieldKind = FieldKind.TEXT
    label: Texts = field(default_factory=dict)
    hint: Texts = field(default_factory=dict)
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FromText:
    """The answer is the text itself."""


@dataclass(frozen=True, slots=True)
class FromTable:
    """The answer stands in a row of a table, found by the field that has the name of the table's key, or by the first.

    Several rows may belong to one key: `choose` is the column by which a person says which; without it every row says
    its line (`line`), and the text has them as {lines}.
    """

    table: str
    choose: str = ""
    line: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FromWeb:
    """The answer comes from a web service that speaks JSON.

    The fields stand in braces in `url`. `find` says where each placeholder stands in what comes back: keys and numbers
    of places, with dots between. `keep` is for how long an answer is used again; an older one stands in, dated, for as
    long as `keep_at_most`, while the service does not answer.
    """

    url: str
    find: Mapping[str, str]
    within: timedelta = timedelta(seconds=4)
    keep: timedelta = timedelta(hours=1)
    keep_at_most: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FromHours:
    """The answer follows from a business calendar: {state}, {today}, {next} and {week}."""

    calendar: str


@dataclass(frozen=True, slots=True)
class FromStatus:
    """The answer is how the asking person's own requests stand: {lines}."""


Source = FromText | FromTable | FromWeb | FromHours | FromStatus


@dataclass(frozen=True, slots=True)
class Asked:
    """How people of one language ask: whole phrases, and single words that speak of it."""

    phrases: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """An answer that the desk can give by itself. `group` is who goes on where it cannot, by name.

    `in_receipts` lets the receipt of a mail that asks for it point to it, by its title and a link alone.
    """

    title: Texts
    asked: Mapping[str, Asked]
    text: Texts
    source: Source = field(default_factory=FromText)
    needs: tuple[Needed, ...] = ()
    fall_back: Texts = field(default_factory=dict)
    audience: Audience = Audience.PUBLIC
    group: str | None = None
    link: str = ""
    in_receipts: bool = False
    active: bool = True


def places_in(text: str) -> frozenset[str]:
    """The names that stand in braces in a text."""
    return frozenset(_PLACE.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each known name in braces replaced; what is unknown stays as it is written."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)
