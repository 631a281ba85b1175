"""verify(): whether Slack made a call, and lately; what is signed are the bytes as they came (S51)."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from channels.channel import Forged

SIGNATURE, TIMESTAMP = "x-slack-signature", "x-slack-request-timestamp"
# In both directions: what is older may be a call that somebody recorded, what is later is no call of now.
WINDOW = timedelta(seconds=300)
_VERSION = "v0"


def verify(headers: Mapping[str, str], body: bytes, *, at: datetime, secret: str) -> None:
    """Raise Forged unless this secret signed these bytes within `WINDOW` of `at`."""
    if not secret:
        raise Forged("This account has no signing secret.")
    timestamp = headers.get(TIMESTAMP, "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise Forged("It does not say when it was made.")
    given = headers.get(SIGNATURE, "")
    if not hmac.compare_digest(sign(timestamp, body, secret).encode(), given.encode()):
        raise Forged("Its signature is not by our signing secret.")
    if abs(int(timestamp) - at.timestamp()) > WINDOW.total_seconds():
        raise Forged("It is too old, or one of the two clocks is wrong.")


def sign(timestamp: str, body: bytes, secret: str) -> str:
    """The signature of a call that was made at this moment."""
    signed = b":".join((_VERSION.encode(), timestamp.encode("ascii"), body))
    return f"{_VERSION}={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"
