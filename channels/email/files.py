"""Files out of parts: their names however they were written, their bytes, what belongs into the text."""

import mimetypes
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import replace

from channels.email.charsets import readable
from channels.email.headers import text_of
from channels.email.mime import Limits, Part, decoded, read_header
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


def read_file(part: Part, limits: Limits) -> File:
    body = decoded(part, limits)
    name = given_name(part)
    if not name and part.content_type == "message/rfc822":
        subject = next((v for n, v in read_header(_header_block(body)) if n == "subject"), b"")
        name = f"{clean_name(text_of(subject)) or 'message'}.eml"
    name = name or _described(part)
    content_id = part.text("content-id").strip("<> ") or None
    inline = content_id is not None and (
        part.disposition == "inline"
        or (part.inside == "multipart/related" and part.disposition != "attachment")
    )
    return File(name, part.content_type, body, content_id, inline, part.disposition)


def _described(part: Part) -> str:
    """What a nameless part is called in its description, as a name for a file of its kind."""
    described = clean_name(part.text("content-description"))
    return f"{described}{_extension(part.content_type)}" if described else ""


def _extension(content_type: str) -> str:
    return _EXTENSIONS.get(content_type) or mimetypes.guess_extension(content_type) or ".bin"


def _header_block(body: bytes) -> bytes:
    return body[:16_384].lstrip().replace(b"\r\n", b"\n").partition(b"\n\n")[0]


def given_name(part: Part) -> str:
    """The name that a part gives its file, of two the one that lost nothing on its way."""
    names = (part.disposition_parameters.get("filename"), part.parameters.get("name"))
    given = [name for name in names if name and name.strip()]
    whole = (name for name in given if "\ufffd" not in name and "?" not in name)
    return clean_name(next(whole, given[0] if given else ""))


def clean_name(name: str) -> str:
    """A file's name without its path and without what no file system takes; may be empty."""
    name = _BAD_IN_NAMES.sub("", _PATH.sub("", " ".join(readable(name).split()))).strip(" .")
    if len(name) > _LONGEST_NAME:
        stem, dot, extension = name.rpartition(".")
        kept = f"{dot}{extension}" if stem and len(extension) < 12 else ""
        name = name[: _LONGEST_NAME - len(kept)] + kept
    return name


def with_names(files: Iterable[File]) -> Iterator[File]:
    for number, file in enumerate(files, start=1):
        if file.name:
            yield file
        else:
            stem = "image" if file.content_type.startswith("image/") else "attachment"
            stem = "invitation" if file.content_type == "text/calendar" else stem
            name = f"{stem}-{number}{_extension(file.content_type)}"
            yield replace(file, name=name)


def data_fork(body: bytes) -> tuple[str, bytes] | None:
    """The name and the data in an AppleSingle file (RFC 1740, appendix A); None where there is none."""
    if not body.startswith((b"\x00\x05\x16\x00", b"\x00\x05\x16\x07")) or len(body) < 26:
        return None
    entries = {
        kind: body[offset : offset + size]
        for kind, offset, size in struct.iter_unpack(">III", _whole(body[26:], _count(body)))
    }
    data = entries.get(1)
    return (entries.get(3, b"").decode("utf-8", "replace"), data) if data else None


def _count(body: bytes) -> int:
    return min(int.from_bytes(body[24:26], "big"), 50)


def _whole(table: bytes, count: int) -> bytes:
    size = min(count * 12, len(table))
    return table[: size - size % 12]
