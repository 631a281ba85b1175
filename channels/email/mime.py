"""A message's bytes as a tree of parts, cut at its boundaries and never by a library that may raise.

The standard library's parser reads line by line in nested generators: slow for a
large attachment, and 1,500 nested parts end it. This one searches the bytes,
stops at set limits and says which one it met.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.email.headers import base64_bytes, parse_parameters, raw_text, text_of

MOST_HEADER_BYTES = 128 * 1024
MOST_PARTS = 500
DEEPEST = 50
MOST_DECODED_BYTES = 60_000_000
_MOST_ENTERED = 5

_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\r?\n|\r\r")
_FIELD = re.compile(rb"([!-9;-~]++)[ \t]*:[ \t]*(.*)", re.DOTALL)
_LINE_END = re.compile(rb"\r\n|\n|\r")
_KNOWN = re.compile(
    rb"^(?:from|to|cc|subject|date|mime-version|content-[a-z-]+|message-id|received|return-path)\s*:",
    re.IGNORECASE,
)
_NOT_IN_ENCODINGS = re.compile(r"[^a-z0-9]")
_REST_OF_BOUNDARY = re.compile(rb"(--)?[ \t]*(?:\r\n|\n|\r|$)")
_LOOKS_LIKE_BOUNDARY = re.compile(
    rb"(?:^|\n)--([^\s-][^\r\n]{0,200}?)[ \t]*\r?\n[Cc]ontent-", re.DOTALL
)


@dataclass(slots=True)
class Limits:
    """What was spent on one message, and the first limit that it met."""

    parts: int = 0
    decoded_bytes: int = 0
    entered: int = 0
    met: str | None = None
    defects: list[str] = field(default_factory=list)

    def enter(self) -> bool:
        """Whether one more mail inside a part may be opened."""
        self.entered += 1
        return self.entered <= _MOST_ENTERED

    def spend(self, size: int) -> bool:
        """Whether so many decoded bytes more are still within what one mail may hold."""
        self.decoded_bytes += size
        if self.decoded_bytes > MOST_DECODED_BYTES:
            self.stop(f"its parts are larger than {MOST_DECODED_BYTES // 1_000_000} MB together")
        return self.decoded_bytes <= MOST_DECODED_BYTES

    def stop(self, why: str) -> None:
        self.met = self.met or why


@dataclass(slots=True)
class Part:
    """One part: its header fields as bytes, names in lower case, and what it holds."""

    fields: list[tuple[str, bytes]]
    body: bytes = field(default=b"", repr=False)
    parts: list["Part"] = field(default_factory=list)
    content_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    disposition_parameters: dict[str, str] = field(default_factory=dict)
    inside: str = ""  # the content type of the multipart around it
    header_charset: str | None = None  # what undeclared eight-bit header fields are probably in

    def raw(self, name: str) -> bytes | None:
        return next((value for known, value in self.fields if known == name), None)

    def all(self, name: str) -> list[bytes]:
        return [value for known, value in self.fields if known == name]

    def text(self, name: str) -> str:
        value = self.raw(name)
        return "" if value is None else text_of(value, self.header_charset)

    @property
    def charset(self) -> str | None:
        return self.parameters.get("charset")

    @property
    def is_multipart(self) -> bool:
        return bool(self.parts) and self.content_type.startswith("multipart/")

    def walk(self) -> Iterator["Part"]:
        """This part and every part below it, but not what attached messages hold."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.parts))


def read_parts(raw: bytes, limits: Limits) -> Part:
    """The tree of a whole message."""
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    root = _read(raw.lstrip(b"\r\n"), limits, inside="", depth=0)
    root.header_charset = next((part.charset for part in root.walk() if part.charset), None)
    return root


def read_inside(raw: bytes, limits: Limits) -> Part:
    """The tree of a mail that a part holds, against the limits of the whole."""
    return _read(raw.lstrip(b"\r\n"), limits, inside="", depth=limits.entered)


def read_header(block: bytes) -> list[tuple[str, bytes]]:
    """The fields of a header block, folded lines joined to their first."""
    return _fields(block)[0]


def decoded(part: Part, limits: Limits) -> bytes:
    """The part's body without its transfer encoding. Never raises."""
    encoding = part.raw("content-transfer-encoding")
    body = part.body if encoding is None else _decode(part.body, raw_text(encoding).lower(), limits)
    return body if limits.spend(len(body)) else b""


def _read(raw: bytes, limits: Limits, *, inside: str, depth: int) -> Part:
    limits.parts += 1
    block, body = _cut(raw)
    if len(block) > MOST_HEADER_BYTES:
        limits.stop(f"its header is larger than {MOST_HEADER_BYTES // 1024} KB")
        block = block[:MOST_HEADER_BYTES]
    fields, rest = _fields(block)
    part = Part(fields, rest + body if rest else body, inside=inside)
    _describe(part)
    if part.content_type.startswith("multipart/"):
        _read_children(part, limits, depth)
    return part


def _cut(raw: bytes) -> tuple[bytes, bytes]:
    if raw.startswith((b"\n", b"\r\n", b"\r")):
        end = _LINE_END.match(raw)
        return b"", raw[end.end() :] if end else raw
    blank = _BLANK_LINE.search(raw)
    if blank is None:
        return raw, b""
    return raw[: blank.start()], raw[blank.end() :]


def _fields(block: bytes) -> tuple[list[tuple[str, bytes]], bytes]:
    """The fields, and what followed them without being one when no blank line parted them."""
    found: list[tuple[str, bytes]] = []
    lines = _LINE_END.split(block)
    last = _last_known(lines)
    for number, line in enumerate(lines):
        match = _FIELD.match(line)
        if line[:1] in (b" ", b"\t") and found:
            found[-1] = (found[-1][0], found[-1][1] + b"\n" + line)
        elif match:
            found.append((match[1].decode("ascii").lower(), match[2]))
        elif not line or line.startswith((b"From ", b">From ")):
            continue
        elif number == 0 or number > last:
            return found, b"\n".join(lines[number:]) + b"\n\n"
        elif found:
            # A line broken without the space that should mark it goes on with its field.
            found[-1] = (found[-1][0], found[-1][1] + b"\n " + line)
    return found, b""


def _last_known(lines: list[bytes]) -> int:
    """The last line that is surely a field; what follows it may be the text."""
    numbers = range(len(lines) - 1, -1, -1)
    return next((number for number in numbers if _KNOWN.match(lines[number])), -1)


def _describe(part: Part) -> None:
    declared = part.raw("content-type")
    if declared is not None:
        part.content_type, part.parameters = parse_parameters(declared)
        if part.content_type.count("/") != 1 or part.content_type.startswith("/"):
            part.content_type = {"html": "text/html"}.get(part.content_type, "text/plain")
    elif part.inside == "multipart/digest":
        part.content_type = "message/rfc822"
    shown = part.raw("content-disposition")
    if shown is not None:
        part.disposition, part.disposition_parameters = parse_parameters(shown)


def _read_children(part: Part, limits: Limits, depth: int) -> None:
    boundary = part.parameters.get("boundary", "").encode("utf-8", "replace").rstrip()
    pieces = _pieces(part.body, boundary) if boundary else []
    if not pieces:
        guess = _LOOKS_LIKE_BOUNDARY.search(part.body)
        pieces = _pieces(part.body, guess[1]) if guess else []
    if not pieces:
        limits.defects.append("its parts could not be told apart")
        part.content_type = "text/plain"
        return
    if depth >= DEEPEST:
        limits.stop(f"its parts are nested more than {DEEPEST} deep")
        return
    for piece in pieces:
        if limits.parts >= MOST_PARTS:
            limits.stop(f"it has more than {MOST_PARTS} parts")
            return
        part.parts.append(_read(piece, limits, inside=part.content_type, depth=depth + 1))
    part.body = b""


def _pieces(body: bytes, boundary: bytes) -> list[bytes]:
    pieces: list[bytes] = []
    begin: int | None = None
    for start, end, closes in _boundary_lines(body, b"--" + boundary):
        if closes and _is_of_an_inner_part(body, boundary):
            continue
        if begin is not None:
            pieces.append(_without_last_line_end(body[begin:start]))
        if closes or len(pieces) > MOST_PARTS:
            return pieces
        begin = end
    if begin is not None and body[begin:].strip():
        pieces.append(body[begin:])
    return pieces


def _is_of_an_inner_part(body: bytes, boundary: bytes) -> bool:
    """Whether what looks like the closing line opens a part whose boundary is this one with `--` behind."""
    inner = b"boundary=%b" + boundary + b"--%b"
    return inner % (b'"', b'"') in body or inner % (b"", b"\n") in body


def _boundary_lines(body: bytes, mark: bytes) -> Iterator[tuple[int, int, bool]]:
    """Where each boundary line begins and ends, and whether it is the closing one."""
    at = body.find(mark)
    while at >= 0:
        rest = _REST_OF_BOUNDARY.match(body, at + len(mark))
        if rest and (at == 0 or body[at - 1] in b"\r\n"):
            yield at, rest.end(), rest[1] is not None
            at = body.find(mark, rest.end())
        else:
            at = body.find(mark, at + 2)


def _without_last_line_end(piece: bytes) -> bytes:
    """The line end before a boundary belongs to the boundary (RFC 2046, 5.1.1)."""
    if piece.endswith(b"\r\n"):
        return piece[:-2]
    return piece[:-1] if piece.endswith((b"\n", b"\r")) else piece


def _decode(body: bytes, encoding: str, limits: Limits) -> bytes:
    encoding = _NOT_IN_ENCODINGS.sub("", encoding.partition(";")[0]).removeprefix("x")
    if encoding == "base64":
        return base64_bytes(body)
    if encoding == "quotedprintable":
        return binascii.a2b_qp(body)
    if encoding in {"uuencode", "uue"}:
        return uudecoded(body)
    if encoding not in {"", "7bit", "8bit", "7bits", "8bits", "binary"}:
        limits.defects.append("a part has a transfer encoding that nobody knows")
    return body


def uudecoded(body: bytes) -> bytes:
    """The bytes between `begin` and `end`, lines that are broken read as far as they go."""
    out: list[bytes] = []
    started = False
    for line in body.splitlines():
        if not started:
            started = line.startswith(b"begin ")
        elif line.strip() in (b"end", b"`", b""):
            break
        else:
            out.append(_uu_line(line))
    return b"".join(out) if started else body


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders leave spaces at the end that others cut; the length says what counts.
        length = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(line[:length])
        except binascii.Error:
            return b""
