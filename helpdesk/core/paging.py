"""Keyset paging: a page begins after a row, never at a count of rows."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from helpdesk.core.errors import Invalid

T = TypeVar("T")

CursorValue = int | str

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and the cursors of its neighbours; None where there is none."""

    rows: Sequence[T]
    older: str | None = None
    newer: str | None = None


def encode_cursor(values: Sequence[CursorValue | datetime]) -> str:
    """A cursor for a link: opaque to the reader, no secret."""
    plain = [
        (value - EPOCH) // timedelta(microseconds=1) if isinstance(value, datetime) else value
        for value in values
    ]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, kinds: Sequence[type]) -> list[CursorValue | datetime]:
    """The values of a cursor, of the kinds expected. Raises Invalid on one that we did not make."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if len(values) != len(kinds):
            raise ValueError(cursor)
        return [_as(kind, value) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError, binascii.Error, OverflowError):
        raise Invalid(
            "This page of the list does not exist.", "Go back to the start of the list."
        ) from None


def _as(kind: type, value: object) -> CursorValue | datetime:
    if kind is datetime and isinstance(value, int):
        return EPOCH + timedelta(microseconds=value)
    if kind is int and isinstance(value, int):
        return value
    if kind is str and isinstance(value, str):
        return value
    raise ValueError(value)
