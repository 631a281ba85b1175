"""Said: JSON from outside, asked carefully; whatever is not there, or of another kind, is empty."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime

LONGEST = 20_000
_LATEST = 4_000_000_000


class Said:
    """A place in a JSON value."""

    __slots__ = ("_value",)

    def __init__(self, value: object) -> None:
        self._value = value

    @classmethod
    def read(cls, body: bytes) -> Said:
        """What these bytes say, nothing when they are no JSON."""
        try:
            return cls(json.loads(body))
        except (ValueError, RecursionError):
            return cls(None)

    def __getitem__(self, name: str | int) -> Said:
        value = self._value
        if isinstance(value, dict):
            return Said(value.get(name))
        if isinstance(value, list) and isinstance(name, int) and name < len(value):
            return Said(value[name])
        return Said(None)

    def __bool__(self) -> bool:
        return bool(self._value)

    def at(self, path: str) -> Said:
        """A place below, its steps with dots between; a number is a place in a list."""
        found = self
        for step in path.split("."):
            found = found[int(step) if step.isdigit() else step]
        return found

    def each(self, most: int = 1_000) -> Iterator[Said]:
        """The things of a list."""
        value = self._value
        yield from (Said(one) for one in (value[:most] if isinstance(value, list) else ()))

    def items(self, most: int = 100) -> Iterator[tuple[str, Said]]:
        """The names of an object, and what stands there."""
        value = self._value
        pairs = list(value.items())[:most] if isinstance(value, dict) else []
        yield from ((fit(str(name)), Said(one)) for name, one in pairs)

    def text(self, longest: int = LONGEST) -> str:
        """A text or a number as a text that can be stored."""
        value = self._value
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return ""
        return fit(str(value))[:longest]

    def line(self, longest: int = 300) -> str:
        """The same on one line."""
        return " ".join(self.text().split())[:longest]

    def number(self) -> float | None:
        """A number, said as one or as a text."""
        value = self._value
        try:
            found = float(value) if isinstance(value, str | int | float) else math.nan
        except (ValueError, OverflowError):
            return None
        return found if math.isfinite(found) and not isinstance(value, bool) else None

    def moment(self) -> datetime | None:
        """A moment in seconds or milliseconds since 1970."""
        seconds = self.number()
        if seconds is None or seconds <= 0:
            return None
        if seconds > _LATEST:
            seconds /= 1000
        return datetime.fromtimestamp(seconds, UTC) if seconds <= _LATEST else None

    def dumped(self) -> bytes:
        """As JSON again."""
        return json.dumps(self._value, separators=(",", ":")).encode("ascii")


def fit(text: str) -> str:
    """A text without halves of characters and zero bytes, which nothing can store."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
