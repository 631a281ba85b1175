"""The colour of a chat: whatever is chosen, all that lies on it and is written in it can be read."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from flask import Flask

from helpdesk.web.chat.colours import (
    BLACK,
    DARK_GROUND,
    DARK_INK,
    LIGHT_GROUND,
    LIGHT_INK,
    WHITE,
    Colour,
    contrast,
    shades,
)
from tests.cast import Cast
from tests.helpdesk.chat.visitors import make_chat
from tests.pages import PageClient

ENOUGH = 4.5
COLOURS = ["#000000", "#ffffff", "#ffe600", "#00ff00", "#0000ff", "#ff0000", "#808080", "#0b6e63"]
COLOURS += ["#7a1f5c", "#101820", "#ff69b4", "#00ffff", "#777700"]


def read(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def both(accent: str, name: str) -> tuple[Colour, Colour]:
    light, dark = shades(accent)[name]
    return read(light), read(dark)


def test_black_and_white_stand_farthest_apart() -> None:
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast(WHITE, WHITE) == 1


@pytest.mark.parametrize("accent", COLOURS)
@pytest.mark.parametrize(
    ("words", "ground"),
    [
        ("accent-ink", "accent"),
        ("accent-ink", "accent-hover"),
        ("head-ink", "head"),
        ("accent", "accent-soft"),
        ("accent", (LIGHT_GROUND, DARK_GROUND)),
        ((LIGHT_INK, DARK_INK), "accent-soft"),
    ],
)
def test_words_are_read_in_both_themes(
    accent: str, words: str | tuple[Colour, Colour], ground: str | tuple[Colour, Colour]
) -> None:
    inks = both(accent, words) if isinstance(words, str) else words
    grounds = both(accent, ground) if isinstance(ground, str) else ground
    found = [contrast(ink, under) for ink, under in zip(inks, grounds, strict=True)]
    assert min(found) >= ENOUGH


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert shades("#7a1f5c")["accent"][0] == "#7a1f5c"


def test_the_frame_has_the_colour_and_its_policy_lets_no_other_sheet_in(
    app: Flask, cast: Cast
) -> None:
    make_chat(accent="#7a1f5c")
    page = app.test_client().get("/chat/frame/borough")
    (style,) = re.findall(r"<style>(.*?)</style>", page.text)
    assert "--accent:light-dark(#7a1f5c," in style
    named = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{named}';" in page.headers["Content-Security-Policy"]


def test_without_a_colour_it_has_the_desks_own(app: Flask, cast: Cast) -> None:
    make_chat()
    page = app.test_client().get("/chat/frame/borough")
    assert "<style>" not in page.text
    assert "style-src 'self';" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("accent", ["", "#7a1f5c"])
def test_the_frame_is_valid_html(
    app: Flask, cast: Cast, client: PageClient, accent: str, language: str
) -> None:
    make_chat(accent=accent)
    page = client.get(f"/chat/frame/borough?lang={language}").get_data(as_text=True)
    assert f'lang="{language}' in page
