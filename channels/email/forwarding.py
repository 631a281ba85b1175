"""read_forward(), read_attached(): the message inside a forwarded one, as mail programs of many languages write it."""

import re
from datetime import tzinfo

from channels.email import bodies
from channels.email.headers import date_of, ids_of, raw_text
from channels.email.headings import (
    LABEL,
    LONGEST_LINE,
    any_of,
    header_block_length,
    heading_length,
    names_sender,
    next_written,
)
from channels.email.mime import Limits, Part, decoded, read_parts
from channels.email.quoting_words import FORWARDED, FORWARDED_BY, LABELS
from channels.email.written_dates import written_moment
from channels.message import Address, Forwarded

_DASH = "-_—–=‐‑"
_MARKER = re.compile(
    rf"^[\s>*\ufeff]{{0,20}}(?:[{_DASH}]{{2,}}\s{{0,9}})?(?:(?:{any_of(FORWARDED)})\s{{0,9}}(?:[{_DASH}]{{2,}}|[:：])"
    rf"|(?:{any_of(FORWARDED_BY)})\s.{{1,200}}?[{_DASH}]{{3,}})\s{{0,9}}",
    re.I,
)
_PREFIX = re.compile(
    r"^\s{0,9}(?:\[[^\]]{1,40}\]\s{0,9})?(?:(?:fwd?|redir\.?|wg|tr|rv|enc|i|doorst|doorgest|vs|vb|vl|pd|przek|yml|ml|ilt|"
    r"továbbítva|tovabbítás|fs|res|vl|fvs|sv: vb|πρθ|转发|轉寄|轉發|전달|転送|пересл|fwd \(no subject\)|"
    r"إعادة توجيه|آگے بھیجیں|הועבר)\s{0,3}[:：]\s{0,9})+",
    re.I,
)
_CAPITAL_LABELS = any_of(
    tuple(word[0].upper() + word[1:] for words in LABELS.values() for word in words)
    + tuple(word.upper() for word in LABELS["cc"])
)
# A colon may be missing in a line that a program ran together; then only an address tells a label.
_JOINED_LABEL = re.compile(
    rf"(?<=[>\w;)])(?=(?:{_CAPITAL_LABELS})\s?: )|(?<=>)(?=(?:{_CAPITAL_LABELS}) [^<>:]{{0,80}}<)"
)
_LABEL_WITHOUT_COLON = re.compile(rf"^({_CAPITAL_LABELS}) (?=[^<>:]{{0,80}}<)")
_NAMED_ADDRESS = re.compile(
    r"[\"'“„«]?\s?([^\W\d_][^<>@,:;\"”»]{0,80}?)?\s{0,3}[\"'”»]?\s{0,3}<(?:mailto:)?([^<>\s]{1,128}@[^<>\s]{1,250})>"
)
_PERSON = re.compile(
    r"(?:\"([^\"]{0,200})\"|([^<>;\"@]{0,200}))\s{0,3}[<\[(](?:mailto:)?\s?([^<>\s@\]()]{1,128}@[^<>\s@\]()]{1,250})[>\])]|"
    r"([^\s<>,;:\"'\[\]()@]{1,128}@[^\s<>,;:\"'\[\]()@]{1,250})"
)
_LINKED = re.compile(r"([^\s<>@]{1,128}@[^\s<>@]{1,250})<mailto:[^<>\s]{1,300}>")
_BEFORE_NAME = re.compile(
    r"^.*(?:\d|\bGMT[+-]?\d*|\b[AP]M|schrieb|skrev|schreef|heeft|użytkownik|wrote)[,\s]{1,9}", re.I
)
_RULE = re.compile(r"^[\s>]{0,20}[-_=]{5,}\s*$")
_MOST_PEOPLE = 200
_MOST_FIELD_LINES = 60


def is_forward(subject: str) -> bool:
    return _PREFIX.match(subject) is not None


def read_forward(text: str, subject: str = "", zone: tzinfo | None = None) -> Forwarded | None:
    """The original of a forwarded message; None unless a marker or the subject says it is one.

    `zone` is the forwarder's, in which their program probably wrote the date.
    """
    lines = text.split("\n")
    named = is_forward(subject)
    first = _first_block(lines) if named else None
    for at in _markers(lines):
        if first is not None and first < at:
            break  # What was forwarded had been forwarded before.
        unjoined = _unjoined(lines, at)
        begin = _first_label(unjoined, at + 1)
        if begin is not None:
            return _from_block(unjoined, at, begin, subject, zone)
    if subject.strip() and not named:
        return None
    return _below_history(lines, subject, zone)


def _first_block(lines: list[str]) -> int | None:
    return next((n for n in range(len(lines)) if header_block_length(lines, n)), None)


def read_attached(root: Part, text: str) -> Forwarded | None:
    """The original that somebody put in whole, if there is exactly one (RFC 2046, 5.2.1)."""
    whole = [part for part in root.walk() if part.content_type == "message/rfc822"]
    if (
        len(whole) != 1
        or whole[0] is root
        or whole[0].inside in ("multipart/report", "multipart/digest")
    ):
        return None
    limits = Limits()
    inner = read_parts(decoded(whole[0], limits), limits)
    sender = _people(_field(inner, "from"))[:1]
    if not sender:
        return None
    ids = ids_of(inner.raw("message-id") or b"")
    return Forwarded(
        sender=sender[0],
        recipients=_people(_field(inner, "to")),
        cc=_people(_field(inner, "cc")),
        subject=inner.text("subject"),
        text=bodies.read_body(inner, limits).text,
        comment=text.strip(),
        date=" ".join(inner.text("date").split()),
        sent_at=date_of(inner.raw("date") or b""),
        message_id=ids[0] if ids else "",
        attached=True,
    )


def _field(part: Part, name: str) -> str:
    return ", ".join(raw_text(value, part.header_charset) for value in part.all(name))


def _markers(lines: list[str]) -> list[int]:
    found = (n for n, line in enumerate(lines) if _MARKER.match(line[:LONGEST_LINE]))
    return [number for number, _ in zip(found, range(5), strict=False)]


def _below_history(lines: list[str], subject: str, zone: tzinfo | None) -> Forwarded | None:
    """Where only the subject says that it is a forward; without any subject, only a rule above fields does."""
    for number in range(len(lines)):
        ruled = _RULE.match(lines[number][:LONGEST_LINE]) is not None
        if not subject.strip() and not ruled:
            continue
        length = heading_length(lines, number)
        if length:
            inside = range(number, number + length)
            block = next((n for n in inside if header_block_length(lines, n)), None)
            if block is not None:
                return _from_block(lines, number, block, subject, zone)
            return _from_heading(lines, number, length, subject, zone)
    return None


def _unjoined(lines: list[str], at: int) -> list[str]:
    """Some programs run the marker and all the fields together into one line."""
    rest = _MARKER.sub("", lines[at][: 8 * LONGEST_LINE], count=1).strip()
    if not rest:
        return lines
    fields = _JOINED_LABEL.sub("\n", rest).split("\n")
    fields = [_LABEL_WITHOUT_COLON.sub(r"\1: ", each) for each in fields]
    return [*lines[:at], "", *fields, "", *lines[at + 1 :]]


def _first_label(lines: list[str], at: int) -> int | None:
    return next((n for n in range(at, min(at + 4, len(lines))) if LABEL.match(lines[n])), None)


def _from_block(
    lines: list[str], marker: int, begin: int, subject: str, zone: tzinfo | None
) -> Forwarded | None:
    fields, end = _fields(lines, begin)
    sender = _people(fields.get("from", ""))[:1]
    if not sender:
        return None
    return Forwarded(
        sender=sender[0],
        recipients=_people(fields.get("to", "")),
        cc=_people(fields.get("cc", "")),
        subject=fields.get("subject", "") or _PREFIX.sub("", subject),
        text=_body(lines[end:]),
        comment=_comment(lines, marker),
        date=fields.get("sent", "")[:200],
        sent_at=written_moment(fields.get("sent", ""), zone),
    )


def _fields(lines: list[str], begin: int) -> tuple[dict[str, str], int]:
    found: dict[str, list[str]] = {}
    last, at = "", begin
    while at < min(begin + _MOST_FIELD_LINES, len(lines)):
        if not lines[at].strip(" >\t"):
            if not _goes_on(lines, at, found):
                break
            at += 1
            continue
        label = LABEL.match(lines[at])
        name = _kind(label, found) if label else ""
        if label and name:
            found[name], last = [label["value"].strip()], name
        elif last and not _is_complete(found):
            found[last].append(lines[at].strip("> "))  # A long list goes on here.
        else:
            break
        at += 1
    return {name: " ".join(" ".join(value).split()) for name, value in found.items()}, at


def _goes_on(lines: list[str], at: int, found: dict[str, list[str]]) -> bool:
    """Whether a blank line only parts two fields, as where each was a paragraph of its own."""
    below = next_written(lines, at)
    label = LABEL.match(lines[below]) if below is not None and not _is_complete(found) else None
    return label is not None and _kind(label, found) in ("to", "subject", "sent", "cc")


def _kind(label: re.Match[str], found: dict[str, list[str]]) -> str:
    """Which field it is; a word that stands for two of them is the one that is still missing."""
    if names_sender(label) and "from" not in found:
        return "from"
    word = label.group(0)[: label.start("value")].strip(" >*_:：\t\xa0\u202f").lower()
    fitting = [name for name in LABELS if word in LABELS[name]]
    return next((name for name in fitting if name not in found), "")


def _is_complete(found: dict[str, list[str]]) -> bool:
    return {"from", "to", "subject", "sent"} <= found.keys()


def _from_heading(
    lines: list[str], at: int, length: int, subject: str, zone: tzinfo | None
) -> Forwarded | None:
    heading = " ".join(line.strip("> \ufeff") for line in lines[at : at + length])
    named = list(_NAMED_ADDRESS.finditer(heading))
    if not named:
        return None
    name = _BEFORE_NAME.sub("", named[-1][1] or "").strip(" ,„“”«»\"'")
    date = heading.replace(named[-1][0], " ")
    return Forwarded(
        sender=Address(named[-1][2], name),
        subject=_PREFIX.sub("", subject),
        text=_body(lines[at + length :]),
        comment=_comment(lines, at),
        date=" ".join(date.split())[:200],
        sent_at=written_moment(date, zone),
    )


def _people(text: str) -> tuple[Address, ...]:
    """Everybody in a list as programs show it, in which names may hold commas and quotes may be missing."""
    found: dict[str, Address] = {}
    for quoted, name, address, alone in _PERSON.findall(_LINKED.sub(r"\1", text[:20_000])):
        person = Address((address or alone).strip(".'"), _bare_name(quoted or name))
        known = found.get(person.key)
        if known is None or (not known.name and person.name):
            found[person.key] = person
    return tuple(found.values())[:_MOST_PEOPLE]


def _bare_name(name: str) -> str:
    return name.replace('\\"', '"').strip(" ,;'\"“”„«»*[]()\t\n\u200e\u200f")


def _body(lines: list[str]) -> str:
    written = [line for line in lines if line.strip()]
    marked = [line for line in written if line.lstrip().startswith(">")]
    if written and len(marked) * 2 >= len(written):
        lines = [re.sub(r"^\s{0,40}> ?", "", line) for line in lines]
    return "\n".join(lines).strip()


def _comment(lines: list[str], end: int) -> str:
    while end and (not lines[end - 1].strip(" >\t") or _RULE.match(lines[end - 1][:LONGEST_LINE])):
        end -= 1
    return "\n".join(lines[:end]).strip()
