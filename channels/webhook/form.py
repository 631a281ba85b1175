"""The JSON of the webhook channel: what may stand in it, read strictly, and what we write.

In:   {"id", "sender": {"id", "name"}, "text", "conversation", "subject", "sent_at", "in_reply_to", "automatic",
       "files": [{"name", "content_type", "content" (base64)}]}
      or {"id", "report": {"message", "state": "delivered" | "failed", "reason"}}
Out:  {"id", "conversation", "to": {"id", "name"}, "from", "subject", "text", "sent_at", "in_reply_to", "files"}
"""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from channels.channel import ChannelError
from channels.message import (
    Address,
    Automation,
    DeliveryReport,
    FailedRecipient,
    File,
    InboundMessage,
    OutboundMessage,
)

LONGEST_TEXT = 500_000
LONGEST_NAME = 300
MOST_FILES = 50
_STATES = {"delivered": Automation.RECEIPT, "failed": Automation.BOUNCE}


class Unfit(ChannelError):
    """A body that is no message; the text says what is wrong with which field."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)

    def __reduce__(self) -> tuple[type["Unfit"], tuple[object, ...]]:
        return type(self), (self.message,)


def read(body: bytes) -> InboundMessage:
    """The message that a body says. Raises Unfit, naming the field."""
    said = _object(body)
    own_id = _text(said, "id", 200, required=True)
    if "report" in said:
        return _read_report(own_id, said["report"])
    sender = said.get("sender")
    if not isinstance(sender, dict):
        raise Unfit('"sender" must be an object with an "id".')
    address = Address(
        _text(sender, "id", LONGEST_NAME, required=True), _text(sender, "name", LONGEST_NAME)
    )
    text = _text(said, "text", LONGEST_TEXT)
    files = _files(said.get("files", []))
    if not text.strip() and not files:
        raise Unfit('A message has a "text", "files", or both.')
    answered = _text(said, "in_reply_to", 200)
    return InboundMessage(
        external_id=own_id,
        sender=address,
        recipients=(),
        subject=_text(said, "subject", 500) or _beginning(text),
        text=text,
        visible_text=text,
        sent_at=_moment(said.get("sent_at")),
        in_reply_to=(answered,) if answered else (),
        thread_key=_text(said, "conversation", 200) or address.address,
        files=files,
        automation=Automation.AUTO_GENERATED if said.get("automatic") is True else None,
    )


def write(message: OutboundMessage) -> bytes:
    """The body for a message of ours; the same at every try."""
    person = message.to[0] if message.to else Address("")
    said = {
        "id": message.external_id,
        "conversation": message.thread_key or "",
        "to": {"id": person.address, "name": person.name},
        "from": message.from_.name,
        "subject": message.subject,
        "text": message.text,
        "sent_at": message.sent_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "in_reply_to": message.in_reply_to or "",
        "automatic": message.auto_submitted is not None,
        "files": [
            {
                "name": file.name,
                "content_type": file.content_type,
                "content": base64.b64encode(file.body).decode("ascii"),
            }
            for file in message.files
        ],
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as unfit:
        raise Unfit("The body is not JSON in UTF-8.") from unfit
    if not isinstance(said, dict):
        raise Unfit("The body must be one JSON object.")
    return said


def _text(said: Mapping[str, Any], name: str, longest: int, *, required: bool = False) -> str:
    value = said.get(name, "")
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise Unfit(f'"{name}" must be a text.')
    if len(value) > longest:
        raise Unfit(f'"{name}" is longer than {longest:,} characters.')
    # JSON can say halves of characters, which nothing can store.
    fit = value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    if required and not fit.strip():
        raise Unfit(f'"{name}" is missing.')
    return fit


def _moment(value: Any) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as unfit:
        raise Unfit('"sent_at" must be a moment, such as 2026-11-22T09:30:00Z.') from unfit
    if moment.utcoffset() is None:
        raise Unfit('"sent_at" must say its offset from UTC, such as Z.')
    return moment.astimezone(UTC)


def _files(said: Any) -> tuple[File, ...]:
    if not isinstance(said, list) or len(said) > MOST_FILES:
        raise Unfit(f'"files" must be a list of at most {MOST_FILES}.')
    return tuple(_file(one) for one in said)


def _file(said: Any) -> File:
    if not isinstance(said, dict):
        raise Unfit('Each of "files" must be an object.')
    content = said.get("content")
    try:
        body = base64.b64decode(content or "", validate=True)
    except (binascii.Error, TypeError, ValueError) as unfit:
        raise Unfit('The "content" of a file must be base64.') from unfit
    return File(
        _text(said, "name", LONGEST_NAME) or "file",
        _text(said, "content_type", 120) or "application/octet-stream",
        body,
    )


def _read_report(own_id: str, said: Any) -> InboundMessage:
    if not isinstance(said, dict):
        raise Unfit('"report" must be an object.')
    state, message = said.get("state"), _text(said, "message", 250, required=True)
    if state not in _STATES:
        raise Unfit('The "state" of a report is "delivered" or "failed".')
    reason = _text(said, "reason", 500)
    failures = (FailedRecipient("", permanent=True, reason=reason),) if state == "failed" else ()
    return InboundMessage(
        external_id=own_id,
        sender=Address("report"),
        recipients=(),
        subject="",
        text=reason,
        automation=_STATES[state],
        report=DeliveryReport(failures, original_message_id=message),
    )


def _beginning(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= 80 else f"{line[:79].rstrip()}…"
