"""Each part of the desk's work: mailboxes, filing, quarantine, jobs, deliveries, search."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from helpdesk import migrating
from helpdesk.checking.finding import Finding
from helpdesk.core import clock, hold
from helpdesk.core.db import db
from helpdesk.core.models import OutboxEntry, OutboxState, Slot
from helpdesk.messaging.accounts import accounts
from helpdesk.messaging.collecting import accounts_without_good_fetch
from helpdesk.messaging.holding import held
from helpdesk.messaging.models import (
    ChannelAccount,
    Delivery,
    DeliveryState,
    RawMessage,
    RawState,
)
from helpdesk.messaging.setting_aside import ledger
from helpdesk.routing.waiting import waiting_longer_than
from helpdesk.search import indexing

# The limits of promises that ring when they are passed.
LONGEST_WITHOUT_FETCH = timedelta(minutes=15)
LONGEST_UNFILED = timedelta(minutes=10)
LONGEST_WAIT = timedelta(minutes=10)
LONGEST_UNSENT = timedelta(minutes=30)
LONGEST_SILENCE = timedelta(minutes=5)
LONGEST_UNINDEXED = timedelta(minutes=5)
LONGEST_FOR_NOBODY = timedelta(hours=2)


def check_database() -> Finding:
    """Whether the database has the form of this version."""
    standing, head = migrating.standing(), migrating.head()
    return Finding(
        "database",
        standing == head,
        _("The database is at step %(now)s of %(head)s.", now=standing or "none", head=head),
        "" if standing == head else _("Call “desk init”."),
    )


def check_mailboxes() -> Iterator[Finding]:
    """Each mailbox: its last error, how long nothing could be fetched, and that nothing fetched went missing."""
    silent = {one.id for one in accounts_without_good_fetch(LONGEST_WITHOUT_FETCH)}
    for account in accounts():
        counts = ledger(account.id)
        parts = " + ".join(f"{counts.get(state, 0)} {state.value}" for state in RawState)
        what = _(
            "%(name)s: %(count)s fetched = %(parts)s.",
            name=account.name,
            count=sum(counts.values()),
            parts=parts,
        )
        key = str(account.id)
        if account.last_error and account.is_active:
            advice = _(
                "Open the mailbox %(name)s on the Mailboxes page and test the connection.",
                name=account.name,
            )
            yield Finding(
                "mailbox", False, f"{what} {account.last_error}", advice, key, _is_cut_off(account)
            )
        elif account.id in silent:
            never = _("It was not read for more than 15 minutes.")
            advice = _("Is “desk mail”, “desk worker” or “desk run” running?")
            yield Finding("mailbox", False, f"{what} {never}", advice, key, True)
        else:
            yield Finding("mailbox", True, what, key=key)


def check_unfiled() -> Finding:
    """Whether mail that was kept has waited too long to become a ticket."""
    oldest = db.session.scalar(
        select(RawMessage.kept_at)
        .where(RawMessage.state == RawState.WAITING)
        .order_by(RawMessage.id)
        .limit(1)
    )
    late = _is_older(oldest, LONGEST_UNFILED)
    return Finding(
        "filing",
        not late,
        _("Mail has waited for more than 10 minutes to become a ticket.")
        if late
        else _("No mail waits long to become a ticket."),
        _("Is “desk worker” or “desk run” running? Its log says what it does.") if late else "",
    )


def check_quarantine() -> Finding:
    """Whether mail waits for a person."""
    waiting = ledger().get(RawState.QUARANTINED, 0)
    return Finding(
        "quarantine",
        waiting == 0,
        ngettext(
            "%(num)s message waits in quarantine.",
            "%(num)s messages wait in quarantine.",
            waiting,
        ),
        _("Look at them on the Quarantine page.") if waiting else "",
    )


def check_dead_jobs() -> Finding:
    """Whether work was given up."""
    dead = db.session.execute(
        select(func.count(), func.min(OutboxEntry.job)).where(OutboxEntry.state == OutboxState.DEAD)
    ).one()
    count, job = dead
    return Finding(
        "jobs",
        count == 0,
        ngettext("%(num)s job was given up.", "%(num)s jobs were given up.", count),
        _("The last error of %(job)s is in the log; mend it and call “desk jobs”.", job=job)
        if count
        else "",
    )


def check_outbox() -> Finding:
    """Whether work is owed for too long."""
    oldest = db.session.scalar(
        select(func.min(OutboxEntry.due_at)).where(OutboxEntry.state == OutboxState.WAITING)
    )
    late = _is_older(oldest, LONGEST_WAIT)
    return Finding(
        "outbox",
        not late,
        _("Work has waited for more than 10 minutes.") if late else _("No work waits too long."),
        _("Is “desk worker” or “desk run” running?") if late else "",
    )


def check_schedule() -> Finding:
    """Whether a scheduler ticks."""
    last = db.session.scalar(select(func.max(Slot.taken_at)).where(Slot.job != "watch"))
    ticks = last is not None and not _is_older(last, LONGEST_SILENCE)
    return Finding(
        "schedule",
        ticks,
        _("The scheduler ticks.") if ticks else _("No scheduler has ticked for 5 minutes."),
        "" if ticks else _("Start “desk scheduler”, or “desk run”, which holds one."),
    )


def check_deliveries() -> Finding:
    """Whether outgoing mail waits for long; what is held after a restore has its own finding."""
    late = 0
    if hold.current() is None:
        late = (
            db.session.scalar(
                select(func.count())
                .select_from(Delivery)
                .where(
                    Delivery.state.in_([DeliveryState.WAITING, DeliveryState.SENDING]),
                    Delivery.created_at < clock.now() - LONGEST_UNSENT,
                )
            )
            or 0
        )
    return Finding(
        "deliveries",
        not late,
        ngettext(
            "%(num)s outgoing mail waits for more than 30 minutes.",
            "%(num)s outgoing mails wait for more than 30 minutes.",
            late,
        ),
        _("See the Sent mail page for what the mail server says.") if late else "",
    )


def check_hold() -> Iterator[Finding]:
    """Whether outgoing mail is held after a restore; nothing is said when it is not."""
    standing = hold.current()
    if standing is not None:
        yield Finding(
            "hold",
            False,
            ngettext(
                "Outgoing mail is on hold since the restore; %(num)s mail waits.",
                "Outgoing mail is on hold since the restore; %(num)s mails wait.",
                sum(kind.count for kind in held()),
            ),
            _("Look at what the desk holds, then call “desk release”."),
        )


def check_search() -> Finding:
    """Whether the search index works and keeps up."""
    standing = indexing.health()
    oldest = db.session.scalar(
        select(func.min(OutboxEntry.created_at)).where(
            OutboxEntry.lane == "index", OutboxEntry.state == OutboxState.WAITING
        )
    )
    if not standing.works:
        return Finding("search", False, _("Search is limited."), standing.advice)
    if _is_older(oldest, LONGEST_UNINDEXED):
        return Finding(
            "search",
            False,
            _("The search index is more than 5 minutes behind."),
            _("Is “desk worker” or “desk run” running?"),
        )
    return Finding(
        "search",
        True,
        _("The search index holds %(count)s documents.", count=f"{standing.documents:,}"),
        standing.advice,
    )


def check_routing() -> Finding:
    """Whether tickets wait long for an agent; it rings nobody, for it is people that are missing and not the desk."""
    late = waiting_longer_than(LONGEST_FOR_NOBODY)
    return Finding(
        "routing",
        not late,
        ngettext(
            "%(num)s ticket has waited for nobody for more than 2 hours.",
            "%(num)s tickets have waited for nobody for more than 2 hours.",
            late,
        )
        if late
        else _("No ticket waits long for an agent."),
        _("See “Waiting for nobody” for the reason in each group.") if late else "",
        rings=False,
    )


def _is_cut_off(account: ChannelAccount) -> bool:
    return _is_older(account.last_good_at or account.created_at, LONGEST_WITHOUT_FETCH)


def _is_older(moment: datetime | None, than: timedelta) -> bool:
    return moment is not None and clock.now() - moment > than
