"""Side conversations: a thread with a third party inside a ticket, seen by staff alone (S12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.unit_of_work import record
from helpdesk.tickets.conversation import NewMessage, told_of, write_message
from helpdesk.tickets.events import MessagesBrought, SideChanged, SideMessageAdded, SideOpened
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility
from helpdesk.tickets.naming import single_line
from helpdesk.tickets.side_models import SideConversation, SideParticipant, SideState
from helpdesk.tickets.stepping import move_by_itself
from workflows.lifecycle import Category, Occasion

MOST_PEOPLE = 20
MOST_SHOWN = 50
TO = "to"


def open_side(ticket: Ticket, *, subject: str, by: int | None, cause: str) -> SideConversation:
    """Begin a side conversation on a ticket that the caller has locked; its first message comes next."""
    plain = single_line(subject, 500)
    if not plain:
        raise Invalid(
            _("The mail needs a subject."),
            _("Say in a few words what it is about."),
            field="subject",
        )
    at = clock.now()
    side = SideConversation(
        ticket_id=ticket.id, subject=plain, opened_by_id=by, created_at=at, changed_at=at
    )
    db.session.add(side)
    db.session.flush()
    record(
        SideOpened(
            actor_id=by,
            cause=cause,
            subject_id=ticket.id,
            after={"side": side.id, "side_state": SideState.WAITING.value},
            personal={"side_subject": plain},
        )
    )
    return side


def say_aside(
    ticket: Ticket,
    side: SideConversation,
    new: NewMessage,
    addresses: Sequence[str],
    *,
    by: int | None,
    cause: str,
) -> Message:
    """Write to third parties; whoever was not written to before takes part from now on. Raises Invalid."""
    if not addresses:
        raise Invalid(
            _("Say whom to write to."), _("Type the e-mail address of the other party."), field=TO
        )
    known = {one.address for one in side.participants}
    side.participants += [
        SideParticipant(side_id=side.id, address=one) for one in addresses if one not in known
    ]
    if len(side.participants) > MOST_PEOPLE:
        raise Invalid(
            _("At most %(num)s people take part in a side conversation.", num=MOST_PEOPLE),
            _("Begin another one for the others."),
            field=TO,
        )
    db.session.flush()
    new = replace(new, direction=Direction.OUT, recipients={TO: list(addresses)})
    message = _add(ticket, side, new, by=by, cause=cause)
    set_state(ticket, side, SideState.WAITING, by=by, cause=cause)
    return message


def hear_aside(
    ticket: Ticket, side: SideConversation, new: NewMessage, *, by: int | None, cause: str
) -> Message:
    """Take in what a third party wrote; a ticket that waits for third parties goes on, as its lifecycle says.

    What a machine wrote, and what may be from somebody else, changes nothing.
    """
    message = _add(ticket, side, replace(new, direction=Direction.IN), by=by, cause=cause)
    if new.automation is None and not new.unverified:
        set_state(ticket, side, SideState.ANSWERED, by=by, cause=cause)
        if ticket.category is Category.WAITING_THIRD_PARTY:
            move_by_itself(ticket, Occasion.WAKE, by=by, cause=cause)
    return message


def set_state(
    ticket: Ticket, side: SideConversation, state: SideState, *, by: int | None, cause: str
) -> None:
    """Say where a side conversation stands."""
    side.changed_at = clock.now()
    if side.state is state:
        return
    before, side.state = side.state, state
    record(
        SideChanged(
            actor_id=by,
            cause=cause,
            subject_id=ticket.id,
            before={"side": side.id, "side_state": before.value},
            after={"side": side.id, "side_state": state.value},
        )
    )


def side_on(ticket: Ticket, side_id: int, *, locked: bool = False) -> SideConversation:
    """The side conversation of this id on a ticket that the actor may see. Raises NotFound for one of another ticket."""
    wanted = select(SideConversation).where(
        SideConversation.id == side_id, SideConversation.ticket_id == ticket.id
    )
    if locked:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound(_("There is no such side conversation."), _("Look at the ticket again."))
    return found


def sides_of(ticket_id: int) -> Sequence[SideConversation]:
    """The side conversations of a ticket: those that go on first, the newest of each before."""
    closed = SideConversation.state == SideState.CLOSED
    return db.session.scalars(
        select(SideConversation)
        .where(SideConversation.ticket_id == ticket_id)
        .order_by(closed, SideConversation.changed_at.desc(), SideConversation.id.desc())
        .limit(MOST_SHOWN)
    ).all()


def addresses_in(side_ids: Iterable[int]) -> Mapping[int, list[str]]:
    """Who takes part in each of these."""
    rows = db.session.execute(
        select(SideParticipant.side_id, SideParticipant.address)
        .where(SideParticipant.side_id.in_(list(side_ids)))
        .order_by(SideParticipant.id)
    )
    found: dict[int, list[str]] = {}
    for side_id, address in rows:
        found.setdefault(side_id, []).append(address)
    return found


def counts_of(side_ids: Iterable[int]) -> Mapping[int, int]:
    """How many messages each of these has."""
    rows = db.session.execute(
        select(Message.side_id, func.count(Message.id))
        .where(Message.side_id.in_(list(side_ids)))
        .group_by(Message.side_id)
    )
    return {int(side_id): count for side_id, count in rows if side_id is not None}


def follow_messages(event: MessagesBrought) -> None:
    """Side conversations go with their messages when two tickets are merged, and come back with them."""
    moved = select(Message.side_id).where(
        Message.id.in_(event.message_ids), Message.side_id.is_not(None)
    )
    ids = sorted({one for one in db.session.scalars(moved.distinct()) if one is not None})
    if ids:
        for side in db.session.scalars(
            select(SideConversation).where(SideConversation.id.in_(ids))
        ):
            side.ticket_id = event.subject_id


def _add(
    ticket: Ticket, side: SideConversation, new: NewMessage, *, by: int | None, cause: str
) -> Message:
    message = write_message(ticket, replace(new, visibility=Visibility.ASIDE, side_id=side.id))
    ticket.message_count += 1
    record(
        SideMessageAdded(
            actor_id=by,
            cause=cause,
            subject_id=ticket.id,
            message_id=message.id,
            direction=message.direction.value,
            by_person=new.automation is None,
            after={**told_of(message), "side": side.id},
            personal={"text": message.text, "sender": message.author_address},
        )
    )
    return message
