"""What the gateways have in common: the call that is kept, the message that is read, the request that is sent."""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl

from channels.channel import ChannelError, Forged, WebhookRequest
from channels.message import (
    Address,
    Automation,
    DeliveryReport,
    FailedRecipient,
    InboundMessage,
    OutboundMessage,
    RemoteFile,
)

LONGEST_TEXT = 20_000
_MOST_FIELDS = 200


@dataclass(frozen=True, slots=True)
class Request:
    """A call that hands a message over."""

    url: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


class Gateway(Protocol):
    """One way of speaking HTTP about text messages."""

    def check(self, request: WebhookRequest) -> None:
        """Raise Forged for a call that is not from the gateway."""
        ...

    def read(self, fields: Mapping[str, str]) -> InboundMessage:
        """A call's fields as a message or a report. Raises ChannelError for what is neither."""
        ...

    def request(self, message: OutboundMessage) -> Request:
        """The call that sends a message. Raises ChannelError for settings that cannot be used."""
        ...

    def id_in(self, answer: bytes) -> str:
        """What the gateway calls the message it took over, "" if it does not say."""
        ...


def kept_form(request: WebhookRequest) -> bytes:
    """A call as it is kept: its content type and its bytes, whatever they are."""
    body = base64.b64encode(request.body).decode("ascii")
    return json.dumps({"type": request.headers.get("content-type", ""), "body": body}).encode()


def fields_of(kept: bytes) -> dict[str, str]:
    """The fields of a kept call, of a form or of a JSON object. Raises ChannelError."""
    try:
        said = json.loads(kept)
        body = base64.b64decode(said["body"], validate=True)
        is_json = "json" in str(said["type"]).lower()
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as unfit:
        raise ChannelError("This is no call of a gateway.", permanent=True) from unfit
    return _of_json(body) if is_json else _of_form(body)


def message_of(
    *,
    id: str,
    sender: str,
    receiver: str,
    text: str,
    name: str = "",
    files: tuple[RemoteFile, ...] = (),
) -> InboundMessage:
    """A text message somebody sent us. Raises ChannelError when it names no sender or no id."""
    if not id or not sender:
        raise ChannelError("The gateway names no sender, or no id of the message.", permanent=True)
    fit = text.replace("\x00", "")[:LONGEST_TEXT]
    nothing = "A message with pictures or files." if files else "An empty text message."
    return InboundMessage(
        external_id=id[:200],
        sender=Address(sender, name or sender),
        recipients=(Address(receiver),) if receiver else (),
        subject=beginning(fit) or (nothing if files else ""),
        text=fit,
        visible_text=fit,
        thread_key=sender,
        stand_in="" if fit.strip() else nothing,
        remote_files=files,
    )


def report_of(*, id: str, failed: bool, reason: str) -> InboundMessage:
    """What became of a message of ours, which the gateway calls `id`."""
    if not id:
        raise ChannelError("The gateway does not say of which message it reports.", permanent=True)
    failures = (FailedRecipient("", permanent=True, reason=reason),) if failed else ()
    return InboundMessage(
        external_id=f"report-{id}-{reason}"[:200],
        sender=Address("gateway"),
        recipients=(),
        subject="",
        text=reason,
        automation=Automation.BOUNCE if failed else Automation.RECEIPT,
        report=DeliveryReport(failures, original_message_id=id),
    )


def require_bearer(request: WebhookRequest, token: str) -> None:
    """Raise Forged unless the call carries this token."""
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode(), token.encode())
    if not token or kind.lower() != "bearer" or not same:
        raise Forged("It does not carry our token.")


def beginning(text: str) -> str:
    """The first words of a text, for a subject."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= 80 else f"{line[:79].rstrip()}…"


def json_at(answer: bytes, path: str) -> str:
    """The text at a place in a JSON answer, such as `messages.0.id`; "" when nothing is there."""
    try:
        found: Any = json.loads(answer)
    except (ValueError, RecursionError):
        return ""
    for step in path.split("."):
        if isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        elif isinstance(found, dict):
            found = found.get(step)
        else:
            return ""
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def _of_form(body: bytes) -> dict[str, str]:
    try:
        text = body.decode("utf-8")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError as unfit:
        raise ChannelError("The gateway's call is no form in UTF-8.", permanent=True) from unfit


def _of_json(body: bytes) -> dict[str, str]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as unfit:
        raise ChannelError("The gateway's call is no JSON.", permanent=True) from unfit
    if not isinstance(said, dict):
        raise ChannelError("The gateway's call is no JSON object.", permanent=True)
    fit = {name: value for name, value in said.items() if isinstance(value, str | int)}
    return {
        str(name): str(value).encode("utf-8", "replace").decode("utf-8")
        for name, value in fit.items()
    }
