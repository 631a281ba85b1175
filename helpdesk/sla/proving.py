"""Proving: what is kept of the timers says the same as a replay of all facts of their tickets."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from helpdesk.core import clock, settings
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.sla import keeping
from helpdesk.sla.counting import Count, second_over
from helpdesk.sla.facts import events_of, opening_of, seconds
from helpdesk.sla.library import Library
from helpdesk.sla.models import SlaTicket
from workflows.sla import Reading, reading_of, replay

JOB = "prove_timers"
# How many tickets a night: half of them changed within the last day, half wherever chance falls.
SAMPLE = 200
_LAST = "sla.proof"
_MOST_NAMED = 20
_LATELY = timedelta(days=1)
_TOGETHER = 50


@dataclass(frozen=True, slots=True)
class Difference:
    """A ticket with timers that say something else than a replay does; `timers` names them with their cycles."""

    ticket_id: int
    timers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Proof:
    """The last look: when, at how many tickets, and the ids of those that differ."""

    at: datetime
    looked_at: int
    differing: Sequence[int]


def prove(ticket_ids: Sequence[int]) -> Iterator[Difference]:
    """The tickets among these whose rows differ from a replay; opens its own units of work, and changes nothing."""
    for first in range(0, len(ticket_ids), _TOGETHER):
        with unit_of_work():
            library = Library()
            counts = keeping.load(ticket_ids[first : first + _TOGETHER], library)
            found = [(count.ticket_id, _differing(count, library)) for count in counts.values()]
        yield from (Difference(ticket_id, timers) for ticket_id, timers in found if timers)


def prove_sample() -> Proof:
    """Look at a sample of the tickets, and keep what came of it for `desk check`."""
    ids = sample(SAMPLE)
    differing = [one.ticket_id for one in prove(ids)]
    proof = Proof(clock.now(), len(ids), differing[:_MOST_NAMED])
    with unit_of_work():
        settings.write(
            _LAST,
            {
                "at": proof.at.isoformat(),
                "looked_at": proof.looked_at,
                "differing": list(proof.differing),
            },
        )
    return proof


def last_proof() -> Proof | None:
    """What the last look found; None if there was none."""
    kept = settings.read(_LAST, {})
    if not kept:
        return None
    return Proof(datetime.fromisoformat(kept["at"]), kept["looked_at"], kept["differing"])


def sample(size: int) -> list[int]:
    """Ids of tickets that are counted: half of them changed lately."""
    lately = list(
        db.session.scalars(
            select(SlaTicket.ticket_id)
            .where(SlaTicket.last_at >= clock.now() - _LATELY)
            .order_by(SlaTicket.ticket_id.desc())
            .limit(10 * size)
        )
    )
    chosen = secrets.SystemRandom().sample(lately, min(len(lately), size // 2))
    highest = db.session.scalar(select(func.max(SlaTicket.ticket_id))) or 0
    begin = secrets.randbelow(highest + 1)
    by_chance = (
        select(SlaTicket.ticket_id)
        .where(SlaTicket.ticket_id >= begin)
        .order_by(SlaTicket.ticket_id)
        .limit(size - len(chosen))
    )
    return sorted({*chosen, *db.session.scalars(by_chance)})


def all_ids(after: int, limit: int) -> list[int]:
    """The ids of the tickets that are counted, in order, some at a time."""
    found = select(SlaTicket.ticket_id).where(SlaTicket.ticket_id > after)
    return list(db.session.scalars(found.order_by(SlaTicket.ticket_id).limit(limit)))


def _differing(count: Count, library: Library) -> list[str]:
    assert count.timers is not None  # It was loaded, so it was opened.
    facts = [one for one in keeping.facts_of(count.ticket_id) if one.seq >= count.from_seq]
    now = max(second_over(clock.believed()), seconds(facts[-1].at))
    told = replay(opening_of(facts[0]), events_of(facts[1:]), now, library)
    mine = {_key(one): one for one in (reading_of(row, now, library) for row in count.timers.rows)}
    theirs = {_key(one): one for one in told.readings}
    return sorted(
        f"{metric} {cycle + count.offsets.get(metric, 0)}"
        for metric, cycle in {*mine, *theirs}
        if mine.get((metric, cycle)) != theirs.get((metric, cycle))
    )


def _key(reading: Reading) -> tuple[str, int]:
    return reading.metric, reading.cycle
