"""The keys of the console: one list, of which the list on "?", the menus, the titles and the script's table are made.

To add a key, add a row. Its `does` is a verb of `static/src/js/keyboard.js`; most rows have `PRESS`, and then the element
of the page that gives `shortcut("name")` among its attributes is pressed: a link is followed, a form sent, a field reached.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flask import Flask, render_template
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from helpdesk.web.auth import current_actor_or_none
from helpdesk.web.viewer import once_a_language

PRESS = "press"
# A verb for keys that a browser or another module minds; they stand in the list only.
BY_ITSELF = ""


class Where(enum.StrEnum):
    """The pages on which a key does something."""

    EVERYWHERE = "everywhere"
    LIST = "list"
    TICKET = "ticket"
    # In a list for the chosen tickets or the one where one is, on a ticket for that one.
    WORK = "work"
    GO = "go"


class Menu(enum.StrEnum):
    """Where the same is found without the key."""

    RAIL = "rail"
    ACTIONS = "actions"
    ME = "me"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Key:
    """A key: `press` has what is pressed, one after the other, as aria-keyshortcuts writes it.

    `asks` is what the ticket's reader must be able to do (a name of the page's `can`), "" for nothing.
    """

    name: str
    press: tuple[str, ...]
    words: str
    where: Where
    menu: Menu
    does: str = PRESS
    asks: str = ""

    @property
    def shown(self) -> tuple[str, ...]:
        """What stands on the keys."""
        return tuple(part for one in self.press for part in _caps(one))

    @property
    def is_single(self) -> bool:
        """Whether it is pressed without Ctrl, and so can be switched off (WCAG 2.1.4)."""
        return not any(one.startswith("Control+") for one in self.press)


@dataclass(frozen=True, slots=True)
class Section:
    """Keys that work in the same place, under a heading."""

    title: str
    keys: Sequence[Key]


@once_a_language
def all_keys() -> list[Key]:
    """All keys, in the order in which they are shown."""
    return [*_of_a_list(), *_of_a_ticket(), *_of_work(), *_of_everywhere(), *_of_places()]


def _of_everywhere() -> list[Key]:
    everywhere = Where.EVERYWHERE
    return [
        Key("search", ("/",), _("Search"), everywhere, Menu.RAIL, "search"),
        Key("palette", ("Control+k",), _("Find or do"), everywhere, Menu.ME, "palette"),
        Key("new-ticket", ("o",), _("New ticket"), everywhere, Menu.RAIL),
        Key("log-call", ("c",), _("Log a call"), everywhere, Menu.RAIL),
        Key("undo", ("z",), _("Undo what was just done"), everywhere, Menu.ME, "undo"),
        Key("help", ("?",), _("Keyboard and help"), everywhere, Menu.ME, "help"),
        Key("leave", ("Escape",), _("Leave the field, close"), everywhere, Menu.PAGE, BY_ITSELF),
    ]


def _of_a_list() -> list[Key]:
    return [
        Key("next", ("j",), _("Next"), Where.WORK, Menu.ACTIONS, "next"),
        Key("previous", ("k",), _("Previous"), Where.WORK, Menu.ACTIONS, "previous"),
        Key("open", ("Enter",), _("Open"), Where.LIST, Menu.ACTIONS, "open"),
        Key("select", ("x",), _("Select"), Where.LIST, Menu.ACTIONS, "select"),
    ]


def _of_a_ticket() -> list[Key]:
    ticket = Where.TICKET
    send = ("Control+Enter",)
    return [
        Key("back", ("u",), _("Back to the list"), ticket, Menu.ACTIONS),
        Key("reply", ("r",), _("Reply"), ticket, Menu.ACTIONS, "write", "reply"),
        Key("note", ("n",), _("Internal note"), ticket, Menu.ACTIONS, "write", "note"),
        Key("forward", ("f",), _("Forward"), ticket, Menu.ACTIONS, "write", "reply"),
        Key("send", send, _("Send what is written"), ticket, Menu.PAGE, BY_ITSELF, "note"),
    ]


def _of_work() -> list[Key]:
    work, actions = Where.WORK, Menu.ACTIONS
    return [
        Key("assign", ("a",), _("Assign"), work, actions, "choose", "change"),
        Key("mine", ("m",), _("Make it mine"), work, actions, "mine", "change"),
        Key("status", ("s",), _("Status"), work, actions, "choose", "change"),
        Key("priority", ("p",), _("Priority"), work, actions, "choose", "change"),
        Key("tag", ("t",), _("Tags"), work, actions, "choose", "change"),
        Key("resolve", ("e",), _("Resolve"), work, actions, "resolve", "change"),
    ]


def _of_places() -> list[Key]:
    """The letters after `g`; the names are those of the views and of the lines of the rail."""
    places = (
        ("mine", "m", _("My tickets")),
        ("unassigned", "u", _("Unassigned")),
        ("due-soon", "d", _("Due soon")),
        ("late", "l", _("Late")),
        ("open", "a", _("All open")),
        ("solved", "s", _("Recently solved")),
        ("chats", "h", _("Chats")),
        ("calls", "c", _("Calls")),
        ("notices", "n", _("Notices")),
        ("people", "p", _("People")),
        ("team", "t", _("Team")),
    )
    return [
        Key(f"go-{name}", ("g", letter), words, Where.GO, Menu.RAIL, "go")
        for name, letter, words in places
    ]


@lru_cache(maxsize=1)
def letters() -> Mapping[str, str]:
    """The letter after `g` for each place that has one."""
    return {
        one.name.removeprefix("go-"): one.press[1] for one in all_keys() if one.where is Where.GO
    }


def letter_of(place: str) -> str | None:
    """The letter after `g` that leads to a place."""
    return letters().get(place)


def sections() -> list[Section]:
    """All keys by where they work, as the list on "?" shows them."""
    titles = {
        Where.LIST: _("In a list"),
        Where.TICKET: _("On a ticket"),
        Where.WORK: _("In a list and on a ticket"),
        Where.EVERYWHERE: _("Everywhere"),
        Where.GO: _("Go to"),
    }
    return [
        Section(title, [one for one in all_keys() if one.where is where])
        for where, title in titles.items()
    ]


def actions(where: str) -> list[Key]:
    """What the menu of actions on a list or on a ticket offers."""
    return [
        one
        for one in all_keys()
        if one.menu is Menu.ACTIONS and one.where in (Where.WORK, Where(where))
    ]


def menu_words() -> dict[Menu, str]:
    """Where each key is found without it."""
    return {
        Menu.RAIL: _("in the menu at the side"),
        Menu.ACTIONS: _("in the menu Actions"),
        Menu.ME: _("in the menu under your name"),
        Menu.PAGE: _("on the page"),
    }


def init_keyboard(app: Flask) -> None:
    """Let templates name keys."""
    app.jinja_env.globals.update(
        shortcut=shortcut, key_list=key_list, key_actions=actions, letter_of=letter_of
    )


def shortcut(name: str, title: str = "") -> Markup:
    """The attributes of what a key presses: its name for the script, and the key for those who look or listen."""
    actor = current_actor_or_none()
    return _shortcut(name, title, actor is None or actor.single_keys, str(get_locale()))


@lru_cache(maxsize=500)
def _shortcut(name: str, title: str, singles: bool, _locale: str) -> Markup:
    key = next(one for one in all_keys() if one.name == name)
    if key.is_single and not singles:
        return Markup(' data-key="{}"{}').format(name, _title(title))
    said = _("%(words)s, key %(key)s", words=title or key.words, key=" ".join(key.shown))
    return Markup(' data-key="{}"{}{}').format(name, _announced(key), _title(said))


def _announced(key: Key) -> Markup:
    """Keys that are pressed one after the other cannot be said in this attribute."""
    return (
        Markup(' aria-keyshortcuts="{}"').format(key.press[0]) if len(key.press) == 1 else Markup()
    )


def _title(words: str) -> Markup:
    return Markup(' title="{}"').format(escape(words)) if words else Markup()


def key_list() -> Markup:
    """The list of all keys, drawn once for each language; it stands on every page."""
    return _key_list(str(get_locale()))


@lru_cache(maxsize=50)
def _key_list(_locale: str) -> Markup:
    drawn = render_template("console/_keys.html", sections=sections(), menus=menu_words())
    return Markup(drawn)  # noqa: S704 - of our own template, which escapes what it is given


def _caps(press: str) -> tuple[str, ...]:
    """Control+Enter as Ctrl and Enter, and letters after Ctrl as they are printed."""
    parts = press.split("+") if len(press) > 1 else [press]
    names = {"Control": "Ctrl", "Escape": "Esc"}
    if len(parts) > 1 and len(parts[-1]) == 1:
        parts[-1] = parts[-1].upper()
    return tuple(names.get(part, part) for part in parts)
