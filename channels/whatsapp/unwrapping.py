"""What a call of WhatsApp holds, event by event: Meta repeats events in other batches, so each is kept by its own name."""

from __future__ import annotations

import json
from collections.abc import Iterator

from channels.channel import RawItem, WebhookRequest
from channels.meta.door import item_of, whole_of
from channels.meta.said import Said

MESSAGE, STATUS, TROUBLE = "message", "status", "trouble"


def unwrap(request: WebhookRequest, number_id: str) -> list[RawItem]:
    """Every message and every report in a call that was proven; reports on another number's messages are left out."""
    said = Said.read(request.body)
    entries = list(said["entry"].each())
    if said["object"].text() != "whatsapp_business_account" or not entries:
        return [whole_of(request)]
    return [
        item
        for entry in entries
        for change in entry["changes"].each()
        if change["field"].text() == "messages"
        for item in _of_change(change["value"], number_id, request)
    ]


def _of_change(value: Said, number_id: str, request: WebhookRequest) -> Iterator[RawItem]:
    metadata = value["metadata"]
    theirs = bool(number_id) and metadata["phone_number_id"].text() != number_id
    people = {one["wa_id"].text(): one for one in value["contacts"].each()}
    for message in value["messages"].each():
        body = _event(MESSAGE, message, metadata, people.get(message["from"].text(), Said(None)))
        name = message["id"].text()
        yield item_of(f"message {name}", body, request) if name else _unnamed(body, request)
    for status in value["statuses"].each() if not theirs else ():
        body = _event(STATUS, status, metadata, Said(None))
        name = status["id"].text()
        state = status["status"].text()
        yield item_of(f"{state} {name}", body, request) if name else _unnamed(body, request)
    for error in value["errors"].each() if not theirs else ():
        yield _unnamed(_event(TROUBLE, error, metadata, Said(None)), request)


def _unnamed(body: bytes, request: WebhookRequest) -> RawItem:
    return whole_of(WebhookRequest(request.method, {}, body, request.at))


def _event(kind: str, event: Said, metadata: Said, person: Said) -> bytes:
    parts = {"event": event, "metadata": metadata, "contact": person}
    return json.dumps(
        {"kind": kind, **{name: json.loads(part.dumped()) for name, part in parts.items()}},
        separators=(",", ":"),
    ).encode("ascii")
