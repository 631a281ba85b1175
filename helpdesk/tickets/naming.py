"""Text from people made fit for one line, and file names made fit to be shown and saved."""

from __future__ import annotations

import re
import unicodedata

_BLANKS = re.compile(r"\s+")
_PATHS = re.compile(r"[\\/:*?\"<>|]+")
# Marks that turn the reading direction or hide letters: a name must look like what it is (S04).
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
# Of these a line of text needs the joiners (emoji, Persian, Hindi) and the plain direction marks; what turns or hides
# the words around it, it does not.
_TURNING = re.compile(r"[\u200b\u202a-\u202e\u2060-\u2069\ufeff]")


LONGEST_LINE = 160


def beginning(text: str) -> str:
    """How a text begins: one line of whole words, such as lists show under a subject."""
    line = " ".join(text.split())
    if len(line) <= LONGEST_LINE:
        return line
    head = line[: LONGEST_LINE - 2]
    words = head.rpartition(" ")[0]
    # Some scripts have no spaces, and some words are addresses of the web.
    # The ellipsis stays with the last word when the line is broken.
    return f"{words if len(words) > LONGEST_LINE // 2 else head}\u00a0…"


def single_line(text: str, longest: int) -> str:
    """The text on one line, without marks that control, turn or hide words (S04), at most `longest` characters."""
    visible = "".join(
        " " if unicodedata.category(sign) == "Cc" else sign
        for sign in _TURNING.sub("", text[: longest * 4])
    )
    return _BLANKS.sub(" ", visible).strip()[:longest]


def safe_file_name(name: str, longest: int = 150) -> str:
    """A label for a file: no path, no control or direction marks, its ending kept when it is too long."""
    visible = "".join(sign for sign in name[:2000] if unicodedata.category(sign) not in _HIDDEN)
    plain = _BLANKS.sub(" ", _PATHS.sub("_", visible)).strip(" .")
    if len(plain) <= longest:
        return plain or "file"
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 12:
        return plain[:longest]
    return stem[: longest - len(ending) - 1] + dot + ending
