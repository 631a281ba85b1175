"""Articles as files of Markdown, a file for each language, with a head of `name: value` lines between two `---`.

`bin-days.en.md` and `bin-days.cy.md` are one article; the one whose head names an audience is the source. Links from one
article to another name the file: `article:bin-days`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from helpdesk.core.errors import Invalid
from helpdesk.knowledge import languages
from helpdesk.knowledge.models import Audience
from helpdesk.knowledge.writing import Content

FENCE = "---"
KEYS = ("title", "summary", "keywords", "category", "audience", "review")
_NAME = re.compile(r"([a-z0-9][a-z0-9-]{0,79})\.([a-z]{2})\.md")


@dataclass(frozen=True, slots=True)
class Page:
    """One article in one language, as a file has it."""

    name: str
    language: str
    content: Content
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def is_source(self) -> bool:
        """Whether the others of the same name translate this one."""
        return "audience" in self.facts

    @property
    def audience(self) -> Audience:
        try:
            return Audience(self.facts.get("audience", ""))
        except ValueError:
            raise Invalid(f"{self.name}.{self.language}.md: there is no such audience.") from None

    @property
    def review_months(self) -> int:
        said = self.facts.get("review", "12")
        if not (said.isascii() and said.isdigit() and len(said) < 3):
            raise Invalid(f"{self.name}.{self.language}.md: review is a number of months.")
        return int(said)


def read_folder(folder: Path) -> list[Page]:
    """The pages of a folder, in order of their names. Raises Invalid, naming the file."""
    found = [
        read_page(match[1], match[2], path.read_text(encoding="utf-8"))
        for path in sorted(folder.iterdir())
        if path.is_file() and (match := _NAME.fullmatch(path.name))
    ]
    return list(_in_order(found))


def read_page(name: str, language: str, text: str) -> Page:
    """One page. Raises Invalid."""
    file = f"{name}.{language}.md"
    head, mark, body = (
        text.replace("\r\n", "\n").removeprefix(FENCE + "\n").partition(f"\n{FENCE}\n")
    )
    if not text.startswith(FENCE) or not mark:
        raise Invalid(f"{file}: it begins with no head between two lines of {FENCE}.")
    if language not in languages.NAMES:
        raise Invalid(f"{file}: articles are not written in this language.")
    facts: dict[str, str] = {}
    for line in head.splitlines():
        key, colon, value = line.partition(":")
        if not colon or key.strip() not in KEYS:
            raise Invalid(f"{file}: “{line[:40]}” is not one of {', '.join(KEYS)}.")
        facts[key.strip()] = value.strip()
    content = Content(
        facts.pop("title", ""),
        body.strip("\n"),
        facts.pop("summary", ""),
        facts.pop("keywords", ""),
    )
    return Page(name, language, content, facts)


def write_page(page: Page) -> str:
    """The text of a page's file; reading it gives the same page."""
    content = page.content
    said = {"title": content.title, "summary": content.summary, "keywords": content.keywords}
    lines = [f"{key}: {value}" for key, value in {**said, **page.facts}.items() if value]
    return "\n".join([FENCE, *lines, FENCE, content.body, ""])


def _in_order(pages: Iterable[Page]) -> Iterator[Page]:
    """Each source before its translations."""
    return iter(sorted(pages, key=lambda page: (page.name, not page.is_source, page.language)))
