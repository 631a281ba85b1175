"""Files that stand inside a text, from before there was MIME: uuencode and yEnc, taken out in one pass."""

import re
from dataclasses import dataclass

from channels.email.charsets import decode
from channels.email.mime import uudecoded
from channels.message import File

_UU_BEGIN = re.compile(rb"(?m)^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,255}?)[ \t]*\r?\n")
_UU_END = re.compile(rb"(?m)^end[ \t]*(?:\r?\n|\Z)")
_UU_LINE = re.compile(rb"[!-`][ -`]{1,90}[ \t]*\r?\n|`[ \t]*\r?\n")
_Y_BEGIN = re.compile(
    rb"(?m)^=ybegin [^\r\n]{0,500}?name=([^\r\n]{1,255})\r?\n(?:=ypart [^\r\n]{0,200}\r?\n)?"
)
_Y_END = re.compile(rb"(?m)^=yend [^\r\n]{0,200}(?:\r?\n|\Z)")
_Y_ESCAPED = re.compile(rb"=(.)", re.DOTALL)
_MOST_FILES = 100
_UNSHIFT = bytes((value - 42) % 256 for value in range(256))


@dataclass(frozen=True, slots=True)
class _Found:
    begin: int
    end: int
    name: bytes
    body: bytes


def take_out_files(text: bytes) -> tuple[bytes, list[File]]:
    """The text without the files that stand in it, and the files."""
    if b"begin " not in text and b"=ybegin " not in text:
        return text, []
    kept: list[bytes] = []
    files: list[File] = []
    at = 0
    while len(files) < _MOST_FILES and (found := _next(text, at)):
        kept.append(text[at : found.begin])
        name = decode(found.name).strip().strip('"')
        files.append(File(name, _type_of(found.name), found.body))
        at = found.end
    return b"".join((*kept, text[at:])), files


def _type_of(name: bytes) -> str:
    return "text/plain" if name.lower().endswith(b".txt") else "application/octet-stream"


def _next(text: bytes, at: int) -> _Found | None:
    found = [each for each in (_next_uu(text, at), _next_y(text, at)) if each]
    return min(found, key=lambda each: each.begin) if found else None


def _next_uu(text: bytes, at: int) -> _Found | None:
    begin = _UU_BEGIN.search(text, at)
    # "begin 644 words" may open a sentence; what follows then is no line of code.
    while begin is not None and not _UU_LINE.match(text, begin.end()):
        begin = _UU_BEGIN.search(text, begin.end())
    end = _UU_END.search(text, begin.end()) if begin else None
    if begin is None or end is None:
        return None
    return _Found(begin.start(), end.end(), begin[1], uudecoded(text[begin.start() : end.end()]))


def _next_y(text: bytes, at: int) -> _Found | None:
    begin = _Y_BEGIN.search(text, at)
    end = _Y_END.search(text, begin.end()) if begin else None
    if begin is None or end is None:
        return None
    coded = text[begin.end() : end.start()].replace(b"\r", b"").replace(b"\n", b"")
    plain = _Y_ESCAPED.sub(lambda each: bytes(((each[1][0] - 64) % 256,)), coded)
    return _Found(begin.start(), end.end(), begin[1], plain.translate(_UNSHIFT))
