"""What a visitor said, as it is kept: written by the desk when it came, read again when it is filed."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from channels.channel import ChannelError
from channels.message import Address, File, InboundMessage

LONGEST_SUBJECT = 90


def write(
    *,
    said_id: str,
    talk: str,
    visitor: Address,
    text: str,
    at: datetime,
    subject: str = "",
    files: Sequence[File] = (),
) -> bytes:
    """The bytes that are kept; `said_id` is the widget's own id of what was said, `talk` that of the chat."""
    kept = {
        "id": said_id,
        "talk": talk,
        "visitor": {"id": visitor.address, "name": visitor.name},
        "subject": subject,
        "text": text,
        "at": at.astimezone(UTC).isoformat(),
        "files": [
            {
                "name": one.name,
                "content_type": one.content_type,
                "content": base64.b64encode(one.body).decode("ascii"),
            }
            for one in files
        ],
    }
    return json.dumps(kept, ensure_ascii=False).encode("utf-8", "replace")


def read(body: bytes) -> InboundMessage:
    """What was said. Raises ChannelError for bytes that are not as `write` makes them."""
    try:
        kept: dict[str, Any] = json.loads(body)
        text = str(kept["text"])
        return InboundMessage(
            external_id=f"{kept['talk']}/{kept['id']}",
            sender=Address(str(kept["visitor"]["id"]), str(kept["visitor"]["name"])),
            recipients=(),
            subject=str(kept["subject"]) or subject_of(text, kept["files"]),
            text=text,
            visible_text=text,
            sent_at=datetime.fromisoformat(kept["at"]),
            thread_key=str(kept["talk"]),
            files=tuple(_file(one) for one in kept["files"]),
        )
    except (ValueError, KeyError, TypeError) as unfit:
        raise ChannelError(f"This is not what a chat writes: {unfit}.", permanent=True) from unfit


def subject_of(text: str, files: Sequence[Any] = ()) -> str:
    """The subject of a conversation that begins with these words: its first line, cut at a word."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if not first and files:
        return str(files[0]["name"])[:LONGEST_SUBJECT]
    if len(first) <= LONGEST_SUBJECT:
        return first
    cut = first[:LONGEST_SUBJECT].rsplit(" ", 1)[0]
    return f"{cut} …"


def _file(kept: dict[str, Any]) -> File:
    body = base64.b64decode(kept["content"], validate=True)
    return File(str(kept["name"]), str(kept["content_type"]), body)
