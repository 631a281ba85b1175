"""Finding a stretch of text and putting the mark in its place: in plain text, in HTML, in plain JSON values."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from html import unescape
from typing import Any

# Always of one length, so that it does not say how long the stretch was.
MARK = "█████"
SHORTEST, LONGEST = 2, 5_000
_CONTEXT = 40

# Words of a stretch are found wherever a mail program broke the line or put its marks of quotation.
_BETWEEN = r"[\s>|\u200b\u00ad]+"
_TOKEN = re.compile(
    r"<[^>]*>|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|.", re.DOTALL
)
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|time|tt|u|var|wbr)\b",
    re.IGNORECASE,
)


def pattern_of(what: str) -> re.Pattern[str] | None:
    """What finds a stretch, however its lines were broken and whatever case it is in; None for too little or too much."""
    words = what.split()
    if not len("".join(words)) >= SHORTEST or len(what) > LONGEST:
        return None
    return re.compile(_BETWEEN.join(map(re.escape, words)), re.IGNORECASE)


def in_text(pattern: re.Pattern[str], text: str) -> tuple[str, int]:
    """The text with the mark in place of each stretch, and how many there were."""
    return pattern.subn(MARK, text)


def in_html(pattern: re.Pattern[str], html: str) -> tuple[str | None, int]:
    """The same for cleaned HTML, whatever elements the stretch goes across.

    None where it cannot be taken out surely, such as from an attribute: the formatted form is then given up as a whole.
    """
    signs, spans = _laid_out(html)
    found = list(pattern.finditer("".join(signs)))
    for match in reversed(found):
        taken = sorted({span for span in spans[match.start() : match.end()] if span is not None})
        for place, (start, end) in reversed(list(enumerate(taken))):
            html = html[:start] + (MARK if place == 0 else "") + html[end:]
    if holds(pattern, html):
        return None, max(1, len(found))
    return html, len(found)


def holds(pattern: re.Pattern[str], html: str) -> bool:
    """Whether HTML holds the stretch in any way: in its text, in an attribute, or across elements."""
    signs, _spans = _laid_out(html)
    bare = re.sub(r"<[^>]*>", "", html)
    return any(pattern.search(one) for one in ("".join(signs), unescape(bare), unescape(html)))


def in_value(pattern: re.Pattern[str], value: Any) -> tuple[Any, int]:
    """The same for a plain JSON value, in all texts that it holds."""
    if isinstance(value, str):
        return in_text(pattern, value)
    if isinstance(value, Mapping):
        parts = {key: in_value(pattern, one) for key, one in value.items()}
        return {key: one for key, (one, _n) in parts.items()}, sum(n for _one, n in parts.values())
    if isinstance(value, list | tuple):
        items = [in_value(pattern, one) for one in value]
        return [one for one, _n in items], sum(n for _one, n in items)
    return value, 0


def without_pictures(html: str, content_ids: list[str]) -> str:
    """HTML with the mark in place of each picture that is shown by one of these content ids."""
    for content_id in content_ids:
        picture = rf"<img\b[^>]*\"cid:{re.escape(content_id)}\"[^>]*>"
        html = re.sub(picture, MARK, html, flags=re.IGNORECASE)
    return html


def without_waiting(html: str, keys: Collection[str]) -> str:
    """HTML that is being written, with the mark in place of each picture that waits under one of these keys."""
    for key in keys:
        html = re.sub(rf"<img\b[^>]*/pictures/{re.escape(key)}\"[^>]*>", MARK, html)
    return html


def around(pattern: re.Pattern[str], text: str, most: int = 5) -> list[tuple[str, str]]:
    """What stands before and after each place, for a preview; never the stretch itself."""
    marked = in_text(pattern, text)[0]
    found = []
    for match in list(re.finditer(re.escape(MARK), marked))[:most]:
        before = marked[max(0, match.start() - _CONTEXT) : match.start()]
        after = marked[match.end() : match.end() + _CONTEXT]
        found.append((" ".join(before.split()), " ".join(after.split())))
    return found


def _laid_out(html: str) -> tuple[list[str], list[tuple[int, int] | None]]:
    """The text that HTML shows, sign by sign, and where each stands in it; a block ends a line."""
    signs: list[str] = []
    spans: list[tuple[int, int] | None] = []
    for token in _TOKEN.finditer(html):
        piece = token[0]
        if len(piece) > 1 and piece.startswith("<"):
            if not _INLINE.match(piece):
                signs.append("\n")
                spans.append(None)
            continue
        for sign in unescape(piece) if len(piece) > 1 else piece:
            signs.append(sign)
            spans.append(token.span())
    return signs, spans
