"""covered(): a question with what may tell of a person covered, for the list of what was asked. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST: Final = 300
COVER: Final = "[…]"
_TELLING: Final = (
    # Addresses of mail and of the web.
    re.compile(r"\S{1,64}@\S{1,255}"),
    re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE),
    # Postcodes, with the number of the house in front.
    re.compile(
        r"\b(?:\d{1,4}[A-Za-z]?,?\s+)?[A-Za-z]{1,2}[0-9][A-Za-z0-9]?\s*[0-9][A-Za-z]{2}\b", re.ASCII
    ),
    # National insurance numbers, and then whatever has many digits: telephones, accounts, references, dates of birth.
    re.compile(r"\b[A-Za-z]{2}\s?(?:\d{2}\s?){3}[A-Da-d]\b", re.ASCII),
    re.compile(r"(?<!\w)(?:[A-Za-z]{1,8}[-/]?)?\+?\(?\d(?:[\s().\-/]?\d){3,}\b", re.ASCII),
    # A house and its street.
    re.compile(
        r"\b\d{1,4}[a-z]?,?\s+(?:[A-Z][\w'’]+\s+){1,3}(?:Road|Rd|Street|St|Lane|Avenue|Ave|Close|Way|Drive|Court)\b"
    ),
    # A name that somebody gives as theirs.
    re.compile(
        r"(?<=\bmy name is )(?:[^\W\d_][\w'’-]*\s?){1,3}|(?<=\bfy enw i yw )(?:[^\W\d_][\w'’-]*\s?){1,3}",
        re.IGNORECASE,
    ),
)


def covered(question: str) -> str:
    """One line, at most `LONGEST` characters, with what may tell of a person covered."""
    plain = "".join(
        " " if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") else sign
        for sign in question[: LONGEST * 2]
    )
    text = " ".join(plain.split())
    for telling in _TELLING:
        text = telling.sub(COVER, text)
    return text[:LONGEST].strip()
