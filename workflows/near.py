"""What somebody probably meant who wrote a name that there is not."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(written: str, known: Iterable[str]) -> str | None:
    """The known name most like what was written; None if none is like it."""
    found = get_close_matches(written, list(known), n=1, cutoff=0.6)
    return found[0] if found else None
