"""split_reply(): what is new in a reply, what is quoted and what is signature.

Folding may never hide what somebody wrote to us. So a line counts as the
beginning of history only if it has the whole form of one, and when nothing
would be left to see, everything is shown.
"""

import re
from typing import NamedTuple

from channels.email.quoting_words import (
    FAREWELLS,
    LABELS,
    OPENINGS,
    ORIGINAL_MESSAGE,
    SENT_FROM,
    WROTE,
)

_LONGEST_LINE = 1_000
_LINES_OF_A_HEADING = 5
_LINES_OF_A_HEADER_BLOCK = 9
_LINES_OF_A_SIGNATURE = 12
_FAREWELL_LENGTH = 45


def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))


_INVISIBLE = "\ufeff\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069"
_EDGE = re.compile(rf"^[\s{_INVISIBLE}]+|[\s{_INVISIBLE}]+$")
_MARK = re.compile(rf"^[\s{_INVISIBLE}]*>")
_SAYS_WROTE = re.compile(rf"(?:^|[\s>)\]”\"»])(?:{_any_of(WROTE)})(?=[\s:：(\"<]|$)", re.I)
_OPENS_A_HEADING = re.compile(
    rf"^(?:(?:{_any_of(OPENINGS)})[\s,.]|\d{{1,4}}[./-]\d{{1,2}}|\d{{1,2}}[:.]\d\d|\d{{4}}年|\d{{1,2}}\.? \w{{3}}"
    r"|[^\W\d]{2,12}[.,]{0,2} (?:den )?\d{1,2}|[^\W\d]{2,12}, \d{1,2} [^\W\d]+)",
    re.I,
)
_DATE = re.compile(
    r"(?:19|20)\d\d|\d{1,2}[:.h]\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}\.? [^\W\d]{3,9}|[^\W\d]{3,9} \d{1,2}\b"
)
_ADDRESS = re.compile(r"[^\s<>()\[\]]+@[^\s<>()\[\]]+")
_DASHED = re.compile(
    rf"^[\s*>]*[-_—–=]{{2,}}\s*(?:{_any_of(ORIGINAL_MESSAGE)})\s*:?\s*[-_—–=]{{2,}}\s*$", re.I
)
_RULE = re.compile(r"^[\s*>]*[-_—–=]{5,}\s*$")
_RULE_OR_LESS = re.compile(r"^[\s*>]*[_—–=]{3,}\s*$|^[\s*>]*-{4,}\s*$")
_ENDS_IN_WROTE = re.compile(rf"[\s>\])](?:{_any_of(WROTE)})\s*[:：]?\s*-*$", re.I)
_REPLY_ABOVE = re.compile(
    r"^[\s#>*=_—–-]*(?:please )?(?:type|write|enter|add)? ?(?:your )?repl(?:y|ies)(?: all)? above this line",
    re.I,
)
LABEL = re.compile(
    r"^[\s>*_]*(?:" + "|".join(f"(?P<{name}>{_any_of(words)})" for name, words in LABELS.items())
    + r")\s*[*_]*\s*[:：]\s*[*_]*\s*(?P<value>.*)$",
    re.I,
)  # fmt: skip
_SENT_FROM = re.compile(rf"^[\s*<\[(_]*(?:{_any_of(SENT_FROM)})\b.{{0,120}}$", re.I)
_DELIMITER = re.compile(r"^\s*(?:--|__|-- |——)\s*$")
_LIST_FOOTER = re.compile(r"^_{20,}\s*$")
_FAREWELL = re.compile(rf"^\s*(?:{_any_of(FAREWELLS)})\s*[,.!]*\s*$", re.I)
_BULLET_NAME = re.compile(r"^\s*[-/–—]\s?[^\W\d][\w.'’-]*(?: [^\W\d][\w.'’-]*){0,3}\s*$")


class SplitReply(NamedTuple):
    """A reply in three pieces; joined, they are the whole text but for blank lines."""

    visible: str
    quoted: str = ""
    signature: str = ""


def split_reply(text: str) -> SplitReply:
    """What is new, what is quoted below it, and the signature between them.

    A quotation between two things that are new stays visible: the answers would
    make no sense without it.
    """
    lines = text.split("\n")
    above = _length_of_quotation_above(lines)
    before, lines = lines[:above], lines[above:]
    cut = _where_history_begins(lines)
    own, history = _without_rules(lines[:cut]), [*before, *lines[cut:]]
    own, signature = _without_signature(own)
    if not _says_something(own) or _is_only_a_heading(own):
        return SplitReply(text.strip())
    return SplitReply(_joined(own), _joined(history), _joined(signature))


def _length_of_quotation_above(lines: list[str]) -> int:
    """How much to leave out before an answer that stands below all that it quotes.

    Where answers stand between quotations, each needs the one above it.
    """
    first = _next_written(lines, 0)
    length = heading_length(lines, first) if first is not None else 0
    if first is None or not length:
        return 0
    at = first + length
    marked = [n for n in range(at, len(lines)) if _MARK.match(lines[n])]
    if not marked or any(lines[n].strip() for n in range(at, marked[0])):
        return 0
    below = marked[-1] + 1
    gap = any(lines[n].strip() and not _MARK.match(lines[n]) for n in range(marked[0], below))
    return 0 if gap or not _says_something(lines[below:]) else below


def _without_rules(lines: list[str]) -> list[str]:
    """Without the row of dashes that stood between what is new and the history."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _RULE_OR_LESS.match(lines[end - 1])):
        end -= 1
    return lines[:end] if end else lines


def count_messages(text: str) -> int:
    """How many messages a thread holds, as far as its headings tell."""
    lines = [line.lstrip("> \ufeff") for line in text.split("\n")]
    count, at = 0, 0
    while at < len(lines):
        length = heading_length(lines, at)
        if length:
            count += 1
            at += length
        else:
            at += 1
    return count + (1 if _where_first_heading(lines) > 0 else 0)


def _where_first_heading(lines: list[str]) -> int:
    seen = False
    for at in range(len(lines)):
        if heading_length(lines, at):
            return at if seen else 0
        seen = seen or bool(lines[at].strip())
    return len(lines)


def _where_history_begins(lines: list[str]) -> int:
    seen = False
    for at, line in enumerate(lines):
        if seen and _begins_history(lines, at):
            return at
        seen = seen or bool(_EDGE.sub("", line).strip("-_=*"))
    return len(lines)


def _begins_history(lines: list[str], at: int) -> bool:
    line = lines[at]
    if not line.strip() or len(line) > _LONGEST_LINE:
        return False
    if _MARK.match(line):
        return not _answers_follow(lines, at)
    length = heading_length(lines, at)
    if not length:
        return False
    after = _next_written(lines, at + length)
    if after is not None and _MARK.match(lines[after]):
        return not _answers_follow(lines, after)
    return True


def _answers_follow(lines: list[str], at: int) -> bool:
    """Whether, below a quotation marked by `>`, somebody wrote on."""
    wrapped = False
    for number in range(at, len(lines)):
        line = lines[number]
        if _MARK.match(line) or not line.strip():
            # A program that marked a line and then wrapped it leaves its rest without a mark.
            wrapped = len(line) > 60
        elif wrapped and len(line) < 30:
            wrapped = False
        elif _is_signature_line(line) or _DELIMITER.match(line) or _LIST_FOOTER.match(line):
            return False
        else:
            return not heading_length(lines, number)
    return False


def _next_written(lines: list[str], at: int) -> int | None:
    return next((n for n in range(at, min(at + 4, len(lines))) if lines[n].strip()), None)


def heading_length(lines: list[str], at: int) -> int:
    """How many lines the heading of a quotation takes that begins here; 0 if none does."""
    line = _EDGE.sub("", lines[at])
    if not line or len(line) > _LONGEST_LINE:
        return 0
    if _REPLY_ABOVE.match(line):
        return 1
    if _DASHED.match(line):
        return 1 + header_block_length(lines, at + 1)
    if _RULE.match(line):
        block = _next_written(lines, at + 1)
        length = header_block_length(lines, block) if block is not None else 0
        return block - at + length if length and block is not None else 0
    return header_block_length(lines, at) or _wrote_length(lines, at, line)


def _wrote_length(lines: list[str], at: int, line: str) -> int:
    if line[-1:] in ":：" and _is_heading(line):
        return 1
    if _ends_without_colon(line, lines, at):
        return 1
    if not _OPENS_A_HEADING.match(line):
        return 0
    joined = line
    for count in range(1, _LINES_OF_A_HEADING):
        if at + count >= len(lines) or not lines[at + count].strip():
            return 0
        joined = f"{joined} {_EDGE.sub('', lines[at + count]).lstrip('> ')}"
        if joined[-1] in ":：" and _is_heading(joined):
            return count + 1
        if _opens_anew(lines[at + count]):
            return 0
    return 0


def _ends_without_colon(line: str, lines: list[str], at: int) -> bool:
    """As Zoho writes it, with dashes or nothing after the verb, and a blank line below."""
    if "@" not in line:
        return False
    bare = line.strip("- ")
    return (
        _ENDS_IN_WROTE.search(line) is not None
        and _OPENS_A_HEADING.match(bare) is not None
        and _DATE.search(bare) is not None
        and (at + 1 >= len(lines) or not lines[at + 1].strip())
    )


def _opens_anew(line: str) -> bool:
    return bool(_OPENS_A_HEADING.match(_EDGE.sub("", line))) and bool(_SAYS_WROTE.search(line))


def _is_heading(line: str) -> bool:
    """A line that says who wrote when: two of verb, address and date, and the verb or both others."""
    if len(line) > 500:
        return False
    dated = _DATE.search(line) is not None
    addressed = _ADDRESS.search(line) is not None
    if _SAYS_WROTE.search(line):
        return addressed or (dated and _OPENS_A_HEADING.match(line) is not None)
    return dated and addressed and _OPENS_A_HEADING.match(line) is not None


def header_block_length(lines: list[str], at: int) -> int:
    """How many lines a block of From, Sent, To and Subject takes that begins here; 0 if none does."""
    if at >= len(lines):
        return 0
    first = LABEL.match(lines[at])
    if first is None or not (names_sender(first) or first["sent"]):
        return 0
    kinds, end, blank = {"from" if names_sender(first) else "sent"}, at + 1, 0
    for number in range(at + 1, min(at + _LINES_OF_A_HEADER_BLOCK, len(lines))):
        if not lines[number].strip():
            blank += 1
            if blank > 1 or len(kinds) > 1:
                break
            continue
        label = LABEL.match(lines[number])
        if label:
            kinds |= {name for name in LABELS if label[name]}
            kinds |= {"from"} if "from" not in kinds and names_sender(label) else set()
            end = number + 1
    return end - at if len(kinds) >= 3 and "from" in kinds else 0


def names_sender(label: re.Match[str]) -> bool:
    if label["from"]:
        return True
    # Some languages use one word for several labels; the first pattern that fits takes it.
    return label.group(0).split(":")[0].strip(" >*_").lower() in LABELS["from"]


def _without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    cut = end
    for at in range(end - 1, max(end - 40, -1), -1):
        if _begins_signature(lines, at, cut, end):
            cut = at
    if _is_lone_name(lines, cut):
        cut = _last_written(lines, cut)
    if not _says_something(lines[:cut]):
        return lines, []
    return lines[:cut], lines[cut:]


def _begins_signature(lines: list[str], at: int, cut: int, end: int) -> bool:
    line = lines[at]
    if _DELIMITER.match(line) or _LIST_FOOTER.match(line):
        return True
    if _is_signature_line(line):
        return cut - at <= _LINES_OF_A_SIGNATURE
    return _is_farewell(lines, at, end)


def _is_signature_line(line: str) -> bool:
    # "Sent from my desk, it is easier here." is a sentence of somebody's.
    sentence = ", " in line or line.rstrip().endswith(".")
    return len(line) < 200 and not sentence and _SENT_FROM.match(line) is not None


def _is_farewell(lines: list[str], at: int, end: int) -> bool:
    line = lines[at]
    if len(line) > _FAREWELL_LENGTH or not _FAREWELL.match(line):
        return False
    below = [below for below in lines[at + 1 : end] if below.strip()]
    return len(below) <= _LINES_OF_A_SIGNATURE and all(len(each) < 80 for each in below)


def _last_written(lines: list[str], end: int) -> int:
    while end and not lines[end - 1].strip():
        end -= 1
    return end - 1


def _is_lone_name(lines: list[str], end: int) -> bool:
    """A last line such as "/John" or "-Abhishek Kona", below a blank one."""
    last = _last_written(lines, end)
    return last > 1 and not lines[last - 1].strip() and bool(_BULLET_NAME.match(lines[last]))


def _says_something(lines: list[str]) -> bool:
    return any(_EDGE.sub("", line).strip("-_=*> ") for line in lines)


def _is_only_a_heading(lines: list[str]) -> bool:
    first = _next_written(lines, 0)
    length = heading_length(lines, first) if first is not None else 0
    return first is not None and length > 0 and not _says_something(lines[first + length :])


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()
