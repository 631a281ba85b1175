"""shades(): a chat's own colour, as the widget may use it: moved as far as it takes for all to be read, in both themes."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

Colour = tuple[int, int, int]

# What WCAG 2.2 asks of text (1.4.3), and a little more for what browsers round.
CONTRAST: Final = 4.6
STEPS: Final = 40
WHITE: Final = (255, 255, 255)
BLACK: Final = (0, 0, 0)
# As in tokens.css: what lies behind the accent, and the weakest ink that lies on its pale shade.
LIGHT_GROUND, DARK_GROUND = (246, 247, 248), (28, 37, 44)
LIGHT_INK, DARK_INK = (70, 83, 95), (179, 191, 202)


def style_of(accent: str) -> str:
    """The style sheet by which a widget has this colour; "" keeps the desk's own."""
    if not accent:
        return ""
    words = "".join(
        f"--{name}:light-dark({light},{dark});" for name, (light, dark) in shades(accent).items()
    )
    return f":root{{{words}}}"


def source_of(style: str) -> str:
    """How a content policy names this sheet, so that no other may stand in the page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


def shades(accent: str) -> dict[str, tuple[str, str]]:
    """Each of the widget's colours that follow the accent, in the light and in the dark theme."""
    own = _read(accent)
    pale, deep = _moved(own, WHITE, LIGHT_INK, 0.86), _moved(own, DARK_GROUND, DARK_INK, 0.72)
    light = _readable(own, BLACK, (pale, LIGHT_GROUND))
    dark = _readable(own, WHITE, (deep, DARK_GROUND))
    head = _readable(_mixed(own, DARK_GROUND, 0.55), BLACK, (WHITE,))
    named = {
        "accent": (light, dark),
        "accent-hover": (_mixed(light, BLACK, 0.18), _mixed(dark, WHITE, 0.25)),
        "accent-ink": (WHITE, BLACK),
        "accent-soft": (pale, deep),
        "accent-line": (_mixed(light, WHITE, 0.6), _mixed(dark, DARK_GROUND, 0.5)),
        "head": (light, head),
        "head-ink": (WHITE, WHITE),
    }
    return {name: (_written(day), _written(night)) for name, (day, night) in named.items()}


def contrast(one: Colour, other: Colour) -> float:
    """How far two colours stand apart, from 1 to 21."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _readable(colour: Colour, towards: Colour, grounds: tuple[Colour, ...]) -> Colour:
    """The colour, moved as little as it takes to be read on each ground."""
    steps = (_mixed(colour, towards, step / STEPS) for step in range(STEPS))
    fit = (one for one in steps if all(contrast(one, ground) >= CONTRAST for ground in grounds))
    return next(fit, towards)


def _moved(colour: Colour, towards: Colour, ink: Colour, share: float) -> Colour:
    """A shade of the colour on which this ink is read."""
    steps = (_mixed(colour, towards, share + (1 - share) * step / STEPS) for step in range(STEPS))
    return next((one for one in steps if contrast(one, ink) >= CONTRAST), towards)


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with this share of the other."""
    red, green, blue = (
        round(mine + (theirs - mine) * share) for mine, theirs in zip(one, other, strict=True)
    )
    return red, green, blue


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _read(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _written(colour: Colour) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)
