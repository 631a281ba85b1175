"""The keys: one list for the page on "?", the menus, the titles and the script; off for whoever wants them off."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.models import Person
from helpdesk.tickets.commands import lock, set_tags
from helpdesk.web.console import keyboard
from helpdesk.web.console.keyboard import BY_ITSELF, PRESS, Menu, Where
from tests.cast import Cast
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_ticket
from tests.pages import PageClient

SCRIPT = Path(keyboard.__file__).parents[1] / "static/src/js/keyboard.js"


def shown(ben: PageClient, path: str) -> str:
    return ben.get(path).get_data(as_text=True)


def test_no_key_does_two_things(app: Flask) -> None:
    with app.test_request_context("/"):
        pressed = [one.press for one in keyboard.all_keys()]
        names = [one.name for one in keyboard.all_keys()]
    assert len(pressed) == len(set(pressed))
    assert len(names) == len(set(names))
    begun = {press[0] for press in pressed if len(press) > 1}
    assert not begun & {press[0] for press in pressed if len(press) == 1}


def test_the_script_knows_what_each_key_does(app: Flask) -> None:
    verbs = SCRIPT.read_text(encoding="utf-8").split("const VERBS = {")[1].split("\n};")[0]
    with app.test_request_context("/"):
        wanted = {one.does for one in keyboard.all_keys()} - {BY_ITSELF, "go"}
    assert wanted <= set(re.findall(r"^  (\w+):", verbs, re.MULTILINE))


def test_the_list_of_keys_has_every_key_and_where_else_it_is_found(ben: PageClient) -> None:
    page = shown(ben, "/keys").split("<dialog")[0]
    rows = re.findall(r'data-press="([^"]+)" data-name="([^"]+)"', page)
    with ben.raw.application.test_request_context("/"):
        assert sorted(rows) == sorted(
            (" ".join(one.press), one.name) for one in keyboard.all_keys()
        )
        assert all(words in page for words in keyboard.menu_words().values())


@pytest.mark.parametrize(("path", "where"), [("/tickets", "list"), ("ticket", "ticket")])
def test_the_menu_of_actions_has_what_the_keys_do(
    ben: PageClient, cast: Cast, path: str, where: str
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    page = shown(ben, path if where == "list" else f"/tickets/{ticket.number}")
    menu = page.split('class="menu-body key-menu"')[1].split("</details>")[0]
    assert re.findall(r'data-do="([^"]+)"', menu) == [one.name for one in keyboard.actions(where)]


@pytest.mark.parametrize("where", ["list", "ticket"])
def test_what_a_key_presses_is_on_its_page(ben: PageClient, cast: Cast, where: str) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    page = shown(ben, "/tickets" if where == "list" else f"/tickets/{ticket.number}")
    places = {Where.EVERYWHERE, Where(where), Where.WORK}
    with ben.raw.application.test_request_context("/"):
        keys = [one for one in keyboard.all_keys() if one.where in places]
    for one in keys:
        if one.does == PRESS:
            assert f'data-key="{one.name}"' in page, one
        if one.does == "choose":
            assert f'data-choice="{one.name}"' in page, one


def test_every_letter_after_g_leads_somewhere(client: PageClient, cast: Cast) -> None:
    # Some lines of the rail are for leads and administrators.
    client.sign_in("eve@borough.example")
    page = shown(client, "/tickets")
    assert set(re.findall(r'data-go="(\w)"', page)) == set(keyboard.letters().values())


def test_what_has_a_key_says_so_unless_keys_are_off(ben: PageClient, cast: Cast) -> None:
    assert 'data-key="new-ticket" aria-keyshortcuts="o" title="New ticket, key o"' in shown(
        ben, "/tickets"
    )
    ben.post("/me/shortcuts", {"keys": "off"})
    page = shown(ben, "/tickets")
    assert 'id="keys" aria-labelledby="keys-title" data-singles="off"' in page
    assert 'data-key="new-ticket">' in page
    assert 'aria-keyshortcuts="o"' not in page
    ben.post("/me/shortcuts", {"keys": "on"})
    assert 'aria-keyshortcuts="o"' in shown(ben, "/tickets")


def test_keys_are_switched_for_oneself_alone(ben: PageClient, cast: Cast) -> None:
    ben.post("/me/shortcuts", {"keys": "off"})
    look_again()
    assert not db.session.get_one(Person, cast.ben.id).single_keys
    assert db.session.get_one(Person, cast.cleo.id).single_keys


@pytest.mark.parametrize("word", ["", "maybe", "ON"])
def test_keys_are_on_or_off(ben: PageClient, word: str) -> None:
    ben.post("/me/shortcuts", {"keys": word}, status=422)


def test_tags_are_offered_by_their_beginning_and_from_visible_tickets_only(
    ben: PageClient, cast: Cast
) -> None:
    seen, hidden = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.highways)
    with unit_of_work():
        set_tags(lock(seen.id), ["print", "printer", "100%"], by=None, cause="test")
        set_tags(lock(hidden.id), ["print-canary", "printer"], by=None, cause="test")
    for typed, offered in (
        ("pri", ["print", "printer"]),
        ("PRINTE", ["printer"]),
        ("%", []),
        ("_", []),
        ("*", []),
        ("print-c", []),
        ("100%", ["100%"]),
        ("", ["100%", "print", "printer"]),
    ):
        found = ben.get("/complete/tags", query_string={"q": typed}).get_json()
        assert found == offered, typed


def test_the_words_of_every_menu_are_there(app: Flask) -> None:
    with app.test_request_context("/"):
        assert set(keyboard.menu_words()) == set(Menu)


def test_templates_and_scripts_name_no_key_that_is_not_there(app: Flask) -> None:
    with app.test_request_context("/"):
        # The line of operations is what `z` presses where nothing was just done.
        names = {one.name for one in keyboard.all_keys()} | {"operations"}
    web = SCRIPT.parents[3]
    sources = [*web.glob("templates/console/**/*.html"), *SCRIPT.parent.glob("*.js")]
    named = {
        (path.name, name)
        for path in sources
        if path.name != "widget.js"
        for name in re.findall(r'data-key="?([a-z][\w-]*)"?[\]\s>]', path.read_text())
    }
    assert named
    assert {(path, name) for path, name in named if name not in names} == set()
