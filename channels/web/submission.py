"""The form in which a contact by the portal is kept: one JSON object, files in base64.

{"id", "sender": {"address", "name"}, "subject", "text", "files": [{"name", "content_type", "content"}]}
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from channels.channel import ChannelError
from channels.message import Address, File, InboundMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What somebody sent. `id` is random, and makes a second sending harmless."""

    id: str
    address: str
    name: str
    subject: str
    text: str
    files: Sequence[File] = ()


def write(submission: Submission) -> bytes:
    """The bytes that are kept of it."""
    said = {
        "id": submission.id,
        "sender": {"address": submission.address, "name": submission.name},
        "subject": submission.subject,
        "text": submission.text,
        "files": [
            {
                "name": file.name,
                "content_type": file.content_type,
                "content": base64.b64encode(file.body).decode("ascii"),
            }
            for file in submission.files
        ],
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def read(body: bytes) -> InboundMessage:
    """The message that was kept. Raises ChannelError for bytes that no portal of ours wrote."""
    try:
        said = json.loads(body)
        sender = said["sender"]
        text = str(said["text"])
        return InboundMessage(
            external_id=f"web/{said['id']}",
            sender=Address(str(sender["address"]), str(sender["name"])),
            recipients=(),
            subject=str(said["subject"]),
            text=text,
            visible_text=text,
            files=tuple(_file(one) for one in said["files"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as unfit:
        raise ChannelError("This is not what the portal writes.", permanent=True) from unfit


def _file(said: dict[str, Any]) -> File:
    return File(
        str(said["name"]),
        str(said["content_type"]),
        base64.b64decode(said["content"], validate=True),
    )
