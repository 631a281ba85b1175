"""The invariants of mail: what must hold of the books at any moment, whatever was killed before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, exists, func, select

from helpdesk.core.db import db
from helpdesk.core.models import OutboxEntry, OutboxState
from helpdesk.messaging.keeping import FILE_RAW, FILE_SLOW
from helpdesk.messaging.models import RawMessage, RawState
from helpdesk.tickets.models import Direction, Message

MOST_NAMED = 10

_SET_ASIDE = (RawState.REJECTED, RawState.QUARANTINED, RawState.DUPLICATE)


@dataclass(frozen=True, slots=True)
class Imbalance:
    """An invariant that does not hold: its id, in words, and the first rows that break it."""

    invariant: str
    words: str
    ids: tuple[int, ...]


def imbalances() -> Iterator[Imbalance]:
    """Every invariant of mail that does not hold; reads whole tables, so it is for the command line."""
    for invariant, broken in INVARIANTS.items():
        ids = db.session.scalars(broken.rows().order_by("id").limit(MOST_NAMED)).all()
        if ids:
            yield Imbalance(invariant, broken.words(), tuple(ids))


@dataclass(frozen=True, slots=True)
class Invariant:
    """What must never be: the rows that would show it, and words for it."""

    rows: Callable[[], Select[Any]]
    words: Callable[[], str]


def _in_no_state() -> Select[Any]:
    return select(RawMessage.id.label("id")).where(RawMessage.state.not_in(list(RawState)))


def _done_without_a_message() -> Select[Any]:
    """A report on a mail of ours is done without a message; it says so by its reason."""
    return select(RawMessage.id.label("id")).where(
        RawMessage.state == RawState.DONE,
        RawMessage.message_id.is_(None),
        RawMessage.reason == "",
    )


def _filed_twice() -> Select[Any]:
    return (
        select(Message.raw_id.label("id"))
        .where(
            Message.raw_id.is_not(None),
            Message.direction == Direction.IN,
            Message.channel == "email",
        )
        .group_by(Message.raw_id)
        .having(func.count() > 1)
    )


def _message_of_no_mail() -> Select[Any]:
    kept = exists().where(RawMessage.id == Message.raw_id, RawMessage.state == RawState.DONE)
    return select(Message.id.label("id")).where(
        Message.raw_id.is_not(None), Message.direction == Direction.IN, ~kept
    )


def _waiting_and_not_owed() -> Select[Any]:
    owed = exists().where(
        OutboxEntry.subject_id == RawMessage.id,
        OutboxEntry.job.in_([FILE_RAW, FILE_SLOW]),
        OutboxEntry.state != OutboxState.DEAD,
    )
    return select(RawMessage.id.label("id")).where(RawMessage.state == RawState.WAITING, ~owed)


def _set_aside_without_a_reason() -> Select[Any]:
    return select(RawMessage.id.label("id")).where(
        RawMessage.state.in_(_SET_ASIDE), RawMessage.reason == ""
    )


def _without_its_bytes() -> Select[Any]:
    return select(RawMessage.id.label("id")).where(
        RawMessage.body.is_(None), RawMessage.file_digest.is_(None)
    )


INVARIANTS = {
    "I1": Invariant(_in_no_state, lambda: _("Kept mail stands in a state that there is not.")),
    "I2": Invariant(_done_without_a_message, lambda: _("Mail is done and has no message.")),
    "I3": Invariant(_filed_twice, lambda: _("One mail became several messages.")),
    "I4": Invariant(_message_of_no_mail, lambda: _("A message came from no mail that is done.")),
    "I5": Invariant(_waiting_and_not_owed, lambda: _("Mail waits, and nobody owes its filing.")),
    "I6": Invariant(_set_aside_without_a_reason, lambda: _("Mail was set aside without a reason.")),
    "I7": Invariant(_without_its_bytes, lambda: _("Mail was kept without its bytes.")),
}
