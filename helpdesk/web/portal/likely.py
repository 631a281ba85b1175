"""What may answer a question before it is sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Likely:
    """A page or a look-up that may answer: its title, a sentence of it, and where it is."""

    title: str
    text: str
    url: str


def answers_to(words: str, language: str, limit: int = 3) -> list[Likely]:
    """At most so many, the likeliest first."""
    return []
