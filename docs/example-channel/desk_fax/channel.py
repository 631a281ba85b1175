"""FaxChannel: a gateway that turns faxes into calls with a PDF, and our words into faxes.

It calls us with JSON, signed by HMAC-SHA256 over the body in `X-Fax-Signature`:

    {"fax": "f-1", "from": "+442079460000", "pages": 2, "at": "2026-11-16T10:00:00Z", "pdf": "base64"}
    {"sent": "our id", "result": "ok" or what went wrong}

We call it with {"id", "to", "text"} and a bearer key.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from channels.calling import Reach, call, check_url
from channels.channel import ChannelError, Contact, Forged, RawItem, WebhookReply, WebhookRequest
from channels.message import (
    Address,
    Automation,
    DeliveryReport,
    FailedRecipient,
    File,
    InboundMessage,
    OutboundMessage,
    Receipt,
    Stage,
)
from channels.settings import SettingField, SettingKind, SettingValue

_NUMBER = re.compile(r"\+?[0-9][0-9 ]{2,30}")


class FaxChannel:
    """A number that people fax, and that faxes them back."""

    # The name of the channel in the desk, and what makes it one that talks: see channels/channel.py.
    kind: ClassVar[str] = "fax"
    contact: ClassVar[Contact] = Contact.PHONE
    longest_text: ClassVar[int | None] = 5_000
    answer_within: ClassVar[timedelta | None] = None
    # The form of an account is drawn from these; secrets are sealed and never come back.
    settings_fields: ClassVar[tuple[SettingField, ...]] = (
        SettingField(name="url", label="Where our faxes go", required=True),
        SettingField(name="secret", label="Secret of its calls", kind=SettingKind.SECRET),
        SettingField(name="key", label="Key to send with", kind=SettingKind.SECRET),
    )

    def __init__(
        self, settings: Mapping[str, SettingValue], secrets: Mapping[str, str] | None = None
    ) -> None:
        held = secrets or {}
        self._url = str(settings.get("url") or "")
        self._secret, self._key = held.get("secret", ""), held.get("key", "")
        # Hosts of the own network that the operator allows; everything else inside is refused (S25).
        hosts = frozenset(filter(None, str(settings.get("internal_hosts") or "").split(",")))
        self._reach = Reach(hosts=hosts)

    def __repr__(self) -> str:
        return f"FaxChannel({self._url!r})"

    def receive(self, request: WebhookRequest) -> WebhookReply:
        """Check the proof before anything is read, and hand the bytes over; the desk keeps them first."""
        proof = hmac.new(self._secret.encode(), request.body, hashlib.sha256).hexdigest()
        given = request.headers.get("x-fax-signature", "")
        if not self._secret or not hmac.compare_digest(proof.encode(), given.encode()):
            raise Forged("Its signature is not by our secret.")
        # The same call again is the same item: a name that the other side gives would do as well.
        item = RawItem(hashlib.sha256(request.body).hexdigest(), request.body, request.at)
        return WebhookReply(202, b"kept", items=(item,))

    def parse(self, raw: RawItem) -> list[InboundMessage]:
        """Runs in a process without secrets; whatever cannot be read waits in quarantine with these words."""
        said = _object(raw.body)
        return [_report(said) if "sent" in said else _fax(said)]

    def send(self, message: OutboundMessage) -> Receipt:
        number = message.to[0].address if message.to else ""
        if not _NUMBER.fullmatch(number):
            raise ChannelError(f"“{number}” is no number of a fax.", permanent=True)
        body = {"id": message.external_id, "to": number, "text": message.text}
        answer = call(
            self._url,
            method="POST",
            body=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"},
            reach=self._reach,
            once=True,
        )
        if not answer.is_good:
            never = answer.status in (400, 404, 422)
            raise ChannelError(f"The gateway answered {answer.status}.", permanent=never)
        return Receipt(message.external_id, str(answer.status), (number,))

    def takes_file(self, content_type: str, size: int) -> bool:
        """None: a fax shows words, so files go as links."""
        return False

    def test_connection(self) -> str:
        check_url(self._url, self._reach)
        return "The address may be called."


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as unfit:
        raise ChannelError("The gateway's call is no JSON.", permanent=True) from unfit
    if not isinstance(said, dict):
        raise ChannelError("The gateway's call is no JSON object.", permanent=True)
    return said


def _fax(said: Mapping[str, Any]) -> InboundMessage:
    name, number = str(said.get("fax") or ""), str(said.get("from") or "")
    if not name or not _NUMBER.fullmatch(number):
        raise ChannelError("The gateway names no fax, or no number.", permanent=True)
    try:
        pdf = base64.b64decode(str(said.get("pdf") or ""), validate=True)
        sent_at = datetime.fromisoformat(str(said.get("at"))).astimezone(UTC)
    except (ValueError, binascii.Error) as unfit:
        raise ChannelError("The fax has no PDF, or no date.", permanent=True) from unfit
    return InboundMessage(
        external_id=name,
        sender=Address(number, number),
        recipients=(),
        subject=f"Fax from {number}",
        text="",
        stand_in="A fax.",
        sent_at=sent_at,
        thread_key=number,
        files=(File("fax.pdf", "application/pdf", pdf),),
    )


def _report(said: Mapping[str, Any]) -> InboundMessage:
    result, good = str(said.get("result") or "unknown"), said.get("result") == "ok"
    failures = () if good else (FailedRecipient("", permanent=True, reason=result),)
    name = str(said.get("sent") or "")
    return InboundMessage(
        external_id=f"report {name} {result}",
        sender=Address("gateway"),
        recipients=(),
        subject="",
        text=result,
        automation=Automation.RECEIPT if good else Automation.BOUNCE,
        report=DeliveryReport(
            failures, original_message_id=name, stage=Stage.ARRIVED if good else None
        ),
    )
