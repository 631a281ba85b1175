"""sign() and verify(): calls that prove who made them and when, as the Standard Webhooks specification has it.

What is signed is `id.timestamp.body`, by HMAC with SHA-256; several signatures may stand in one header, so that a key
can be changed without losing a call.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from channels.channel import Forged

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
# How far the other side's clock may be off, in both directions; what is older may be a call that somebody recorded.
WINDOW = timedelta(seconds=300)
PREFIX = "whsec_"
SHORTEST_KEY = 24
_VERSION = "v1"
_MOST_SIGNATURES = 10
_CALL_ID = re.compile(r"[\x21-\x7e]{1,200}")


class UnfitKey(ValueError):
    """A secret that cannot be a key; the text says what one looks like."""


def key_of(secret: str) -> bytes:
    """The bytes of a secret: base64 behind `whsec_`, else the text as it stands. Raises UnfitKey."""
    text = secret.strip()
    if text.startswith(PREFIX):
        try:
            key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
        except binascii.Error as unfit:
            raise UnfitKey("What stands behind whsec_ must be base64.") from unfit
    else:
        key = text.encode("utf-8")
    if len(key) < SHORTEST_KEY:
        raise UnfitKey(f"A secret has at least {SHORTEST_KEY} characters.")
    return key


def sign(call_id: str, body: bytes, *, at: datetime, keys: Iterable[bytes]) -> dict[str, str]:
    """The headers that prove a call, with one signature for each key."""
    timestamp = str(int(at.timestamp()))
    signatures = [f"{_VERSION},{_signature(key, call_id, timestamp, body)}" for key in keys]
    return {ID: call_id, TIMESTAMP: timestamp, SIGNATURE: " ".join(signatures)}


def verify(headers: Mapping[str, str], body: bytes, *, at: datetime, keys: Iterable[bytes]) -> str:
    """The id of a call that one of these keys signed, within `WINDOW` of `at`. Raises Forged."""
    call_id, timestamp = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not _CALL_ID.fullmatch(call_id):
        raise Forged("It has no usable id.")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise Forged("It does not say when it was made.")
    if abs(int(timestamp) - at.timestamp()) > WINDOW.total_seconds():
        raise Forged("It is too old, or one of the two clocks is wrong.")
    given = [
        value
        for version, _, value in (
            one.partition(",") for one in headers.get(SIGNATURE, "").split()[:_MOST_SIGNATURES]
        )
        if version == _VERSION
    ]
    # All are compared, so that the time tells nothing of which of them was near.
    good = [
        hmac.compare_digest(_signature(key, call_id, timestamp, body).encode(), one.encode())
        for key in keys
        for one in given
    ]
    if not any(good):
        raise Forged("Its signature is not by our secret.")
    return call_id


def _signature(key: bytes, call_id: str, timestamp: str, body: bytes) -> str:
    signed = b".".join((call_id.encode("ascii"), timestamp.encode("ascii"), body))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")
