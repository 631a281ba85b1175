"""read_forward(): the message inside a forwarded one, as mail programs of many languages write it."""

import re

from channels.email.addresses import usable
from channels.email.headings import LABEL, header_block_length, heading_length, names_sender
from channels.email.quoting_words import FORWARDED, LABELS
from channels.message import Address, Forwarded

_WORDS = "|".join(re.escape(word) for word in sorted(set(FORWARDED), key=len, reverse=True))
_MARKER = re.compile(
    rf"^[\s>*\ufeff]*(?:[-_—–=]{{2,}}\s*)?(?:{_WORDS})\s*(?:[-_—–=]{{2,}}|[:：])\s*", re.I
)
_PREFIX = re.compile(
    r"^\s*(?:(?:fwd?|redir\.?|wg|tr|rv|enc|i|doorst|doorgest|vs|vb|vl|pd|przek|yml|ml|ilt|továbbítva|tovabbítás|fs|"
    r"пересл|إعادة توجيه)\s*:\s*)+",
    re.I,
)
_CAPITAL_LABELS = "|".join(
    re.escape(word[0].upper() + word[1:])
    for words in LABELS.values()
    for word in sorted(words, key=len, reverse=True)
)
_JOINED_LABEL = re.compile(rf"(?<=[>\w;)])(?=(?:{_CAPITAL_LABELS})\s?: )")
_NAMED_ADDRESS = re.compile(
    r"[\"'“„«]?\s*([^\W\d_][^<>@,:;\"”»]{0,80}?)?\s*[\"'”»]?\s*<(?:mailto:)?([^<>\s]+@[^<>\s]+)>"
)
_MAILTO = re.compile(r"[\[<]mailto:([^\]>\s]+)[\]>]", re.I)
_TWICE = re.compile(r"^\s*([^\s<>\"]+@[^\s<>]+)\s*<\1>\s*$")
_BEFORE_NAME = re.compile(
    r"^.*(?:\d|\bGMT[+-]?\d*|\b[AP]M|schrieb|skrev|schreef|heeft|użytkownik|wrote)[,\s]+", re.I
)
_RULE = re.compile(r"^[\s>]*[-_=]{5,}\s*$")


def is_forward(subject: str) -> bool:
    return _PREFIX.match(subject) is not None


def read_forward(text: str, subject: str = "") -> Forwarded | None:
    """The original of a forwarded message; None unless a marker or the subject says it is one."""
    lines = text.split("\n")
    at = next((n for n, line in enumerate(lines) if _MARKER.match(line)), None)
    if at is not None:
        lines = _unjoined(lines, at)
        begin = _first_label(lines, at + 1)
        return None if begin is None else _from_block(lines, at, begin, subject)
    if not is_forward(subject):
        return None
    for number in range(len(lines)):
        length = header_block_length(lines, number)
        if length:
            return _from_block(lines, number, number, subject)
        length = heading_length(lines, number)
        if length:
            block = _first_label(lines, number + 1) if _RULE.match(lines[number]) else None
            if block is not None:
                return _from_block(lines, number, block, subject)
            return _from_heading(lines, number, length, subject)
    return None


def _unjoined(lines: list[str], at: int) -> list[str]:
    """Some programs run the marker and all the fields together into one line."""
    rest = _MARKER.sub("", lines[at], count=1).strip()
    if not rest:
        return lines
    fields = _JOINED_LABEL.sub("\n", rest).split("\n")
    return [*lines[:at], "", *fields, "", *lines[at + 1 :]]


def _first_label(lines: list[str], at: int) -> int | None:
    return next((n for n in range(at, min(at + 4, len(lines))) if LABEL.match(lines[n])), None)


def _from_block(lines: list[str], marker: int, begin: int, subject: str) -> Forwarded | None:
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
        comment=_comment(lines[:marker]),
    )


def _fields(lines: list[str], begin: int) -> tuple[dict[str, str], int]:
    found: dict[str, str] = {}
    last, at = "", begin
    while at < len(lines) and lines[at].strip(" >\t"):
        label = LABEL.match(lines[at])
        name = _kind(label, found) if label else ""
        if label and name:
            found[name], last = label["value"].strip(), name
        elif last and not _is_complete(found):
            found[last] = f"{found[last]} {lines[at].strip('> ')}"  # A long list goes on here.
        else:
            break
        at += 1
    return {name: " ".join(value.split()) for name, value in found.items()}, at


def _kind(label: re.Match[str], found: dict[str, str]) -> str:
    """Which field it is; a word that stands for two of them is the one that is still missing."""
    if names_sender(label) and "from" not in found:
        return "from"
    word = label.group(0)[: label.start("value")].strip(" >*_:：\t\xa0\u202f").lower()
    fitting = [name for name in LABELS if word in LABELS[name]]
    return next((name for name in fitting if name not in found), "")


def _is_complete(found: dict[str, str]) -> bool:
    return {"from", "to", "subject", "sent"} <= found.keys()


def _from_heading(lines: list[str], at: int, length: int, subject: str) -> Forwarded | None:
    heading = " ".join(line.strip("> \ufeff") for line in lines[at : at + length])
    named = list(_NAMED_ADDRESS.finditer(heading))
    if not named:
        return None
    name = _BEFORE_NAME.sub("", named[-1][1] or "").strip(" ,„“”«»\"'")
    return Forwarded(
        sender=Address(named[-1][2], name),
        subject=_PREFIX.sub("", subject),
        text=_body(lines[at + length :]),
        comment=_comment(lines[:at]),
    )


def _people(text: str) -> tuple[Address, ...]:
    text = _MAILTO.sub(r"<\1>", text)
    people = usable(text)
    return tuple(
        Address(person.address, "" if person.name.casefold() == person.key else person.name)
        for person in people
    )


def _body(lines: list[str]) -> str:
    written = [line for line in lines if line.strip()]
    marked = [line for line in written if line.lstrip().startswith(">")]
    if written and len(marked) * 2 >= len(written):
        lines = [re.sub(r"^\s*> ?", "", line) for line in lines]
    return "\n".join(lines).strip()


def _comment(lines: list[str]) -> str:
    while lines and (not lines[-1].strip(" >\t") or _RULE.match(lines[-1])):
        lines = lines[:-1]
    return "\n".join(lines).strip()
