"""How what was found falls apart by status, group, channel, priority, type and age; counted among so many matches at the most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, String, bindparam, select, type_coerce

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.people.access import Actor
from helpdesk.search.finding import matching
from helpdesk.tickets.models import Ticket

# Among so many tickets is counted; more would cost more the more there are.
MOST = 300
# A greater count is said to be "100+".
MOST_COUNTED = 100
AGES = {"1d": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}


@dataclass(frozen=True, slots=True)
class Facets:
    """How many of the matches have each value, by field; `cut` if not all matches were looked at."""

    counts: Mapping[str, Mapping[str, int]]
    cut: bool = False


def facets(actor: Actor, text: str) -> Facets:
    """The facets of a query among what this person may see; one query beside those of the search."""
    ids, cut = matching(actor, text, MOST)
    counts: dict[str, Counter[str]] = {
        name: Counter() for name in ("status", "group", "channel", "priority", "type", "age")
    }
    rows = db.session.execute(_facts(), {"ids": ids}).all() if ids else ()
    for status, group, channel, priority, type, created_at in rows:
        counts["status"][status] += 1
        counts["group"]["" if group is None else str(group)] += 1
        counts["channel"][channel] += 1
        counts["priority"][str(priority)] += 1
        counts["type"][type] += 1
        age = clock.now() - created_at
        counts["age"].update(name for name, span in AGES.items() if age < span)
    return Facets(counts, cut)


@cache
def _facts() -> Select[Any]:
    ticket = Ticket.__table__.c
    return select(
        type_coerce(ticket.status, String),
        ticket.group_id,
        ticket.channel,
        ticket.priority,
        type_coerce(ticket.type, String),
        ticket.created_at,
    ).where(ticket.id.in_(bindparam("ids", expanding=True)))
