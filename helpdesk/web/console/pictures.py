"""Which files a page may show as pictures: raster images whose bytes are what their type says (S03)."""

from __future__ import annotations

LARGEST_SHOWN = 15 * 1024 * 1024

_MAGIC = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}
RASTER = frozenset({*_MAGIC, "image/webp"})


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
