"""What we say to WhatsApp: words, a file that was handed over before, or an approved template with its blanks filled."""

from __future__ import annotations

import re
from collections.abc import Mapping

from channels.message import FilledTemplate, OutboundMessage, Template
from channels.meta.said import Said

# What WhatsApp takes as each kind of message, and the most bytes of it, as Meta documents them.
_MB = 1024 * 1024
_SIZES = {"image": 5 * _MB, "video": 16 * _MB, "audio": 16 * _MB, "document": 100 * _MB}
_TYPES = {
    "image/jpeg": "image",
    "image/png": "image",
    "video/mp4": "video",
    "video/3gpp": "video",
    "audio/aac": "audio",
    "audio/amr": "audio",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
    "audio/ogg": "audio",
    "text/plain": "document",
    "application/pdf": "document",
    "application/msword": "document",
    "application/vnd.ms-excel": "document",
    "application/vnd.ms-powerpoint": "document",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "document",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "document",
}
_BLANK = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,60})\s*\}\}")


def kind_of_file(content_type: str, size: int) -> str:
    """What kind of message a file is sent as, "" where WhatsApp takes none such."""
    kind = _TYPES.get(content_type.partition(";")[0].strip().lower(), "")
    return kind if kind and 0 < size <= _SIZES[kind] else ""


def said_of(message: OutboundMessage, number: str) -> dict[str, object]:
    """What every message of ours says, whatever it holds."""
    said: dict[str, object] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": number.lstrip("+"),
        # Comes back with every report, also with one that overtakes the answer to this call.
        "biz_opaque_callback_data": message.external_id,
    }
    return said


def words(text: str) -> dict[str, object]:
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def file(kind: str, media_id: str, *, name: str, caption: str) -> dict[str, object]:
    said = {"id": media_id}
    if kind == "document":
        said["filename"] = name
    if caption and kind != "audio":
        said["caption"] = caption
    return {"type": kind, kind: said}


def template(filled: FilledTemplate) -> dict[str, object]:
    parameters = [_parameter(name, value) for name, value in filled.values.items()]
    said: dict[str, object] = {"name": filled.name, "language": {"code": filled.language}}
    if parameters:
        said["components"] = [{"type": "body", "parameters": parameters}]
    return {"type": "template", "template": said}


def _parameter(name: str, value: str) -> Mapping[str, str]:
    # WhatsApp refuses line breaks, and more than four spaces in a row, in what fills a blank.
    said = {"type": "text", "text": " ".join(value.split())}
    return said if name.isdigit() else {**said, "parameter_name": name}


def template_of(said: Said) -> Template:
    """A template as WhatsApp lists it; one with more than words in it cannot be sent from here."""
    text, unfit = "", ""
    for part in said["components"].each(20):
        kind = part["type"].text().upper()
        if kind == "BODY":
            text = part["text"].text(4_000)
        elif kind == "HEADER":
            if part["format"].text().upper() != "TEXT":
                unfit = "There is a picture or a file at its head."
            elif _BLANK.search(part["text"].text()):
                unfit = "There are blanks in its heading."
        elif kind == "BUTTONS" and any(
            _BLANK.search(button["url"].text()) for button in part["buttons"].each(20)
        ):
            unfit = "There are blanks in its buttons."
        elif kind not in ("FOOTER", "BUTTONS"):
            unfit = "There is something in it that the desk does not know."
    state = said["status"].line(40).upper()
    if state != "APPROVED":
        unfit = "It is not approved."
    tidy = _BLANK.sub(lambda found: "{{" + found[1] + "}}", text)
    return Template(
        name=said["name"].line(200),
        language=said["language"].line(20),
        text=tidy,
        blanks=tuple(dict.fromkeys(_BLANK.findall(text))),
        category=said["category"].line(40).lower(),
        state=state.lower(),
        unfit=unfit or ("" if text else "There are no words in it."),
    )
