"""Header fields as sent by real mail programs: words, parameters, ids and dates."""

import binascii
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import mktime_tz, parsedate_tz
from urllib.parse import unquote_to_bytes

from channels.email.charset_guess import guess_charset
from channels.email.charsets import codec_of, decode, readable

_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*){0,20})\?=")
_GAP = re.compile(r"(?<=\?=)[ \t\r\n]+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_FOLD = re.compile(r"\r?\n[ \t]*")
_BRACKETED = re.compile(r"<([^<>]*)>")
# Separators are always consumed, with or without a parameter behind them, so that no place is read twice.
_PARAMETER = re.compile(
    r";[\s;]*+(?:([^\s=;\"]++)\s*+=\s*+(\"(?:[^\"\\]|\\.)*+\"?|[^;\r\n]*+))?", re.DOTALL
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SECTION = re.compile(r"^(.*?)(?:\*(\d{1,4}))?(\*)?$", re.DOTALL)
_FOLDED_PARAMETER = re.compile(
    rb"(\"(?:[^\"\\]|\\.)*+\"?)|;?[ \t]*\r?\n[ \t]+(?=[A-Za-z][A-Za-z0-9*-]{0,60}=)", re.DOTALL
)
_COMMENT = re.compile(r"\([^()]*\)")
_MOST_PARAMETERS = 200


def decode_words(text: str) -> str:
    """Text with its encoded words (RFC 2047) read, those broken by common programs too."""
    if "=?" not in text:
        return text
    text = _GAP.sub("", text)
    out: list[str] = []
    pending, pending_charset, end = b"", "", 0
    for word in _ENCODED_WORD.finditer(text):
        charset = word[1].partition("*")[0].lower()
        between = text[end : word.start()]
        # Some programs cut a character in two between words, so words of one charset are joined.
        if pending_charset and (between or charset != pending_charset):
            out.append(decode(pending, pending_charset))
            pending = b""
        out.append(between)
        pending += _word_bytes(word[2], word[3], charset)
        pending_charset, end = charset, word.end()
    if pending_charset:
        out.append(decode(pending, pending_charset))
    return "".join(out) + text[end:]


def _word_bytes(encoding: str, text: str, charset: str) -> bytes:
    if encoding in "bB":
        return base64_bytes(text.encode("utf-8", "replace"))
    # Some programs leave eight-bit characters in a word; they are in the charset it names.
    codec = "ascii" if text.isascii() else codec_of(charset) or "utf-8"
    return binascii.a2b_qp(text.replace(" ", "_").encode(codec, "replace"), header=True)


def base64_bytes(text: bytes) -> bytes:
    """Base64 however it was cut: without padding, with junk between, several joined."""
    padding = text.find(b"=")
    if padding >= 0 and text[padding:].strip(b"= \t\r\n"):
        # Python stops at the first padding, and what was encoded in pieces has one a piece.
        return b"".join(base64_bytes(piece) for piece in re.split(rb"=+", text) if piece.strip())
    try:
        return binascii.a2b_base64(text)
    except binascii.Error:
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", text)
        usable = len(clean) - (len(clean) % 4 == 1)
        return binascii.a2b_base64(clean[:usable] + b"=" * (-usable % 4))


def raw_text(value: bytes, charset: str | None = None) -> str:
    """A header's bytes as text, unfolded, encoded words still in it."""
    text = _undeclared(value, charset)
    return _FOLD.sub(" ", text).strip() if "\n" in text or "\r" in text else text.strip()


def _undeclared(value: bytes, charset: str | None) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        western = codec_of(charset) in (None, "cp1252", "utf-8")
        return decode(value, (guess_charset(value) if western else None) or charset or "utf-8")


def text_of(value: bytes, charset: str | None = None) -> str:
    """A header's bytes as a person reads them, in one line."""
    text = readable(decode_words(raw_text(value, charset)))
    return " ".join(text.split()) if "\n" in text or "\t" in text or "  " in text else text.strip()


def parse_parameters(value: bytes) -> tuple[str, dict[str, str]]:
    """The value before the first `;` in lower case, and its parameters, decoded.

    Reads RFC 2231 (continuations and charsets), RFC 2047 in quotes, which is
    forbidden and common, and plain eight-bit names.
    """
    if b"\n" in value and b"=" in value:
        # A fold before "name=" parts two parameters, also where the semicolon is missing.
        value = _FOLDED_PARAMETER.sub(lambda found: found[1] or b"; ", value)
    text = raw_text(value)
    main, _, rest = text.partition(";")
    main = _main_value(main)
    if not rest:
        return main, {}
    found: dict[str, list[tuple[int, bool, str]]] = {}
    for count, match in enumerate(_PARAMETER.finditer(f";{rest}")):
        if count >= _MOST_PARAMETERS:
            break
        if match[1] is None:
            continue
        section = _SECTION.match(match[1].lower())
        assert section is not None  # The pattern matches every string.
        part = int(section[2] or 0), bool(section[3]), _unquote(match[2])
        if section[1]:
            found.setdefault(section[1], []).append(part)
    return main, {name: _joined(parts) for name, parts in found.items()}


def _main_value(text: str) -> str:
    """The value itself without comments and without blanks around its slash (RFC 2045, 5.1)."""
    text = text.strip().lower()
    if "(" in text:
        text = _COMMENT.sub(" ", text).strip()
    return "/".join(piece.strip() for piece in text.split("/"))


def _unquote(text: str) -> str:
    text = text.strip()
    if text.startswith('"'):
        text = text[1:-1] if len(text) > 1 and text.endswith('"') else text[1:]
        return _ESCAPE.sub(r"\1", text) if '\\"' in text or "\\\\" in text else text
    return text


def _joined(parts: list[tuple[int, bool, str]]) -> str:
    extended = [part for part in parts if part[1]]
    if not extended:
        ordered = sorted(parts, key=lambda part: part[0])
        # Without section numbers a repeated parameter is a mistake; the first one counts.
        numbered = len({part[0] for part in parts}) == len(parts)
        text = "".join(part[2] for part in ordered) if numbered else parts[0][2]
        return readable(decode_words(text))
    ordered = sorted(parts if len(parts) > 1 and any(p[0] for p in parts) else extended)
    charset, first = _extended_value(ordered[0][2])
    body = unquote_to_bytes(first)
    for _, is_extended, text in ordered[1:]:
        body += unquote_to_bytes(text) if is_extended else text.encode("utf-8", "replace")
    return readable(decode_words(decode(body, charset or "utf-8")))


def _extended_value(text: str) -> tuple[str, str]:
    charset, mark, rest = text.partition("'")
    _, second, value = rest.partition("'")
    if not mark or not second or (charset and codec_of(charset) is None):
        return "", text
    return charset, value


def ids_of(value: bytes) -> tuple[str, ...]:
    """Message ids without their brackets, in order, each once."""
    text = decode_words(raw_text(value))
    bracketed: Iterable[str] = _BRACKETED.findall(text)
    found = ["".join(each.split()) for each in bracketed]
    if not found:
        found = [each.strip('<>",;') for each in text.split() if "@" in each]
        found = found or ([text.strip("<> ")] if text and " " not in text else [])
    return tuple(dict.fromkeys(readable(each) for each in found if each))


def offset_of(value: bytes) -> timedelta | None:
    """How far from UTC the clock is that a Date field shows; None if it does not say."""
    try:
        parsed = parsedate_tz(text_of(value))
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    seconds = parsed[9] if parsed else None
    return timedelta(seconds=seconds) if seconds is not None and abs(seconds) < 86_400 else None


def date_of(value: bytes) -> datetime | None:
    """The moment a Date field names, in UTC; None if it names none."""
    try:
        parsed = parsedate_tz(text_of(value))
        if parsed is None:
            return None
        return datetime.fromtimestamp(mktime_tz(parsed), UTC)
    except (ValueError, OverflowError, OSError, IndexError, TypeError):
        # The library's parser trips over some forms that are no date at all.
        return None
