"""speaks_of_file(): whether a text says that something is attached, in the languages of the desk. Pure."""

from __future__ import annotations

import re
from typing import Final

# Beginnings of words, by language. What is asked for ("please attach") is no promise, so the plain verb is left out.
WORDS: Final = {
    "en": ("attached", "attachment", "enclosed", "i attach", "i have attached", "i enclose"),
    "cy": ("atodaf", "atodwyd", "ynghlwm", "amgaeaf", "amgaeedig", "wedi'i atodi", "wedi’i atodi"),
    "de": (
        "anbei",
        "angehängt",
        "im anhang",
        "beigefügt",
        "in der anlage",
        "als anlage",
        "anliegend",
    ),
    "fr": ("ci-joint", "ci-inclus", "pièce jointe", "pièces jointes", "en annexe", "je joins"),
}
# Of a quoted or copied line, nothing is said by whoever writes.
_QUOTED = re.compile(r"^\s*>.*$", re.MULTILINE)
_SAID = re.compile(
    r"(?<!\w)(?:" + "|".join(re.escape(one) for words in WORDS.values() for one in words) + r")",
    re.IGNORECASE,
)


def speaks_of_file(text: str) -> bool:
    """Whether whoever wrote this says that a file goes with it."""
    return _SAID.search(_QUOTED.sub("", text)) is not None
