"""Naming those who may speak for a person, and ending it: commands, with what was shown as a proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.unit_of_work import record
from helpdesk.people.access import Actor, Deed, id_of, require
from helpdesk.people.bond_models import Relation, Representative, Scope
from helpdesk.people.events import RepresentativeEnded, RepresentativeNamed
from helpdesk.people.models import Person
from helpdesk.people.representing import Word, is_held, today, word_for
from helpdesk.tickets.commands import lock, unwatch
from helpdesk.tickets.lives import types
from helpdesk.tickets.models import Ticket, Watcher

MOST_WATCHED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """As what somebody may speak, in what, until which last day; `evidence` says what shows it.

    `ticket` is one that whoever names them may see; the caller has made sure of it.
    """

    relation: Relation
    evidence: str
    scope: Scope = Scope.ALL
    ticket_types: Sequence[str] = ()
    ticket: Ticket | None = None
    ends_on: date | None = None


def name_representative(
    person: Person,
    representative: Person,
    standing: Standing,
    *,
    actor: Actor | None,
    cause: str = "console",
) -> Representative:
    """Let somebody speak for a person. Raises Invalid and Refused."""
    for one in (person, representative):
        require(actor, Deed.MANAGE_STAFF if one.is_staff else Deed.EDIT_REQUESTERS)
    _refuse_unfit(person, representative, standing)
    scope, ticket = standing.scope, standing.ticket
    row = Representative(
        person_id=person.id,
        representative_id=representative.id,
        relation=standing.relation,
        scope=scope,
        ticket_types=sorted(set(standing.ticket_types)) if scope is Scope.TYPES else [],
        ticket_id=ticket.id if ticket is not None and scope is Scope.TICKET else None,
        ends_on=standing.ends_on,
        evidence=standing.evidence.strip(),
        made_by=id_of(actor),
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    record(
        RepresentativeNamed(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=person.id,
            after=_facts(row),
            personal={"evidence": row.evidence},
        )
    )
    return row


def end_representation(row: Representative, *, actor: Actor | None, cause: str = "console") -> None:
    """Let somebody speak for a person no longer, from now on; they watch none of that person's tickets any more."""
    require(actor, Deed.EDIT_REQUESTERS)
    if row.ended_at is not None:
        return
    row.ended_at, row.ended_by = clock.now(), id_of(actor)
    watched = db.session.scalars(
        select(Watcher.ticket_id)
        .join(Ticket, Ticket.id == Watcher.ticket_id)
        .where(Watcher.person_id == row.representative_id, Ticket.requester_id == row.person_id)
        .order_by(Watcher.ticket_id)
        .limit(MOST_WATCHED)
    ).all()
    for ticket_id in watched:
        ticket = lock(ticket_id)
        word = word_for(row.representative_id, row.person_id, type=ticket.type, ticket_id=ticket.id)
        if word is None or not word.may:
            unwatch(ticket, row.representative, by=id_of(actor), cause=cause)
    record(
        RepresentativeEnded(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=row.person_id,
            before=_facts(row),
            after={"ended": True},
        )
    )


def access_representation(person: Person, row_id: int) -> Representative:
    """The row of this id, if it is about this person. Raises NotFound."""
    row = db.session.get(Representative, row_id)
    if row is None or row.person_id != person.id:
        raise NotFound(_("There is no such representative."), _("Look at the person's page."))
    return row


def speaking_for(author_id: int, ticket: Ticket) -> Word | None:
    """What an author's word is worth for the requester of a ticket; None where they were never named for them."""
    if author_id == ticket.requester_id:
        return None
    return word_for(author_id, ticket.requester_id, type=ticket.type, ticket_id=ticket.id)


def _refuse_unfit(person: Person, representative: Person, standing: Standing) -> None:
    if person.id == representative.id:
        raise Invalid(_("Nobody is their own representative."), field="who")
    if person.merged_into_id is not None or representative.merged_into_id is not None:
        raise Invalid(_("One of them was merged into another person."), field="who")
    kinds, ticket = set(standing.ticket_types), standing.ticket
    if standing.scope is Scope.TYPES and (not kinds or not kinds <= set(types())):
        raise Invalid(_("Choose the types of tickets."), field="ticket_types")
    if standing.scope is Scope.TICKET and (ticket is None or ticket.requester_id != person.id):
        raise Invalid(_("Give the number of a ticket of this person."), field="ticket")
    if standing.ends_on is not None and standing.ends_on < today():
        raise Invalid(_("The last day is past already."), field="ends_on")
    if not standing.evidence.strip():
        raise Invalid(
            _("Say what shows that they may speak for this person."),
            _("For example: a letter of authority, seen on paper."),
            field="evidence",
        )


def _facts(row: Representative) -> dict[str, object]:
    return {
        "representation": row.id,
        "representative": row.representative_id,
        "relation": row.relation.value,
        "scope": row.scope.value,
        "ticket_types": list(row.ticket_types),
        "ticket": row.ticket_id,
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
        "held": is_held(row),
    }
