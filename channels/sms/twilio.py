"""Twilio and those that speak as it does: forms, signed over the address and the sorted fields."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from channels.channel import ChannelError, Forged, WebhookRequest
from channels.message import InboundMessage, OutboundMessage
from channels.sms import gateway
from channels.sms.gateway import Request

ADDRESS = "https://api.twilio.com"
_FAILED = frozenset({"failed", "undelivered", "canceled"})
_MOST_FIELDS = 200


class Twilio:
    """One account, one number, and the address at which it calls us as it knows it."""

    def __init__(self, *, account: str, secret: str, number: str, url: str = "") -> None:
        self._account, self._secret, self._number = account, secret, number
        self._url = (url or ADDRESS).rstrip("/")

    def check(self, request: WebhookRequest) -> None:
        try:
            fields = parse_qsl(
                request.body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS
            )
        except ValueError as unfit:
            raise Forged("It is no form.") from unfit
        expected = signature(self._secret, request.url, fields)
        given = request.headers.get("x-twilio-signature", "")
        if not self._secret or not hmac.compare_digest(expected.encode(), given.encode()):
            raise Forged("Its signature is not by our secret.")

    def read(self, fields: Mapping[str, str]) -> InboundMessage:
        state = fields.get("MessageStatus", "")
        if state and "Body" not in fields:
            reason = f"{state} {fields.get('ErrorCode', '')}".strip()
            return gateway.report_of(
                id=fields.get("MessageSid", ""), failed=state in _FAILED, reason=reason
            )
        return gateway.message_of(
            id=fields.get("MessageSid", ""),
            sender=fields.get("From", ""),
            receiver=fields.get("To", ""),
            text=fields.get("Body", ""),
            name=fields.get("ProfileName", ""),
        )

    def request(self, message: OutboundMessage) -> Request:
        if not self._account or not self._number:
            raise ChannelError(
                "The account and the number that messages are sent from are missing.",
                permanent=True,
            )
        fields = {"From": self._number, "To": message.to[0].address, "Body": message.text}
        pair = base64.b64encode(f"{self._account}:{self._secret}".encode()).decode("ascii")
        headers = {
            "Authorization": f"Basic {pair}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        path = f"/2010-04-01/Accounts/{self._account}/Messages.json"
        return Request(f"{self._url}{path}", urlencode(fields).encode("ascii"), headers)

    def id_in(self, answer: bytes) -> str:
        return gateway.json_at(answer, "sid")


def signature(secret: str, url: str, fields: list[tuple[str, str]]) -> str:
    """What proves a call: base64 of HMAC-SHA1 over the address and the fields, sorted by name."""
    signed = url + "".join(f"{name}{value}" for name, value in sorted(fields))
    return base64.b64encode(
        hmac.new(secret.encode(), signed.encode("utf-8"), hashlib.sha1).digest()
    ).decode("ascii")
