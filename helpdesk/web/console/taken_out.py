"""What a message shows of what was taken out of it, and the way to take out more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import url_for

from helpdesk.people.access import Actor
from helpdesk.redaction.doing import REDACTED
from helpdesk.tickets.access import DEEDS
from helpdesk.tickets.models import Message, Ticket
from helpdesk.web.console.names import Names


def was_redacted(facts: Mapping[str, Any] | None) -> bool:
    return bool((facts or {}).get(REDACTED))


def redactions_of(facts: Mapping[str, Any] | None, names: Names) -> Sequence[Mapping[str, Any]]:
    """Who took something out, when and why."""
    noted = (facts or {}).get(REDACTED, ())
    return [
        {
            "who": names.person(one["by"]),
            "at": datetime.fromisoformat(one["at"]),
            "why": one["why"],
        }
        for one in noted
    ]


def redact_url(ticket: Ticket, message: Message, actor: Actor) -> str | None:
    """Where something is taken out of a message, for whoever may."""
    if not actor.holds(ticket.group_id, DEEDS["redact"]):
        return None
    return url_for("console.redact", number=ticket.number, message_id=message.id)
