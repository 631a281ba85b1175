"""What merging tickets would do, before anything is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.operations.merges import coming_links, joined_tags
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.tickets import merging
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.models import Message, Ticket, Visibility


@dataclass(frozen=True, slots=True)
class Coming:
    """What comes with one ticket: messages, of these notes; the numbers of linked tickets that the reader may see.

    `why_not` is why it cannot be merged, "" if it can.
    """

    ticket: Ticket
    messages: int
    notes: int
    links: tuple[str, ...]
    why_not: str


@dataclass(frozen=True, slots=True)
class MergePreview:
    """`told` are those who are written to afterwards, `joining` of these who were not before.

    `strangers` are requesters other than that of the ticket that stays, `tags` those that it gets.
    """

    target: Ticket
    coming: tuple[Coming, ...]
    told: tuple[Person, ...]
    joining: frozenset[int]
    strangers: tuple[Person, ...]
    tags: tuple[str, ...]

    @property
    def is_possible(self) -> bool:
        return bool(self.coming) and not any(one.why_not for one in self.coming)


def preview(actor: Actor, sources: Sequence[Ticket], target: Ticket) -> MergePreview:
    """Look at merging these into another; all are the actor's to change."""
    counts = _counts([one.id for one in sources])
    people = {one.person_id: one.person for one in target.watchers} | {
        target.requester_id: target.requester
    }
    before = set(people)
    for source in sources:
        people |= {one.person_id: one.person for one in source.watchers}
        people[source.requester_id] = source.requester
    strangers = {one.requester_id: one.requester for one in sources}
    strangers.pop(target.requester_id, None)
    own = {tag.name for tag in target.tags}
    return MergePreview(
        target=target,
        coming=tuple(_coming(actor, one, target, sources, counts) for one in sources),
        told=tuple(people[one] for one in sorted(people)),
        joining=frozenset(set(people) - before),
        strangers=tuple(strangers[one] for one in sorted(strangers)),
        tags=tuple(name for name in joined_tags(sources, target) if name not in own),
    )


def _coming(
    actor: Actor,
    source: Ticket,
    target: Ticket,
    sources: Sequence[Ticket],
    counts: dict[tuple[int, Visibility], int],
) -> Coming:
    refusal = merging.why_not(source, target)
    notes = counts.get((source.id, Visibility.INTERNAL), 0)
    return Coming(
        ticket=source,
        messages=counts.get((source.id, Visibility.PUBLIC), 0) + notes,
        notes=notes,
        links=_numbers(actor, [other for _row, other in coming_links(source, target, sources)]),
        why_not=refusal.title if refusal is not None else "",
    )


def _counts(ids: Sequence[int]) -> dict[tuple[int, Visibility], int]:
    rows = db.session.execute(
        select(Message.ticket_id, Message.visibility, func.count())
        .where(Message.ticket_id.in_(list(ids)))
        .group_by(Message.ticket_id, Message.visibility)
    )
    return {(ticket_id, visibility): count for ticket_id, visibility, count in rows}


def _numbers(actor: Actor, ids: Sequence[int]) -> tuple[str, ...]:
    if not ids:
        return ()
    found = db.session.scalars(
        select(Ticket).where(Ticket.id.in_(ids), visible_tickets(actor)).order_by(Ticket.id)
    )
    return tuple(one.number for one in found)
