"""The tags of a page, read quickly: what every page must be, and what makes a page another page.

A reader of valid pages only: quotes stand in pairs and nothing is left open. Whether that is so is looked at by a real
parser, once for each skeleton (`tests/pages.py`).
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

FIELDS = ("input", "select", "textarea")
NEED_NO_LABEL = ("hidden", "submit", "button", "reset", "image")
NAMES = ("aria-label", "aria-labelledby")
# Attributes whose value is the id of another element, or several.
POINTERS = ("for", "list", "form", "aria-labelledby", "aria-describedby", "aria-controls")

_TAG = re.compile(
    r"<!--.*?-->|<(/?)([a-zA-Z][^\s/>]*)((?:\"[^\"]*\"|'[^']*'|[^\"'>])*)>", re.DOTALL
)
_ATTRIBUTE = re.compile(r"([^\s=/\"']+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
# Of these the value makes a page another page; of all others only whether there is one.
_TELLING = frozenset(
    {"autocomplete", "charset", "dir", "http-equiv", "inputmode", "lang", "method", "rel", "role"}
    | {"scope", "target", "type"}
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A start or end tag, and whether words stand between it and the one before."""

    name: str
    attributes: dict[str, str]
    closes: bool
    after_words: bool

    def bare(self) -> str:
        """The tag without what is said in it."""
        parts = [
            f"{key}={value if key in _TELLING else bool(value)}"
            for key, value in self.attributes.items()
        ]
        return f"{'…' * self.after_words}{'/' * self.closes}{self.name} {' '.join(parts)}"


def tags_of(page: str) -> list[Tag]:
    """All tags in their order."""
    found, end = [], 0
    for match in _TAG.finditer(page):
        closing, name, inside = match.groups()
        if name is None:
            continue
        attributes = {
            one[1]: html.unescape(one[2] or one[3] or one[4] or "")
            for one in _ATTRIBUTE.finditer(inside)
        }
        words = bool(page[end : match.start()].strip())
        found.append(Tag(name.lower(), attributes, bool(closing), words))
        end = match.end()
    return found


def skeleton_of(tags: list[Tag]) -> bytes:
    """What stays the same with other words, numbers and more rows: which tag comes after which."""
    bare = [tag.bare() for tag in tags]
    pairs = sorted(set(pairwise(bare)))
    return hashlib.sha256(repr(pairs).encode()).digest()


def check_tags(tags: list[Tag]) -> None:
    """One title and heading, no id twice and none missing, no inline style or handler, a language, labels."""
    starts = [tag for tag in tags if not tag.closes]
    assert any(tag.name == "title" for tag in starts), "The page has no title."
    headings = sum(tag.name == "h1" for tag in starts)
    assert headings == 1, f"The page has {headings} h1."
    root = next(tag for tag in starts if tag.name == "html")
    assert root.attributes.get("lang"), "The page has no language."
    for tag in starts:
        assert "style" not in tag.attributes, "A style attribute; the policy forbids it."
        assert not any(key.startswith("on") for key in tag.attributes), "An inline handler."
    check_ids(starts)
    check_labels(tags)


def check_ids(starts: Iterable[Tag]) -> None:
    """Each id is there once, and whatever points to one finds it."""
    ids: set[str] = set()
    for tag in starts:
        one = tag.attributes.get("id")
        assert one not in ids, f"Twice the same id: {one}."
        ids |= {one} if one is not None else set()
    for tag in starts:
        for key in POINTERS:
            missing = set(tag.attributes.get(key, "").split()) - ids
            assert not missing, f"{tag.name} {key} points to what is not there: {missing}."


def check_labels(tags: Iterable[Tag]) -> None:
    """Each field has a name for those who do not see it."""
    tags = list(tags)
    labelled = {tag.attributes.get("for") for tag in tags if tag.name == "label"}
    inside = False
    for tag in tags:
        if tag.name == "label":
            inside = not tag.closes
        if tag.closes or tag.name not in FIELDS or tag.attributes.get("type") in NEED_NO_LABEL:
            continue
        named = inside or tag.attributes.get("id") in labelled
        assert named or any(key in tag.attributes for key in NAMES), f"No label: {tag.attributes}"
