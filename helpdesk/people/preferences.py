"""What a person chooses for themselves: theme, keys, time to undo, language and zone."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext as _

from helpdesk.core.errors import Invalid
from helpdesk.people.access import LANGUAGE
from helpdesk.people.models import Person

OF_THE_DESK = "en"
THEMES = ("system", "light", "dark")


def choose_theme(person: Person, theme: str) -> None:
    """Light, dark, or what the system has."""
    if theme not in THEMES:
        raise Invalid(_("There is no such theme."), _("Choose one of the three."), field="theme")
    person.theme = theme


def switch_keys(person: Person, *, on: bool) -> None:
    """Whether keys pressed alone do anything for a person (WCAG 2.1.4)."""
    person.single_keys = on


UNDO_SECONDS = (0, 5, 10, 20, 30, 60)


def choose_undo(person: Person, seconds: int) -> None:
    """For how many seconds what a person sends can be taken back; 0 sends at once."""
    if seconds not in UNDO_SECONDS:
        raise Invalid(_("There is no such time."), _("Choose one of the list."), field="seconds")
    person.undo_seconds = seconds


def choose_zone(person: Person, time_zone: str) -> None:
    """The zone in which a person reads times."""
    if time_zone not in zones():
        raise Invalid(
            _("There is no such time zone."), _("Choose one of the list."), field="time_zone"
        )
    person.time_zone = time_zone


def choose_language(person: Person, language: str, *, known: Collection[str]) -> None:
    """The language in which a member of staff reads the console and is written to; "" for that of their browser.

    Mails know no browser: without a choice they are in the desk's own language.
    """
    if language and language not in known:
        raise Invalid(
            _("There is no such language."), _("Choose one of the list."), field="language"
        )
    choose_part(person, LANGUAGE, language or None)
    person.locale = language or OF_THE_DESK


def zones() -> frozenset[str]:
    """Every zone that somebody may live in; two names of the database stand for none."""
    return frozenset(available_timezones()) - {"Factory", "localtime"}


def choose_part(person: Person, part: str, value: Any) -> None:
    """Keep a choice of how pages are shown, such as the columns of lists; it is read with every sign-in's session.

    None takes the choice back. What is kept is small: a page reads all of it.
    """
    rest = {name: held for name, held in (person.choices or {}).items() if name != part}
    person.choices = rest if value is None else {**rest, part: value}
