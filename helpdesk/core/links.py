"""Signed values that lapse: links, and short proofs of our own making."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer


def sign(value: str, *, purpose: str) -> str:
    """A text that says `value` and that only we can make; good for one purpose."""
    return _serializer(purpose).dumps(value)


def read_signed(signed: str, *, purpose: str, lasting: timedelta) -> str | None:
    """What a signed text says, or None when it is forged, damaged, for another purpose or too old."""
    try:
        value: str = _serializer(purpose).loads(signed, max_age=int(lasting.total_seconds()))
    except BadSignature:
        return None
    return value


def digest_of(message: bytes, *, purpose: str, size: int = 16) -> bytes:
    """A keyed digest of `size` bytes: a proof short enough for a mail address."""
    key = str(current_app.config["SECRET_KEY"]).encode() + b"\0" + purpose.encode()
    return hmac.new(key, message, hashlib.sha256).digest()[:size]


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="desk." + purpose)
