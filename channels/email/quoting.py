"""split_reply(): what is new in a reply, what is quoted and what is signature.

Folding may never hide what somebody wrote to us. So a line counts as the
beginning of history only if it has the whole form of one, and when nothing
would be left to see, or the writer points below, everything is shown.
"""

import re
from typing import NamedTuple

from channels.email.headings import (
    LONGEST_LINE,
    MARK,
    RULE_OR_LESS,
    bare,
    heading_length,
    is_inbetween_heading,
    next_written,
)
from channels.email.signatures import (
    DELIMITER,
    LIST_FOOTER,
    is_device_mark,
    says_something,
    without_signature,
)

_ANSWERS = r"(?:answers?|repl(?:y|ies)|comments?|responses?|remarks?|notes?)"
_POINTS_BELOW = re.compile(
    rf"\b(?:my|our|see|find|with) (?:\w{{1,12}} ){{0,2}}{_ANSWERS} (?:\w{{1,12}} ){{0,3}}(?:below|in-?line|underneath|between)|"
    rf"\b{_ANSWERS} (?:\w{{1,12}} ){{0,2}}(?:in-?line|in (?:red|blue|green|bold|capitals|caps))\b|\b(?:answered|replied|commented) "
    r"(?:\w{1,12} ){0,3}(?:below|in-?line|between the lines)|\b(?:meine )?(?:antworten|anmerkungen|kommentare) (?:\w{1,12} ){0,3}"
    r"(?:unten|im text|in rot|in blau)|\b(?:mes )?(?:réponses|commentaires) (?:\w{1,12} ){0,3}(?:ci-dessous|en rouge|dans le texte)|"
    r"\b(?:mis )?(?:respuestas|comentarios) (?:\w{1,12} ){0,3}(?:abajo|más abajo|en rojo)|\b(?:le mie )?risposte (?:\w{1,12} ){0,3}"
    r"(?:sotto|in rosso)|\b(?:mijn )?antwoorden (?:\w{1,12} ){0,3}(?:hieronder|in rood)|\bsee (?:below|inline) in (?:red|blue|bold)\b",
    re.I,
)


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
    own, signature = without_signature(own)
    if not says_something(own) or _is_only_a_heading(own) or (history and _points_below(own)):
        return SplitReply(text.strip())
    return SplitReply(_joined(own), _joined(history), _joined(signature))


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


def _points_below(own: list[str]) -> bool:
    """Whether the writer says that the answers stand in what they quote."""
    return _POINTS_BELOW.search(" ".join("\n".join(own)[:LONGEST_LINE].split())) is not None


def _length_of_quotation_above(lines: list[str]) -> int:
    """How much to leave out before an answer that stands below all that it quotes.

    Where answers stand between quotations, each needs the one above it.
    """
    first = next_written(lines, 0)
    length = heading_length(lines, first) if first is not None else 0
    if first is None or not length:
        return 0
    at = first + length
    marked = [n for n in range(at, len(lines)) if MARK.match(lines[n])]
    if not marked or any(lines[n].strip() for n in range(at, marked[0])):
        return 0
    below = marked[-1] + 1
    gap = any(lines[n].strip() and not MARK.match(lines[n]) for n in range(marked[0], below))
    return 0 if gap or not says_something(lines[below:]) else below


def _without_rules(lines: list[str]) -> list[str]:
    """Without the row of dashes that stood between what is new and the history."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _is_rule(lines[end - 1])):
        end -= 1
    return lines[:end] if end else lines


def _is_rule(line: str) -> bool:
    return len(line) <= LONGEST_LINE and RULE_OR_LESS.match(line) is not None


def _where_history_begins(lines: list[str]) -> int:
    seen, answered = False, 0
    for at, line in enumerate(lines):
        if seen and at >= answered and line.strip() and len(line) <= LONGEST_LINE:
            quotation = _quotation_at(lines, at)
            if quotation is not None:
                # Up to where the answer stands, each line of this quotation has the same one.
                answered = _answer_below(lines, quotation)
                if answered < 0:
                    return at
        seen = seen or bool(bare(line).strip("-_=*"))
    return len(lines)


def _quotation_at(lines: list[str], at: int) -> int | None:
    """Where the quotation begins that this line is the first of, or is the heading of; None for neither."""
    if MARK.match(lines[at]) and not is_inbetween_heading(lines[at]):
        return at
    length = heading_length(lines, at)
    return at + length if length else None


def _answer_below(lines: list[str], at: int) -> int:
    """The line below a quotation marked by `>` where somebody wrote on; -1 if nobody did."""
    after = next_written(lines, at)
    if after is None or not MARK.match(lines[after]):
        return -1
    wrapped = False
    for number in range(after, len(lines)):
        line = lines[number]
        if MARK.match(line) or not line.strip():
            # A program that marked a line and then wrapped it leaves its rest without a mark.
            wrapped = len(line) > 60
        elif wrapped and len(line) < 30:
            wrapped = False
        elif is_device_mark(line) or DELIMITER.match(line[:20]) or LIST_FOOTER.match(line[:80]):
            return -1
        else:
            return -1 if heading_length(lines, number) else number
    return -1


def _is_only_a_heading(lines: list[str]) -> bool:
    first = next_written(lines, 0)
    length = heading_length(lines, first) if first is not None else 0
    return first is not None and length > 0 and not says_something(lines[first + length :])


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()
