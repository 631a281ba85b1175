"""Any other gateway: the names of its fields are settings, its calls carry a token or a signature over the body."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from channels.channel import ChannelError, Forged, WebhookRequest
from channels.message import InboundMessage, OutboundMessage
from channels.sms import gateway
from channels.sms.gateway import Request

TOKEN, HEX, BASE64 = "token", "hmac-hex", "hmac-base64"


@dataclass(frozen=True, slots=True)
class Names:
    """What the gateway calls things, in its calls and in ours."""

    id: str = "id"
    sender: str = "from"
    receiver: str = "to"
    text: str = "text"
    state: str = "status"
    answer_id: str = "id"


@dataclass(frozen=True, slots=True)
class OtherGateway:
    """A gateway described by settings; `failed` are its words for what will not arrive."""

    url: str
    number: str
    secret: str = field(repr=False)
    api_key: str = field(repr=False)
    proof: str = TOKEN
    header: str = "x-signature"
    as_json: bool = True
    names: Names = Names()
    failed: frozenset[str] = frozenset({"failed", "undelivered", "rejected", "expired"})

    def check(self, request: WebhookRequest) -> None:
        if self.proof == TOKEN:
            gateway.require_bearer(request, self.secret)
            return
        proof = hmac.new(self.secret.encode(), request.body, hashlib.sha256).digest()
        expected = proof.hex() if self.proof == HEX else base64.b64encode(proof).decode("ascii")
        given = request.headers.get(self.header.lower(), "").removeprefix("sha256=")
        if not self.secret or not hmac.compare_digest(expected.encode(), given.encode()):
            raise Forged("Its signature is not by our secret.")

    def read(self, fields: Mapping[str, str]) -> InboundMessage:
        names = self.names
        if names.text in fields:
            return gateway.message_of(
                id=fields.get(names.id, ""),
                sender=fields.get(names.sender, ""),
                receiver=fields.get(names.receiver, ""),
                text=fields[names.text],
            )
        state = fields.get(names.state, "")
        failed = state.lower() in self.failed
        return gateway.report_of(id=fields.get(names.id, ""), failed=failed, reason=state)

    def request(self, message: OutboundMessage) -> Request:
        if not self.url:
            raise ChannelError(
                "There is no address to send by. Set one, or answer by another channel.",
                permanent=True,
            )
        names = self.names
        said = {
            names.sender: self.number,
            names.receiver: message.to[0].address,
            names.text: message.text,
            "reference": message.external_id,
        }
        headers = {"Content-Type": "application/json"}
        body = json.dumps(said).encode()
        if not self.as_json:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            body = urlencode(said).encode("ascii")
        if self.api_key:
            headers["Authorization"] = f"Bearer {self.api_key}"
        return Request(self.url, body, headers)

    def id_in(self, answer: bytes) -> str:
        return gateway.json_at(answer, self.names.answer_id)
