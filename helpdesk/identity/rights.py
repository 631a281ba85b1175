"""Who may say that two people are one: who sees and works on all that is theirs."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import and_, false, not_, or_, select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.people.access import Actor, Deed, require
from helpdesk.people.models import Person, Right
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.models import Ticket


def require_both(actor: Actor | None, kept: Person, gone: Person) -> None:
    """Refuse an actor who may not merge these two, or part them again.

    What belongs to either must be theirs to see, and what moves theirs to change; how much is hidden from them is not
    said (S10).
    """
    for person in (kept, gone):
        require(actor, Deed.MANAGE_STAFF if person.is_staff else Deed.EDIT_REQUESTERS)
    if actor is not None and _is_out_of_reach(actor, kept.id, gone.id):
        raise Refused(
            _("You may not merge these two people, or part them."),
            _("Not all that is theirs is yours to see and change. Ask an administrator."),
        )


def refuse_unfit(kept: Person, gone: Person) -> None:
    """Refuse two who cannot be one. Raises Invalid."""
    problem, advice = "", _("Choose another person.")
    if kept.id == gone.id:
        problem = _("A person cannot be merged into themselves.")
    elif kept.is_staff and gone.is_staff:
        problem = _("Both of them work at the desk.")
        advice = _("Two staff accounts are never merged: switch one of them off.")
    elif gone.is_staff:
        problem = _("%(name)s works at the desk.", name=gone.name)
        advice = _("Keep their account, and merge the other person into it.")
    if problem:
        raise Invalid(problem, advice, field="other")


def _is_out_of_reach(actor: Actor, kept_id: int, gone_id: int) -> bool:
    if actor.is_admin:
        return False
    works = [group for group, _right in actor.groups.items() if actor.holds(group, Right.WORK)]
    may_change = or_(Ticket.group_id.is_(None), Ticket.group_id.in_(works) if works else false())
    hidden = select(Ticket.id).where(
        Ticket.deleted_at.is_(None),
        or_(
            and_(Ticket.requester_id == kept_id, not_(visible_tickets(actor))),
            and_(Ticket.requester_id == gone_id, not_(may_change)),
        ),
    )
    return db.session.scalar(hidden.limit(1)) is not None
