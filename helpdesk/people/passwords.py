"""Passwords: how they are kept, and which are good enough."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from helpdesk.core.errors import Invalid
from helpdesk.people.common_passwords import COMMON_PARTS

SHORTEST = 12
LONGEST = 256
# What must be left of a password once everything that a guesser tries first is taken out of it.
LEAST_OF_ITS_OWN = 6

# 19 MiB, two passes, one lane: the least that OWASP advises for Argon2id, about 40 ms on a small server.
_hasher = PasswordHasher(
    time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16
)

_LOOKALIKES = str.maketrans("01345789@$!|", "oieastbgasil")
_RUNS = ("0123456789", "9876543210", "abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba")


def hash_password(password: str) -> str:
    """What is kept of a password (Argon2id)."""
    return _hasher.hash(_canonical(password))


def is_right(kept: str | None, password: str) -> bool:
    """Whether this is the password; takes the same time when there is none to compare with (S35)."""
    try:
        _hasher.verify(kept or _dummy(), _canonical(password[: LONGEST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


def needs_new_hash(kept: str) -> bool:
    """Whether a password was kept with parameters that are no longer ours."""
    return _hasher.check_needs_rehash(kept)


def check_rules(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Refuse a password that is too short or too easily guessed.

    `about` has the person's name and address, which a guesser knows. There is no rule on kinds of characters, and
    none on age (NIST SP 800-63B, section 3.1.1.2).
    """
    if len(_canonical(password)) < SHORTEST:
        raise Invalid(
            _("Use at least %(count)d characters.", count=SHORTEST),
            _("Four words that have nothing to do with each other make a good password."),
            field="password",
        )
    if len(password) > LONGEST:
        raise Invalid(_("Use at most %(count)d characters.", count=LONGEST), field="password")
    if _own_part(password, about) < LEAST_OF_ITS_OWN:
        raise Invalid(
            _("This password is too easily guessed."),
            _("Leave out names, dates, runs and words that many people use as passwords."),
            field="password",
        )


def rules() -> str:
    """The rules in a sentence, for the pages on which a password is chosen."""
    said: str = _(
        "At least %(count)d characters. Four words that have nothing to do with each other are good.",
        count=SHORTEST,
    )
    return said


def _canonical(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


@lru_cache(maxsize=1)
def _dummy() -> str:
    return _hasher.hash("nobody's password")


def _own_part(password: str, about: tuple[str, ...]) -> int:
    """How many different characters are left without common words, what is known of the person, runs and years."""
    known = sorted({*COMMON_PARTS, *_parts(about)}, key=lambda part: (-len(part), part))
    plain = _canonical(password).lower()
    return min(_left_of(plain, known), _left_of(plain.translate(_LOOKALIKES), known))


def _left_of(text: str, known: list[str]) -> int:
    for part in known:
        text = text.replace(part, " ")
    text = re.sub(r"(?:19|20)\d\d", " ", text)
    for run in _RUNS:
        text = _without_runs(text, run)
    return len({mark for mark in text if mark.isalnum()})


def _without_runs(text: str, run: str) -> str:
    for length in range(len(run), 2, -1):
        for start in range(len(run) - length + 1):
            text = text.replace(run[start : start + length], " ")
    return text


def _parts(about: tuple[str, ...]) -> set[str]:
    words = {word for text in about for word in re.split(r"[\W_]+", text.lower())}
    return {word for word in words if len(word) >= 3} - {"com", "org", "gov"}
