"""Text of people made fit for a page: what HTML cannot hold is left out, and what is endless is cut."""

from __future__ import annotations

import re

from flask_babel import gettext as _

# A text beyond this is cut on the page, since a browser that wraps megabytes helps nobody; the original has it all.
LONGEST_TEXT = 60_000

# Control characters and noncharacters, which an HTML document must not hold (HTML standard, 13.2.3.5).
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
    )
    + "]"
)


def fit(text: str) -> str:
    """The text without what a page cannot hold."""
    return _UNFIT.sub("", text)


def shown(text: str) -> str:
    """The text as a page shows it, cut where it is too long."""
    if len(text) <= LONGEST_TEXT:
        return fit(text)
    return f"{fit(text[:LONGEST_TEXT])}\n\n{_('[This text is longer; its original has the rest.]')}"
