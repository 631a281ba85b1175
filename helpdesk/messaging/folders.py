"""The short ledger of a mailbox: which UIDs of each folder are kept, which were not asked for, what is old mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from channels.email.imap import MailId
from channels.email.imap_session import remote_id
from channels.folders import Folder, UidSet
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.messaging.mailbox_models import MailFolder
from helpdesk.messaging.models import ChannelAccount, RawMessage

# The clocks of two machines differ; what came just before the mailbox was added is news all the same.
SLACK = timedelta(minutes=15)
# After a renumbering every mail looks new. What is older than the last look by so much was seen before or is too old.
RENUMBERED_SLACK = timedelta(days=2)
# Between full searches only what lies above the highest known UID is asked for.
SEARCH_EVERY = timedelta(minutes=15)

TAKE_IN = "take_in"
TAKE_IN_SINCE = "take_in_since"
ALL, NEW, SINCE = "all", "new", "since"


@dataclass(slots=True)
class Plan:
    """What a look into a folder is to do, apart from the database, so that no transaction waits for a server."""

    row_id: int
    account_id: int
    folder: Folder
    kept: UidSet
    passed: UidSet
    unmarked: UidSet
    boundary: int
    news_since: datetime
    oldest: datetime | None  # Mail of before the desk that is older than this is not asked for.
    is_new: bool
    is_full: bool
    is_quiet: bool
    is_paused: bool
    notes: dict[str, Any]

    def is_old(self, uid: int) -> bool:
        """Whether this mail lay in the folder before the desk came."""
        return uid < self.boundary


def plan_for(account_id: int, folder: Folder) -> Plan:
    """How to look into this folder now; inside an open unit of work. Notes a first look, or new numbers, at once."""
    account = db.session.get_one(ChannelAccount, account_id)
    row = row_of(account_id, folder.name)
    rule, oldest = _wish_of(account)
    is_new = row is None or row.uid_validity != folder.uid_validity or row.rule != rule
    if row is None:
        row = _first_row(account, folder)
    elif row.uid_validity != folder.uid_validity:
        _renumber(row, folder)
    elif row.rule != rule:
        row.passed = ""
    row.rule = rule
    gone_back = 0 < folder.uid_next < row.uid_next
    due_again = row.searched_at is None or clock.now() - row.searched_at >= SEARCH_EVERY
    is_full = is_new or gone_back or due_again or (row.left > 0 and not row.is_paused)
    unchanged = folder.uid_next == row.uid_next and folder.exists == row.exists
    db.session.flush()
    return Plan(
        row_id=row.id,
        account_id=account_id,
        folder=folder,
        kept=UidSet.read(row.kept),
        passed=UidSet.read(row.passed),
        unmarked=UidSet.read(row.unmarked),
        boundary=row.boundary,
        news_since=row.news_since,
        oldest=oldest,
        is_new=is_new,
        is_full=is_full,
        is_quiet=not is_full and unchanged and folder.uid_next > 0,
        is_paused=row.is_paused,
        notes=dict(row.notes),
    )


def row_of(account_id: int, name: str) -> MailFolder | None:
    return db.session.scalars(
        select(MailFolder).where(MailFolder.account_id == account_id, MailFolder.name == name[:255])
    ).one_or_none()


def folders_of(account_ids: Sequence[int]) -> dict[int, list[MailFolder]]:
    """The folders of these accounts that were looked into, by account."""
    found: dict[int, list[MailFolder]] = {}
    rows = db.session.scalars(
        select(MailFolder)
        .where(MailFolder.account_id.in_(account_ids))
        .order_by(MailFolder.id)
        .limit(2000)
    )
    for row in rows:
        found.setdefault(row.account_id, []).append(row)
    return found


def pause_backlog(account_id: int, paused: bool) -> None:
    """Stop taking in the old mail of a mailbox, or go on; new mail comes in all the time."""
    for row in folders_of([account_id]).get(account_id, []):
        row.is_paused = paused
        row.searched_at = None


def _first_row(account: ChannelAccount, folder: Folder) -> MailFolder:
    row = MailFolder(
        account_id=account.id,
        name=folder.name[:255],
        uid_validity=folder.uid_validity,
        boundary=_end_of(folder),
        news_since=account.created_at - SLACK,
        kept=str(_in_the_long_ledger(account.id, folder)),
        notes={},
        left=0,
        is_paused=False,
        uid_next=0,
    )
    db.session.add(row)
    return row


def _renumber(row: MailFolder, folder: Folder) -> None:
    """Every mail has a new number, so that none is known by it: all are read again, and known by what they hold (P07)."""
    last_look = row.looked_at or row.news_since
    row.news_since = max(row.news_since, last_look - RENUMBERED_SLACK)
    row.uid_validity, row.boundary = folder.uid_validity, _end_of(folder)
    row.kept = str(_in_the_long_ledger(row.account_id, folder))
    row.passed, row.unmarked, row.notes, row.uid_next = "", "", {}, 0


def _end_of(folder: Folder) -> int:
    """The first UID that no mail of now has; where the server does not say, the search will."""
    return folder.uid_next


def _in_the_long_ledger(account_id: int, folder: Folder) -> UidSet:
    """What an earlier version of the desk kept of this folder, or a folder that was left out for a while."""
    stem = remote_id(folder.name, folder.uid_validity, 0).removesuffix("0")
    found = db.session.scalars(
        select(RawMessage.remote_id).where(
            RawMessage.account_id == account_id,
            RawMessage.remote_id.startswith(stem, autoescape=True),
        )
    )
    return UidSet(MailId.read(name).uid for name in found)


def _wish_of(account: ChannelAccount) -> tuple[str, datetime | None]:
    """Which old mail is wanted, as a rule and as a moment."""
    wish = str(account.settings.get(TAKE_IN) or ALL)
    if wish == NEW:
        return NEW, account.created_at - SLACK
    since = str(account.settings.get(TAKE_IN_SINCE) or "")
    if wish == SINCE and since:
        return f"{SINCE}:{since}"[:40], datetime.fromisoformat(since).replace(tzinfo=UTC)
    return ALL, None
