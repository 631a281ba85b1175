"""What is asked about calls: the one on the line now, one by its id, the latest; each from what the actor may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import joinedload

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.messaging.models import ChannelAccount
from helpdesk.people.access import Actor
from helpdesk.phone.extensions import extension_of
from helpdesk.phone.models import CallState, PhoneCall
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.models import Ticket

# What a system never said to have ended is on no line any more.
LONGEST_LIVE = timedelta(hours=6)
LONGEST_RINGING = timedelta(minutes=3)
MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call as it stands beside its message."""

    outward: bool
    outcome: str
    number: str
    seconds: int | None
    recording_url: str


def live_call(actor: Actor) -> PhoneCall | None:
    """The call that rings or is spoken at this agent's extension and that nobody wrote down yet."""
    own = extension_of(actor.person_id)
    if not own:
        return None
    found = db.session.scalars(
        select(PhoneCall)
        .where(
            PhoneCall.extension == own,
            PhoneCall.state.in_([CallState.RINGING, CallState.ANSWERED]),
            PhoneCall.message_id.is_(None),
            PhoneCall.created_at > clock.now() - LONGEST_LIVE,
        )
        .options(joinedload(PhoneCall.person))
        .order_by(PhoneCall.id.desc())
        .limit(5)
    ).all()
    spoken = [one for one in found if one.state is CallState.ANSWERED]
    recent = clock.now() - LONGEST_RINGING
    ringing = [one for one in found if one.created_at > recent]
    return next(iter([*spoken, *ringing]), None)


def access_call(actor: Actor, call_id: int) -> PhoneCall:
    """The call of this id, if the actor may see it. Raises NotFound."""
    found = db.session.scalars(
        _calls(actor).where(PhoneCall.id == call_id).options(joinedload(PhoneCall.ticket))
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such call."), _("It may be on a ticket you cannot see."))
    return found


def latest_calls(actor: Actor, *, limit: int = MOST_LISTED) -> Sequence[PhoneCall]:
    """The newest calls this person may see."""
    return db.session.scalars(
        _calls(actor)
        .options(joinedload(PhoneCall.ticket), joinedload(PhoneCall.person))
        .order_by(PhoneCall.id.desc())
        .limit(min(limit, MOST_LISTED))
    ).all()


def calls_of_messages(message_ids: Iterable[int]) -> dict[int, CallLine]:
    """The calls behind these messages, of a ticket the reader may see; one query, none for no messages."""
    asked = list(message_ids)
    if not asked:
        return {}
    rows = db.session.scalars(select(PhoneCall).where(PhoneCall.message_id.in_(asked)))
    return {
        row.message_id: CallLine(
            outward=row.direction == "out",
            outcome=row.outcome.value if row.outcome else "",
            number=row.number,
            seconds=row.duration,
            recording_url=row.recording_url,
        )
        for row in rows
        if row.message_id is not None
    }


def _calls(actor: Actor) -> Select[PhoneCall]:
    return (
        select(PhoneCall)
        .outerjoin(Ticket, Ticket.id == PhoneCall.ticket_id)
        .outerjoin(ChannelAccount, ChannelAccount.id == PhoneCall.account_id)
        .where(_visible(actor))
    )


def _visible(actor: Actor) -> ColumnElement[bool]:
    """A call on a ticket is seen with it; one on none by the group its line belongs to, and by who took it."""
    on_ticket = and_(PhoneCall.ticket_id.is_not(None), visible_tickets(actor))
    own = or_(
        PhoneCall.agent_id == actor.person_id,
        and_(PhoneCall.extension != "", PhoneCall.extension == extension_of(actor.person_id)),
        ChannelAccount.group_id.is_(None),
        true() if actor.is_admin else ChannelAccount.group_id.in_(sorted(actor.readable_group_ids)),
    )
    return or_(on_ticket, and_(PhoneCall.ticket_id.is_(None), own))
