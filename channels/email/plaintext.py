"""HTML as the text a person would read in it, in one pass over its tags."""

import re
from html import unescape

_TAG = re.compile(r"(<[^<>]*>)")
_NAME = re.compile(r"</?\s*([a-zA-Z][a-zA-Z0-9:-]*)")
_HREF = re.compile(r"\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_ALT = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")
_SPACES = re.compile(r"[ \t\r\n\f\xad]+")
_HIDDEN = ("script", "style", "head", "title", "noscript", "template", "object")
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_PARAGRAPHS = frozenset(
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl", "hr", "pre"]
)
_DEEPEST_QUOTATION = 20


class _Page:
    """The text so far; a line is finished only when something else has to begin."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.depth = 0
        self.preformatted = 0
        self.links: list[tuple[str, int]] = []

    def say(self, text: str) -> None:
        if self.preformatted:
            first, *others = text.replace("\r\n", "\n").split("\n")
            self.line.append(first)
            for each in others:
                self.break_line()
                self.line.append(each)
            return
        text = _SPACES.sub(" ", text)
        if text == " " and not self.line:
            return
        self.line.append(text)

    def break_line(self) -> None:
        text = "".join(self.line)
        text = text.rstrip() if self.preformatted else _SPACES.sub(" ", text).strip(" ")
        self.lines.append(f"{'> ' * self.depth}{text}".rstrip())
        self.line = []

    def enter_quotation(self) -> None:
        self.depth = min(self.depth + 1, _DEEPEST_QUOTATION)

    def leave_quotation(self) -> None:
        while self.depth and self.lines and not self.lines[-1].strip("> "):
            self.lines.pop()
        self.depth = max(self.depth - 1, 0)
        if self.lines:
            self.lines.append(("> " * self.depth).rstrip())

    def end_block(self) -> None:
        if self.line:
            self.break_line()

    def end_paragraph(self) -> None:
        self.end_block()
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(("> " * self.depth).rstrip())


def text_of_html(html: str) -> str:
    """Readable text; what is quoted is marked by `> `, links keep their address if it says more."""
    page = _Page()
    for piece in _TAG.split(_without_hidden(html)):
        name = _NAME.match(piece) if piece.startswith("<") else None
        if name:
            _follow_tag(page, piece, name[1].lower())
        elif piece and not piece.startswith(("<!", "<?")):
            page.say(unescape(piece))
    page.end_block()
    return _BLANK_LINES.sub("\n\n", "\n".join(page.lines).replace("\xa0", " ")).strip()


def _follow_tag(page: _Page, tag: str, name: str) -> None:
    closes = tag.startswith("</")
    if name == "br":
        page.break_line()
    elif name == "blockquote":
        page.end_paragraph()
        page.leave_quotation() if closes else page.enter_quotation()
    elif name == "a":
        _follow_link(page, tag, closes)
    elif name == "img":
        alternative = _ALT.search(tag)
        if alternative and (alternative[1] or alternative[2]):
            page.say(unescape(alternative[1] or alternative[2]))
    elif name in ("td", "th"):
        page.say(" ")
    elif name in _BLOCKS:
        _follow_block(page, name, closes)


def _follow_block(page: _Page, name: str, closes: bool) -> None:
    if name in _PARAGRAPHS:
        page.end_paragraph()
    else:
        page.end_block()
    if name == "pre":
        page.preformatted = max(page.preformatted + (-1 if closes else 1), 0)
    if name == "li" and not closes:
        page.line.append("* ")


def _follow_link(page: _Page, tag: str, closes: bool) -> None:
    if not closes:
        href = _HREF.search(tag)
        if len(page.links) < 100:
            page.links.append((unescape(href[1]) if href else "", len(page.line)))
        return
    if not page.links:
        return
    target, begin = page.links.pop()
    label = "".join(page.line[begin:]).strip()
    plain = target.removeprefix("mailto:").removeprefix("https://").removeprefix("http://")
    is_link = target.startswith(("http://", "https://", "mailto:"))
    if is_link and label and plain.rstrip("/") not in label and label not in target:
        page.line.append(f" <{target}>")


def _without_hidden(html: str) -> str:
    """Comments, scripts and styles cut out, each found by one search forward."""
    html = _cut_between(html, "<!--", "-->")
    lowered = html.lower()
    # Lower case may be longer than the original in some scripts; then positions would not agree.
    if len(lowered) != len(html):
        lowered = re.sub(r"[A-Z]+", lambda capitals: capitals[0].lower(), html)
    for name in _HIDDEN:
        if f"<{name}" in lowered:
            html, lowered = _without_element(html, lowered, name)
    return html


def _cut_between(html: str, begin: str, end: str) -> str:
    if begin not in html:
        return html
    kept: list[str] = []
    at = 0
    while (start := html.find(begin, at)) >= 0:
        kept.append(html[at:start])
        stop = html.find(end, start + len(begin))
        # A comment without an end hides nothing: a browser shows what follows it too.
        at = stop + len(end) if stop >= 0 else start + len(begin)
        if stop < 0:
            break
    return "".join(kept) + html[at:]


def _without_element(html: str, lowered: str, name: str) -> tuple[str, str]:
    kept: list[str] = []
    kept_lowered: list[str] = []
    at = 0
    while (start := lowered.find(f"<{name}", at)) >= 0:
        follows = lowered[start + len(name) + 1 : start + len(name) + 2]
        stop = lowered.find(f"</{name}", start)
        if follows not in (">", " ", "\t", "\n", "\r", "/") or stop < 0:
            stop_at = start + 1
            kept.append(html[at:stop_at])
            kept_lowered.append(lowered[at:stop_at])
            if stop < 0:
                at = stop_at
                break
        else:
            kept.append(html[at:start])
            kept_lowered.append(lowered[at:start])
            close = lowered.find(">", stop)
            stop_at = close + 1 if close >= 0 else len(html)
        at = stop_at
    return "".join(kept) + html[at:], "".join(kept_lowered) + lowered[at:]
