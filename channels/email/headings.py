"""heading_length(): where the heading of a quoted message begins in a text, whichever program wrote it.

A heading is a line that says who wrote when, a banner between dashes, or a block
of From, Sent, To and Subject. It has to have the whole form of one, because
what stands below it is folded away.
"""

import re
from collections.abc import Iterator

from channels.email.quoting_words import (
    HISTORY,
    LABELS,
    OPENINGS,
    ORIGINAL_MESSAGE,
    QUOTING,
    WROTE,
    WROTE_UNSPACED,
)

LONGEST_LINE = 1_000
_LONGEST_HEADING = 500
_LINES_OF_A_HEADING = 5
_LINES_OF_A_HEADER_BLOCK = 14
_MOST_WORDS = 16
_WORDS_WITHOUT_A_DATE = 7


def any_of(words: tuple[str, ...]) -> str:
    """An alternation of literal words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))


INVISIBLE = "\ufeff\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_EDGE = INVISIBLE + " \t\r\n\f\v\xa0\u202f\u3000"
_DASH = "-_—–=‐‑"
MARK = re.compile(rf"^[\s{INVISIBLE}]{{0,40}}>")
_GROUPWISE = re.compile(r"^>>> ?\S.{2,200}\d.{0,60}>>>$|^>>> On .{5,200} wrote:$")
_SAYS_WROTE = re.compile(
    rf"(?:^|[\s>)\]”\"»’'])(?:{any_of(WROTE)})(?=[\s:：(\"<,]|$)|(?:{any_of(WROTE_UNSPACED)})", re.I
)
_OPENS = re.compile(
    rf"^(?:(?:{any_of(OPENINGS)})[\s,.]|\d{{1,4}}[./-] ?\d{{1,2}}|\d{{1,2}}[:.]\d\d|\d{{4}}[年년]|\d{{1,2}}\.? \w{{3}}"
    r"|[^\s\d<>@:]{2,14}[.,،]{0,2} (?:den )?\d{1,2}|[^\W\d]{2,12}, (?:\d{1,2} [^\W\d]+|[^\W\d]{3,12} \d{1,2}, \d{4}))",
    re.I,
)
_DATE = re.compile(
    r"(?:19|20)\d\d|\d{1,2}[:.h]\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}\.? [^\W\d]{3,9}|[^\W\d]{3,9} \d{1,2}\b"
)
_DATE_AND_TIME = re.compile(
    r"(?:19|20)\d\d\D{1,12}\d{1,2}[:.]\d\d|\d{1,2}[:.]\d\d\D{1,12}\d{1,2}[./-]"
)
_ADDRESS = re.compile(r"[^\s<>()\[\]@]{1,200}@[^\s<>()\[\]@]{1,200}")
_NAME_FIRST = re.compile(
    r"^(?:[^<>@:]{0,60}[<(\[][^<>()\s@]{1,200}@[^<>()\s]{1,200}|[^\s<>@]{1,200}@\S{1,200})"
)
_FIRST_PERSON = re.compile(
    r"^(?:i|we|he|she|they|as|and|but|what|when|ich|wir|er|sie|je|nous|elle|yo|io|ik|wij|jag|vi|jeg|eu|ja|my)\s",
    re.I,
)  # fmt: skip
# Somebody who repeats what they wrote themselves is still writing.
_BY_WRITER = re.compile(r"\b(?:i|we|ich|wir|je|j['’]ai|nous|yo|io|ik|wij|jag|vi|jeg|eu)\b", re.I)
_SENTENCE_ENDS = re.compile(r"[.!?] [A-ZÀ-Þ]")
_QUOTING = re.compile(rf"^(?:{any_of(QUOTING)})\s", re.I)
_DASHED = re.compile(
    rf"^[\s*>]{{0,20}}[{_DASH}]{{2,}}\s{{0,9}}(?:{any_of(ORIGINAL_MESSAGE)})\s{{0,9}}:?\s{{0,9}}[{_DASH}]{{2,}}\s*$",
    re.I,
)
_UNDASHED = re.compile(rf"^\s{{0,20}}(?:{any_of(ORIGINAL_MESSAGE)})\s{{0,9}}:?\s*$", re.I)
_HISTORY = re.compile(rf"^[\s*#_]{{0,9}}(?:{any_of(HISTORY)})[\s*#_:]{{0,9}}$", re.I)
_RULE = re.compile(rf"^[\s*>]{{0,20}}[{_DASH}]{{5,}}\s*$")
RULE_OR_LESS = re.compile(r"^[\s*>]{0,20}[_—–=]{3,}\s*$|^[\s*>]{0,20}-{4,}\s*$")
_THIN_RULE = re.compile(r"^\s{0,9}-{3,}\s*$")
_ENDS_IN_WROTE = re.compile(rf"[\s>\])](?:{any_of(WROTE)})\s?[:：]?\s?-*$", re.I)
_REPLY_ABOVE = re.compile(
    r"^[\s#>*=_—–-]{0,20}(?:please )?(?:type|write|enter|add)? ?(?:your )?repl(?:y|ies)(?: all)? above this line"
    r"|^[\s#>*=_—–-]{0,20}(?:bitte (?:schreiben|antworten) sie (?:ihre antwort )?(?:über|oberhalb) dieser zeile"
    r"|veuillez (?:répondre|saisir|écrire) .{0,30}au-dessus de cette ligne|(?:por favor,? )?(?:escriba|responda) .{0,30}"
    r"encima de esta línea|(?:typ|schrijf) .{0,30}boven deze (?:lijn|regel)|ysgrifennwch .{0,30}uwchben y llinell)",
    re.I,
)
LABEL = re.compile(
    r"^[\s>*_]{0,20}(?:" + "|".join(f"(?P<{name}>{any_of(words)})" for name, words in LABELS.items())
    + r")\s{0,9}[*_]{0,3}\s{0,9}[:：]\s{0,9}[*_]{0,3}\s{0,9}(?P<value>.*)$",
    re.I,
)  # fmt: skip


def bare(line: str) -> str:
    """The line without spaces and invisible marks at its edges."""
    return line.strip(_EDGE)


def next_written(lines: list[str], at: int) -> int | None:
    """The next line within four that is not blank."""
    return next((n for n in range(at, min(at + 4, len(lines))) if lines[n].strip()), None)


def is_inbetween_heading(line: str) -> bool:
    """One that begins with marks itself, so that it must be asked for before quotations are."""
    return _GROUPWISE.match(bare(line[:LONGEST_LINE])) is not None


def heading_length(lines: list[str], at: int) -> int:
    """How many lines the heading of a quotation takes that begins here; 0 if none does."""
    line = bare(lines[at]) if len(lines[at]) <= 2 * LONGEST_LINE else ""
    if not line or len(line) > LONGEST_LINE:
        return 0
    if _REPLY_ABOVE.match(line) or _GROUPWISE.match(line):
        return 1
    if _DASHED.match(line):
        return 1 + header_block_length(lines, at + 1)
    ruled = _ruled_length(lines, at, line)
    return ruled or header_block_length(lines, at) or _wrote_length(lines, at, line)


def _ruled_length(lines: list[str], at: int, line: str) -> int:
    """A row of dashes, or the words of a banner without them, counts only with fields right below."""
    ruled = _RULE.match(line) is not None
    if ruled or _UNDASHED.match(line):
        block = next_written(lines, at + 1)
        length = header_block_length(lines, block) if block is not None else 0
        if length and block is not None:
            return block - at + length
    if ruled or _THIN_RULE.match(line):
        below = next_written(lines, at + 1)
        if below is not None and _HISTORY.match(lines[below][:LONGEST_LINE]):
            return below - at + 1
    return 0


def _wrote_length(lines: list[str], at: int, line: str) -> int:
    marked = _is_marked(lines, at + 1)
    if line[-1:] in ":：" and _is_heading(line, marked=marked):
        return 1
    if _ends_without_colon(line, lines, at + 1):
        return 1
    if not (
        _OPENS.match(line) or _NAME_FIRST.match(line) or _QUOTING.match(line) or line[:4] == "----"
    ):
        return 0
    joined = line
    for count in range(1, _LINES_OF_A_HEADING):
        if at + count >= len(lines) or not lines[at + count].strip():
            return 0
        joined = f"{joined} {bare(lines[at + count][:LONGEST_LINE]).lstrip('> ')}"
        if joined[-1] in ":：" and _is_heading(joined, marked=_is_marked(lines, at + count + 1)):
            return count + 1
        if _ends_without_colon(joined, lines, at + count + 1):
            return count + 1
        if _opens_anew(lines[at + count]):
            return 0
    return 0


def _is_marked(lines: list[str], at: int) -> bool:
    below = next_written(lines, at)
    return below is not None and MARK.match(lines[below]) is not None


def _ends_without_colon(line: str, lines: list[str], below: int) -> bool:
    """As Zoho writes it, with dashes or nothing after the verb, and a blank line below."""
    if "@" not in line or len(line) > _LONGEST_HEADING:
        return False
    inner = line.strip("- ")
    return (
        _ENDS_IN_WROTE.search(line) is not None
        and _OPENS.match(inner) is not None
        and _DATE.search(inner) is not None
        and (below >= len(lines) or not lines[below].strip())
    )


def _opens_anew(line: str) -> bool:
    line = bare(line[:LONGEST_LINE])
    return bool(_OPENS.match(line)) and bool(_SAYS_WROTE.search(line))


def _is_heading(line: str, *, marked: bool) -> bool:
    """A line that says who wrote when: of verb, address and date two at least, in an order that programs use."""
    if len(line) > _LONGEST_HEADING or _FIRST_PERSON.match(line):
        return False
    dated = _DATE.search(line) is not None
    addressed = _ADDRESS.search(line) is not None
    opens = _OPENS.match(line) is not None
    if addressed and (
        _QUOTING.match(line) or (marked and dated and len(line.split()) <= _MOST_WORDS)
    ):
        return True
    if not _SAYS_WROTE.search(line):
        return dated and addressed and opens
    if addressed:
        named = _NAME_FIRST.match(line) is not None
        brief = len(line.split()) <= _WORDS_WITHOUT_A_DATE and not _SENTENCE_ENDS.search(line)
        return opens or marked or (named and (dated or brief))
    precise = _DATE_AND_TIME.search(line) is not None and len(line.split()) <= _MOST_WORDS
    return dated and (opens or precise) and not _BY_WRITER.search(line[-60:])


def header_block_length(lines: list[str], at: int) -> int:
    """How many lines a block of From, Sent, To and Subject takes that begins here; 0 if none does."""
    if at >= len(lines):
        return 0
    first = LABEL.match(lines[at])
    if first is None or not (names_sender(first) or first["sent"]):
        return 0
    kinds = {"from" if names_sender(first) else "sent"}
    addressed, end = "@" in first["value"], at + 1
    for number in _field_lines(lines, at + 1):
        label = LABEL.match(lines[number])
        if label:
            kinds |= {name for name in LABELS if label[name]}
            kinds |= {"from"} if "from" not in kinds and names_sender(label) else set()
            addressed = addressed or "@" in label["value"]
            end = number + 1
    # "From: Cardiff, To: Newport, Date: Monday" is somebody's journey.
    complete = len(kinds) >= 3 and "from" in kinds and (addressed or "subject" in kinds)
    return end - at if complete else 0


def _field_lines(lines: list[str], at: int) -> Iterator[int]:
    """The lines that may hold fields from here on; a blank one ends them unless a field follows it at once."""
    for number in range(at, min(at + _LINES_OF_A_HEADER_BLOCK, len(lines))):
        if lines[number].strip():
            yield number
        elif number + 1 >= len(lines) or not LABEL.match(lines[number + 1]):
            return


def names_sender(label: re.Match[str]) -> bool:
    """Whether a label is that of the sender; some languages use one word for several labels."""
    if label["from"]:
        return True
    return (
        label.group(0)[: label.start("value")].strip(" >*_:：\t\xa0\u202f").lower()
        in LABELS["from"]
    )
