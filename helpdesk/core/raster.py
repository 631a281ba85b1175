"""Which files a page may show as pictures: raster images whose bytes are what their type says (S03)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

LARGEST_SHOWN = 15 * 1024 * 1024
# The page of a mail is as wide as this; a picture of a telephone's screen has to be seen whole.
WIDEST = 640
HIGHEST = 800

_MAGIC = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}
RASTER = frozenset({*_MAGIC, "image/webp"})
# The heads of frames among the markers of a JPEG, and the number of the note that says how its camera was held.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ORIENTATION = 0x0112


def plain_type(content_type: str) -> str:
    """The type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def may_be_shown(content_type: str, size: int) -> bool:
    """Whether a page offers a preview; the bytes are looked at when it is asked for."""
    return plain_type(content_type) in RASTER and size <= LARGEST_SHOWN


def is_picture(content_type: str, body: bytes) -> bool:
    """Whether these bytes begin as a picture of this type does."""
    kind = plain_type(content_type)
    if kind == "image/webp":
        return body[:4] == b"RIFF" and body[8:12] == b"WEBP"
    return any(body.startswith(magic) for magic in _MAGIC.get(kind, ()))


def kind_of(body: bytes) -> str | None:
    """The type of a picture by its bytes; None for what is no raster image that pages show."""
    return next((kind for kind in sorted(RASTER) if is_picture(kind, body)), None)


def measured(body: bytes) -> tuple[int, int] | None:
    """Width and height of a picture in pixels as it is seen; None where its bytes do not say them."""
    measure = _MEASURES.get(kind_of(body) or "")
    try:
        size = measure(body) if measure is not None else None
    except (IndexError, struct.error):
        return None
    return size if size is not None and min(size) > 0 else None


def fitting(size: tuple[int, int]) -> tuple[int, int]:
    """The size at which a picture stands in a text: its own, or less where that is more than a mail has room for."""
    width, height = size
    scale = min(1, WIDEST / width, HIGHEST / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _of_png(body: bytes) -> tuple[int, int] | None:
    width, height = struct.unpack_from(">II", body, 16)
    return (width, height) if body[12:16] == b"IHDR" else None


def _of_gif(body: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", body, 6)
    return width, height


def _of_webp(body: bytes) -> tuple[int, int] | None:
    """RFC 9649: one frame with losses or without, or a canvas that frames are put on."""
    kind = body[12:16]
    if kind == b"VP8X":
        return _three(body, 24) + 1, _three(body, 27) + 1
    if kind == b"VP8L" and body[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", body, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and body[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _three(body: bytes, at: int) -> int:
    return body[at] | body[at + 1] << 8 | body[at + 2] << 16


def _of_jpeg(body: bytes) -> tuple[int, int] | None:
    """From the head of its frame (ITU T.81, B.2.2); cameras that lay on their side say so before it."""
    at, lies = 2, False
    while body[at] == 0xFF:
        marker = body[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        (length,) = struct.unpack_from(">H", body, at + 2)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", body, at + 5)
            return (height, width) if lies else (width, height)
        if marker == 0xE1 and body[at + 4 : at + 10] == b"Exif\0\0":
            lies = _lies(body[at + 10 : at + 2 + length])
        if length < 2 or marker == 0xDA:
            return None
        at += 2 + length
    return None


def _lies(exif: bytes) -> bool:
    """Whether a camera was turned by a quarter, by the orientation in its notes (Exif 2.32, 4.6.4); they may be broken."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return False
    try:
        (first,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, first)
        for entry in range(min(count, 100)):
            tag, _kind, _many, value = struct.unpack_from(
                f"{order}HHIH", exif, first + 2 + 12 * entry
            )
            if tag == _ORIENTATION:
                return int(value) in range(5, 9)
    except struct.error:
        return False
    return False


_MEASURES: Mapping[str, Callable[[bytes], tuple[int, int] | None]] = {
    "image/png": _of_png,
    "image/gif": _of_gif,
    "image/webp": _of_webp,
    "image/jpeg": _of_jpeg,
}
