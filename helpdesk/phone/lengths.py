"""How long a call took, as people type it: "4", "4:30", "1:02:03", "35 s"."""

from __future__ import annotations

import re

LONGEST_SECONDS = 24 * 3600

_PARTS = re.compile(r"(?:(\d{1,2}):)?(\d{1,4}):([0-5]\d)")
_MINUTES = re.compile(r"(\d{1,4})(?: ?(?:m|min))?")
_SECONDS = re.compile(r"(\d{1,5}) ?(?:s|sec)")


def seconds_in(text: str) -> int | None:
    """The seconds that were typed; plain figures are minutes. None for what says no length of a call."""
    plain = text.strip().lower()
    if not plain.isascii():
        return None
    parts = _PARTS.fullmatch(plain)
    if parts:
        hours, minutes, seconds = (int(part or 0) for part in parts.groups())
        found = hours * 3600 + minutes * 60 + seconds
    elif minute := _MINUTES.fullmatch(plain):
        found = int(minute[1]) * 60
    elif second := _SECONDS.fullmatch(plain):
        found = int(second[1])
    else:
        return None
    return found if found <= LONGEST_SECONDS else None


def length_of(seconds: int) -> str:
    """A length as it is typed: "4:30", "1:02:03"."""
    hours, rest = divmod(max(0, seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
