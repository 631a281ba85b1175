"""What else is found besides tickets and people: higher floors say here what they have, so that an index can be made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from helpdesk.search.backend import Document


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of document: the table whose ids it is counted by, and the documents of some of these ids."""

    kind: str
    rows: Any
    of: Callable[[Sequence[int]], Iterator[Document]]


_sources: dict[str, Source] = {}


def install(*sources: Source) -> None:
    """Name the sources; the application factory does this once."""
    _sources.clear()
    _sources.update({source.kind: source for source in sources})


def installed() -> tuple[Source, ...]:
    """The sources, in the order in which they were named."""
    return tuple(_sources.values())
