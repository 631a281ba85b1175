"""What consoles are told of tickets: read from the journal in the order of its entries, one query for all consoles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.journal.models import Entry
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.tickets.models import FIRST_NUMBER, Ticket

# What a console that was away is told at most; one that missed more looks at everything again.
MOST_KEPT = 1_000
MOST_READ = 5_000
LONGEST_COMMIT = timedelta(seconds=10)

# What pages distinguish: a message came, the ticket is new, or something else about it changed.
_WORDS = {
    "TicketOpened": "opened",
    "MessageAdded": "message",
    "MessagesBrought": "message",
    "MessagesTaken": "message",
}
_RIGHTS = ("person", "group")

_entry = Entry.__table__.c
_AFTER = (
    select(_entry.id, _entry.subject_kind, _entry.subject_id, _entry.event, _entry.actor_id)
    .add_columns(_entry.before, _entry.at)
    .where(
        or_(
            _entry.id > bindparam("after"),
            _entry.id.in_(bindparam("missing", expanding=True)),
        )
    )
    .order_by(_entry.id)
    .limit(bindparam("most"))
)
_ticket = Ticket.__table__.c
_STANDING = select(
    _ticket.id, _ticket.prefix, _ticket.group_id, _ticket.version, _ticket.deleted_at
).where(_ticket.id.in_(bindparam("tickets", expanding=True)))


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the journal, as much as is needed to say whom it concerns."""

    id: int
    kind: str
    subject: int
    event: str
    actor_id: int | None
    before: Mapping[str, Any]
    at: datetime

    @property
    def moves_rights(self) -> bool:
        """Whether somebody may see more or less after it."""
        return self.kind in _RIGHTS


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket as it stands now: whose it is, and its version."""

    id: int
    number: str
    group_id: int | None
    version: int
    is_deleted: bool

    def is_seen_by(self, actor: Actor) -> bool:
        """Whether this person may know of it."""
        return not self.is_deleted and actor.holds(self.group_id, Right.READ)


@dataclass(slots=True)
class Changed:
    """A ticket with what happened to it, and the groups that it was with before."""

    ticket: Standing
    what: set[str] = field(default_factory=set)
    by: int | None = None
    before: set[int | None] = field(default_factory=set)

    def was_seen_by(self, actor: Actor) -> bool:
        """Whether it goes out of this person's sight by this."""
        return any(actor.holds(group, Right.READ) for group in self.before)


def newest() -> int:
    """The number of the newest entry."""
    return db.session.scalar(select(func.max(_entry.id))) or 0


def settled() -> int:
    """An entry that no other will come before: numbers are taken a moment before they are committed."""
    top, before = newest(), clock.now() - LONGEST_COMMIT
    lately = steps_after(max(0, top - MOST_KEPT), most=MOST_KEPT)
    fresh = [step.id for step in lately if step.at > before]
    return fresh[0] - 1 if fresh else top


def steps_after(after: int, missing: Collection[int] = (), most: int = MOST_READ) -> list[Step]:
    """The entries after this one, and those of before that were not there yet when it was read."""
    asked = {"after": after, "missing": sorted(missing), "most": most}
    return [Step(*row) for row in db.session.execute(_AFTER, asked)]


def changed_by(steps: Iterable[Step]) -> list[Changed]:
    """The tickets that these entries speak of; one query."""
    told = [step for step in steps if step.kind == "ticket"]
    standing = standing_of({step.subject for step in told})
    found: dict[int, Changed] = {}
    for step in told:
        ticket = standing.get(step.subject)
        if ticket is None:
            continue
        one = found.setdefault(ticket.id, Changed(ticket))
        one.what.add(_WORDS.get(step.event, "changed"))
        one.by = step.actor_id
        if step.event == "GroupChanged":
            one.before.add(step.before.get("group"))
        if ticket.is_deleted:
            one.before.add(ticket.group_id)
    return list(found.values())


def standing_of(ids: Collection[int]) -> dict[int, Standing]:
    """How these tickets stand now; one query."""
    if not ids:
        return {}
    rows = db.session.execute(_STANDING, {"tickets": sorted(ids)})
    return {
        row.id: Standing(
            row.id,
            f"{row.prefix}-{FIRST_NUMBER + row.id}",
            row.group_id,
            row.version,
            row.deleted_at is not None,
        )
        for row in rows
    }


def who_is_where(actor: Actor, there: Mapping[int, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Of those who are at tickets, whom this person may know of: those at tickets that they see. One query."""
    return [
        {"number": one.number, "people": there[one.id]}
        for one in standing_of(there.keys()).values()
        if one.is_seen_by(actor)
    ]


def frames_for(actor: Actor, changed: Sequence[Changed]) -> list[dict[str, Any]]:
    """What a person is told of these changes: only of tickets that they may see, or might until now."""
    seen, gone = [], []
    for one in changed:
        if one.ticket.is_seen_by(actor):
            seen.append(
                {
                    "number": one.ticket.number,
                    "version": one.ticket.version,
                    "what": sorted(one.what),
                    "by": one.by,
                }
            )
        elif one.was_seen_by(actor):
            gone.append(one.ticket.number)
    frames: list[dict[str, Any]] = []
    if seen:
        frames.append({"type": "tickets", "tickets": seen})
    if gone:
        frames.append({"type": "gone", "numbers": gone})
    return frames


def missed(after: int) -> list[Changed] | None:
    """What changed after an entry; None for more than is kept, or for an entry that this desk never wrote."""
    top = newest()
    if after > top or top - after > MOST_KEPT:
        return None
    return changed_by(steps_after(after, most=MOST_KEPT))


def since(at: datetime) -> list[Changed] | None:
    """What changed since a moment; None for more than is kept."""
    top = newest()
    lately = steps_after(max(0, top - MOST_KEPT), most=MOST_KEPT)
    wanted = [step for step in lately if step.at >= at]
    if len(wanted) == MOST_KEPT:
        return None
    return changed_by(wanted)
