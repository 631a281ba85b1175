"""What waits while outgoing mail is held after a restore, and letting it go (P41)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, case, func, select, update

from helpdesk.core import clock, hold
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict
from helpdesk.messaging.models import Delivery, DeliveryKind, DeliveryState
from helpdesk.people.access import Actor, Deed, require

_HELD = (DeliveryState.WAITING, DeliveryState.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Held:
    """How many mails of a kind wait; `before` of them are older than the data, so they may have been sent already."""

    kind: DeliveryKind
    count: int
    before: int


def held() -> list[Held]:
    """What waits behind the hold, kind by kind; empty when mail is not held."""
    standing = hold.current()
    if standing is None:
        return []
    old = func.sum(case((Delivery.created_at <= standing.data_of, 1), else_=0))
    rows = db.session.execute(
        select(Delivery.kind, func.count(), old)
        .where(Delivery.state.in_(_HELD))
        .group_by(Delivery.kind)
        .order_by(Delivery.kind)
    )
    return [Held(kind, count, int(before or 0)) for kind, count, before in rows]


def release(
    *,
    withdraw: Collection[DeliveryKind] = (),
    withdraw_old: bool = False,
    actor: Actor | None = None,
) -> int:
    """End the hold and let the waiting mails go, inside the open unit of work; returns how many were withdrawn.

    `withdraw` names kinds that are not to be sent any more, `withdraw_old` takes back what was waiting when the backup
    was made and may have left since. Raises Conflict when nothing is held.
    """
    require(actor, Deed.MANAGE_SETTINGS)
    standing = hold.current()
    if standing is None:
        raise Conflict(_("Outgoing mail is not held."), _("There is nothing to do."))
    gone = 0
    if withdraw:
        gone += _withdraw(Delivery.kind.in_(list(withdraw)))
    if withdraw_old:
        gone += _withdraw(Delivery.created_at <= standing.data_of)
    db.session.execute(
        update(Delivery)
        .where(Delivery.state.in_(_HELD), Delivery.next_try_at.is_not(None))
        .values(next_try_at=clock.now()),
        execution_options={"synchronize_session": False},
    )
    hold.lift()
    return gone


def _withdraw(which: ColumnElement[bool]) -> int:
    found = db.session.execute(
        update(Delivery)
        .where(Delivery.state.in_(_HELD), which)
        .values(state=DeliveryState.WITHDRAWN, next_try_at=None)
        .returning(Delivery.id),
        execution_options={"synchronize_session": False},
    )
    return len(found.all())
