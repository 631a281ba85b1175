"""Bytes as text, whatever charset was declared, wrongly declared or not declared at all."""

import codecs
import re

from channels.email.charset_guess import guess_charset

# What mail programs call a charset, and the superset in which it is really written.
_REALLY = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "x-big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_2",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "iso-10646-ucs-2": "utf-16-be",
    "macintosh": "mac-roman",
    "x-mac-roman": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
}
_TEXT_CODEC = re.compile(r"[a-z0-9_.:-]{1,40}")
# Everything below a space but tab and line feed, and the invisible C1 range.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_META = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE
)


def decode(body: bytes, declared: str | None = None) -> str:
    """The text in these bytes. Never raises; what cannot be read becomes U+FFFD."""
    codec = codec_of(declared)
    if codec is not None and codec.startswith("iso2022_jp"):
        return _decode_japanese(body)
    if codec == "cp1252" and _is_surely_utf8(body):
        codec = "utf-8"
    for candidate in (codec, _guess(body)):
        if candidate is not None:
            try:
                return body.decode(candidate)
            except UnicodeError:
                continue
    # A known charset with one broken byte is read with a mark in its place; cp1252 reads the rest.
    if codec is not None and codec != "utf-8":
        return body.decode(codec, "replace")
    if codec == "utf-8" and _is_mostly_utf8(body):
        return body.decode("utf-8", "replace")
    guessed = guess_charset(body)
    if guessed is not None:
        return body.decode(guessed, "replace")
    return "".join(_cp1252(byte) for byte in body) if len(body) < 4096 else _cp1252_long(body)


def _decode_japanese(body: bytes) -> str:
    """ISO-2022-JP as Windows programs write it, with characters that the standard leaves out."""
    try:
        return body.decode("iso2022_jp_2")
    except UnicodeDecodeError:
        pass
    out: list[str] = []
    for piece in re.split(rb"(?=\x1b[$(])", body):
        if piece.startswith((b"\x1b$B", b"\x1b$@")):
            doubled = bytes(byte | 0x80 if byte > 0x20 else byte for byte in piece[3:])
            out.append(doubled.decode("euc_jis_2004", "replace"))
        else:
            out.append(piece.decode("iso2022_jp_2", "replace"))
    return "".join(out)


def decode_html(body: bytes, declared: str | None = None) -> str:
    """As `decode`, but HTML without a declared charset may name its own."""
    if codec_of(declared) is None:
        named = _META.search(body[:4096])
        if named:
            declared = named[1].decode("ascii")
    return decode(body, declared)


def codec_of(declared: str | None) -> str | None:
    """The codec for a charset's name; None for no name and for one that nobody knows."""
    if not declared:
        return None
    name = declared.strip().strip("\"'").lower()
    name = name.partition("$")[0].partition("*")[0]
    if not _TEXT_CODEC.fullmatch(name):
        return None
    name = _REALLY.get(name, name)
    if name.startswith("cp-"):
        name = f"cp{name[3:]}"
    try:
        found = codecs.lookup(name)
    except LookupError:
        return None
    # "base64" and "zip" are codecs to Python, but no charsets.
    return found.name if getattr(found, "_is_text_encoding", True) else None


def readable(text: str) -> str:
    """Without control characters, and with line feeds for every kind of line end."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text) if not text.isprintable() else text


def _guess(body: bytes) -> str | None:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x1b$" in body or b"\x1b(J" in body:
        return "iso2022_jp_2"
    return "utf-8"


def _is_surely_utf8(body: bytes) -> bool:
    """Whether every eight-bit character is a whole one of UTF-8, which hardly happens in other charsets."""
    if body.isascii():
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_mostly_utf8(body: bytes) -> bool:
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(1 for character in text[:100_000] if ord(character) > 127) - broken
    return whole > broken


def _cp1252(byte: int) -> str:
    try:
        return bytes((byte,)).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def _cp1252_long(body: bytes) -> str:
    try:
        return body.decode("cp1252")
    except UnicodeDecodeError:
        return body.decode("latin-1")
