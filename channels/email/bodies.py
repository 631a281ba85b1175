"""What a mail says and carries: its text, its HTML and its files, out of the tree of parts."""

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from channels.email.charsets import decode, decode_html, readable
from channels.email.headers import text_of
from channels.email.mime import Limits, Part, decoded, read_header
from channels.email.plaintext import text_of_html
from channels.message import File

_PATH = re.compile(r"^.*[/\\]")
_BAD_IN_NAMES = re.compile(r"[\x00-\x1f\x7f<>:\"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_EXTENSIONS = {
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/plain": ".txt",
    "text/html": ".html",
    "image/jpeg": ".jpg",
    "message/delivery-status": ".txt",
    "text/rfc822-headers": ".txt",
    "application/pgp-signature": ".asc",
}
_LONGEST_NAME = 180


@dataclass(frozen=True, slots=True)
class Body:
    text: str
    html: str | None
    files: tuple[File, ...]


@dataclass(slots=True)
class _Slot:
    """One place of the body: its plain form, its HTML form, or both."""

    plain: str | None = None
    html: str | None = None

    def as_text(self) -> str:
        if self.plain is not None and (self.plain.strip() or self.html is None):
            return self.plain
        return text_of_html(self.html or "")

    def as_html(self) -> str:
        return f"<pre>{escape(self.plain or '')}</pre>" if self.html is None else self.html


def read_body(root: Part, limits: Limits) -> Body:
    slots: list[_Slot] = []
    files: list[File] = []
    _gather(root, limits, slots, files)
    texts = [text for text in (slot.as_text().strip("\n") for slot in slots) if text.strip()]
    html = None
    if any(slot.html is not None for slot in slots):
        html = "\n".join(slot.as_html() for slot in slots)
    return Body("\n\n".join(texts), html, tuple(_with_names(files)))


def _gather(part: Part, limits: Limits, slots: list[_Slot], files: list[File]) -> None:
    if part.content_type == "multipart/alternative" and part.parts:
        _gather_alternative(part, limits, slots, files)
    elif part.is_multipart:
        for child in part.parts:
            _gather(child, limits, slots, files)
    elif _is_text(part, slots):
        slots.append(_read_text(part, limits))
    else:
        files.append(_read_file(part, limits))


def _gather_alternative(part: Part, limits: Limits, slots: list[_Slot], files: list[File]) -> None:
    """The forms of one body become one slot; whatever else is in there stays a file."""
    both = _Slot()
    for child in part.parts:
        inner: list[_Slot] = []
        _gather(child, limits, inner, files)
        plain = [slot.plain for slot in inner if slot.plain is not None]
        html = [slot.as_html() for slot in inner]
        if any(slot.html is not None for slot in inner):
            both.html = "\n".join(html) if both.html is None else both.html
            if both.plain is None and plain and child.is_multipart:
                both.plain = "\n\n".join(slot.as_text() for slot in inner)
        elif plain:
            both.plain = "\n\n".join(filter(None, (both.plain, *plain)))
    if both.plain is not None or both.html is not None:
        slots.append(both)


def _is_text(part: Part, slots: list[_Slot]) -> bool:
    if part.content_type not in ("text/plain", "text/html", "text/enriched", "text/richtext"):
        return part.content_type.startswith("multipart/")
    if part.disposition == "attachment":
        return False
    # A named text that is neither the whole mail nor its first words was put in as a file.
    return not slots or not _given_name(part)


def _read_text(part: Part, limits: Limits) -> _Slot:
    body = decoded(part, limits)
    if part.content_type == "text/html":
        return _Slot(html=readable(decode_html(body, part.charset)))
    text = readable(decode(body, part.charset))
    if part.parameters.get("format", "").lower() == "flowed":
        text = _unflowed(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
    if part.content_type in ("text/enriched", "text/richtext"):
        return _Slot(html=text)
    return _Slot(plain=text)


def _unflowed(text: str, *, delete_space: bool) -> str:
    """Lines that end in a space go on in the next one of the same depth (RFC 3676, 4)."""
    out: list[str] = []
    flows, last_depth = False, 0
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        if content.startswith(" "):
            content = content[1:]  # Stuffed, so that no program mistakes the line for another.
        if flows and depth == last_depth and content != "-- ":
            out[-1] = (out[-1][:-1] if delete_space else out[-1]) + content
        else:
            out.append(f"{'>' * depth}{' ' if depth and content else ''}{content}")
        flows, last_depth = content.endswith(" ") and content != "-- ", depth
    return "\n".join(out)


def _read_file(part: Part, limits: Limits) -> File:
    body = decoded(part, limits)
    name = _given_name(part)
    if not name and part.content_type == "message/rfc822":
        subject = next((v for n, v in read_header(_header_block(body)) if n == "subject"), b"")
        name = f"{clean_name(text_of(subject)) or 'message'}.eml"
    content_id = part.text("content-id").strip("<> ") or None
    inline = content_id is not None and (
        part.disposition == "inline"
        or (part.inside == "multipart/related" and part.disposition != "attachment")
    )
    return File(name, part.content_type, body, content_id, inline)


def _header_block(body: bytes) -> bytes:
    return body[:16_384].lstrip().replace(b"\r\n", b"\n").partition(b"\n\n")[0]


def _given_name(part: Part) -> str:
    name = part.disposition_parameters.get("filename") or part.parameters.get("name") or ""
    return clean_name(name)


def clean_name(name: str) -> str:
    """A file's name without its path and without what no file system takes; may be empty."""
    name = _BAD_IN_NAMES.sub("", _PATH.sub("", " ".join(readable(name).split()))).strip(" .")
    if len(name) > _LONGEST_NAME:
        stem, dot, extension = name.rpartition(".")
        kept = f"{dot}{extension}" if stem and len(extension) < 12 else ""
        name = name[: _LONGEST_NAME - len(kept)] + kept
    return name


def _with_names(files: list[File]) -> Iterator[File]:
    for number, file in enumerate(files, start=1):
        if file.name:
            yield file
        else:
            extension = _EXTENSIONS.get(file.content_type)
            extension = extension or mimetypes.guess_extension(file.content_type) or ".bin"
            stem = "image" if file.content_type.startswith("image/") else "attachment"
            name = f"{stem}-{number}{extension}"
            yield File(name, file.content_type, file.body, file.content_id, file.inline)
