"""collect_account(): read a mailbox: keep, commit, acknowledge, in that order; a failing one pauses alone."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from flask_babel import gettext as _
from sqlalchemy import func, or_, select, update

from channels import registry
from channels.channel import BatchChannel, Channel, ChannelError, PollingChannel, RawItem
from channels.email.connection import SignInRefused
from channels.folders import FolderChannel
from helpdesk.core import clock, leases
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.core.vault import VaultLocked
from helpdesk.messaging import presence, reading, signing_in
from helpdesk.messaging.accounts import channel_of
from helpdesk.messaging.keeping import Door, keep_at, known
from helpdesk.messaging.models import ChannelAccount
from helpdesk.messaging.setting_aside import fit

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
AT_ONCE = 50
# A large backlog is read in turns, so that other mailboxes have theirs.
MOST_A_TURN = 1000
KEPT_TOGETHER = 20
BYTES_TOGETHER = 4_000_000
LONGEST_LOOK = timedelta(minutes=4)
LONGEST_PAUSE = timedelta(minutes=15)
# No good fetch for so long makes an alarm.
SILENT_FOR = timedelta(minutes=15)
# A watch that has not looked for so long is taken for broken.
FORGOTTEN_FOR = timedelta(minutes=12)
# How long a mailbox that nobody watches by IDLE is left alone between two looks.
LOOK_EVERY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Look:
    """What came of a look into a mailbox: how many were kept, whether more waits there, whether it was well.

    `folders` says how many folders were looked into.
    """

    kept: int = 0
    more: bool = False
    is_well: bool = True
    folders: int = 1


def accounts_due() -> Sequence[int]:
    """The ids of the accounts to collect from now: active, and not in a pause after a failure."""
    due = (
        select(ChannelAccount.id)
        .where(
            ChannelAccount.is_active,
            or_(ChannelAccount.next_try_at.is_(None), ChannelAccount.next_try_at <= clock.now()),
        )
        .order_by(ChannelAccount.id)
        .limit(500)
    )
    return db.session.scalars(due).all()


def accounts_left_alone() -> Sequence[int]:
    """Of the accounts due, those that no watch looks into: all where none runs, else what one has forgotten."""
    due = accounts_due()
    if not due or not presence.is_there(presence.MAIL_WATCH):
        return due
    long_ago = clock.now() - FORGOTTEN_FOR
    found = db.session.scalars(select(ChannelAccount).where(ChannelAccount.id.in_(due))).all()
    return [
        one.id for one in found if is_read(one) and (looked_at(one) or one.created_at) < long_ago
    ]


def accounts_without_good_fetch(since: timedelta = SILENT_FOR) -> Sequence[ChannelAccount]:
    """Mailboxes that are to be read and were not read well for so long; the alarm of P12."""
    before = clock.now() - since
    silent = (
        select(ChannelAccount)
        .where(
            ChannelAccount.is_active,
            func.coalesce(ChannelAccount.last_good_at, ChannelAccount.created_at) < before,
        )
        .order_by(ChannelAccount.id)
        .limit(500)
    )
    return [one for one in db.session.scalars(silent) if is_read(one)]


def is_read(account: ChannelAccount) -> bool:
    """Whether mail is fetched for this account, rather than handed to us or called in."""
    if account.kind == "email":
        return bool(account.settings.get("imap_host"))
    return _is_polled(account.kind)


@cache
def _is_polled(kind: str) -> bool:
    try:
        return hasattr(registry.channel_class(kind), "fetch")
    except ChannelError:
        return False


def collect_account(account_id: int) -> int:
    """Keep what is new in one mailbox; returns how many messages were kept. What is left over is owed anew."""
    look = look_into(account_id)
    if look.more:
        with unit_of_work():
            owe("collect_account", account_id)
    return look.kept


def look_into(account_id: int, may_go_on: Callable[[], bool] = lambda: True) -> Look:
    """One look into a mailbox, for a limited time; ends early when `may_go_on` says no.

    Opens its own units of work. A lease lets two collectors that meet do nothing twice; were it lost, the ledger's key
    would still keep every message once. What goes wrong is noted on the account in plain words.
    """
    holder = secrets.token_hex(8)
    lease = lease_of(account_id)
    if not leases.take(lease, holder, LEASE):
        return Look()
    until = clock.now() + LONGEST_LOOK

    def goes_on() -> bool:
        return may_go_on() and clock.now() < until and leases.take(lease, holder, LEASE)

    try:
        return _look_by_token(account_id, goes_on)
    except (ChannelError, VaultLocked) as failure:
        db.session.rollback()
        # Who ends the process also cuts its lines, and no server is to blame for that.
        if may_go_on():
            note_failure(account_id, str(failure))
        return Look(is_well=False)
    except OSError as full:
        # What goes wrong with the server's line is a ChannelError; this is our own disk, and the mail stays unmarked.
        db.session.rollback()
        log.error("Mail could not be stored: %s", full)
        note_failure(account_id, _not_stored(full))
        return Look(is_well=False)
    finally:
        db.session.rollback()
        leases.give_back(lease, holder)


def _not_stored(full: OSError) -> str:
    return _(
        "The desk could not store its mail: %(words)s. The mail stays in the mailbox and is fetched when there is room.",
        words=full.strerror or full,
    )


def lease_of(account_id: int) -> str:
    """The name of the lease without which nobody reads this mailbox."""
    return f"collect:{account_id}"


def note_failure(account_id: int, words: str) -> None:
    """Say on the account what went wrong and pause it, each time longer; the others go on."""
    with unit_of_work():
        account = db.session.get_one(ChannelAccount, account_id, populate_existing=True)
        account.failures += 1
        account.last_error, account.last_error_at = fit(words)[:2000], clock.now()
        account.next_try_at = clock.now() + pause_after(account.failures) + _jitter(account)


def pause_after(failures: int) -> timedelta:
    """How long a mailbox rests after so many failures in a row: 1, 2, 4 .. 15 minutes."""
    doubled = timedelta(minutes=2 ** min(failures - 1, 10))
    return min(doubled, LONGEST_PAUSE)


def _jitter(account: ChannelAccount) -> timedelta:
    """Up to a tenth more, so that mailboxes of one server that failed together do not come back together."""
    most = pause_after(account.failures).total_seconds() / 10
    return timedelta(seconds=secrets.randbelow(int(most) + 1))


def _look_by_token(account_id: int, may_go_on: Callable[[], bool]) -> Look:
    """A token that the server refuses before its time is asked for anew, once."""
    try:
        return _look(account_id, may_go_on)
    except SignInRefused as refusal:
        db.session.rollback()
        if not refusal.by_token or not signing_in.forget_access_token(account_id):
            raise
    return _look(account_id, may_go_on)


def _look(account_id: int, may_go_on: Callable[[], bool]) -> Look:
    account = db.session.get(ChannelAccount, account_id, populate_existing=True)
    if account is None or not account.is_active:
        return Look()
    channel = channel_of(account)
    settings = dict(account.settings)
    # From here on other servers are waited for, and that never with a transaction open.
    db.session.rollback()
    if not getattr(channel, "can_fetch", True):
        return Look()
    if isinstance(channel, FolderChannel):
        look = _read_folders(account_id, channel, settings, may_go_on)
    elif isinstance(channel, PollingChannel):
        look = _poll(account_id, channel, may_go_on)
    else:
        return Look()
    _note_good(account_id)
    return look


def _read_folders(
    account_id: int,
    channel: FolderChannel,
    settings: dict[str, object],
    may_go_on: Callable[[], bool],
) -> Look:
    kept, more = 0, False
    largest_whole = int(getattr(channel, "read_whole_up_to", 100_000_000))
    with channel.reading() as session:
        for name in channel.folders:
            # Each folder has a turn of its own, so that a full Junk does not hold back the inbox of tomorrow.
            reader = reading.start(
                account_id,
                session,
                name,
                settings,
                largest_whole=largest_whole,
                may_go_on=may_go_on,
            )
            more |= not reader.read()
            kept += reader.kept
    return Look(kept, more, folders=len(channel.folders))


def _poll(account_id: int, channel: PollingChannel, may_go_on: Callable[[], bool]) -> Look:
    kept = 0
    while kept < MOST_A_TURN:
        fetched = channel.fetch(AT_ONCE, lambda ids: _known(account_id, ids))
        seen = 0
        for some in _together(fetched):
            seen += len(some)
            kept += _keep_and_acknowledge(account_id, channel, some)
            if not may_go_on():
                return Look(kept, more=True)
        if seen < AT_ONCE:
            return Look(kept)
    return Look(kept, more=True)


def _keep_and_acknowledge(account_id: int, channel: Channel, some: Sequence[RawItem]) -> int:
    """The order is the whole guarantee: a message is acknowledged only when its bytes are committed."""
    with unit_of_work():
        account = db.session.get_one(ChannelAccount, account_id)
        door = Door(account.id, account.kind)
        kept = [raw_id for raw_id in (keep_at(door, item) for item in some) if raw_id is not None]
    if isinstance(channel, BatchChannel):
        channel.acknowledge_all([item.remote_id for item in some])
    elif isinstance(channel, PollingChannel):
        for item in some:
            channel.acknowledge(item.remote_id)
    return len(kept)


def _together(items: Iterable[RawItem]) -> Iterator[list[RawItem]]:
    """A few messages share a commit and an acknowledgement, but never so many that the memory fills."""
    some: list[RawItem] = []
    weight = 0
    for item in items:
        some.append(item)
        weight += len(item.body)
        if len(some) >= KEPT_TOGETHER or weight >= BYTES_TOGETHER:
            yield some
            some, weight = [], 0
    if some:
        yield some


def _known(account_id: int, remote_ids: Sequence[str]) -> Collection[str]:
    found = known(account_id, remote_ids)
    db.session.rollback()
    return found


def _note_good(account_id: int) -> None:
    with unit_of_work():
        db.session.execute(
            update(ChannelAccount)
            .where(ChannelAccount.id == account_id)
            .values(last_good_at=clock.now(), last_error="", failures=0, next_try_at=None),
            execution_options={"synchronize_session": False},
        )


def looked_at(account: ChannelAccount) -> datetime | None:
    """When somebody last looked into this mailbox, with or without success."""
    return max(filter(None, (account.last_good_at, account.last_error_at)), default=None)
