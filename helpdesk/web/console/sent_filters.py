"""What the page of sent mail is narrowed by, as its address says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from helpdesk.core.errors import Invalid
from helpdesk.messaging.models import DeliveryKind, DeliveryState
from helpdesk.messaging.queries import SentFilter
from helpdesk.people.access import Actor
from helpdesk.tickets.access import access_ticket
from helpdesk.web import words
from helpdesk.web.console.fields import member_in

LONGEST = 320
NAMES = ("state", "kind", "ticket", "to", "from_day", "to_day")


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter, and what stood in the form; `typed` holds only what was filled in."""

    filter: SentFilter
    typed: Mapping[str, str]


def asked_in(arguments: Mapping[str, str], actor: Actor) -> Asked:
    """The filter of an address. Raises Invalid, and NotFound for a ticket that the actor does not see."""
    typed = {name: arguments.get(name, "").strip()[:LONGEST] for name in NAMES}
    typed = {name: text for name, text in typed.items() if text}
    zone = ZoneInfo(actor.time_zone)
    first, last = _day(typed, "from_day"), _day(typed, "to_day")
    found = SentFilter(
        state=member_in(DeliveryState, typed.get("state"), field="state"),
        kind=member_in(DeliveryKind, typed.get("kind"), field="kind"),
        ticket_id=access_ticket(actor, typed["ticket"]).id if "ticket" in typed else None,
        recipient=typed.get("to", ""),
        since=_start(first, zone) if first else None,
        until=_start(last + timedelta(days=1), zone) if last else None,
    )
    return Asked(found, typed)


def options() -> dict[str, Any]:
    """The menus of the form."""
    return {
        "state": [(one.value, words.delivery_word(one.value)) for one in DeliveryState],
        "kind": [(one.value, words.delivery_kind_word(one.value)) for one in DeliveryKind],
    }


def _day(typed: Mapping[str, str], name: str) -> date | None:
    if name not in typed:
        return None
    try:
        found = date.fromisoformat(typed[name])
    except ValueError:
        found = date.min
    if not 1970 <= found.year <= 9000:
        raise Invalid(
            _("That is not a date."),
            _("Write it like 2026-11-16, or use the calendar."),
            field=name,
        )
    return found


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
