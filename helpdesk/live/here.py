"""Who looks at which ticket, and who writes: kept in memory by each gateway, said anew by pages, forgotten soon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TOPIC = "here"

# Pages say it anew every twenty seconds; a page that died is forgotten after this.
LOOKING_SECONDS = 50.0
WRITING_SECONDS = 12.0
MOST_TICKETS = 5_000
STATES = ("looking", "writing", "gone")
LONGEST_TAB = 40


@dataclass(slots=True)
class _Page:
    """One open page of one person."""

    person_id: int
    name: str
    looking_until: float
    writing_until: float


class Here:
    """Which people have which tickets open. `now` is any clock of seconds that only goes forward."""

    def __init__(self) -> None:
        self._pages: dict[int, dict[str, _Page]] = {}

    def note(self, news: Mapping[str, Any], now: float) -> int | None:
        """Note what a page said; the ticket's id if others have to be told."""
        ticket, key = int(news["ticket"]), f"{int(news['person'])}/{news['tab']}"
        before = self.people_at(ticket, now)
        state = news["state"]
        pages = self._pages.setdefault(ticket, {})
        if state == "gone":
            pages.pop(key, None)
        else:
            writing = now + WRITING_SECONDS if state == "writing" else 0.0
            pages[key] = _Page(
                int(news["person"]), str(news["name"]), now + LOOKING_SECONDS, writing
            )
        if not pages:
            del self._pages[ticket]
        self._forget_much()
        return ticket if self.people_at(ticket, now) != before else None

    def people_at(self, ticket: int, now: float) -> list[dict[str, Any]]:
        """Who is there now, each once, as frames say it."""
        found: dict[int, dict[str, Any]] = {}
        for page in self._pages.get(ticket, {}).values():
            if page.looking_until <= now:
                continue
            state = "writing" if page.writing_until > now else "looking"
            known = found.get(page.person_id)
            if known is None or state == "writing":
                found[page.person_id] = {"id": page.person_id, "name": page.name, "state": state}
        return sorted(found.values(), key=lambda one: (one["name"], one["id"]))

    def everywhere(self, now: float) -> dict[int, list[dict[str, Any]]]:
        """Who is at each ticket where somebody is."""
        found = {ticket: self.people_at(ticket, now) for ticket in self._pages}
        return {ticket: people for ticket, people in found.items() if people}

    def tickets(self) -> set[int]:
        """The tickets that somebody has open."""
        return set(self._pages)

    def sweep(self, now: float, told: Mapping[int, list[dict[str, Any]]]) -> set[int]:
        """Forget pages that died; the tickets where it is not any more as it was told."""
        for ticket in list(self._pages):
            pages = self._pages[ticket]
            for key in [key for key, page in pages.items() if page.looking_until <= now]:
                del pages[key]
            if not pages:
                del self._pages[ticket]
        return {ticket for ticket, people in told.items() if self.people_at(ticket, now) != people}

    def _forget_much(self) -> None:
        while len(self._pages) > MOST_TICKETS:
            del self._pages[next(iter(self._pages))]
