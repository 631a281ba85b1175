"""Calls of WhatsApp as Meta documents them, for tests."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from channels.channel import WebhookRequest
from channels.meta.door import SIGNATURE, Door
from tests.servers.meta import BUSINESS_ID, NUMBER_ID

AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
APP_SECRET = "the app secret of the council"
SENDER = "447700900123"
METADATA = {"display_phone_number": "442079460000", "phone_number_id": NUMBER_ID}


def message(kind: str = "text", name: str = "wamid.1", **more: Any) -> dict[str, Any]:
    """One message of the kind, with what belongs to it."""
    return {
        "from": SENDER,
        "id": name,
        "timestamp": str(int(AT.timestamp())),
        "type": kind,
        **more,
    }


def text(words: str, name: str = "wamid.1", **more: Any) -> dict[str, Any]:
    return message("text", name, text={"body": words}, **more)


def status(name: str, state: str, **more: Any) -> dict[str, Any]:
    """What became of a message of ours."""
    return {
        "id": name,
        "status": state,
        "timestamp": str(int(AT.timestamp())),
        "recipient_id": SENDER,
        **more,
    }


def value(*messages: Any, statuses: Any = (), number_id: str = NUMBER_ID) -> dict[str, Any]:
    said: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {**METADATA, "phone_number_id": number_id},
    }
    if messages:
        said["contacts"] = [{"profile": {"name": "Ada Byrne"}, "wa_id": SENDER}]
        said["messages"] = list(messages)
    if statuses:
        said["statuses"] = list(statuses)
    return said


def batch(*values: dict[str, Any]) -> bytes:
    """A call's body with these values, each an entry of its own."""
    return json.dumps(
        {
            "object": "whatsapp_business_account",
            "entry": [
                {"id": BUSINESS_ID, "changes": [{"value": one, "field": "messages"}]}
                for one in values
            ],
        }
    ).encode()


def call(body: bytes, *, secret: str = APP_SECRET) -> WebhookRequest:
    """The call, signed."""
    headers = {SIGNATURE: Door((secret,)).sign(body), "content-type": "application/json"}
    return WebhookRequest("POST", headers, body, AT)
