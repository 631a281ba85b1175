"""Door: the calls of Meta, proven by the app's secret over the bytes as they came; and the handshake that sets them up."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from channels.channel import Forged, RawItem, WebhookReply, WebhookRequest

SIGNATURE = "x-hub-signature-256"
_CHALLENGE = re.compile(r"[0-9A-Za-z_.-]{1,200}")
_TOKEN_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Door:
    """Who may call: whoever knows one of these secrets."""

    secrets: tuple[str, ...] = field(repr=False)

    @property
    def verify_token(self) -> str:
        """What Meta shows in the handshake; made of the secret, so that there is nothing to choose or to store."""
        if not self.secrets:
            return ""
        return self._token_of(self.secrets[0])

    def receive(
        self, request: WebhookRequest, unwrap: Callable[[WebhookRequest], Sequence[RawItem]]
    ) -> WebhookReply:
        """Keep what a proven call holds, or answer the handshake. Raises Forged."""
        if not self.secrets:
            raise Forged("This account has no app secret.")
        if request.method == "GET":
            return self._shake_hands(request)
        self._check(request)
        return WebhookReply(200, b"EVENT_RECEIVED", items=tuple(unwrap(request)))

    def sign(self, body: bytes) -> str:
        """What proves a call, as the header says it."""
        return f"sha256={_proof(self.secrets[0], body)}"

    def _shake_hands(self, request: WebhookRequest) -> WebhookReply:
        query = request.query
        given = query.get("hub.verify_token", "").encode()
        good = [hmac.compare_digest(self._token_of(each).encode(), given) for each in self.secrets]
        challenge = query.get("hub.challenge", "")
        # What is said back is said as plain text, and no page can be written with these letters.
        fit = query.get("hub.mode") == "subscribe" and _CHALLENGE.fullmatch(challenge)
        if not any(good) or not fit:
            raise Forged("This is no handshake with our verify token.")
        return WebhookReply(200, challenge.encode("ascii"))

    def _check(self, request: WebhookRequest) -> None:
        kind, _, given = request.headers.get(SIGNATURE, "").partition("=")
        # All are compared, so that the time tells nothing of which of them was near.
        good = [
            hmac.compare_digest(_proof(each, request.body).encode(), given.encode())
            for each in self.secrets
        ]
        if kind != "sha256" or not any(good):
            raise Forged("Its signature is not by our app secret.")

    def _token_of(self, secret: str) -> str:
        return _proof(secret, b"commondesk verify token")[:_TOKEN_LENGTH]


def item_of(name: str, body: bytes, request: WebhookRequest) -> RawItem:
    """One event of a call, by a name of its own, so that the same event in another call is the same item."""
    fit = name if len(name) <= 250 else hashlib.sha256(name.encode()).hexdigest()
    return RawItem(fit, body, request.at)


def whole_of(request: WebhookRequest) -> RawItem:
    """A proven call that holds nothing we know of: kept as it came, for a person to look at."""
    return RawItem(hashlib.sha256(request.body).hexdigest(), request.body, request.at)


def _proof(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
