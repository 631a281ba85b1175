"""How tickets stand to each other."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import or_, select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import record
from helpdesk.tickets.events import TicketsLinked, TicketsUnlinked
from helpdesk.tickets.models import LinkKind, Ticket, TicketLink


def link(left: Ticket, right: Ticket, kind: LinkKind, *, by: int | None, cause: str) -> None:
    """Link two tickets, read from left to right ("left follows right"); linking twice changes nothing."""
    if left.id == right.id:
        raise Invalid(
            _("A ticket cannot be linked to itself."),
            _("Give the number of another ticket."),
            field="link",
        )
    if is_linked(left.id, right.id, kind):
        return
    db.session.add(
        TicketLink(left_id=left.id, right_id=right.id, kind=kind, created_at=clock.now())
    )
    record(
        TicketsLinked(
            actor_id=by,
            cause=cause,
            subject_id=left.id,
            after={"link": right.id, "kind": kind.value},
        )
    )


def is_linked(left_id: int, right_id: int, kind: LinkKind) -> bool:
    """Whether this very link is there."""
    same = select(TicketLink.id).where(
        TicketLink.left_id == left_id, TicketLink.right_id == right_id, TicketLink.kind == kind
    )
    return db.session.scalar(same) is not None


def links_at(ticket_id: int) -> list[TicketLink]:
    """The links of a ticket, whichever side it stands on, in order."""
    return list(
        db.session.scalars(
            select(TicketLink)
            .where(or_(TicketLink.left_id == ticket_id, TicketLink.right_id == ticket_id))
            .order_by(TicketLink.id)
        )
    )


def drop(left_id: int, right_id: int, kind: LinkKind, *, by: int | None, cause: str) -> bool:
    """Take away one link, if it is there still."""
    row = db.session.scalars(
        select(TicketLink).where(
            TicketLink.left_id == left_id,
            TicketLink.right_id == right_id,
            TicketLink.kind == kind,
        )
    ).one_or_none()
    if row is not None:
        _delete(row, by=by, cause=cause)
    return row is not None


def unlink(left: Ticket, right: Ticket, *, by: int | None, cause: str) -> None:
    """Take away every link between two tickets."""
    for row in db.session.scalars(
        select(TicketLink).where(
            or_(
                (TicketLink.left_id == left.id) & (TicketLink.right_id == right.id),
                (TicketLink.left_id == right.id) & (TicketLink.right_id == left.id),
            )
        )
    ).all():
        _delete(row, by=by, cause=cause)


def _delete(row: TicketLink, *, by: int | None, cause: str) -> None:
    db.session.delete(row)
    record(
        TicketsUnlinked(
            actor_id=by,
            cause=cause,
            subject_id=row.left_id,
            before={"link": row.right_id, "kind": row.kind.value},
        )
    )
