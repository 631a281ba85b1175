"""GOV.UK Notify: text messages of public bodies in the United Kingdom.

A call of ours carries a JWT that the key signs (RFC 7519, HS256); calls to us carry a bearer token that we choose. What
we write goes into a template of one placeholder, `((message))`.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping

from channels.channel import ChannelError, WebhookRequest
from channels.message import InboundMessage, OutboundMessage
from channels.sms import gateway
from channels.sms.gateway import Request

ADDRESS = "https://api.notifications.service.gov.uk"
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# A key is a name, the id of the service and the secret, with hyphens between.
_KEY = re.compile(rf"(?i)\S*?({_UUID})-({_UUID})$")
_TEMPLATE = re.compile(rf"(?i){_UUID}")
_FAILED = {
    "permanent-failure": "The number does not exist, or cannot get text messages.",
    "temporary-failure": "The telephone could not be reached, and the network gave up.",
    "technical-failure": "GOV.UK Notify could not send it.",
}


class Notify:
    """GOV.UK Notify with one API key and one template."""

    def __init__(self, *, api_key: str, template: str, token: str, url: str = "") -> None:
        self._api_key, self._template, self._token = api_key, template, token
        self._url = (url or ADDRESS).rstrip("/")

    def check(self, request: WebhookRequest) -> None:
        gateway.require_bearer(request, self._token)

    def read(self, fields: Mapping[str, str]) -> InboundMessage:
        if "source_number" in fields:
            return gateway.message_of(
                id=fields.get("id", ""),
                sender=fields.get("source_number", ""),
                receiver=fields.get("destination_number", ""),
                text=fields.get("message", ""),
            )
        state = fields.get("status", "")
        # A report may overtake the answer that tells us Notify's id, so our own reference counts first.
        named = fields.get("reference") or fields.get("id", "")
        return gateway.report_of(
            id=named, failed=state in _FAILED, reason=_FAILED.get(state, state)
        )

    def request(self, message: OutboundMessage) -> Request:
        if not _TEMPLATE.fullmatch(self._template):
            raise ChannelError(
                "The id of the template is missing. Copy it from GOV.UK Notify.", permanent=True
            )
        body = {
            "phone_number": message.to[0].address,
            "template_id": self._template,
            "personalisation": {"message": message.text},
            "reference": message.external_id,
        }
        at = message.tried_at or message.sent_at
        headers = {
            "Authorization": f"Bearer {self._jwt(int(at.timestamp()))}",
            "Content-Type": "application/json",
        }
        return Request(f"{self._url}/v2/notifications/sms", json.dumps(body).encode(), headers)

    def id_in(self, answer: bytes) -> str:
        return gateway.json_at(answer, "id")

    def _jwt(self, issued_at: int) -> str:
        found = _KEY.fullmatch(self._api_key.strip())
        if found is None:
            raise ChannelError(
                "This is no key of GOV.UK Notify. Copy the whole key, with its name.",
                permanent=True,
            )
        service, secret = found[1], found[2]
        parts = [
            _base64url(json.dumps(part, separators=(",", ":")).encode())
            for part in ({"typ": "JWT", "alg": "HS256"}, {"iss": service, "iat": issued_at})
        ]
        signed = ".".join(parts).encode("ascii")
        proof = hmac.new(secret.encode("ascii"), signed, hashlib.sha256).digest()
        return ".".join([*parts, _base64url(proof)])


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")
