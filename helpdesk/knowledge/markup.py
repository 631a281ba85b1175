"""Markdown, in which articles are written: as safe HTML, as the words in it, and as text for a reply."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from markdown_it import MarkdownIt
from markdown_it.token import Token

from helpdesk.core.html import clean_article, text_of
from helpdesk.knowledge.languages import slug_of

# How articles name their own files and each other, whatever addresses these have.
FILE = "file-of-article:"
ARTICLE = "article:"
LONGEST_ANCHOR = 60

_LINK = re.compile(r'(?s)<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>')
_ITEM = re.compile(r"<li>\s*(?:<p>)?")
_NUMBERED = re.compile(r"(?s)<ol[^>]*>.*?</ol>")
_BLOCK_END = re.compile(r"(</(?:p|h[2-4]|ul|ol|blockquote|pre|table)>)")

# The address of a file by its key, and of an article by its id; None for what is not there.
Resolve = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of an article: its anchor, its words, and whether it stands below another."""

    anchor: str
    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """An article as a page shows it. `html` was cleaned and may be shown as it is."""

    html: str
    headings: tuple[Heading, ...] = ()


def render(source: str, resolve: Resolve) -> Rendered:
    """Markdown as safe HTML. Mark-up of HTML in it is shown and never taken."""
    tokens = _reader().parse(source.replace("\x00", ""))
    headings = tuple(_with_anchors(tokens))
    for token in tokens:
        for child in token.children or ():
            _lead(child, resolve)
    reader = _reader()
    html = clean_article(reader.renderer.render(tokens, reader.options, {}))
    # A wide table scrolls by itself; text of articles is escaped, so this is always a tag of ours.
    html = html.replace("<table>", '<div class="table-scroll" tabindex="0"><table>')
    return Rendered(html.replace("</table>", "</table></div>"), headings)


def words_of(source: str) -> str:
    """What an article says, without its marks."""
    return text_of(render(source, lambda _kind, _name: None).html)


def plain(source: str, resolve: Resolve) -> str:
    """An article as text for a reply: lists with hyphens, links written out."""
    html = render(source, resolve).html
    html = _LINK.sub(_written_out, html)
    html = _ITEM.sub("- ", _NUMBERED.sub(_numbered, html))
    return text_of(_BLOCK_END.sub(r"\1<br><br>", html))


def files_in(source: str) -> set[str]:
    """The keys of the files that a text shows or links to."""
    return set(re.findall(re.escape(FILE) + r"([A-Za-z0-9_-]{1,40})", source))


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(
        ["table", "strikethrough"]
    )


def _with_anchors(tokens: list[Token]) -> Iterator[Heading]:
    """Headings begin below the page's own, whatever number of hashes was typed, and each gets an anchor."""
    taken: set[str] = set()
    opened = [place for place, token in enumerate(tokens) if token.type == "heading_open"]
    levels = [int(tokens[place].tag[1:]) for place in opened]
    top = min(levels, default=1)
    before = 1
    for place, level in zip(opened, levels, strict=True):
        # No level is left out on the way down, so that the outline is whole.
        depth = min(level - top + 2, before + 1, 4)
        before = depth
        text = _text_in(tokens[place + 1])
        anchor = _anchor(text, taken)
        for token in (tokens[place], tokens[place + 2]):
            token.tag = f"h{depth}"
        tokens[place].attrs["id"] = anchor
        yield Heading(anchor, text, depth)


def _anchor(text: str, taken: set[str]) -> str:
    wanted = "part-" + (slug_of(text)[:LONGEST_ANCHOR].strip("-") or "1")
    anchor, number = wanted, 1
    while anchor in taken:
        number += 1
        anchor = f"{wanted}-{number}"
    taken.add(anchor)
    return anchor


def _text_in(inline: Token) -> str:
    kinds = ("text", "code_inline")
    return "".join(child.content for child in inline.children or () if child.type in kinds)


def _lead(token: Token, resolve: Resolve) -> None:
    """Let links and pictures of our own kinds lead where these are now."""
    name = {"link_open": "href", "image": "src"}.get(token.type)
    if name is None:
        return
    target = str(token.attrs.get(name, ""))
    for kind in (FILE, ARTICLE):
        if target.startswith(kind):
            token.attrs[name] = resolve(kind, target.removeprefix(kind)) or ""


def _numbered(match: re.Match[str]) -> str:
    numbers = count(1)
    return _ITEM.sub(lambda _item: f"{next(numbers)}. ", match[0])


def _written_out(match: re.Match[str]) -> str:
    target, words = match[1], match[2]
    shown = text_of(words)
    if not target or target.startswith("#") or target.removeprefix("mailto:") == shown:
        return words
    return words if target == shown else f"{words} ({target})"
