"""What agents write with marks: its HTML by one strict list, and the plain words that every other place reads.

This is the one place where the words are taken from the HTML: the text part of a mail, search, text messages, chats, the
portal and the journal all have them from here, and never from what a browser says beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from html.parser import HTMLParser

import nh3

from helpdesk.core.html import WITH_CONTENT

LONGEST = 400_000
DEEPEST = 40
TAGS = frozenset(
    [
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "div",
        "em",
        "i",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "u",
        "ul",
    ]
)
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    **{tag: {"dir"} for tag in ("blockquote", "div", "li", "ol", "p", "pre", "ul")},
}
SCHEMES = {"http", "https", "mailto", "tel"}
# Elements that say no more than where a line ends.
_LINES_ONLY = re.compile(r"</?(?:div|p|br)(?:\s+dir=\"auto\")?\s*/?>", re.IGNORECASE)
_BLOCKS = frozenset(["blockquote", "div", "li", "ol", "p", "pre", "ul"])
_LISTS = ("ul", "ol")
_LINK = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_WAITING = re.compile(r"/tickets/[A-Za-z0-9-]{1,40}/pictures/([0-9a-f]{32})")
# Where elements that hold others begin and end.
_ENDS = re.compile(r"<(/?)(?!br\b|img\b)[a-z]")
_PICTURE = re.compile(r"<img\b[^>]*>")
_SOURCE = re.compile(r'\ssrc="([^"]*)"')
_ALT = re.compile(r'\salt="([^"]*)"')
_SIZE = re.compile(r'\s(?:width|height)="[^"]*"')
_PIXELS = re.compile(r"[1-9][0-9]{0,3}")
# In an attribute these would lead those astray who look for the ends of elements.
_SIGNS = str.maketrans({"<": "", ">": "", '"': "'"})
_SIGNS_OF_ADDRESSES = str.maketrans({"<": "%3C", ">": "%3E", '"': "%22", "\n": "", "\r": ""})
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def clean(html: str) -> str:
    """Only what the editor itself can write (S01); the same again changes nothing.

    Of pictures only those stay that wait on a ticket; never one from elsewhere. What is nested deeper than anybody
    writes keeps its words alone.
    """
    cleaned = _cleaned(html, lambda one: one if _WAITING.fullmatch(one) else None, rel=None)
    return cleaned if _depth(cleaned) <= DEEPEST else html_of(words_of(cleaned))


def shown(html: str, pictures: Mapping[str, str]) -> str:
    """What an agent wrote, as a page of ours shows it; `pictures` gives the address of each by its Content-ID."""
    return _cleaned(
        html,
        lambda address: pictures.get(address[4:]) if address.startswith("cid:") else None,
        rel="nofollow noopener noreferrer",
    )


def _cleaned(html: str, place: Callable[[str], str | None], *, rel: str | None) -> str:
    def choose(tag: str, name: str, value: str) -> str | None:
        if (tag, name) == ("img", "src"):
            return place(value)
        return _choose(name, value)

    cleaned = nh3.clean(
        html.replace("\x00", "")[:LONGEST],
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        clean_content_tags=set(WITH_CONTENT),
        url_schemes={*SCHEMES, "cid"},
        link_rel=rel,
        set_tag_attribute_values={"a": {"target": "_blank"}} if rel else {},
        attribute_filter=choose,
        strip_comments=True,
    )
    return _PICTURE.sub(lambda found: found[0] if _SOURCE.search(found[0]) else "", cleaned)


def is_plain(html: str) -> bool:
    """Whether cleaned HTML has lines and nothing else, so that its text says all of it."""
    return "<" not in _LINES_ONLY.sub("", html)


def words_of(html: str) -> str:
    """Cleaned HTML as plain words with its lines: marks of lists and quotations stay, pictures stand by their names."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


def html_of(text: str) -> str:
    """Plain words as the editor has them: an element for each line."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "".join(f"<div>{_line(line)}</div>" for line in lines)


def joined(first: str, first_html: str, second: str, second_html: str) -> str:
    """The HTML of two texts below each other, "" where neither has marks."""
    if not first_html and not second_html:
        return ""
    return f"{first_html or html_of(first)}<div><br></div>{second_html or html_of(second)}"


def waiting_address(number: str, key: str) -> str:
    """Where the editor finds a waiting picture of the ticket with this number."""
    return f"/tickets/{number}/pictures/{key}"


def pictures_in(html: str) -> list[str]:
    """The keys of the waiting pictures that cleaned HTML shows, in its order."""
    keys = [_WAITING.fullmatch(unescape(one)) for one in _SOURCE.findall(html)]
    return list(dict.fromkeys(found[1] for found in keys if found))


def with_sizes(html: str, size: Callable[[str], tuple[int, int] | None]) -> str:
    """Cleaned HTML in which each waiting picture has the width and height that `size` gives for its key, or neither."""

    def sized(found: re.Match[str]) -> str:
        source = _SOURCE.search(found[0])
        waiting = _WAITING.fullmatch(unescape(source[1])) if source else None
        if waiting is None:
            return found[0]
        bare = _SIZE.sub("", found[0])
        given = size(waiting[1])
        said = f' width="{given[0]}" height="{given[1]}"' if given else ""
        return f"{bare[:-1]}{said}>"

    return _PICTURE.sub(sized, html)


def with_pictures(html: str, place: Callable[[str], str | None]) -> str:
    """Cleaned HTML in which each waiting picture has the address that `place` gives for its key; None takes it out."""

    def placed(found: re.Match[str]) -> str:
        source = _SOURCE.search(found[0])
        waiting = _WAITING.fullmatch(unescape(source[1])) if source else None
        if waiting is None:
            return found[0]
        address = place(waiting[1])
        if address is None:
            return ""
        return _SOURCE.sub(lambda _one: f' src="{escape(address)}"', found[0])

    return _PICTURE.sub(placed, html)


def picture_words(name: str) -> str:
    """What stands in plain words for a picture."""
    return f"[picture: {name}]" if name else "[picture]"


def name_of(html: str, content_id: str) -> str:
    """By what words the picture of this content id is named in cleaned HTML, "" where it is not shown."""
    for picture in _PICTURE.findall(html):
        source, alt = _SOURCE.search(picture), _ALT.search(picture)
        if source and alt and unescape(source[1]) == f"cid:{content_id}":
            return unescape(alt[1])
    return ""


def _depth(html: str) -> int:
    deepest = depth = 0
    for found in _ENDS.finditer(html):
        depth += -1 if found[1] else 1
        deepest = max(deepest, depth)
    return deepest


def _choose(name: str, value: str) -> str | None:
    if name == "dir":
        return value if value in ("ltr", "rtl", "auto") else None
    if name == "alt":
        return " ".join(value.translate(_SIGNS).split())[:200]
    if name in ("width", "height"):
        return value if _PIXELS.fullmatch(value) else None
    if name in ("rel", "target"):
        return value
    return value.translate(_SIGNS_OF_ADDRESSES) if _LINK.match(value) else None


def _line(line: str) -> str:
    if not line.strip():
        return "<br>"
    # More than one blank would be shown as one.
    kept = re.sub(r"^ |  ", lambda found: "\xa0" * len(found[0]), line)
    return escape(kept, quote=False)


class _Reader(HTMLParser):
    """Reads the words of cleaned HTML, line by line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._open: list[str] = []
        # What stands before each line of a block, and only before its first one; and how far each list has counted.
        self._before: list[str] = []
        self._mark = ""
        self._counts: list[int] = []
        self._links: list[tuple[str, str]] = []

    def text(self) -> str:
        self._end_line()
        lines = [line.replace("\xa0", " ").rstrip() for line in self._lines]
        return "\n".join(lines).strip("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "br":
            self._break()
        elif tag == "img":
            self._add(picture_words(given.get("alt") or ""))
        elif tag == "a":
            self._links.append((given.get("href") or "", self._line))
        elif tag in _BLOCKS:
            self._begin(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            href, before = self._links.pop()
            self._say_address(href, self._line[len(before) :])
        elif tag in _BLOCKS and tag in self._open:
            self._end_line()
            while self._close(self._open.pop()) != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "pre" in self._open:
            first, *rest = data.replace("\r\n", "\n").split("\n")
            self._line += first
            for line in rest:
                self._break()
                self._line += line
            return
        words = _BLANKS.sub(" ", data)
        if not self._line or self._line.endswith(" "):
            words = words.lstrip(" ")
        self._line += words

    def _begin(self, tag: str) -> None:
        self._end_line()
        self._open.append(tag)
        if tag in _LISTS:
            self._before += ["  "] if self._is_in_list() else []
            self._counts.append(0)
        elif tag == "li":
            is_counted = next((one for one in self._open[::-1] if one in _LISTS), "ul") == "ol"
            if self._counts:
                self._counts[-1] += 1
            mark = f"{self._counts[-1] if self._counts else 1}. " if is_counted else "- "
            self._mark = "".join(self._before) + mark
            self._before.append(" " * len(mark))
        elif tag == "blockquote":
            self._before.append("> ")

    def _close(self, tag: str) -> str:
        if tag in _LISTS and self._counts:
            self._counts.pop()
            if self._open and self._open[-1] in _LISTS and self._before:
                self._before.pop()
        elif tag in ("li", "blockquote") and self._before:
            self._before.pop()
        self._mark = "" if tag == "li" else self._mark
        return tag

    def _is_in_list(self) -> bool:
        """Whether the list that begins stands in another without a point of it around, as editors nest them."""
        return len(self._open) > 1 and self._open[-2] in _LISTS

    def _add(self, words: str) -> None:
        self._line += words

    def _break(self) -> None:
        self._lines.append((self._mark or "".join(self._before)) + self._line)
        self._line, self._mark = "", ""

    def _end_line(self) -> None:
        if self._line.strip(" "):
            self._break()
        self._line = ""

    def _say_address(self, href: str, words: str) -> None:
        if not href:
            return
        bare = href.partition(":")[2] if href.startswith(("mailto:", "tel:")) else href
        said = words.strip()
        if bare.rstrip("/") != said.rstrip("/") and href != said:
            self._line += f" ({bare})" if said else bare
