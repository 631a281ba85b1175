"""Address lists (RFC 5322, 3.4), read in one pass over forms that real programs write."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.email.charsets import readable
from channels.email.headers import decode_words
from channels.message import Address

_ADDRESS = re.compile(
    r"[^\s@<>()\[\],;:\"\\]+@(?:[^\s@<>()\[\],;:\"\\.]+\.)*[^\s@<>()\[\],;:\"\\.]+\.?"
)
_LITERAL = re.compile(r"[^\s@<>()\[\],;:\"\\]+@\[[0-9A-Fa-f.:IPv]+\]")
_QUOTED_LOCAL = re.compile(r"\"[^\"<>]{1,64}\"@[^\s@<>()\[\],;:\"\\]+")
_ATOM = re.compile(r"[^\s\"(),:;<>]+")
# A name of a few words and then brackets, with no address in between.
_GOES_ON = re.compile(r"\s*[^\s\"(),:;<>@]+(?:\s+[^\s\"(),:;<>@]+){0,5}\s*<[^<>]+@")
_COMMENT = re.compile(r"\([^()]*\)")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
MOST_ADDRESSES = 2_000


@dataclass(slots=True)
class ReadAddress:
    """One entry of a list, and what was wrong with how it was written."""

    address: Address
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Entry:
    words: list[str] = field(default_factory=list)
    angles: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def parse_addresses(text: str) -> list[ReadAddress]:
    """Every entry of an address list, still with those that hold no usable address (`""`)."""
    found: list[ReadAddress] = []
    for entry in _entries(text):
        if len(found) >= MOST_ADDRESSES:
            break
        if entry.words or entry.angles or entry.comments:
            found.extend(_read(entry))
    return found


def _is_family_name(entry: _Entry, mark: str, rest: str) -> bool:
    """Whether a comma parts a name and not two people: `Byrne, Ada <ada@x.example>`, without its quotes."""
    bare = mark == "," and bool(entry.words) and not (entry.angles or entry.comments)
    return bare and not any("@" in word for word in entry.words) and bool(_GOES_ON.match(rest))


def usable(text: str) -> tuple[Address, ...]:
    """The entries one can write to, each once."""
    if "=?" in text and "@" not in text:
        text = decode_words(text)
    people = (read.address for read in parse_addresses(text))
    return tuple({person.key: person for person in people if person.address}.values())


def _entries(text: str) -> Iterator[_Entry]:
    entry, at, quotes_close = _Entry(), 0, True
    while at < len(text):
        character = text[at]
        if character in " \t\r\n":
            at += 1
        elif character == '"' and quotes_close:
            word, end = _quoted(text, at)
            quotes_close = end > 0
            if quotes_close:
                at = _add_quoted(entry, word, text, end)
            else:
                entry.problems.append("a quotation mark is never closed")
                at += 1
        elif character == "(":
            comment, at = _comment(text, at)
            entry.comments.append(comment)
        elif character == "<":
            at = _add_angle(entry, text, at)
        elif character in ",;":
            if _is_family_name(entry, character, text[at + 1 : at + 200]):
                entry.words[-1] += ","
                at += 1
                continue
            yield entry
            entry, at = _Entry(), at + 1
        elif character == ":" and not entry.angles and not any("@" in w for w in entry.words):
            entry, at = _Entry(), at + 1  # The name of a group says nothing about who is in it.
        else:
            at = _add_atom(entry, text, at)
    yield entry


def _quoted(text: str, at: int) -> tuple[str, int]:
    out: list[str] = []
    position = at + 1
    while position < len(text):
        character = text[position]
        if character == '"':
            return "".join(out), position + 1
        if character == "\\" and position + 1 < len(text):
            position += 1
            character = text[position]
        out.append(character)
        position += 1
    return "", 0


def _add_quoted(entry: _Entry, word: str, text: str, end: int) -> int:
    if text[end : end + 1] == "@":
        domain = _ATOM.match(text, end + 1)
        if domain:
            entry.words.append(f'"{word}"@{domain[0]}' if " " in word else f"{word}@{domain[0]}")
            return domain.end()
    entry.words.append(word)
    return end


def _comment(text: str, at: int) -> tuple[str, int]:
    depth = 0
    for position in range(at, len(text)):
        if text[position] == "(" and text[position - 1 : position] != "\\":
            depth += 1
        elif text[position] == ")" and text[position - 1] != "\\":
            depth -= 1
            if depth == 0:
                return text[at + 1 : position], position + 1
    return text[at + 1 :], len(text)


def _add_angle(entry: _Entry, text: str, at: int) -> int:
    end = text.find(">", at)
    if end < 0:
        entry.problems.append("a bracket is never closed")
        end = len(text)
    inner = text[at + 1 : end].strip()
    if "(" in inner:
        entry.problems.append("a comment stands inside the brackets")
        inner = _COMMENT.sub("", inner)
    if "<" in inner:
        entry.problems.append("a bracket stands inside a bracket")
        inner = inner.rpartition("<")[2]
    if ":" in inner and "@" in inner.partition(":")[0]:
        # An obsolete route (RFC 5322, 4.4); only its last station counts.
        entry.problems.append("an old route stands before the address")
        inner = inner.rpartition(":")[2]
    entry.angles.append(inner.removeprefix("mailto:").removeprefix("MAILTO:"))
    return end + 1


def _add_atom(entry: _Entry, text: str, at: int) -> int:
    atom = _ATOM.match(text, at)
    if atom is None:
        if text[at] in ")>":
            entry.problems.append(f"a stray “{text[at]}”")
        else:
            entry.words.append(text[at])
        return at + 1
    entry.words.append(atom[0])
    return atom.end()


def _read(entry: _Entry) -> list[ReadAddress]:
    if entry.angles:
        return [_read_bracketed(entry)]
    bare = [word for word in entry.words if "@" in word]
    if not bare:
        name = _name(entry.words or entry.comments)
        return [ReadAddress(Address("", name), [*entry.problems, "there is no address"])]
    name = _name([word for word in entry.words if "@" not in word] or entry.comments)
    if len(bare) > 1:
        entry.problems.append("several addresses stand without a comma")
    return [_checked(word, name, list(entry.problems)) for word in bare]


def _read_bracketed(entry: _Entry) -> ReadAddress:
    problems = list(entry.problems)
    filled = [angle for angle in entry.angles if angle]
    if len(entry.angles) > 1:
        problems.append("there are several addresses in brackets")
    # The last pair of brackets holds the address; earlier ones belong to a name without quotes.
    address = filled[-1] if filled else ""
    return _checked(address, _name(entry.words or entry.comments), problems)


def _checked(written: str, name: str, problems: list[str]) -> ReadAddress:
    text = "".join(written.split())
    if len(text) > 2 and text[0] == text[-1] == "'":
        written = text = text[1:-1]  # So Outlook writes an address that stands for a name.
    if text != written.strip():
        problems.append("a space stands inside the address")
    if _INVISIBLE.search(text):
        problems.append("an invisible character stands inside the address")
        text = _INVISIBLE.sub("", text)
    if "=?" in text and "?=" in text:
        problems.append("the address is written as an encoded word")
        text = decode_words(text).strip("<> ")
    whole = _ADDRESS.fullmatch(text) or _LITERAL.fullmatch(text) or _QUOTED_LOCAL.fullmatch(text)
    if not whole:
        inside = _ADDRESS.search(text)
        problems.append("the address is not well formed")
        text = inside[0] if inside else ""
    shown = _ADDRESS.fullmatch(name.strip("'\" "))
    if shown and text and shown[0].casefold() != text.casefold():
        problems.append("the name shows another address")
    return ReadAddress(Address(text.rstrip("."), name), problems)


def _name(words: list[str]) -> str:
    name = readable(decode_words(" ".join(words)))
    name = _INVISIBLE.sub("", name).strip()
    wrapped = len(name) > 1 and name.startswith('"') and name.endswith('"')
    return name[1:-1].strip() if wrapped else name
