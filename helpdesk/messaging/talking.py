"""Conversations by channels that carry no letters: what comes in goes on in its thread, and is answered there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import cast

from flask_babel import gettext as _
from sqlalchemy import select

from channels import registry
from channels.channel import (
    Channel,
    ChannelError,
    Contact,
    MeasuringChannel,
    TalkingChannel,
)
from channels.message import Automation, InboundMessage
from helpdesk.core import clock
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.errors import Invalid
from helpdesk.messaging import (
    altering,
    asking,
    fetching,
    joining,
    quoting,
    screening,
    showing,
    vouching,
)
from helpdesk.messaging import matching as why
from helpdesk.messaging.matching import Match
from helpdesk.messaging.models import (
    ChannelAccount,
    ChannelThread,
    RawMessage,
)
from helpdesk.messaging.on_behalf import doubt_of_point, said_for
from helpdesk.messaging.policy import MailPolicy
from helpdesk.messaging.setting_aside import Reason, set_aside
from helpdesk.people.models import ContactKind, ContactPoint
from helpdesk.tickets.commands import lock
from helpdesk.tickets.conversation import add_message
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.moving import standing_for
from workflows.lifecycle import Category

LONGEST_KEY = 255
# Among the recipients of a message: the row of the thread it is said in.
THREAD = "thread"
_ENDED = (Category.CLOSED, Category.CANCELLED)
_KINDS = {Contact.PHONE: ContactKind.PHONE, Contact.HANDLE: ContactKind.HANDLE}


@dataclass(frozen=True, slots=True)
class Reply:
    """How a ticket is answered in its thread: by which account, to whom, and what that channel allows.

    `too_late` says why nothing may be written any more, "" when it may.
    """

    thread: ChannelThread
    longest_text: int | None
    too_late: str = ""


def talks(kind: str) -> bool:
    """Whether accounts of this kind carry conversations. False for a channel that is not installed any more."""
    return _class_of(kind) is not None


def join(raw: RawMessage, inbound: InboundMessage, policy: MailPolicy) -> Message | None:
    """Put what was said onto the ticket of its thread, or onto a new one; None when it turns out that it must not."""
    account, inbound = raw.account, asking.as_meant(raw, inbound)
    named = _with_own_id(account, inbound)
    key, thread = _conversation(account, inbound)
    is_ours = thread is not None or not inbound.joins_only
    if inbound.alters is not None:
        return _alter(raw, named, may_come=is_ours)
    if not is_ours:
        # What people say to each other where the desk has no ticket is none of its business, and is not kept.
        db.session.delete(raw)
        return None
    same = altering.message_called(named.external_id)
    if same is not None:
        # Two calls may tell of one message: that it was written, and that it names us.
        set_aside(raw, Reason.SAME_CONTENT)
        raw.ticket_id, raw.message_id = same.ticket_id, same.id
        return None
    contact = contact_of(account)
    value = contact_value(account, contact, inbound.author.address)
    try:
        point = vouching.point_of(value, inbound, _KINDS[contact], cause=account.kind)
    except Invalid as unfit:
        set_aside(raw, Reason.NO_SENDER, unfit.title)
        return None
    if thread is None and inbound.automation is Automation.MARK:
        set_aside(raw, Reason.AUTOMATIC, inbound.text)
        return None
    named = replace(named, quoted_text=quoting.of(account, thread, inbound) or named.quoted_text)
    message = _write(raw, named, point, thread, policy)
    joining.settle(raw, named, message)
    fetching.await_files(message, account, inbound.remote_files)
    altering.wake(named.external_id)
    _go_on(account, key, thread, message, point, inbound.author.address)
    return message


def reply_to(ticket: Ticket) -> Reply | None:
    """The thread in which this ticket's requester is answered: the one they last wrote in; None if there is none."""
    thread = db.session.scalars(
        select(ChannelThread)
        .join(ChannelAccount, ChannelAccount.id == ChannelThread.account_id)
        .where(ChannelThread.ticket_id == ticket.id, ChannelAccount.is_active)
        .order_by(ChannelThread.last_in_at.desc(), ChannelThread.id.desc())
        .limit(1)
    ).first()
    kind = _class_of(thread.account.kind) if thread is not None else None
    if thread is None or kind is None:
        return None
    return Reply(thread, kind.longest_text, _too_late(thread))


def window_of(account: ChannelAccount) -> timedelta | None:
    """How long after somebody's last message they may be written to freely by this account, None for ever."""
    kind = _class_of(account.kind)
    if kind is None or not hasattr(kind, "window"):
        return kind.answer_within if kind is not None else None
    channel = without_secrets(account)
    return channel.window() if isinstance(channel, MeasuringChannel) else kind.answer_within


def without_secrets(account: ChannelAccount) -> Channel:
    """The channel of an account for what its plain settings tell; it can neither send nor be called."""
    return registry.build(account.kind, account.settings)


def _too_late(thread: ChannelThread) -> str:
    window = window_of(thread.account)
    if window is None or clock.now() - thread.last_in_at <= window:
        return ""
    return _(
        "More than %(num)s hours have passed since this person last wrote here, and the service lets nobody write freely after that.",
        num=window // timedelta(hours=1),
    )


def thread_by_id(thread_id: object) -> ChannelThread | None:
    """The thread that a message names."""
    return db.session.get(ChannelThread, thread_id) if isinstance(thread_id, int) else None


def contact_of(account: ChannelAccount) -> Contact:
    """What the addresses of this account are."""
    kind = _class_of(account.kind)
    return kind.contact if kind is not None else Contact.HANDLE


def contact_value(account: ChannelAccount, contact: Contact, address: str) -> str:
    """An address as a contact point holds it; names of a service are told apart by the account they are known at."""
    return address if contact is Contact.PHONE else f"{account.kind}/{account.id}/{address}"


@cache
def _class_of(kind: str) -> type[TalkingChannel] | None:
    try:
        found = registry.channel_class(kind)
    except ChannelError:
        return None
    # What makes a channel one of these stands on its class; the protocol cannot be asked of a class that has methods.
    is_one = all(hasattr(found, name) for name in ("contact", "longest_text", "answer_within"))
    return cast("type[TalkingChannel]", found) if is_one else None


def _with_own_id(account: ChannelAccount, inbound: InboundMessage) -> InboundMessage:
    """Ids of different services may be the same; a mail must not be answered by one of them."""
    own = f"{account.kind}/{account.id}/"
    alters = inbound.alters
    return replace(
        inbound,
        external_id=f"{own}{inbound.external_id}",
        in_reply_to=(),
        references=(),
        alters=replace(alters, of=f"{own}{alters.of}") if alters is not None else None,
    )


def _conversation(
    account: ChannelAccount, inbound: InboundMessage
) -> tuple[str, ChannelThread | None]:
    """The conversation it is said in, by the first name that is known, and what is known of it."""
    first = (inbound.thread_key or inbound.author.address)[:LONGEST_KEY]
    thread = _thread(account, first)
    other = (inbound.thread_key_else or "")[:LONGEST_KEY]
    if thread is not None or not other:
        return first, thread
    return other, _thread(account, other)


def _alter(raw: RawMessage, inbound: InboundMessage, *, may_come: bool) -> Message | None:
    """Note what became of a message that the desk has, or wait for one that it may yet get; of others nothing is kept."""
    message = altering.note(raw, inbound, inbound.alters) if inbound.alters is not None else None
    if message is not None:
        joining.settle(raw, inbound, message)
    elif may_come and inbound.alters is not None:
        altering.wait_for(raw, inbound.alters.of)
    else:
        db.session.delete(raw)
    return message


def _thread(account: ChannelAccount, key: str) -> ChannelThread | None:
    """The thread, locked: two workers with messages of one conversation open one ticket."""
    if is_postgresql():
        db.session.execute(screening.LOCK, {"keys": [screening.lock_number(f"{account.id}/{key}")]})
    return db.session.scalars(
        select(ChannelThread)
        .where(ChannelThread.account_id == account.id, ChannelThread.thread_key == key)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _write(
    raw: RawMessage,
    inbound: InboundMessage,
    point: ContactPoint,
    thread: ChannelThread | None,
    policy: MailPolicy,
) -> Message:
    author, doubt = point.person, doubt_of_point(point)
    before = standing_for(thread.ticket_id) if thread is not None else None
    goes_on = before is not None and before.deleted_at is None and thread is not None
    # A reaction is no new word: it wakes nothing, and opens nothing after the end.
    is_mark = inbound.automation is Automation.MARK
    if before is None or not goes_on or not (is_mark or _may_go_on(before, policy)):
        match = Match(why=why.FOLLOWS if goes_on else why.NEW)
        new = joining.new_message(raw, inbound, author, match, doubt)
        return joining.open_for(raw, inbound, author, new, follows=before if goes_on else None)
    match = Match(before.id, why.BY_THREAD)
    new = said_for(
        joining.new_message(raw, inbound, author, match, doubt), author, before, doubt=doubt
    )
    return add_message(lock(before.id), new, by=author.id, cause=raw.account.kind)


def _may_go_on(ticket: Ticket, policy: MailPolicy) -> bool:
    return ticket.category not in _ENDED or joining.may_reopen(ticket, policy, "")


def _go_on(
    account: ChannelAccount,
    key: str,
    thread: ChannelThread | None,
    message: Message,
    point: ContactPoint,
    address: str,
) -> None:
    at: datetime = message.created_at
    if thread is None:
        thread = ChannelThread(
            account_id=account.id,
            thread_key=key,
            ticket_id=message.ticket_id,
            person_id=point.person_id,
            address=address[:320],
            last_in_at=at,
        )
        db.session.add(thread)
        db.session.flush()
        showing.want(thread)
        return
    if thread.ticket_id != message.ticket_id:
        # What the conversation shows is of the ticket before; the new one is told of anew.
        thread.shown_at = thread.shown = ""
    thread.ticket_id, thread.person_id, thread.address = message.ticket_id, point.person_id, address
    if message.automation is None:
        thread.last_in_at = max(thread.last_in_at, at)
    showing.want(thread)
