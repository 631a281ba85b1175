"""winmail.dat: what Outlook packs a mail into ([MS-OXTNEF]), read within bounds and never trusted.

A length that points outside ends the reading there: what was found before it stays.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from channels.email.charsets import codec_of, decode, decode_html, readable
from channels.email.rtf import read_rtf, unpacked
from channels.message import Address, File, Invitation

_SIGNATURE = b"\x78\x9f\x3e\x22"
_MOST_PROPERTIES = 10_000
_MOST_FILES = 500
_DEEPEST = 5

# Attributes, by the low half of their tag.
_BODY, _MESSAGE_PROPERTIES, _CODE_PAGE, _CLASS = 0x800C, 0x9003, 0x9007, 0x8008
_RENDERING, _TITLE, _DATA, _TRANSPORT_NAME, _FILE_PROPERTIES = (
    0x9002,
    0x8010,
    0x800F,
    0x9001,
    0x9005,
)

# Properties.
_P_BODY, _P_RTF, _P_HTML, _P_HTML_CODE_PAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
_P_LONG_NAME, _P_NAME, _P_SHOWN_NAME, _P_MIME_TYPE = 0x3707, 0x3704, 0x3001, 0x370E
_P_DATA, _P_CONTENT_ID, _P_METHOD = 0x3701, 0x3712, 0x3705
_EMBEDDED_MESSAGE = 5
_P_CLASS, _P_SUBJECT, _P_START, _P_END, _P_BY, _P_BY_NAME = 0x001A, 0x37, 0x60, 0x61, 0x5D02, 0x42
# Names of the appointment set, kept apart from the plain ones by one high bit.
_APPOINTMENT = bytes.fromhex("0220060000000000c000000000000046")
_OF_SET = 0x10000
_N_PLACE, _N_START, _N_END = _OF_SET | 0x8208, _OF_SET | 0x820D, _OF_SET | 0x820E
# The class of a meeting's message, old and new spelling, as a method of RFC 5546 and an answer.
_MEETINGS = {
    "schedule.meeting.request": ("REQUEST", ""),
    "schedule.mtgreq": ("REQUEST", ""),
    "schedule.meeting.canceled": ("CANCEL", ""),
    "schedule.mtgcncl": ("CANCEL", ""),
    "schedule.meeting.resp.pos": ("REPLY", "ACCEPTED"),
    "schedule.mtgrespp": ("REPLY", "ACCEPTED"),
    "schedule.meeting.resp.neg": ("REPLY", "DECLINED"),
    "schedule.mtgrespn": ("REPLY", "DECLINED"),
    "schedule.meeting.resp.tent": ("REPLY", "TENTATIVE"),
    "schedule.mtgrespa": ("REPLY", "TENTATIVE"),
}

# How many bytes a value of a type takes; each value is filled up to four.
_FIXED = {2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0x0A: 4, 0x0B: 2, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING8, _UNICODE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_SEVERAL, _NAMED = 0x1000, 0x8000

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)

Value = str | bytes | int


@dataclass(frozen=True, slots=True)
class Tnef:
    """What was in it: the body in up to three forms, and the files, embedded messages among them."""

    text: str = ""
    html: str | None = None
    rtf: bytes | None = field(default=None, repr=False)
    files: tuple[File, ...] = ()
    meeting: Invitation | None = None

    @property
    def readable_text(self) -> str:
        """The plain body, else what the RTF says."""
        if self.text.strip() or self.rtf is None:
            return self.text
        read = read_rtf(self.rtf)
        return read.text if read else ""

    @property
    def readable_html(self) -> str | None:
        """The HTML body, given as such or hidden in the RTF."""
        if self.html is not None or self.rtf is None:
            return self.html
        read = read_rtf(self.rtf)
        return read.html if read else None


class _Cut(Exception):
    """The bytes end before what they announce."""


class _Bytes:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        if size < 0 or self.at + size > len(self.data):
            raise _Cut
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, form: str = "<I") -> int:
        value: int = struct.unpack(form, self.take(struct.calcsize(form)))[0]
        return value

    def padded(self, size: int) -> bytes:
        value = self.take(size)
        self.at = min(self.at + (-size % 4), len(self.data))
        return value


def is_tnef(data: bytes) -> bool:
    return data.startswith(_SIGNATURE)


def read_tnef(data: bytes, depth: int = 0) -> Tnef | None:
    """What a winmail.dat holds, or None if this is none. Never raises."""
    if not is_tnef(data) or depth >= _DEEPEST:
        return None
    message = _Collected()
    for level, name, body in _attributes(data):
        message.take(level, name, body)
    return message.result(depth)


def _attributes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    source = _Bytes(data)
    source.at = 6
    try:
        while source.at < len(data):
            level = source.number("<B")
            name = source.number() & 0xFFFF
            body = source.take(source.number())
            source.at += 2  # The checksum; a mail that came whole needs none.
            if level not in (1, 2):
                return
            yield level, name, body
    except _Cut:
        return


@dataclass(slots=True)
class _Attached:
    title: str = ""
    data: bytes = b""
    properties: dict[int, Value] = field(default_factory=dict)


class _Collected:
    """What the attributes said so far; those after a rendering belong to one file."""

    def __init__(self) -> None:
        self.codec = "cp1252"
        self.body = b""
        self.message_class = ""
        self.properties: dict[int, Value] = {}
        self.files: list[_Attached] = []

    def take(self, level: int, name: int, body: bytes) -> None:
        if level == 1:
            self._take_of_message(name, body)
        elif name == _RENDERING and len(self.files) < _MOST_FILES:
            self.files.append(_Attached())
        elif self.files:
            self._take_of_file(self.files[-1], name, body)

    def _take_of_message(self, name: int, body: bytes) -> None:
        if name == _CODE_PAGE and len(body) >= 4:
            self.codec = codec_of(f"cp{struct.unpack_from('<I', body)[0]}") or self.codec
        elif name == _BODY:
            self.body = body
        elif name == _CLASS:
            self.message_class = _string(body, self.codec)
        elif name == _MESSAGE_PROPERTIES:
            self.properties.update(_properties(body, self.codec))

    def _take_of_file(self, file: _Attached, name: int, body: bytes) -> None:
        if name == _TITLE or (name == _TRANSPORT_NAME and not file.title):
            file.title = _string(body, self.codec)
        elif name == _DATA:
            file.data = body
        elif name == _FILE_PROPERTIES:
            file.properties.update(_properties(body, self.codec))

    def result(self, depth: int) -> Tnef:
        text = self.properties.get(_P_BODY)
        html = self.properties.get(_P_HTML)
        packed = self.properties.get(_P_RTF)
        if isinstance(html, bytes):
            page = self.properties.get(_P_HTML_CODE_PAGE)
            named = (
                {65001: "utf-8", 28591: "iso-8859-1"}.get(page) if isinstance(page, int) else None
            )
            named = named or (f"cp{page}" if isinstance(page, int) else None)
            html = decode_html(html.rstrip(b"\0"), named)
        if not isinstance(text, str):
            text = _string(self.body, self.codec)
        return Tnef(
            text=readable(text),
            html=readable(html) if isinstance(html, str) else None,
            rtf=unpacked(packed) if isinstance(packed, bytes) else None,
            files=tuple(_file(each, depth) for each in self.files),
            meeting=_meeting(
                _said(self.properties, _P_CLASS) or self.message_class, self.properties
            ),
        )


def _meeting(message_class: str, properties: dict[int, Value]) -> Invitation | None:
    kind = message_class.lower().replace("microsoft ", "").removeprefix("ipm.")
    if kind not in _MEETINGS:
        return None
    method, answer = _MEETINGS[kind]
    starts_at = _moment(properties.get(_N_START, properties.get(_P_START)))
    ends_at = _moment(properties.get(_N_END, properties.get(_P_END)))
    organiser = _said(properties, _P_BY)
    return Invitation(
        method=method,
        answer=answer,
        summary=_said(properties, _P_SUBJECT),
        starts=f"{starts_at:%Y-%m-%dT%H:%M}" if starts_at else "",
        ends=f"{ends_at:%Y-%m-%dT%H:%M}" if ends_at else "",
        zone="UTC" if starts_at else "",
        starts_at=starts_at,
        place=_said(properties, _N_PLACE),
        organiser=Address(organiser, _said(properties, _P_BY_NAME)) if "@" in organiser else None,
    )


def _moment(value: Value | None) -> datetime | None:
    """A FILETIME: tenths of microseconds since 1601, in UTC."""
    if not isinstance(value, int):
        return None
    try:
        return _EPOCH + timedelta(microseconds=value // 10)
    except OverflowError:
        return None


def _file(attached: _Attached, depth: int) -> File:
    properties = attached.properties
    name = _said(properties, _P_LONG_NAME) or attached.title or _said(properties, _P_NAME)
    name = name or _said(properties, _P_SHOWN_NAME)
    content_id = _said(properties, _P_CONTENT_ID).strip("<> ") or None
    content_type = _said(properties, _P_MIME_TYPE).lower() or "application/octet-stream"
    data = properties.get(_P_DATA)
    body = data if isinstance(data, bytes) and not attached.data else attached.data
    if properties.get(_P_METHOD) == _EMBEDDED_MESSAGE:
        inner = read_tnef(body[16:], depth + 1)
        if inner is not None:
            text = inner.readable_text or inner.readable_html or ""
            return File(f"{name or 'message'}", "text/plain", text.encode("utf-8"), content_id)
    return File(name, content_type, body, content_id, inline=content_id is not None)


def _said(properties: dict[int, Value], name: int) -> str:
    value = properties.get(name)
    return value if isinstance(value, str) else ""


def _properties(data: bytes, codec: str) -> dict[int, Value]:
    """The properties by id, of several values the first; among named ones only an appointment's."""
    found: dict[int, Value] = {}
    source = _Bytes(data)
    try:
        for _ in range(min(source.number(), _MOST_PROPERTIES)):
            kind, name = source.number("<H"), source.number("<H")
            if name >= _NAMED:
                name = _full_name(source)
            value = _value(source, kind, codec)
            if name and value is not None:
                found.setdefault(name, value)
    except _Cut:
        pass
    return found


def _full_name(source: _Bytes) -> int:
    """The number of a named property of the appointment set, else 0."""
    of_set = source.take(16)
    if source.number() == 0:
        number = source.number()
        return _OF_SET | number if of_set == _APPOINTMENT and number < _OF_SET else 0
    source.padded(source.number())
    return 0


def _value(source: _Bytes, kind: int, codec: str) -> Value | None:
    plain = kind & ~_SEVERAL
    sized = plain in (_STRING8, _UNICODE, _BINARY, _OBJECT)
    if not sized and plain not in _FIXED:
        raise _Cut  # Where a value of an unknown type ends cannot be known.
    count = source.number() if sized or kind & _SEVERAL else 1
    first: Value | None = None
    for number in range(count):
        body = source.padded(source.number() if sized else _FIXED[plain])
        if number == 0:
            first = _read_value(body, plain, codec)
    return first


def _read_value(body: bytes, kind: int, codec: str) -> Value:
    if kind == _UNICODE:
        return body.decode("utf-16-le", "replace").rstrip("\0")
    if kind == _STRING8:
        return _string(body, codec)
    if kind in (_BINARY, _OBJECT):
        return body
    return int.from_bytes(body[:8], "little")


def _string(body: bytes, codec: str) -> str:
    return decode(body.partition(b"\0")[0] if b"\0" in body[-2:] else body, codec)
