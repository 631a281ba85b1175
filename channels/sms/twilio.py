"""Twilio and those that speak as it does: forms, signed over the address and the sorted fields."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from channels.calling import Reach, Redirected, call
from channels.channel import ChannelError, Forged, WebhookRequest
from channels.message import File, InboundMessage, OutboundMessage, RemoteFile
from channels.sms import gateway
from channels.sms.gateway import Request

ADDRESS = "https://api.twilio.com"
_FAILED = frozenset({"failed", "undelivered", "canceled"})
_MOST_FIELDS = 200
_MOST_FILES, _MOST_HOPS = 10, 3
# Where Twilio keeps what people send, as its documentation names it.
_STORES = (".twilio.com", ".twiliocdn.com", ".amazonaws.com")
LONGEST_TRANSFER = timedelta(seconds=60)


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
            files=_media_of(fields),
        )

    def fetch_file(self, remote: RemoteFile, most_bytes: int, reach: Reach) -> File:
        """A picture of a message: Twilio sends us on to where it lies, and our key goes no further than Twilio."""
        url, proof = remote.reference, {"Authorization": self._basic()}
        if not url.startswith(f"{self._url}/"):
            raise ChannelError("The file is said to lie outside of Twilio.", permanent=True)
        for _hop in range(_MOST_HOPS):
            try:
                answer = call(
                    url,
                    headers=proof,
                    reach=reach,
                    most_bytes=most_bytes,
                    longest=LONGEST_TRANSFER,
                )
            except Redirected as onward:
                url, proof = onward.location, {}
                _check_place(url, reach)
                continue
            if not answer.is_good:
                gone = answer.status in (404, 410)
                raise ChannelError(f"Twilio answered {answer.status}.", permanent=gone)
            kind = answer.headers.get("content-type", remote.content_type)
            return File(remote.name, kind, answer.body)
        raise ChannelError("Twilio sends us from place to place.")

    def request(self, message: OutboundMessage) -> Request:
        if not self._account or not self._number:
            raise ChannelError(
                "The account and the number that messages are sent from are missing.",
                permanent=True,
            )
        fields = {"From": self._number, "To": message.to[0].address, "Body": message.text}
        headers = {
            "Authorization": self._basic(),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        path = f"/2010-04-01/Accounts/{self._account}/Messages.json"
        return Request(f"{self._url}{path}", urlencode(fields).encode("ascii"), headers)

    def id_in(self, answer: bytes) -> str:
        return gateway.json_at(answer, "sid")

    def _basic(self) -> str:
        pair = base64.b64encode(f"{self._account}:{self._secret}".encode()).decode("ascii")
        return f"Basic {pair}"


def _media_of(fields: Mapping[str, str]) -> tuple[RemoteFile, ...]:
    """The pictures of an MMS, which Twilio keeps."""
    count = fields.get("NumMedia", "")
    most = min(int(count), _MOST_FILES) if count.isascii() and count.isdigit() else 0
    return tuple(
        RemoteFile(fields[f"MediaUrl{place}"], fields.get(f"MediaContentType{place}", ""))
        for place in range(most)
        if fields.get(f"MediaUrl{place}")
    )


def _check_place(url: str, reach: Reach) -> None:
    """Raise ChannelError for a place that is neither Twilio's nor its storage."""
    host = (urlsplit(url).hostname or "").lower()
    if not f".{host}".endswith(_STORES) and host not in reach.hosts:
        raise ChannelError(
            f"Twilio sends us on to “{host[:100]}”, where nobody goes.", permanent=True
        )


def signature(secret: str, url: str, fields: list[tuple[str, str]]) -> str:
    """What proves a call: base64 of HMAC-SHA1 over the address and the fields, sorted by name."""
    signed = url + "".join(f"{name}{value}" for name, value in sorted(fields))
    return base64.b64encode(
        hmac.new(secret.encode(), signed.encode("utf-8"), hashlib.sha1).digest()
    ).decode("ascii")
