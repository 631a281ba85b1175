"""The HTML we show: cleaned by one library, in this one place."""

from __future__ import annotations

import re
from html import unescape

import nh3

TAGS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "wbr",
    ]
)
ATTRIBUTES = {
    "*": {"dir", "lang", "title", "align"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "width", "valign"},
    "th": {"colspan", "rowspan", "width", "valign"},
    "table": {"width", "border", "cellpadding", "cellspacing"},
    "font": {"color", "face", "size"},
    "ol": {"start"},
    "time": {"datetime"},
}
WITH_CONTENT = {
    "script",
    "style",
    "title",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "textarea",
}
SCHEMES = {"http", "https", "mailto", "tel", "cid"}
# What stays of an article, which is written in Markdown.
ARTICLE_TAGS = frozenset(
    [
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h2",
        "h3",
        "h4",
        "hr",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
ARTICLE_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
    "ol": {"start"},
}
_ANCHOR = re.compile(r"part-[a-z0-9-]{1,80}")

_BREAKS = re.compile(r"(?i)<(?:br|/p|/div|/tr|/h[1-6]|/li|/blockquote|/pre|hr)\b[^>]*>")
_CELLS = re.compile(r"(?i)</t[dh]\s*>")
_DROPPED = re.compile(r"(?is)<(script|style|title|template|noscript)\b.*?(?:</\1\s*>|$)")
_COMMENTS = re.compile(r"(?s)<!--.*?(?:-->|$)")
_TAGS = re.compile(r"<[^>]*>")
_BLANKS = re.compile(r"[ \t\r\f\v\xa0]+")
_LINES = re.compile(r" ?\n ?")
_MANY_LINES = re.compile(r"\n{3,}")


def clean(html: str) -> str:
    """Safe HTML of a message (S01): no script, no style, no form, no frame; links open elsewhere.

    Pictures keep their address, `cid:` and remote ones alike; `without_remote_pictures` takes the latter away.
    """
    return nh3.clean(
        html.replace("\x00", ""),
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        clean_content_tags=set(WITH_CONTENT),
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        strip_comments=True,
    )


def show(html: str, *, pictures: dict[str, str], remote: bool) -> str:
    """Cleaned HTML for the message frame.

    `pictures` gives the address of each inline picture by its Content-ID. Remote pictures lose their address unless
    the reader asked for them (S05).
    """

    def choose(tag: str, name: str, value: str) -> str | None:
        if (tag, name) != ("img", "src"):
            return value
        if value.lower().startswith("cid:"):
            return pictures.get(value[4:].strip("<>"))
        return value if remote and value.lower().startswith(("http://", "https://")) else None

    return nh3.clean(
        html.replace("\x00", ""),
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        clean_content_tags=set(WITH_CONTENT),
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        attribute_filter=choose,
        strip_comments=True,
    )


def clean_article(html: str) -> str:
    """Safe HTML of an article (S01): what Markdown makes and nothing more; pictures from this desk only."""

    def choose(tag: str, name: str, value: str) -> str | None:
        if (tag, name) == ("img", "src"):
            return value if value.startswith("/") and not value.startswith(("//", "/\\")) else None
        if name == "id":
            return value if _ANCHOR.fullmatch(value) else None
        return value

    return nh3.clean(
        html.replace("\x00", ""),
        tags=set(ARTICLE_TAGS),
        attributes={tag: set(names) for tag, names in ARTICLE_ATTRIBUTES.items()},
        clean_content_tags=set(WITH_CONTENT),
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
        attribute_filter=choose,
        strip_comments=True,
    )


def has_remote_pictures(html: str) -> bool:
    """Whether showing this HTML whole would fetch something from elsewhere."""
    return re.search(r"""(?i)<img\b[^>]*\bsrc\s*=\s*["']?\s*https?:""", html) is not None


def text_of(html: str) -> str:
    """The words of an HTML text, with its line breaks; no mark-up."""
    text = _DROPPED.sub(" ", _COMMENTS.sub(" ", html))
    text = _CELLS.sub(" ", _BREAKS.sub("\n", text.replace("\n", " ")))
    text = unescape(_TAGS.sub("", text)).replace("\x00", "")
    text = _LINES.sub("\n", _BLANKS.sub(" ", text))
    return _MANY_LINES.sub("\n\n", text).strip()
