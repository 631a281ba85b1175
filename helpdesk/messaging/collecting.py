"""collect_account(): read a mailbox: keep, commit, acknowledge, in that order; a failing one pauses alone."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta

from sqlalchemy import or_, select, update

from channels.channel import BatchChannel, ChannelError, PollingChannel, RawItem
from helpdesk.core import clock, leases
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.core.vault import VaultLocked
from helpdesk.messaging.accounts import channel_of
from helpdesk.messaging.keeping import keep, known
from helpdesk.messaging.models import ChannelAccount
from helpdesk.messaging.setting_aside import fit

LEASE = timedelta(minutes=5)
AT_ONCE = 50
# A large backlog is read in turns, so that other mailboxes have theirs.
MOST_A_TURN = 1000
KEPT_TOGETHER = 20
BYTES_TOGETHER = 4_000_000
LONGEST_PAUSE = timedelta(minutes=30)


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


def collect_account(account_id: int) -> int:
    """Keep what is new in one mailbox; returns how many messages were kept.

    Opens its own units of work. A lease lets two collectors that meet do nothing twice; were it lost, the ledger's key
    would still keep every message once. What goes wrong is noted on the account in plain words.
    """
    holder = secrets.token_hex(8)
    lease = f"collect:{account_id}"
    if not leases.take(lease, holder, LEASE):
        return 0
    try:
        return _collect(account_id, lease, holder)
    except (ChannelError, VaultLocked) as failure:
        db.session.rollback()
        note_failure(account_id, str(failure))
        return 0
    finally:
        db.session.rollback()
        leases.give_back(lease, holder)


def note_failure(account_id: int, words: str) -> None:
    """Say on the account what went wrong and pause it, each time longer; the others go on."""
    with unit_of_work():
        account = db.session.get_one(ChannelAccount, account_id, populate_existing=True)
        account.failures += 1
        account.last_error, account.last_error_at = fit(words)[:2000], clock.now()
        account.next_try_at = clock.now() + pause_after(account.failures)


def pause_after(failures: int) -> timedelta:
    """How long a mailbox rests after so many failures in a row: 1, 2, 4 .. 30 minutes."""
    doubled = timedelta(minutes=2 ** min(failures - 1, 10))
    return min(doubled, LONGEST_PAUSE)


def _collect(account_id: int, lease: str, holder: str) -> int:
    account = db.session.get(ChannelAccount, account_id, populate_existing=True)
    if account is None or not account.is_active:
        return 0
    channel = channel_of(account)
    # From here on other servers are waited for, and that never with a transaction open.
    db.session.rollback()
    if not isinstance(channel, PollingChannel) or not getattr(channel, "can_fetch", True):
        return 0
    kept = 0
    while kept < MOST_A_TURN:
        fetched = channel.fetch(AT_ONCE, lambda ids: _known(account_id, ids))
        seen = 0
        for some in _together(fetched):
            seen += len(some)
            kept += _keep_and_acknowledge(account, channel, some)
            if not leases.take(lease, holder, LEASE):
                return kept
        if seen < AT_ONCE:
            break
    _note_good(account_id)
    return kept


def _keep_and_acknowledge(
    account: ChannelAccount, channel: PollingChannel, some: Sequence[RawItem]
) -> int:
    """The order is the whole guarantee: a message is acknowledged only when its bytes are committed."""
    with unit_of_work():
        kept = [raw for raw in (keep(account, item) for item in some) if raw is not None]
    if isinstance(channel, BatchChannel):
        channel.acknowledge_all([item.remote_id for item in some])
        return len(kept)
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
