"""What a mail of ours looks like: one column, plain words first, no picture from elsewhere, readable on dark screens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from html import escape

from flask_babel import format_datetime
from flask_babel import gettext as _

from channels.email.inlining import inlined
from helpdesk.core.html import clean

# Where the links to large files come to stand; a comment of a person's own HTML never survives its cleaning.
FILES_MARK = "<!--desk:files-->"
SIGNATURE_LINE = "\n-- \n"
LONGEST_QUOTE = 20_000

_BODY_MARK = "<!--desk:body-->"
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]']")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_PARAGRAPHS = re.compile(r"\n\s*\n")

_STYLE = """
body { margin: 0; padding: 0; background-color: #ffffff; }
.page { max-width: 640px; margin: 0 auto; padding: 16px; color: #1d2129;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif;
  font-size: 16px; line-height: 1.5; word-break: break-word; overflow-wrap: anywhere; }
p { margin: 0 0 16px; }
a { color: #0b57a4; }
img { max-width: 100%; height: auto; }
ul, ol { margin: 0 0 16px; padding: 0 0 0 24px; }
blockquote { border-left: 4px solid #c3cad5; margin: 0 0 16px; padding: 0 0 0 12px; }
pre { background-color: #f1f3f6; margin: 0 0 16px; padding: 8px 12px; white-space: pre-wrap; }
.files { border-left: 4px solid #c3cad5; margin: 0 0 16px; padding: 0 0 0 12px; }
.signature { color: #565f6e; margin: 24px 0 0; }
blockquote.before { border-left: 4px solid #c3cad5; color: #565f6e; margin: 24px 0 0; padding: 0 0 0 12px; }
@media (prefers-color-scheme: dark) {
  body { background-color: #15181d !important; }
  .page { background-color: #15181d !important; color: #e6e9ee !important; }
  a { color: #8ab8f0 !important; }
  .signature, blockquote.before { color: #a9b2c0 !important; }
  pre { background-color: #232830 !important; }
  .files, blockquote { border-left-color: #4a5362 !important; }
}
"""
_PAGE = f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<style>{_STYLE}</style></head><body>{_BODY_MARK}</body></html>
"""
# 16 points, as large print is commonly asked for, is 22 pixels and some.
_LARGE_PAGE = _PAGE.replace(
    "font-size: 16px; line-height: 1.5", "font-size: 24px; line-height: 1.6"
)


@dataclass(frozen=True, slots=True)
class Quote:
    """The public message that a reply answers: who wrote it, when, in the zone of the reader, and its words."""

    author: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class LinkedFile:
    """A file that is fetched instead of sent along; `size` in bytes."""

    name: str
    size: int
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """The parts of one mail. `html` is what its writer formatted, None where they typed plain text.

    `pictures` gives the content id of each picture that plain text names in brackets, such as “[picture-1.png]”.
    """

    text: str
    html: str | None = None
    signature: str = ""
    quote: Quote | None = None
    pictures: Mapping[str, str] = field(default_factory=dict)
    # For whoever needs bigger type.
    large: bool = False
    # What is passed on, as it was said; below all that is ours.
    passed_on: str = ""


def text_of(letter: Letter) -> str:
    """The letter as plain text: the words, the signature under the mark that programs know, what it answers below."""
    parts = [letter.text.replace("\r\n", "\n").strip()]
    if letter.signature.strip():
        parts.append(f"-- \n{letter.signature.strip()}")
    if letter.quote is not None:
        quoted = "\n".join(f"> {line}".rstrip() for line in _quoted(letter.quote).split("\n"))
        parts.append(f"{_said_before(letter.quote)}\n{quoted}")
    parts.append(letter.passed_on.strip())
    return "\n\n".join(part for part in parts if part) + "\n"


def html_of(letter: Letter) -> str:
    """The letter as HTML, its styles on its elements."""
    said = clean(letter.html) if letter.html else _with_pictures(letter)
    parts = [said, FILES_MARK]
    if letter.signature.strip():
        parts.append(f'<p class="signature">{_lines(letter.signature.strip())}</p>')
    if letter.quote is not None:
        parts.append(
            f'<blockquote class="before"><p>{escape(_said_before(letter.quote))}</p>'
            f"{_paragraphs(_quoted(letter.quote))}</blockquote>"
        )
    if letter.passed_on.strip():
        parts.append(f'<blockquote class="before">{_paragraphs(letter.passed_on)}</blockquote>')
    # Styles go by elements, so this page has to be laid out each time; a plain one costs a tenth of a millisecond.
    page = _LARGE_PAGE if letter.large else _PAGE
    return inlined(page.replace(_BODY_MARK, f'<div class="page">{"".join(parts)}</div>'))


def with_files(
    text: str, html: str | None, linked: tuple[LinkedFile, ...], until: datetime
) -> tuple[str, str | None]:
    """Text and HTML with the links to files that did not fit, before the signature."""
    said = _files_said(until)
    lines = [said, *(f"{file.name} ({_size(file.size)}):\n{file.url}" for file in linked)]
    before, mark, after = text.partition(SIGNATURE_LINE)
    whole = f"{before.rstrip()}\n\n" + "\n\n".join(lines) + (f"\n{mark}{after}" if mark else "\n")
    if html is None:
        return whole, None
    items = "".join(
        f'<br>\n<a href="{escape(file.url)}">{escape(file.name)}</a> ({_size(file.size)})'
        for file in linked
    )
    block = f'<p style="{_style_of_files()}">{escape(said)}{items}</p>'
    return whole, html.replace(FILES_MARK, block, 1)


def without_mark(html: str | None) -> str | None:
    """HTML that needs no links to files."""
    return html.replace(FILES_MARK, "", 1) if html is not None else None


def filled_in(template: str, values: dict[str, str]) -> str:
    """A text with its placeholders replaced, each once and by plain words; what is no placeholder stays (S31)."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)


def _with_pictures(letter: Letter) -> str:
    said = _paragraphs(letter.text)
    for name, content_id in letter.pictures.items():
        picture = f'<img src="cid:{escape(content_id)}" alt="{escape(name)}">'
        said = said.replace(escape(f"[{name}]"), picture, 1)
    return said


def _said_before(quote: Quote) -> str:
    when = format_datetime(quote.at, "d MMMM yyyy, HH:mm", rebase=False)
    return str(_("On %(when)s, %(who)s wrote:", when=when, who=quote.author))


def _quoted(quote: Quote) -> str:
    text = quote.text.replace("\r\n", "\n").strip()
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]} …"


def _files_said(until: datetime) -> str:
    when = format_datetime(until, "d MMMM yyyy")
    return str(_("These files are too large for a mail. Fetch them before %(when)s:", when=when))


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


@lru_cache(maxsize=1)
def _style_of_files() -> str:
    page = inlined(_PAGE.replace(_BODY_MARK, '<p class="files">x</p>'))
    found = re.search(r'class="files" style="([^"]*)"', page)
    return found[1] if found else ""


def _paragraphs(text: str) -> str:
    parts = _PARAGRAPHS.split(text.replace("\r\n", "\n").strip("\n"))
    return "".join(f"<p>{_lines(part)}</p>" for part in parts if part)


def _lines(part: str) -> str:
    return "<br>\n".join(_with_links(line) for line in part.split("\n"))


def _with_links(line: str) -> str:
    out: list[str] = []
    end = 0
    for found in _LINK.finditer(line):
        link = escape(found[0], quote=True)
        out += [escape(line[end : found.start()]), f'<a href="{link}">{link}</a>']
        end = found.end()
    return "".join(out) + escape(line[end:])
