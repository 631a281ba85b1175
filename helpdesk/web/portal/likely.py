"""What may answer a question before it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.answers import asking
from helpdesk.web.portal.visitor import current_requester


@dataclass(frozen=True, slots=True)
class Likely:
    """A page or a look-up that may answer: its title, a sentence of it, and where it is."""

    title: str
    text: str
    url: str


def answers_to(words: str, language: str, limit: int = 3) -> list[Likely]:
    """At most so many, the likeliest first; services that answer, and articles that this visitor may read."""
    found = asking.likely(words, current_requester(), language, limit)
    return [Likely(one.title, one.text, one.link) for one in found]
