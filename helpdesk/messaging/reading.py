"""read_folder(): what the short ledger lacks is fetched, kept, committed and only then marked, oldest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from channels.channel import RawItem
from channels.email.imap_session import apart, remote_id
from channels.folders import Fetched, FolderSession, MailFacts, UidSet
from helpdesk.core import clock
from helpdesk.core.crash_points import Point, reach
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.filing import ARCHIVE
from helpdesk.messaging.folders import Plan, plan_for
from helpdesk.messaging.importing import sent_at_of
from helpdesk.messaging.keeping import HEADERS_ONLY, Door, keep_at
from helpdesk.messaging.mailbox_models import MailFolder
from helpdesk.messaging.models import ChannelAccount, RawMessage

ASKED_TOGETHER = 100
KEPT_TOGETHER = 20
BYTES_TOGETHER = 4_000_000
# So many of the newest kept mails are looked at again to see whether a UID was given to another mail (P08).
SEEN_AGAIN = 200
MOST_NOTES = 500
SERVER_SIZE = "server_size"
# A mail may have been on its way for so long before it arrived.
LONGEST_ON_THE_WAY = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What becomes at the server of a mail that is kept."""

    moved_to: str = ""
    deleted_after: timedelta | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Afterwards:
        wish = settings.get("imap_after") or "leave"
        if wish == "move" and settings.get("imap_moved_to"):
            return cls(moved_to=str(settings["imap_moved_to"]))
        if wish == "delete":
            return cls(deleted_after=timedelta(days=int(settings["imap_delete_after_days"] or 30)))
        return cls()


@dataclass(slots=True)
class FolderReader:
    """One look into one folder."""

    session: FolderSession
    plan: Plan
    largest_whole: int
    afterwards: Afterwards
    may_go_on: Callable[[], bool]
    kept: int = 0
    left: int = 0
    problem: str = ""
    warns: bool = False

    def read(self) -> bool:
        """Keep what is due; False when it had to stop before the end."""
        self._mark(list_of(self.plan.unmarked, self.plan.kept))
        if self.plan.is_quiet:
            return True
        uids = self._listed()
        self._read_repeated(uids)
        due = self._due(sorted(set(uids)))
        done = self._keep_all(due)
        if done and self.plan.is_full:
            self._look_again(uids)
            self._delete_old(uids)
        self._note_end(done)
        return done

    def _listed(self) -> list[int]:
        if self.plan.is_full:
            return self.session.uids()
        return self.session.uids(above=max(self.plan.kept.highest, self.plan.passed.highest))

    def _due(self, uids: Sequence[int]) -> list[int]:
        plan = self.plan
        if plan.is_new and not plan.boundary:
            # The server does not say which number comes next, so what is listed now is what was there before.
            plan.boundary = max(uids, default=0) + 1
        due = plan.passed.lacking(plan.kept.lacking(uids))
        old = [uid for uid in due if plan.is_old(uid)]
        if plan.is_new and old and plan.oldest is not None:
            # The server counts days in a zone of its own, so the day itself is looked at mail by mail.
            early = set(self.session.uids_before(plan.oldest - timedelta(days=1)))
            self._pass_over([uid for uid in old if uid in early])
            due = plan.passed.lacking(due)
            old = plan.passed.lacking(old)
        self.left = len(old)
        if plan.is_new:
            self._note_backlog()
        return [uid for uid in due if not (plan.is_paused and plan.is_old(uid))]

    def _keep_all(self, due: Sequence[int]) -> bool:
        for begin in range(0, len(due), ASKED_TOGETHER):
            if not self.may_go_on():
                return False
            facts = self.session.facts(due[begin : begin + ASKED_TOGETHER])
            passed = [uid for uid, fact in facts.items() if self._is_unwanted(uid, fact)]
            self._pass_over(passed)
            wanted = {uid: fact for uid, fact in facts.items() if uid not in self.plan.passed}
            for some in together(self.session.fetch(wanted, self.largest_whole)):
                self._keep(some)
                if not self.may_go_on():
                    return False
        return True

    def _is_unwanted(self, uid: int, fact: MailFacts) -> bool:
        oldest = self.plan.oldest
        return bool(
            oldest and self.plan.is_old(uid) and fact.received_at and fact.received_at < oldest
        )

    def _keep(self, some: Sequence[Fetched], notes: Mapping[str, Any] | None = None) -> None:
        """The order is the whole guarantee: a mail is marked only when its bytes are committed."""
        refused = [fetched for fetched in some if fetched.item is None]
        if refused:
            self.problem = refused[-1].problem
        items = [(fetched.uid, fetched.facts, fetched.item) for fetched in some if fetched.item]
        if not items:
            return
        reach(Point.FETCHED)
        uids = [uid for uid, _facts, _item in items]
        first = self.plan.kept.lacking(dict.fromkeys(uids))
        self.plan.kept.add(uids)
        self.left = max(0, self.left - sum(self.plan.is_old(uid) for uid in first))
        with unit_of_work():
            account = db.session.get_one(ChannelAccount, self.plan.account_id)
            door = Door(account.id, account.kind)
            for uid, facts, item in items:
                self.kept += keep_at(door, item, self._envelope(uid, facts, item)) is not None
            row = self._row()
            row.kept, row.left = str(self.plan.kept), self.left
            row.unmarked = str(UidSet(uids))
            if notes is not None:
                row.notes = {**row.notes, **notes}
            reach(Point.KEPT_BEFORE_COMMIT)
        reach(Point.KEPT)
        self._mark(uids)
        self.plan.unmarked = UidSet()

    def _envelope(self, uid: int, facts: MailFacts, item: RawItem) -> dict[str, Any]:
        noted: dict[str, Any] = {SERVER_SIZE: facts.size}
        return {**noted, ARCHIVE: True} if self._is_archive(uid, item) else noted

    def _is_archive(self, uid: int, item: RawItem) -> bool:
        """Whether a mail is older than the desk, so that nobody is told that it arrived."""
        since = self.plan.news_since
        if item.received_at is not None and item.received_at < since:
            return True
        # A server that moved its mailboxes may say of every mail that it came today; the mail itself knows better.
        sent_at = sent_at_of(item.body) if self.plan.is_old(uid) else None
        return sent_at is not None and sent_at < since - LONGEST_ON_THE_WAY

    def _mark(self, uids: Sequence[int]) -> None:
        if not uids:
            return
        reach(Point.BEFORE_FLAG)
        self.session.mark_kept(uids)
        reach(Point.FLAGGED)
        if self.afterwards.moved_to and self.afterwards.moved_to != self.plan.folder.name:
            self.session.move(uids, self.afterwards.moved_to)

    def _pass_over(self, uids: Sequence[int]) -> None:
        if not uids:
            return
        self.plan.passed.add(uids)
        self.left = max(0, self.left - len(uids))
        with unit_of_work():
            row = self._row()
            row.passed, row.left = str(self.plan.passed), self.left

    def _read_repeated(self, uids: Sequence[int]) -> None:
        """Two mails under one UID are both kept, told apart by what they hold (P08)."""
        noted = dict(self.plan.notes.get("uids", {}))
        counted = {uid: count for uid, count in Counter(uids).items() if count > 1}
        for uid, count in list(counted.items())[:MOST_NOTES]:
            if noted.get(str(uid)) == count or not self.may_go_on():
                continue
            noted[str(uid)] = count
            self._keep(list(self.session.fetch_repeated(uid)), {"uids": noted})
            self._warn(uid)

    def _look_again(self, uids: Sequence[int]) -> None:
        """See whether the server gave a UID that we know to another mail, though it must not (P08)."""
        known = [uid for uid in sorted(set(uids)) if uid in self.plan.kept][-SEEN_AGAIN:]
        if not known:
            return
        facts = self.session.facts(known)
        told = self._told(known)
        other = [uid for uid, fact in facts.items() if told.get(uid, _said(fact)) != _said(fact)]
        wanted = {uid: facts[uid] for uid in other if not self._is_noted(uid, facts[uid])}
        for fetched in self.session.fetch(wanted, self.largest_whole):
            if fetched.item is None:
                continue
            place = apart(fetched.item.remote_id, fetched.item.body)
            again = replace(fetched, item=replace(fetched.item, remote_id=place))
            noted = {**self.plan.notes.get("other", {}), str(fetched.uid): _said(fetched.facts)}
            self.plan.notes["other"] = dict(list(noted.items())[-MOST_NOTES:])
            self._keep([again], {"other": self.plan.notes["other"]})
            self._warn(fetched.uid)

    def _is_noted(self, uid: int, fact: MailFacts) -> bool:
        return bool(self.plan.notes.get("other", {}).get(str(uid)) == _said(fact))

    def _told(self, uids: Sequence[int]) -> dict[int, str]:
        """What the server said of these mails when they were kept."""
        names = self._names(uids)
        rows = db.session.execute(
            select(RawMessage.remote_id, RawMessage.envelope).where(
                RawMessage.account_id == self.plan.account_id, RawMessage.remote_id.in_(list(names))
            )
        ).all()
        db.session.rollback()
        return {
            names[name]: f"{envelope[SERVER_SIZE]} {envelope.get('received_at') or ''}"
            for name, envelope in rows
            if SERVER_SIZE in envelope
        }

    def _names(self, uids: Sequence[int]) -> dict[str, int]:
        folder = self.plan.folder
        return {remote_id(folder.name, folder.uid_validity, uid): uid for uid in uids}

    def _warn(self, uid: int) -> None:
        self.warns = True
        with unit_of_work():
            self._row().warning = _(
                "The server gave the number %(uid)s to more than one mail. All of them were taken in; "
                "have the mailbox repaired.",
                uid=uid,
            )

    def _delete_old(self, uids: Sequence[int]) -> None:
        """Delete at the server what has been kept for as long as was wished; off unless somebody chose it."""
        if self.afterwards.deleted_after is None:
            return
        until = clock.now() - self.afterwards.deleted_after
        there = [uid for uid in sorted(set(uids)) if uid in self.plan.kept]
        for begin in range(0, len(there), 500):
            some = there[begin : begin + 500]
            kept_long = self._kept_before(some, until)
            if kept_long:
                self.session.remove(kept_long)

    def _kept_before(self, uids: Sequence[int], until: datetime) -> list[int]:
        names = self._names(uids)
        rows = db.session.execute(
            select(RawMessage.remote_id, RawMessage.envelope).where(
                RawMessage.account_id == self.plan.account_id,
                RawMessage.remote_id.in_(list(names)),
                RawMessage.kept_at < until,
            )
        ).all()
        db.session.rollback()
        # What was too large to be read whole is nowhere but there.
        return [names[name] for name, envelope in rows if not envelope.get(HEADERS_ONLY)]

    def _note_backlog(self) -> None:
        with unit_of_work():
            row = self._row()
            row.backlog = row.left = self.left
            row.boundary = self.plan.boundary

    def _note_end(self, done: bool) -> None:
        with unit_of_work():
            row = self._row()
            row.left, row.unmarked, row.looked_at = self.left, "", clock.now()
            if done:
                row.uid_next = self.plan.folder.uid_next
                row.exists = self.plan.folder.exists
            if done and self.plan.is_full:
                row.searched_at = clock.now()
            if done and self.plan.is_full and not self.warns:
                row.warning = ""
            if self.problem:
                row.warning = _(
                    "The server would not give some mail: %(words)s", words=self.problem
                )

    def _row(self) -> MailFolder:
        return db.session.get_one(MailFolder, self.plan.row_id, with_for_update=True)


def together(items: Iterator[Fetched]) -> Iterator[list[Fetched]]:
    """A few mails share a commit and a mark, but never so many that the memory fills."""
    some: list[Fetched] = []
    weight = 0
    for fetched in items:
        some.append(fetched)
        weight += len(fetched.item.body) if fetched.item else 0
        if len(some) >= KEPT_TOGETHER or weight >= BYTES_TOGETHER:
            yield some
            some, weight = [], 0
    if some:
        yield some


def _said(fact: MailFacts) -> str:
    at = fact.received_at
    return f"{fact.size} {at.isoformat() if at else ''}"


def list_of(some: UidSet, within: UidSet) -> list[int]:
    """The single UIDs of a small set."""
    ends = [part.partition(":") for part in str(some).split(",") if part]
    return [
        uid
        for first, _colon, last in ends
        for uid in range(int(first), int(last or first) + 1)
        if uid in within
    ]


def start(
    account_id: int,
    session: FolderSession,
    name: str,
    settings: Mapping[str, Any],
    *,
    largest_whole: int,
    may_go_on: Callable[[], bool],
) -> FolderReader:
    """Open a folder and decide what is to be read in it."""
    folder = session.open(name)
    with unit_of_work():
        plan = plan_for(account_id, folder)
    return FolderReader(session, plan, largest_whole, Afterwards.of(settings), may_go_on)
