"""What cannot or must not become a message waits here with its reason; a person decides what becomes of it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict
from helpdesk.core.models import OutboxEntry, OutboxState
from helpdesk.core.unit_of_work import owe, record, unit_of_work
from helpdesk.messaging.events import RawMessageRefiled, RawMessageRejected
from helpdesk.messaging.keeping import FILE_RAW, FILE_SLOW
from helpdesk.messaging.models import RawMessage, RawState
from helpdesk.people.access import Actor, Deed, id_of, require

# A unit of work bears so many events; more are read again in the next.
TOGETHER = 50
MOST_AGAIN = 10_000


class Reason(enum.StrEnum):
    """Why a raw message is not a message of a ticket."""

    OWN_MAIL = "own-mail"
    BOUNCE = "bounce"
    AUTOMATIC = "automatic"
    BULK = "bulk"
    BLOCKED = "blocked"
    SPAM = "spam"
    DMARC = "dmarc"
    SAME_BYTES = "same-bytes"
    SAME_CONTENT = "same-content"
    TOO_LARGE = "too-large"
    NO_SENDER = "no-sender"
    UNREADABLE = "unreadable"
    POSING = "posing-as-agent"
    BREAKS_PARSER = "breaks-parser"
    FAILED = "failed"
    BY_HAND = "by-hand"


# What each reason makes of a message: only what a person should look at waits in quarantine.
STATES = {
    Reason.OWN_MAIL: RawState.REJECTED,
    Reason.BOUNCE: RawState.REJECTED,
    Reason.AUTOMATIC: RawState.REJECTED,
    Reason.BULK: RawState.REJECTED,
    Reason.BLOCKED: RawState.REJECTED,
    Reason.SPAM: RawState.REJECTED,
    Reason.DMARC: RawState.REJECTED,
    Reason.BY_HAND: RawState.REJECTED,
    Reason.SAME_BYTES: RawState.DUPLICATE,
    Reason.SAME_CONTENT: RawState.DUPLICATE,
    Reason.TOO_LARGE: RawState.QUARANTINED,
    Reason.NO_SENDER: RawState.QUARANTINED,
    Reason.UNREADABLE: RawState.QUARANTINED,
    Reason.POSING: RawState.QUARANTINED,
    Reason.BREAKS_PARSER: RawState.QUARANTINED,
    Reason.FAILED: RawState.QUARANTINED,
}

_WORDS: dict[Reason, Callable[[], str]] = {
    Reason.OWN_MAIL: lambda: _("The desk sent this itself."),
    Reason.BOUNCE: lambda: _("A report on a mail that was not delivered."),
    Reason.AUTOMATIC: lambda: _("An automatic answer that belongs to no ticket."),
    Reason.BULK: lambda: _("Sent to many people at once, and such mail opens no tickets here."),
    Reason.BLOCKED: lambda: _("The sender is blocked."),
    Reason.SPAM: lambda: _("The server that received it calls it spam."),
    Reason.DMARC: lambda: _(
        "The server that received it could not confirm that it is from whom it claims (DMARC)."
    ),
    Reason.SAME_BYTES: lambda: _("The same mail came before."),
    Reason.SAME_CONTENT: lambda: _("The same mail came before by another way."),
    Reason.TOO_LARGE: lambda: _("The mail is larger than this desk takes in."),
    Reason.NO_SENDER: lambda: _("It names no sender who could be answered."),
    Reason.UNREADABLE: lambda: _("Only a part of it could be read."),
    Reason.POSING: lambda: _("It claims to be from an agent, and agents do not work by mail here."),
    Reason.BREAKS_PARSER: lambda: _("Reading it failed three times; it may be made to do harm."),
    Reason.FAILED: lambda: _("The desk failed to file it."),
    Reason.BY_HAND: lambda: _("Somebody rejected it."),
}


def in_words(reason: str) -> str:
    """A reason as a person reads it."""
    return _WORDS[Reason(reason)]() if reason in _WORDS else reason


def fit(words: str) -> str:
    """Words from outside as a database takes them: PostgreSQL refuses the NUL sign."""
    return words.replace("\x00", "")


def set_aside(
    raw: RawMessage, reason: Reason, detail: str = "", *, state: RawState | None = None
) -> None:
    """Keep a message out of the tickets, for this reason; `state` where a reason knows more than one."""
    raw.state = state or STATES[reason]
    raw.reason, raw.detail = reason.value, fit(detail)[:2000]
    raw.settled_at = clock.now()


def refile(raw: RawMessage, *, actor: Actor | None = None) -> None:
    """Read a message anew, such as after a fix or when a person accepts it in spite of its reason."""
    reason = raw.reason
    read_again(raw, actor=actor)
    # What a person accepts is screened no more for the reason they have read; forgeries stay forgeries.
    raw.envelope = {**raw.envelope, "accepted": reason}


def read_all_again(reason: Reason | None = None, *, actor: Actor | None = None) -> int:
    """Read everything in quarantine anew, or what is there for one reason; returns how many.

    Opens its own units of work. Nothing is accepted by this: what must still wait comes back.
    """
    require(actor, Deed.MANAGE_MAILBOXES)
    found = select(RawMessage.id).where(RawMessage.state == RawState.QUARANTINED)
    if reason is not None:
        found = found.where(RawMessage.reason == reason.value)
    ids = db.session.scalars(found.order_by(RawMessage.id).limit(MOST_AGAIN)).all()
    again = 0
    for start in range(0, len(ids), TOGETHER):
        again += _read_some_again(ids[start : start + TOGETHER], actor)
    return again


def _read_some_again(ids: Sequence[int], actor: Actor | None) -> int:
    with unit_of_work():
        rows = db.session.scalars(
            select(RawMessage)
            .where(RawMessage.id.in_(ids), RawMessage.state == RawState.QUARANTINED)
            .order_by(RawMessage.id)
            .with_for_update()
        ).all()
        for raw in rows:
            read_again(raw, actor=actor)
    return len(rows)


def read_again(raw: RawMessage, *, actor: Actor | None = None) -> None:
    """Read a message anew under the present rules, such as after what it failed on was mended."""
    require(actor, Deed.MANAGE_MAILBOXES)
    if raw.state not in (RawState.QUARANTINED, RawState.REJECTED):
        raise Conflict(_("This message is not set aside any more."), _("Look at the list again."))
    record(
        RawMessageRefiled(
            actor_id=id_of(actor), cause="console", subject_id=raw.id, before={"reason": raw.reason}
        )
    )
    raw.state, raw.reason, raw.detail, raw.settled_at = RawState.WAITING, "", "", None
    owe(FILE_RAW, raw.id)


def reject(raw: RawMessage, *, actor: Actor | None = None) -> None:
    """Decide that a quarantined message is not to become a ticket; its bytes stay."""
    require(actor, Deed.MANAGE_MAILBOXES)
    if raw.state is not RawState.QUARANTINED:
        raise Conflict(
            _("This message is not in quarantine any more."), _("Look at the list again.")
        )
    record(
        RawMessageRejected(
            actor_id=id_of(actor), cause="console", subject_id=raw.id, before={"reason": raw.reason}
        )
    )
    set_aside(raw, Reason.BY_HAND, in_words(raw.reason))


def quarantine_abandoned() -> int:
    """Set aside what the runner gave up on, so that it is seen and not lost (P13); returns how many.

    Also clears the dead entries of the outbox away, since the quarantine has the work now.
    """
    dead = db.session.execute(
        select(OutboxEntry.id, OutboxEntry.subject_id, OutboxEntry.last_error)
        .where(OutboxEntry.job.in_([FILE_RAW, FILE_SLOW]), OutboxEntry.state == OutboxState.DEAD)
        .order_by(OutboxEntry.id)
        .limit(500)
    ).all()
    for entry in dead:
        raw = db.session.get(RawMessage, entry.subject_id)
        if raw is not None and raw.state is RawState.WAITING:
            set_aside(raw, Reason.FAILED, entry.last_error)
    if dead:
        ids = [entry.id for entry in dead]
        db.session.execute(delete(OutboxEntry).where(OutboxEntry.id.in_(ids)))
    return len(dead)


def reasons_waiting() -> dict[str, int]:
    """How many mails wait in quarantine for each reason."""
    counted = (
        select(RawMessage.reason, func.count())
        .where(RawMessage.state == RawState.QUARANTINED)
        .group_by(RawMessage.reason)
        .order_by(RawMessage.reason)
    )
    return dict(db.session.execute(counted).all())


def ledger(account_id: int | None = None) -> dict[RawState, int]:
    """How many raw messages stand in each state: fetched = done + duplicate + rejected + quarantined + waiting."""
    counted = select(RawMessage.state, func.count()).group_by(RawMessage.state)
    if account_id is not None:
        counted = counted.where(RawMessage.account_id == account_id)
    found = dict(db.session.execute(counted).all())
    return {state: found.get(state, 0) for state in RawState}
