"""Drafts of what is written to third parties: what their forms begin from, and what ends them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpdesk.composing import drafts
from helpdesk.composing.models import Draft
from helpdesk.people.access import Actor
from helpdesk.tickets.models import Ticket
from helpdesk.web.console.drafts import written_in


@dataclass(frozen=True, slots=True)
class Begun:
    """One's own draft of one kind on a ticket, and the lines that its form has where nothing was typed.

    `row` is None where there is none: nothing was typed, or it has left.
    """

    kind: str
    usual: Mapping[str, str]
    row: Draft | None
    version: int
    sent: str

    def values(self) -> dict[str, str]:
        """What stands in the form; its words are `text`."""
        if self.row is None:
            return {**self.usual, "text": ""}
        kept = {name: str(self.row.details.get(name, "")) for name in (*self.usual, "status")}
        return {**kept, "text": self.row.text}

    def ticked(self, name: str) -> set[str] | None:
        """The ids that were ticked in it, None where there is no draft."""
        if self.row is None:
            return None
        return {one for one in str(self.row.details.get(name, "")).split(",") if one}

    def shown(self, values: Mapping[str, Any], *, came_back: bool) -> dict[str, Any]:
        """As `macros/drafts.html` wants it; a form that came back knows what its window knew."""
        known = str(values.get("known") or "") if came_back else ""
        return {
            "kind": self.kind,
            "version": known or self.version,
            "at": self.row.kept_at if self.row else None,
            "sent": self.sent,
            "usual": self.usual,
        }


def begun(actor: Actor, ticket: Ticket, kind: str, **usual: str) -> Begun:
    """What one has begun to write of this kind; one query."""
    row = drafts.of_ticket(actor.person_id, ticket.id).get(kind)
    if row is None:
        return Begun(kind, usual, None, version=0, sent="")
    sent = row.writer if row.sent_at is not None else ""
    typed = row if row.sent_at is None and _was_typed(row, usual) else None
    return Begun(kind, usual, typed, version=row.version, sent=sent)


def _was_typed(row: Draft, usual: Mapping[str, str]) -> bool:
    lines = {name: str(row.details.get(name, "")) for name in usual}
    return bool(row.text) or any(line not in ("", usual[name]) for name, line in lines.items())


def note_sent(
    actor: Actor, ticket: Ticket, kind: str, values: Mapping[str, Any], text: str
) -> None:
    """The draft is over: its words have left. Inside the unit of work that sends them."""
    sent = written_in({"text": text, **{one: values.get(one) for one in ("writer", "known")}})
    drafts.note_sent(actor.person_id, ticket.id, kind, sent)
