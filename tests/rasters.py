"""Pictures of a few bytes: the heads by which a picture is known and measured, and nothing to see."""

from __future__ import annotations

import struct


def png(width: int = 4, height: int = 3) -> bytes:
    """The head of a PNG of this size."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02\0\0\0"


def gif(width: int = 4, height: int = 3) -> bytes:
    """The head of a GIF of this size."""
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0"


def jpeg(width: int = 4, height: int = 3, orientation: int = 0, order: str = ">") -> bytes:
    """The head of a JPEG of this size, from a camera that was held like this."""
    notes = b""
    if orientation:
        mark = b"MM" if order == ">" else b"II"
        entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
        tiff = mark + struct.pack(f"{order}HIH", 42, 8, 1) + entry
        notes = b"\xff\xe1" + struct.pack(">H", len(tiff) + 8) + b"Exif\0\0" + tiff
    frame = b"\xff\xc0\0\x11\x08" + struct.pack(">HH", height, width) + b"\x03"
    return b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + notes + frame


def webp(width: int = 4, height: int = 3, kind: bytes = b"VP8X") -> bytes:
    """The head of a WebP of this size: a canvas, or a frame with losses or without."""
    less = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = {
        b"VP8X": b"\0\0\0\0" + less,
        b"VP8L": b"\x2f" + struct.pack("<I", (height - 1) << 14 | (width - 1)),
        b"VP8 ": b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height),
    }[kind]
    return b"RIFF\0\0\0\0WEBP" + kind + b"\0\0\0\0" + body
