"""Signed and encrypted mail: what is signed is read, what is encrypted is named. Nothing is verified here.

S/MIME (RFC 8551) packs a signed or closed mail into CMS (RFC 5652); as much of
its BER is read as leads to the content. PGP is MIME (RFC 3156) or armour in the
text (RFC 9580, 6.2 and 7).
"""

import re
import zlib
from dataclasses import dataclass

from channels.message import Protection

SMIME, PGP = "S/MIME", "PGP"
_DEEPEST = 16
_MOST_PIECES = 100_000  # A program that packs piece by piece takes a kilobyte or more at a time.
_OCTETS, _SEQUENCE, _OID, _FIRST = 0x04, 0x10, 0x06, 0xA0

_DATA_KINDS = {
    bytes.fromhex("2a864886f70d010702"): "signed",
    bytes.fromhex("2a864886f70d010703"): "encrypted",
    bytes.fromhex("2a864886f70d010706"): "encrypted",
    bytes.fromhex("2a864886f70d0109100117"): "encrypted",
    bytes.fromhex("2a864886f70d0109100109"): "compressed",
}
_CLEAR = re.compile(
    r"(?:^|\n)-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Za-z-]{1,40}: [^\n]{0,200}\n){0,20}[ \t]*\n"
)
_CLOSED = "-----BEGIN PGP MESSAGE-----"
_SIGNATURE = "\n-----BEGIN PGP SIGNATURE-----"
_END_OF_SIGNATURE = "-----END PGP SIGNATURE-----"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a CMS object is ("signed", "encrypted", "compressed") and the mail inside, if it can be read."""

    kind: str
    content: bytes | None = None


class _NotBer(ValueError):
    """These bytes are not what they say."""


@dataclass(frozen=True, slots=True)
class _Element:
    tag: int  # with the bits of its class and whether it holds others
    begin: int
    end: int
    after: int

    @property
    def holds_others(self) -> bool:
        return bool(self.tag & 0x20)


def open_cms(data: bytes, most: int) -> Opened | None:
    """What kind of CMS object this is, with its content where that lies open. Never raises."""
    try:
        info = _children(data, _element(data, 0, len(data), 0), 0)
        kind = _DATA_KINDS.get(data[info[0].begin : info[0].end])
        if kind in (None, "encrypted"):
            return Opened(kind) if kind else None
        fields = _children(data, _children(data, info[1], 1)[0], 2)
        # SignedData and CompressedData: version, algorithms, then the content with its type.
        content = _children(data, _children(data, fields[2], 3)[1], 4)[0]
        body = _octets(data, content, 5)
    except (_NotBer, IndexError):
        return None
    return Opened(kind or "", _inflated(body, most) if kind == "compressed" else body)


def _inflated(body: bytes, most: int) -> bytes | None:
    try:
        return zlib.decompressobj().decompress(body, most)
    except zlib.error:
        return None


def _element(data: bytes, at: int, end: int, depth: int) -> _Element:
    if at + 2 > end or depth > _DEEPEST:
        raise _NotBer
    tag, size, begin = data[at], data[at + 1], at + 2
    if tag & 0x1F == 0x1F:
        raise _NotBer  # Numbers of more than one byte do not occur on the way to the content.
    if size == 0x80:
        return _open_ended(data, tag, begin, end, depth)
    if size > 0x80:
        count = size & 0x7F
        if count > 6 or begin + count > end:
            raise _NotBer
        size, begin = int.from_bytes(data[begin : begin + count], "big"), begin + count
    # A mail that was cut short is still read as far as it goes.
    return _Element(tag, begin, min(begin + size, end), begin + size)


def _open_ended(data: bytes, tag: int, begin: int, end: int, depth: int) -> _Element:
    """An element that ends at two zero bytes (X.690, 8.1.3.6)."""
    at = begin
    for _ in range(_MOST_PIECES):
        if at >= end or data[at : at + 2] == b"\0\0":
            break
        at = _element(data, at, end, depth + 1).after
    else:
        raise _NotBer
    return _Element(tag, begin, min(at, end), at + 2)


def _children(data: bytes, parent: _Element, depth: int) -> list[_Element]:
    """The first few elements inside; more than these lead nowhere."""
    found: list[_Element] = []
    at = parent.begin
    while at < parent.end and len(found) < 4 and data[at : at + 2] != b"\0\0":
        found.append(_element(data, at, parent.end, depth))
        at = found[-1].after
    return found


def _octets(data: bytes, element: _Element, depth: int) -> bytes:
    if not element.holds_others:
        return data[element.begin : element.end]
    if depth > _DEEPEST:
        raise _NotBer
    pieces: list[bytes] = []
    at = element.begin
    while at < element.end and data[at : at + 2] != b"\0\0" and len(pieces) < _MOST_PIECES:
        piece = _element(data, at, element.end, depth)
        pieces.append(_octets(data, piece, depth + 1))
        at = piece.after
    return b"".join(pieces)


def protection_of_multipart(content_type: str, protocol: str) -> Protection | None:
    """What multipart/signed and multipart/encrypted say of their content (RFC 1847)."""
    protocol = protocol.lower()
    scheme = PGP if "pgp" in protocol else SMIME
    if content_type == "multipart/signed":
        return Protection(scheme, signed=True)
    if content_type == "multipart/encrypted":
        return Protection(PGP if not protocol else scheme, encrypted=True)
    return None


def without_armour(text: str) -> tuple[str, Protection | None]:
    """Text without the armour of PGP around it, and what the armour said."""
    if "-----BEGIN PGP " not in text:
        return text, None
    begin = _CLEAR.search(text)
    if begin is None:
        closed = text.lstrip().startswith(_CLOSED)
        return text, Protection(PGP, encrypted=True) if closed else None
    end = text.find(_SIGNATURE, begin.end() - 1)
    stop = text.find(_END_OF_SIGNATURE, end) if end >= 0 else -1
    inside = text[begin.end() : end if end >= 0 else len(text)]
    rest = text[stop + len(_END_OF_SIGNATURE) :] if stop >= 0 else ""
    inside = re.sub(r"(?m)^- ", "", inside)
    pieces = (text[: begin.start()].strip("\n"), inside.strip("\n"), rest.strip("\n"))
    return "\n\n".join(filter(None, pieces)), Protection(PGP, signed=True)
