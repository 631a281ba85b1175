"""RTF as Outlook sends it: unpacked ([MS-OXRTFCP]), read as text, and the HTML inside it ([MS-OXRTFEX])."""

import re
import struct
from dataclasses import dataclass, replace
from html import escape

from channels.email.charsets import codec_of, readable

MOST_RTF_BYTES = 8_000_000
_DEEPEST = 200
_WINDOW = 4096
_PREFILLED = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_PACKED, _PLAIN = 0x75465A4C, 0x414C454D

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
# Destinations whose words are no words of the text.
_UNSEEN = frozenset(
    b"fonttbl colortbl stylesheet info pict object header footer headerl headerr headerf footerl "
    b"footerr footerf ftnsep ftnsepc aftnsep aftnsepc themedata colorschememapping datastore latentstyles "
    b"listtable listoverridetable rsidtbl generator xmlnstbl mmathPr fldinst bkmkstart bkmkend".split()
)
_CHARACTERS = {
    b"tab": "\t",
    b"cell": "\t",
    b"line": "\n",
    b"par": "\n",
    b"row": "\n",
    b"sect": "\n",
    b"page": "\n",
    b"emdash": "\u2014",
    b"endash": "\u2013",
    b"bullet": "\u2022",
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "\u201c",
    b"rdblquote": "\u201d",
    b"emspace": "\u2003",
    b"enspace": "\u2002",
}
_SIGNS = {b"~": "\xa0", b"_": "\u2011", b"-": "", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n"}
_FONT_CODECS = {
    77: "mac-roman",
    128: "cp932",
    129: "cp949",
    134: "gb18030",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}


@dataclass(frozen=True, slots=True)
class RichText:
    """What an RTF says; `html` only where it was made from HTML."""

    text: str
    html: str | None = None


def unpacked(packed: bytes) -> bytes:
    """The RTF in a PR_RTF_COMPRESSED; empty if it is none. Never raises."""
    if len(packed) < 16:
        return b""
    size, kind = struct.unpack_from("<4xII", packed)
    size = min(size, MOST_RTF_BYTES)
    if kind == _PLAIN:
        return packed[16 : 16 + size]
    return _inflated(packed[16:], size) if kind == _PACKED else b""


def _inflated(packed: bytes, size: int) -> bytes:
    out = bytearray(_PREFILLED)
    begin, at, end = len(out), 0, len(packed)
    while at < end and len(out) - begin < size:
        control, at = packed[at], at + 1
        for bit in range(8):
            if not control >> bit & 1:
                out += packed[at : at + 1]
                at += 1
                continue
            if at + 2 > end:
                return bytes(out[begin : begin + size])
            word, at = packed[at] << 8 | packed[at + 1], at + 2
            if not _copied(out, word >> 4, (word & 15) + 2):
                return bytes(out[begin : begin + size])
    return bytes(out[begin : begin + size])


def _copied(out: bytearray, place: int, length: int) -> bool:
    """Repeat what stands at a place of the window; False at the mark of the end."""
    behind = (len(out) - place) % _WINDOW
    if behind == 0 or behind > len(out):
        return False
    for _ in range(length):
        out.append(out[-behind])
    return True


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside one group."""

    unseen: bool = False
    fonts: bool = False  # inside the table of fonts
    tag: bool = False  # inside a piece of the original HTML
    double: bool = False  # what RTF needs beside the HTML that stands there too
    skip: int = 1  # how many characters repeat a \u for programs that cannot read it
    font: int = 0
    fresh: bool = True  # nothing was in the group yet
    starred: bool = False


class _Reader:
    def __init__(self, rtf: bytes) -> None:
        self.rtf = rtf
        self.out: list[str] = []
        self.pending = bytearray()
        self.state = _State()
        self.outer: list[_State] = []
        self.codecs: dict[int, str] = {}
        self.codec = "cp1252"
        self.from_html = False
        self.skipping = 0
        self.lost_depth = 0

    def read(self) -> str:
        for token in _TOKEN.finditer(self.rtf):
            word, number, byte, sign, brace, text = token.groups()
            if byte is not None:
                self._byte(int(byte, 16))
            elif word is not None:
                self._word(word, int(number) if number is not None else None)
            elif brace is not None:
                self._brace(brace)
            elif sign is not None:
                self._sign(sign)
            elif text is not None:
                self._text(text)
        self._flush()
        return "".join(self.out)

    def _flush(self) -> None:
        if self.pending:
            codec = self.codecs.get(self.state.font, self.codec)
            self._say(bytes(self.pending).decode(codec, "replace"))
            self.pending.clear()

    def _say(self, text: str) -> None:
        state = self.state
        if state.unseen or state.fonts or (state.double and not state.tag):
            return
        escaped = self.from_html and not state.tag
        self.out.append(escape(text, quote=False) if escaped else text)

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self.skipping = 0
        if brace == b"{":
            if len(self.outer) >= _DEEPEST:
                self.lost_depth += 1
                return
            self.outer.append(self.state)
            self.state = replace(self.state, fresh=True, starred=False)
        elif self.lost_depth:
            self.lost_depth -= 1
        elif self.outer:
            self.state = self.outer.pop()

    def _byte(self, byte: int) -> None:
        if self.skipping:
            self.skipping -= 1
        elif not self.state.unseen:
            self.pending.append(byte)

    def _text(self, text: bytes) -> None:
        if self.skipping:
            skipped = min(self.skipping, len(text))
            self.skipping -= skipped
            text = text[skipped:]
        if text and not self.state.unseen:
            self.pending += text

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self.state = replace(self.state, starred=True)
            return
        self._flush()
        if self.skipping:
            self.skipping -= 1
        else:
            self._say(_SIGNS.get(sign, ""))

    def _word(self, word: bytes, number: int | None) -> None:
        self._flush()
        state = self.state
        if state.fresh:
            state = self.state = replace(state, fresh=False)
            if word == b"htmltag" and state.starred:
                self.state = replace(state, tag=True, unseen=False)
                return
            if word in _UNSEEN or state.starred:
                self.state = replace(state, unseen=True, fonts=word == b"fonttbl")
                return
        if word == b"u" and number is not None:
            self._unicode(number)
        elif word in _CHARACTERS:
            self._say(_CHARACTERS[word])
        else:
            self._set(word, number)

    def _unicode(self, number: int) -> None:
        self._say(chr(number & 0xFFFF))  # Half a pair is joined with its other half at the end.
        self.skipping = self.state.skip

    def _set(self, word: bytes, number: int | None) -> None:
        if word == b"htmlrtf":
            self.state = replace(self.state, double=number != 0)
        elif word == b"f" and number is not None:
            self.state = replace(self.state, font=number)
        elif word == b"fcharset" and self.state.fonts and number in _FONT_CODECS:
            self.codecs[self.state.font] = _FONT_CODECS[number]
        elif word == b"uc" and number is not None:
            self.state = replace(self.state, skip=max(0, min(number, 10)))
        elif word == b"ansicpg" and number is not None:
            self.codec = "utf-8" if number == 65001 else codec_of(f"cp{number}") or "cp1252"
        elif word == b"fromhtml":
            self.from_html = number != 0
        elif word == b"plain" and not self.from_html:
            self.state = replace(self.state, font=0)


def read_rtf(rtf: bytes) -> RichText | None:
    """What an RTF document says, or None if this is none. Never raises."""
    if not rtf.lstrip()[:5].lower().startswith(rb"{\rtf") or len(rtf) > MOST_RTF_BYTES:
        return None
    reader = _Reader(rtf.rstrip(b"\0"))
    said = reader.read().encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    said = readable(said)
    if not reader.from_html:
        return RichText(said.strip("\n"))
    return RichText("", said)
