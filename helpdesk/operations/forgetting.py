"""Operations that nobody may take back any more are forgotten: what stood on tickets is no business of theirs for ever."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.operations.access import ENDED, LASTING, LEAD_PERIOD
from helpdesk.operations.models import Operation, OperationPart, OperationState

# Administrators may undo for longer than leads.
KEPT = LEAD_PERIOD + timedelta(days=30)
AT_ONCE = 200


def forget_old() -> None:
    """Delete some of what is older; the journal keeps what was done. What can be undone at any time stays."""
    over = (*ENDED, OperationState.UNDONE)
    ids = db.session.scalars(
        select(Operation.id)
        .where(
            Operation.at < clock.now() - KEPT,
            Operation.act.not_in(LASTING),
            Operation.state.in_(over),
        )
        .order_by(Operation.id)
        .limit(AT_ONCE)
    ).all()
    if ids:
        db.session.execute(delete(OperationPart).where(OperationPart.operation_id.in_(ids)))
        db.session.execute(delete(Operation).where(Operation.id.in_(ids)))
