"""What a mail says and carries: its text, its HTML and its files, out of the tree of parts."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html import escape

from channels.email.charsets import decode, decode_html, readable
from channels.email.files import data_fork, given_name, read_file, with_names
from channels.email.inline_files import take_out_files
from channels.email.invitation import read_invitation
from channels.email.mime import MOST_DECODED_BYTES, Limits, Part, decoded, read_inside
from channels.email.plaintext import text_of_html
from channels.email.protection import (
    SMIME,
    open_cms,
    protection_of_multipart,
    without_armour,
)
from channels.email.rtf import read_rtf
from channels.email.tnef import is_tnef, read_tnef
from channels.message import File, Invitation, Protection

_TEXTS = ("text/plain", "text/html", "text/enriched", "text/richtext")
_RICH = ("text/rtf", "application/rtf", "application/x-rtf")
_CMS = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
_CALENDARS = ("text/calendar", "application/ics")
_MOST_ALIKE = 200_000


@dataclass(frozen=True, slots=True)
class Body:
    text: str
    html: str | None
    files: tuple[File, ...]
    invitation: Invitation | None = None
    protection: Protection | None = None
    said_of_parts: tuple[str, ...] = ()


@dataclass(slots=True)
class _Slot:
    """One place of the body: its plain form, its HTML form, or both."""

    plain: str | None = None
    html: str | None = None

    def as_text(self) -> str:
        if self.plain is not None and (self.plain.strip() or self.html is None):
            return self.plain
        return text_of_html(self.html or "")

    def as_html(self) -> str:
        return f"<pre>{escape(self.plain or '')}</pre>" if self.html is None else self.html


@dataclass(slots=True)
class _Found:
    """What was gathered so far. Slots are exchanged while the forms of one body are read."""

    limits: Limits
    slots: list[_Slot] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    invitation: Invitation | None = None
    protection: Protection | None = None
    said: list[str] = field(default_factory=list)

    def protect(self, found: Protection | None) -> None:
        """Signed around encrypted, or the other way, is one closed mail that is signed."""
        known = self.protection
        if found is None or known is None:
            self.protection = found or known
        else:
            self.protection = replace(
                known,
                signed=known.signed or found.signed,
                encrypted=known.encrypted or found.encrypted,
            )


def read_body(root: Part, limits: Limits) -> Body:
    found = _Found(limits)
    _gather(root, found)
    slots = found.slots
    texts = [text for text in (slot.as_text().strip("\n") for slot in slots) if text.strip()]
    html = None
    if any(slot.html is not None for slot in slots):
        html = "\n".join(slot.as_html() for slot in slots)
    files = tuple(with_names(found.files))
    text = "\n\n".join(texts)
    return Body(text, html, files, found.invitation, found.protection, tuple(found.said))


def _gather(part: Part, found: _Found) -> None:
    if part.parts:
        _gather_multipart(part, found)
        return
    reader = _READERS.get(part.content_type)
    if reader is not None and reader(part, found):
        return
    if _is_text(part, found.slots):
        found.slots.append(_read_text(part, found))
    else:
        _keep_file(part, found)


def _gather_multipart(part: Part, found: _Found) -> None:
    found.protect(protection_of_multipart(part.content_type, part.parameters.get("protocol", "")))
    if part.content_type == "multipart/alternative" or _are_alike(part):
        _gather_alternative(part, found)
        return
    kinds = [child.content_type for child in part.parts]
    for child in part.parts:
        is_fork = child.content_type == "application/applefile"
        # The resource fork of a Macintosh file says nothing to anybody else (RFC 1740).
        if not (is_fork and part.content_type == "multipart/appledouble" and len(kinds) > 1):
            _gather(child, found)


def _gather_alternative(part: Part, found: _Found) -> None:
    """The forms of one body become one slot; whatever else is in there stays a file."""
    both, outer = _Slot(), found.slots
    for child in part.parts:
        inner: list[_Slot] = []
        found.slots = inner
        _gather(child, found)
        plain = [slot.plain for slot in inner if slot.plain is not None]
        html = [slot.as_html() for slot in inner]
        if any(slot.html is not None for slot in inner):
            both.html = "\n".join(html) if both.html is None else both.html
            if both.plain is None and plain and child.is_multipart:
                both.plain = "\n\n".join(slot.as_text() for slot in inner)
        elif plain:
            both.plain = "\n\n".join(filter(None, (both.plain, *plain)))
    found.slots = outer
    if both.plain is not None or both.html is not None:
        outer.append(both)


def _are_alike(part: Part) -> bool:
    """Whether a program called two forms of one body a mixture: a plain text, then the same as HTML."""
    kinds = [child.content_type for child in part.parts]
    if kinds != ["text/plain", "text/html"] or any(given_name(child) for child in part.parts):
        return False
    if any(child.disposition == "attachment" for child in part.parts):
        return False
    if sum(len(child.body) for child in part.parts) > _MOST_ALIKE:
        return False
    aside = Limits()
    plain, html = (_read_text(child, _Found(aside)) for child in part.parts)
    words = ["".join(filter(str.isalnum, slot.as_text())) for slot in (plain, html)]
    return words[0] == words[1]


def _is_text(part: Part, slots: list[_Slot]) -> bool:
    if part.content_type not in _TEXTS:
        return part.content_type.startswith("multipart/")
    if part.disposition == "attachment":
        return False
    # A named text that is neither the whole mail nor its first words was put in as a file.
    return not slots or not given_name(part)


def _read_text(part: Part, found: _Found) -> _Slot:
    body = decoded(part, found.limits)
    if part.content_type == "text/html":
        return _Slot(html=readable(decode_html(body, part.charset)))
    body, files = take_out_files(body)
    found.files.extend(files)
    text = readable(decode(body, part.charset))
    if part.parameters.get("format", "").lower() == "flowed":
        text = _unflowed(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
    if part.content_type in ("text/enriched", "text/richtext"):
        return _Slot(html=text)
    text, protection = without_armour(text)
    found.protect(protection)
    return _Slot(plain=text)


def _unflowed(text: str, *, delete_space: bool) -> str:
    """Lines that end in a space go on in the next one of the same depth (RFC 3676, 4)."""
    paragraphs: list[list[str]] = []
    flows, last_depth = False, 0
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        if content.startswith(" "):
            content = content[1:]  # Stuffed, so that no program mistakes the line for another.
        if flows and depth == last_depth and content != "-- ":
            paragraphs[-1].append(content)
        else:
            paragraphs.append([f"{'>' * depth}{' ' if depth and content else ''}{content}"])
        flows, last_depth = content.endswith(" ") and content != "-- ", depth
    return "\n".join(_paragraph(lines, delete_space=delete_space) for lines in paragraphs)


def _paragraph(lines: list[str], *, delete_space: bool) -> str:
    if delete_space and len(lines) > 1:
        lines = [*(line[:-1] for line in lines[:-1]), lines[-1]]
    return "".join(lines)


def _keep_file(part: Part, found: _Found) -> None:
    file = read_file(part, found.limits)
    if not (is_tnef(file.body) and _take_tnef(file, found)):
        found.files.append(file)


def _read_tnef_part(part: Part, found: _Found) -> bool:
    return _take_tnef(read_file(part, found.limits), found)


def _take_tnef(file: File, found: _Found) -> bool:
    """What Outlook packed takes the place of the package; its words only where there are no others."""
    tnef = read_tnef(file.body)
    if tnef is None:
        return False
    found.files.extend(tnef.files)
    found.invitation = found.invitation or tnef.meeting
    text, html = tnef.readable_text, tnef.readable_html
    if not any(slot.as_text().strip() for slot in found.slots) and (text.strip() or html):
        found.slots.append(_Slot(text if text.strip() or html is None else None, html))
    return True


def _read_rich_text(part: Part, found: _Found) -> bool:
    """An RTF is the body where nothing else is and no name makes it a file."""
    if found.slots or given_name(part) or part.disposition == "attachment":
        return False
    read = read_rtf(decoded(part, found.limits))
    if read is None:
        return False
    found.slots.append(_Slot(None if read.html else read.text, read.html))
    return True


def _read_cms(part: Part, found: _Found) -> bool:
    """A signed mail is unpacked and read; of a closed one it is said, and it stays a file."""
    cms = open_cms(decoded(part, found.limits), MOST_DECODED_BYTES)
    if cms is None or cms.kind == "encrypted":
        declared = part.parameters.get("smime-type", "").lower()
        if cms is not None or declared in ("enveloped-data", "authenveloped-data"):
            found.protect(Protection(SMIME, encrypted=True))
        return False
    if cms.kind == "signed":
        found.protect(Protection(SMIME, signed=True))
    if not cms.content or not found.limits.enter() or not found.limits.spend(len(cms.content)):
        return False
    before = len(found.slots) + len(found.files)
    _gather(read_inside(cms.content, found.limits), found)
    words = any(slot.as_text().strip() for slot in found.slots)
    # Where what was inside is nothing to read, the package itself is better than nothing.
    return words or len(found.slots) + len(found.files) > before + 1


def _read_calendar(part: Part, found: _Found) -> bool:
    """The appointment is understood; the file stays, for it is what goes into a calendar."""
    if found.invitation is None:
        text = decode(decoded(part, found.limits), part.charset)
        found.invitation = read_invitation(text, part.parameters.get("method", ""))
    return False


def _read_external(part: Part, found: _Found) -> bool:
    """A part that lies elsewhere (RFC 2046, 5.2.3; RFC 2017): said, never fetched."""
    parameters = part.parameters
    place = parameters.get("url") or "/".join(
        filter(None, (parameters.get(name) for name in ("site", "server", "directory", "name")))
    )
    found.said.append(f"A part of it lies elsewhere: {place or 'the mail does not say where'}")
    return False


def _read_partial(part: Part, found: _Found) -> bool:
    """A piece of a mail that was cut into several (RFC 2046, 5.2.2); the first one can be begun."""
    number, total = part.parameters.get("number", "?"), part.parameters.get("total", "?")
    found.said.append(f"It is piece {number} of {total} of a mail that was cut into pieces")
    if number.strip() == "1" and found.limits.enter():
        inner = read_inside(part.body, found.limits)
        if not inner.parts and inner.content_type in _TEXTS:
            found.slots.append(_read_text(inner, found))
    return False


def _read_apple_file(part: Part, found: _Found) -> bool:
    fork = data_fork(decoded(part, found.limits))
    if fork is None:
        return False
    name = given_name(part) or fork[0]
    found.files.append(File(name, "application/octet-stream", fork[1]))
    return True


_READERS: dict[str, Callable[[Part, _Found], bool]] = {
    **dict.fromkeys(_CMS, _read_cms),
    **dict.fromkeys(_TNEF, _read_tnef_part),
    **dict.fromkeys(_RICH, _read_rich_text),
    **dict.fromkeys(_CALENDARS, _read_calendar),
    "message/external-body": _read_external,
    "message/partial": _read_partial,
    "application/applefile": _read_apple_file,
}
