"""What a conversation shows of its ticket: the number and the status, written once and changed whenever that changes."""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import cache

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import or_, select

from channels import registry
from channels.channel import ChannelError, ShowingChannel, ThreadStatus
from channels.email.connection import SignInRefused
from channels.settings import LANGUAGE
from helpdesk.core import leases
from helpdesk.core.db import db
from helpdesk.core.remembering import Remembered
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.core.vault import VaultLocked
from helpdesk.messaging import soundness
from helpdesk.messaging.accounts import channel_of
from helpdesk.messaging.models import ChannelAccount, ChannelThread
from helpdesk.tickets import lives
from helpdesk.tickets.events import TicketEvent
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.moving import standing_for

JOB = "show_status"
_LONGEST = 300
# Longer than a service may keep us waiting.
_TURN = timedelta(minutes=1)


def want(thread: ChannelThread) -> None:
    """Owe a look at what this conversation shows, where its channel can show anything."""
    if _shows(thread.account.kind):
        owe(JOB, thread.id)


def show_in_threads(event: TicketEvent) -> None:
    """Owe a look at every conversation of a ticket that has changed; those of tickets merged into it are its own."""
    if not _accounts():
        return
    merged = select(Ticket.id).where(Ticket.merged_into_id == event.subject_id)
    found = (
        select(ChannelThread.id)
        .where(
            ChannelThread.account_id.in_(_accounts()),
            or_(
                ChannelThread.ticket_id == event.subject_id,
                ChannelThread.ticket_id.in_(merged),
            ),
        )
        .order_by(ChannelThread.id)
        .limit(50)
    )
    for thread_id in db.session.scalars(found):
        owe(JOB, thread_id)


def show(thread_id: int) -> None:
    """Show what is to be seen now, unless it is seen already; opens its own units of work. Raises ChannelError."""
    thread = db.session.get(ChannelThread, thread_id, populate_existing=True)
    ticket = standing_for(thread.ticket_id) if thread is not None else None
    if thread is None or ticket is None or not thread.account.is_active:
        return
    text, account_id = _words(ticket, thread), thread.account_id
    asked = ThreadStatus(thread.thread_key, text, thread.shown_at)
    if text == thread.shown:
        return
    _require_turn(thread)
    try:
        channel = channel_of(thread.account)
        # A service may take its time, and nothing of ours is to be locked meanwhile.
        db.session.rollback()
        if not isinstance(channel, ShowingChannel):
            return
        shown = channel.show_status(asked)
    except (SignInRefused, VaultLocked) as refused:
        db.session.rollback()
        soundness.note_broken(account_id, str(refused))
        return
    except ChannelError as refused:
        db.session.rollback()
        if not refused.permanent:
            raise
        # That the status cannot be shown there keeps nobody from being answered.
        return
    with unit_of_work():
        thread = db.session.get_one(
            ChannelThread, thread_id, with_for_update=True, populate_existing=True
        )
        thread.shown, thread.shown_at, thread.thread_key = text, shown.shown_at, shown.thread_key


def forget_accounts() -> None:
    """Ask anew which accounts can show anything."""
    _accounts.forget()


def _require_turn(thread: ChannelThread) -> None:
    """Two workers that write the first line at once would write two; to change one twice is harmless."""
    name = f"show:{thread.id}"
    if not thread.shown_at and not leases.take(name, secrets.token_hex(8), _TURN):
        raise ChannelError("Another worker is showing this status now.")


def _words(ticket: Ticket, thread: ChannelThread) -> str:
    """The line, in the language of the account: many people read it, and not the requester alone."""
    with force_locale(str(thread.account.settings.get(LANGUAGE) or "en")):
        said = _(
            "%(number)s: %(status)s",
            number=ticket.number,
            status=lives.state_label(ticket.status, ticket.type),
        )
    return f"{said}\n{ticket.subject}"[:_LONGEST] if _is_apart(thread) else str(said)[:_LONGEST]


def _is_apart(thread: ChannelThread) -> bool:
    """Whether nothing else in the conversation says what it is about, as after a form."""
    return thread.thread_key == thread.shown_at or thread.thread_key.startswith(
        f"{thread.address}/"
    )


def _accounts_that_show() -> tuple[int, ...]:
    active = select(ChannelAccount.id, ChannelAccount.kind).where(ChannelAccount.is_active)
    return tuple(id for id, kind in db.session.execute(active.limit(500)) if _shows(kind))


_accounts = Remembered(_accounts_that_show, seconds=20)


@cache
def _shows(kind: str) -> bool:
    try:
        return hasattr(registry.channel_class(kind), "show_status")
    except ChannelError:
        return False
