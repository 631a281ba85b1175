"""read(): one event of WhatsApp as a message of the desk; whatever kind it is, something of it can be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from channels.channel import ChannelError
from channels.message import (
    Address,
    Automation,
    DeliveryReport,
    FailedRecipient,
    InboundMessage,
    RemoteFile,
    Stage,
)
from channels.meta.faults import words_of
from channels.meta.said import Said
from channels.meta.words import beginning
from channels.whatsapp.unwrapping import MESSAGE, STATUS, TROUBLE

STAGES = {"sent": Stage.TAKEN, "delivered": Stage.ARRIVED, "read": Stage.READ}
_NAMES = {
    "image": "A picture.",
    "video": "A video.",
    "audio": "A recording.",
    "voice": "A recording.",
    "document": "A file.",
    "sticker": "A sticker.",
}
_MOST_LINES = 50


@dataclass(frozen=True, slots=True)
class Read:
    """What stands in a message: words, a file, and what it is where it has no words."""

    text: str = ""
    stand_in: str = ""
    file: RemoteFile | None = None
    automation: Automation | None = None
    answers: str = ""


def read(body: bytes, number_id: str = "") -> InboundMessage:
    """A kept event. Raises ChannelError for what is none, or was meant for another number."""
    said = Said.read(body)
    kind, event, metadata = said["kind"].text(), said["event"], said["metadata"]
    if kind == TROUBLE:
        raise ChannelError(f"WhatsApp reports a trouble. {words_of(event)}", permanent=True)
    if kind == STATUS:
        return _report(event)
    if kind != MESSAGE:
        raise ChannelError("This is no event of WhatsApp that we know.", permanent=True)
    if number_id and metadata["phone_number_id"].text() != number_id:
        number = metadata["display_phone_number"].line(40)
        raise ChannelError(
            f"It was sent to {number or 'another number'}, which is not the number of this account. "
            "Give that number an account of its own, or have Meta call the right address.",
            permanent=True,
        )
    return _message(event, metadata, said["contact"])


def _message(event: Said, metadata: Said, contact: Said) -> InboundMessage:
    sender, name = event["from"].text(40).lstrip("+"), event["id"].text(200)
    if not sender or not name:
        raise ChannelError("WhatsApp names no sender, or no id of the message.", permanent=True)
    number = f"+{sender}"
    found = _KINDS.get(event["type"].text(), _unknown)(event)
    answered = found.answers or event.at("context.id").text(200)
    subject = beginning(found.text) or found.stand_in or "A message without words."
    return InboundMessage(
        external_id=name,
        sender=Address(number, contact.at("profile.name").line(200) or number),
        recipients=_receiver(metadata),
        subject=subject,
        text=found.text,
        visible_text=found.text,
        sent_at=event["timestamp"].moment(),
        in_reply_to=(answered,) if answered else (),
        thread_key=number,
        automation=found.automation,
        stand_in="" if found.text.strip() else subject,
        remote_files=(found.file,) if found.file else (),
    )


def _receiver(metadata: Said) -> tuple[Address, ...]:
    number = metadata["display_phone_number"].line(40)
    return (Address(number),) if number else ()


def _report(event: Said) -> InboundMessage:
    state, name = event["status"].text(40), event["id"].text(200)
    # A report may overtake the answer that tells us WhatsApp's id, so our own mark counts first.
    ours = event["biz_opaque_callback_data"].text(300) or name
    if not ours:
        raise ChannelError("WhatsApp does not say of which message it reports.", permanent=True)
    failed = state == "failed"
    words = words_of(event["errors"][0]) if failed else state
    failures = (FailedRecipient("", permanent=True, reason=words),) if failed else ()
    return InboundMessage(
        external_id=f"{state} {name}"[:200],
        sender=Address("whatsapp"),
        recipients=(),
        subject="",
        text=words,
        sent_at=event["timestamp"].moment(),
        automation=Automation.BOUNCE if failed else Automation.RECEIPT,
        report=DeliveryReport(failures, original_message_id=ours, stage=STAGES.get(state)),
    )


def _text(event: Said) -> Read:
    return Read(event.at("text.body").text())


def _file(event: Said) -> Read:
    kind = event["type"].text()
    media = event[kind]
    reference = media["id"].text(200)
    words = _NAMES.get(kind, "A file.")
    if not reference:
        return Read(media["caption"].text(), f"{words} WhatsApp does not say where it lies.")
    file = RemoteFile(reference, media["mime_type"].line(120), media["filename"].line(200))
    return Read(media["caption"].text(), words, file)


def _location(event: Said) -> Read:
    place = event["location"]
    north, east = place["latitude"].number(), place["longitude"].number()
    lines = [place["name"].line(), place["address"].line(), place["url"].line(500)]
    if north is not None and east is not None and abs(north) <= 90 and abs(east) <= 180:
        here = f"{north:.6f}", f"{east:.6f}"
        lines += [
            f"{here[0]}, {here[1]}",
            f"https://www.openstreetmap.org/?mlat={here[0]}&mlon={here[1]}#map=18/{here[0]}/{here[1]}",
        ]
    return Read("\n".join(filter(None, ["A place:", *lines])))


def _contacts(event: Said) -> Read:
    lines = ["Somebody's contact details:"]
    for one in event["contacts"].each(10):
        lines += [one.at("name.formatted_name").line(), one.at("org.company").line()]
        lines += [phone["phone"].line(60) for phone in one["phones"].each(10)]
        lines += [email["email"].line(320) for email in one["emails"].each(10)]
    return Read("\n".join(filter(None, lines[:_MOST_LINES])))


def _button(event: Said) -> Read:
    return Read(event.at("button.text").text() or event.at("button.payload").text())


def _interactive(event: Said) -> Read:
    said = event["interactive"]
    chosen = said["button_reply"] or said["list_reply"]
    if chosen:
        return Read("\n".join(filter(None, [chosen["title"].text(), chosen["description"].text()])))
    form = said["nfm_reply"]
    fields = Said.read(form["response_json"].text().encode())
    lines = [f"{name}: {value.line()}" for name, value in fields.items() if name != "flow_token"]
    return Read("\n".join(filter(None, [form["body"].line(), *lines])), "An answered form.")


def _reaction(event: Said) -> Read:
    sign = event.at("reaction.emoji").line(40)
    words = f"Reacted with {sign}" if sign else "Took a reaction back."
    return Read(
        words, automation=Automation.MARK, answers=event.at("reaction.message_id").text(200)
    )


def _order(event: Said) -> Read:
    lines = ["An order from the catalogue:", event.at("order.text").text()]
    for item in event.at("order.product_items").each(30):
        price = f"{item['item_price'].line(20)} {item['currency'].line(3)}".strip()
        lines.append(f"{item['quantity'].line(20)} × {item['product_retailer_id'].line()}, {price}")
    return Read("\n".join(filter(None, lines)))


def _system(event: Said) -> Read:
    words = event.at("system.body").text() or "A notice of WhatsApp."
    return Read(words, automation=Automation.AUTO_GENERATED)


def _unknown(event: Said) -> Read:
    kind = event["type"].line(40) or "unknown"
    error = event["errors"][0]
    why = error.at("error_data.details").line() or error["title"].line()
    words = (
        "A message of a kind that WhatsApp does not hand on"
        if kind == "unsupported"
        else (f"A message of the kind “{kind}”, which the desk cannot show")
    )
    return Read(stand_in=f"{words} ({why})." if why else f"{words}.")


_KINDS: Mapping[str, Callable[[Said], Read]] = {
    "text": _text,
    **dict.fromkeys(_NAMES, _file),
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "reaction": _reaction,
    "order": _order,
    "system": _system,
}
