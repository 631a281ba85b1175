"""How the desk stands, part by part: what `desk check`, the health page and /healthz show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from helpdesk import migrating
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.models import OutboxEntry, OutboxState, Slot
from helpdesk.messaging.accounts import accounts
from helpdesk.messaging.models import ChannelAccount, Delivery, DeliveryState, RawState
from helpdesk.messaging.setting_aside import ledger
from helpdesk.search import indexing

LONGEST_WAIT = timedelta(minutes=10)
LONGEST_SILENCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is well, what was seen, and what to do if not."""

    part: str
    is_well: bool
    what: str
    advice: str = ""


def check_desk() -> Iterator[Finding]:
    """Look at every part; each finding stands for itself."""
    yield check_database()
    yield from check_mailboxes()
    yield check_quarantine()
    yield check_outbox()
    yield check_schedule()
    yield check_deliveries()
    yield check_search()


def check_database() -> Finding:
    """Whether the database has the form of this version."""
    standing, head = migrating.standing(), migrating.head()
    return Finding(
        "database",
        standing == head,
        f"The database is at step {standing or 'none'} of {head}.",
        "" if standing == head else "Call `desk init`.",
    )


def check_mailboxes() -> Iterator[Finding]:
    """Each mailbox: its last error, and that nothing fetched went missing."""
    for account in accounts():
        counts = ledger(account.id)
        fetched = sum(counts.values())
        parts = " + ".join(f"{counts.get(state, 0)} {state.value}" for state in RawState)
        what = f"{account.name}: {fetched} fetched = {parts}."
        if account.last_error and account.is_active:
            yield Finding("mailbox", False, f"{what} {account.last_error}", _advice(account))
        else:
            yield Finding("mailbox", True, what)


def check_quarantine() -> Finding:
    """Whether mail waits for a person."""
    waiting = ledger().get(RawState.QUARANTINED, 0)
    return Finding(
        "quarantine",
        waiting == 0,
        f"{waiting} messages wait in quarantine.",
        "Look at them on the Quarantine page." if waiting else "",
    )


def check_outbox() -> Finding:
    """Whether work is owed for too long, or was given up."""
    dead = db.session.scalar(
        select(func.count()).select_from(OutboxEntry).where(OutboxEntry.state == OutboxState.DEAD)
    )
    oldest = db.session.scalar(
        select(func.min(OutboxEntry.due_at)).where(OutboxEntry.state == OutboxState.WAITING)
    )
    if dead:
        job = db.session.scalar(
            select(OutboxEntry.job).where(OutboxEntry.state == OutboxState.DEAD).limit(1)
        )
        return Finding(
            "outbox", False, f"{dead} jobs were given up, such as {job}.", "The log says why."
        )
    if oldest is not None and clock.now() - oldest > LONGEST_WAIT:
        return Finding(
            "outbox",
            False,
            "Work has waited for more than 10 minutes.",
            "Is `desk worker` or `desk run` running?",
        )
    return Finding("outbox", True, "No work waits too long.")


def check_schedule() -> Finding:
    """Whether a scheduler ticks."""
    last = db.session.scalar(select(func.max(Slot.taken_at)))
    ticks = last is not None and clock.now() - last < LONGEST_SILENCE
    return Finding(
        "schedule",
        ticks,
        "The scheduler ticks." if ticks else "No scheduler has ticked for 5 minutes.",
        "" if ticks else "Start `desk scheduler`, or `desk run`, which holds one.",
    )


def check_deliveries() -> Finding:
    """Whether outgoing mail waits for long or was refused."""
    late = db.session.scalar(
        select(func.count())
        .select_from(Delivery)
        .where(
            Delivery.state.in_([DeliveryState.WAITING, DeliveryState.SENDING]),
            Delivery.created_at < clock.now() - timedelta(minutes=30),
        )
    )
    return Finding(
        "deliveries",
        not late,
        f"{late or 'No'} outgoing mails wait for more than 30 minutes.",
        "See the Sent mail page for what the mail server says." if late else "",
    )


def check_search() -> Finding:
    """Whether the search index works."""
    standing = indexing.health()
    what = f"The search index holds {standing.documents:,} documents."
    return Finding(
        "search", standing.works, what if standing.works else "Search is limited.", standing.advice
    )


def _advice(account: ChannelAccount) -> str:
    return f"Open the mailbox {account.name} on the Mailboxes page and test the connection."
