"""What is read of deliveries and raw messages: sent mail, quarantine, and where a message's mails stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, cast

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, bindparam, exists, false, func, select, true
from sqlalchemy.orm import joinedload

from helpdesk.core import files
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.paging import Page, decode_cursor, encode_cursor
from helpdesk.messaging.models import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    RawMessage,
    RawState,
)
from helpdesk.people.access import Actor, Deed, may
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.models import Ticket

PAGE = 50

Row = TypeVar("Row", Delivery, RawMessage)

# The state that a person should see first when a message went to several people.
_WORST_FIRST = (
    DeliveryState.FAILED,
    DeliveryState.UNCERTAIN,
    DeliveryState.WAITING,
    DeliveryState.SENDING,
    DeliveryState.SENT,
    DeliveryState.WITHDRAWN,
)


_OF_MESSAGES = (
    select(Delivery)
    .where(Delivery.message_id.in_(bindparam("messages", expanding=True)))
    .order_by(Delivery.id)
    .limit(1000)
)


def deliveries_of(message_ids: Iterable[int]) -> dict[int, list[Delivery]]:
    """The deliveries of these messages, the one that most needs a look first; one query.

    The caller has made sure that the reader may see the messages.
    """
    asked = list(message_ids)
    if not asked:
        return {}
    found: dict[int, list[Delivery]] = {}
    rows = db.session.scalars(_OF_MESSAGES, {"messages": asked})
    for delivery in rows:
        if delivery.message_id is not None:
            found.setdefault(delivery.message_id, []).append(delivery)
    for deliveries in found.values():
        deliveries.sort(key=lambda delivery: _WORST_FIRST.index(delivery.state))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFilter:
    """Which mails are asked for. `recipient` is an address, or `@` and a domain; `until` is the end of the last day."""

    state: DeliveryState | None = None
    kind: DeliveryKind | None = None
    ticket_id: int | None = None
    recipient: str = ""
    since: datetime | None = None
    until: datetime | None = None


def sent_mail(actor: Actor, asked: SentFilter, *, after: str | None = None) -> Page[Delivery]:
    """What the desk sends, newest first, of the tickets this person may see; mail of no ticket is for administrators."""
    wanted = select(Delivery).where(_visible_deliveries(actor), *_asked_for(asked))
    if after:
        wanted = wanted.where(Delivery.id < cast(int, decode_cursor(after, (int,))[0]))
    rows = db.session.scalars(wanted.order_by(Delivery.id.desc()).limit(PAGE + 1)).all()
    return _page(rows)


def _asked_for(asked: SentFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.state is not None:
        conditions.append(Delivery.state == asked.state)
    if asked.kind is not None:
        conditions.append(Delivery.kind == asked.kind)
    if asked.ticket_id is not None:
        conditions.append(Delivery.ticket_id == asked.ticket_id)
    recipient = asked.recipient.strip().lower()
    if recipient.startswith("@"):
        conditions.append(Delivery.recipient.endswith(recipient, autoescape=True))
    elif recipient:
        conditions.append(Delivery.recipient.startswith(recipient, autoescape=True))
    if asked.since is not None:
        conditions.append(Delivery.created_at >= asked.since)
    if asked.until is not None:
        conditions.append(Delivery.created_at < asked.until)
    return conditions


def access_delivery(actor: Actor, delivery_id: int) -> Delivery:
    """One delivery, if the actor may see it. Raises NotFound."""
    found = db.session.scalars(
        select(Delivery).where(Delivery.id == delivery_id, _visible_deliveries(actor))
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such mail."), _("Look for it in the list of sent mail."))
    return found


def bytes_of(delivery: Delivery) -> bytes | None:
    """The mail as it was last composed, None before its first try. Raises FileDamaged."""
    return files.open_file(delivery.digest).read() if delivery.digest else None


def kept_messages(
    actor: Actor,
    *,
    states: Sequence[RawState] = (RawState.QUARANTINED,),
    account_id: int | None = None,
    after: str | None = None,
) -> Page[RawMessage]:
    """What was kept and stands in one of these states, newest first; for who manages mailboxes."""
    wanted = select(RawMessage).options(joinedload(RawMessage.account))
    wanted = wanted.where(RawMessage.state.in_(states), _may_see_raw(actor))
    if account_id is not None:
        wanted = wanted.where(RawMessage.account_id == account_id)
    if after:
        wanted = wanted.where(RawMessage.id < cast(int, decode_cursor(after, (int,))[0]))
    rows = db.session.scalars(wanted.order_by(RawMessage.id.desc()).limit(PAGE + 1)).all()
    return _page(rows)


def troubles_of_mail(actor: Actor, *, most: int) -> tuple[int, int]:
    """How many mails wait in quarantine and how many could not be sent, each counted up to `most`; one query.

    For who manages mailboxes, who sees them all.
    """
    waiting = select(RawMessage.id).where(
        RawMessage.state == RawState.QUARANTINED, _may_see_raw(actor)
    )
    failed = select(Delivery.id).where(
        Delivery.state == DeliveryState.FAILED, _visible_deliveries(actor)
    )
    counts = [
        select(func.count()).select_from(one.limit(most).subquery()).scalar_subquery()
        for one in (waiting, failed)
    ]
    found = db.session.execute(select(*counts)).one()
    return found[0], found[1]


def access_raw(actor: Actor, raw_id: int) -> RawMessage:
    """One kept message, for who manages mailboxes. Raises NotFound."""
    found = db.session.scalars(
        select(RawMessage)
        .where(RawMessage.id == raw_id, _may_see_raw(actor))
        .options(joinedload(RawMessage.account))
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such message."), _("Look for it in the quarantine."))
    return found


def _may_see_raw(actor: Actor) -> ColumnElement[bool]:
    return true() if may(actor, Deed.MANAGE_MAILBOXES) else false()


def _visible_deliveries(actor: Actor) -> ColumnElement[bool]:
    if actor.is_admin:
        return true()
    seen = select(Ticket.id).where(Ticket.id == Delivery.ticket_id, visible_tickets(actor))
    return exists(seen.correlate(Delivery)) if actor.is_staff else false()


def _page(rows: Sequence[Row]) -> Page[Row]:
    older = encode_cursor([rows[PAGE - 1].id]) if len(rows) > PAGE else None
    return Page(rows=rows[:PAGE], older=older)
