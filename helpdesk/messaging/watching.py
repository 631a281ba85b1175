"""The watch: one thread that waits for news of all mailboxes (IDLE), and short ones that look into them side by side."""

from __future__ import annotations

import json
import logging
import secrets
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from channels.channel import ChannelError
from channels.email.channel import EmailChannel
from channels.email.idling import RENEW_AFTER, IdleLine, NoIdle
from channels.email.imap_line import cut_all
from helpdesk.core import leases
from helpdesk.core.db import db
from helpdesk.core.vault import VaultLocked
from helpdesk.messaging import collecting
from helpdesk.messaging.accounts import channel_of
from helpdesk.messaging.collecting import Look
from helpdesk.messaging.models import ChannelAccount
from helpdesk.messaging.presence import MAIL_WATCH, Presence

log = logging.getLogger(__name__)

# How long the watch of a mailbox is ours without a word; another process takes over after it.
LEASE = timedelta(minutes=2)
ROUND_SECONDS = 2.0
LOOK_SECONDS = collecting.LOOK_EVERY.total_seconds()
# Where a server tells of news, we look all the same, since not every server tells of all.
LOOK_ANYWAY_SECONDS = 300.0
IDLE_AGAIN_SECONDS = 60.0
ASK_FOR_IDLE_AGAIN_SECONDS = 3600.0


@dataclass
class _Watched:
    """One mailbox as the watch sees it; moments are of the machine's monotonic clock."""

    account_id: int
    line: IdleLine | None = None
    is_looking: bool = False
    is_opening: bool = False
    has_news: bool = True
    is_well: bool = False
    settings: str = ""
    look_at: float = 0.0
    open_at: float = 0.0
    renew_at: float = 0.0
    leased_until: float = 0.0


class Watch:
    """Watches all active mailboxes from `start()` until `stop()`; several processes share them by leases."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._holder = secrets.token_hex(8)
        self._stopping = threading.Event()
        self._selector = selectors.DefaultSelector()
        self._bell, self._rope = socket.socketpair()
        self._bell.setblocking(False)
        self._selector.register(self._bell, selectors.EVENT_READ, None)
        self._watched: dict[int, _Watched] = {}
        self._lock = threading.Lock()
        self._opened: list[tuple[int, IdleLine | None, float]] = []
        self._thread: threading.Thread | None = None
        self._helpers: list[threading.Thread] = []
        self._presence = Presence(app, MAIL_WATCH)

    def start(self) -> None:
        self._presence.start()
        self._thread = threading.Thread(target=self._run, name="mail-watch", daemon=True)
        self._thread.start()

    def stop(self, timeout_seconds: float = 5.0) -> None:
        """Hang up and end. A look that is under way is cut short; what it kept is kept."""
        self._stopping.set()
        self._ring()
        if self._thread is not None:
            self._thread.join(timeout_seconds)
        cut_all()
        until = time.monotonic() + timeout_seconds
        for thread in self._helpers:
            thread.join(max(0.0, until - time.monotonic()))
        self._presence.stop()

    def watched(self) -> int:
        """How many mailboxes are waited for by IDLE now."""
        with self._lock:
            return sum(one.line is not None and one.line.is_idle for one in self._watched.values())

    def _run(self) -> None:
        try:
            round_at = 0.0
            while not self._stopping.is_set():
                if time.monotonic() >= round_at:
                    self._safely(self._go_round)
                    round_at = time.monotonic() + ROUND_SECONDS
                for key, _events in self._selector.select(ROUND_SECONDS / 2):
                    self._hear(key.data)
                self._take_opened()
                self._look_where_due()
        finally:
            self._end()

    def _go_round(self) -> None:
        """Once in a while: which mailboxes there are, whose watch is ours, and what has waited long enough."""
        ids = self._mailboxes()
        for account_id in set(self._watched) - set(ids):
            self._drop_line(self._watched.pop(account_id), 0.0)
        now = time.monotonic()
        for account_id in sorted(ids):
            one = self._watched.get(account_id)
            if (one is None or one.leased_until <= now + LEASE.total_seconds() / 2) and not (
                one := self._lease(account_id, one)
            ):
                continue
            if one.settings != ids[account_id]:
                self._drop_line(one, 0.0)
                one.settings = ids[account_id]
            if one.is_well and one.line is None and not one.is_opening and now >= one.open_at:
                one.is_opening = True
                self._aside(partial(self._open, account_id), "mail-idle")
            elif one.line is not None and now >= one.renew_at:
                self._guarded(one, one.line.renew)
                one.renew_at = now + RENEW_AFTER.total_seconds()

    def _mailboxes(self) -> dict[int, str]:
        """Active mailboxes that are read, and are not in a pause after a failure, with their settings."""
        due = set(collecting.accounts_due())
        found = db.session.scalars(
            select(ChannelAccount).where(ChannelAccount.is_active).limit(500)
        ).all()
        return {
            one.id: json.dumps(one.settings, sort_keys=True)
            for one in found
            if collecting.is_read(one) and (one.id in due or one.id in self._watched)
        }

    def _lease(self, account_id: int, one: _Watched | None) -> _Watched | None:
        """Take or keep the watch of a mailbox; None while another process has it."""
        if leases.take(f"watch:{account_id}", self._holder, LEASE):
            one = one or self._watched.setdefault(account_id, _Watched(account_id))
            one.leased_until = time.monotonic() + LEASE.total_seconds()
            return one
        if one is not None:
            self._drop_line(self._watched.pop(account_id), 0.0)
        return None

    def _hear(self, one: _Watched | None) -> None:
        if one is None:
            with suppress(BlockingIOError):
                self._bell.recv(4096)
        elif one.line is not None:
            line = one.line
            self._guarded(one, lambda: self._note_news(one, line.news()))

    def _note_news(self, one: _Watched, news: bool) -> None:
        one.has_news |= news

    def _guarded(self, one: _Watched, speak: Callable[[], None]) -> None:
        """A line that broke is opened anew after a pause; the mailbox is looked into meanwhile."""
        try:
            speak()
        except NoIdle:
            self._drop_line(one, ASK_FOR_IDLE_AGAIN_SECONDS)
        except ChannelError:
            self._drop_line(one, IDLE_AGAIN_SECONDS)

    def _drop_line(self, one: _Watched, pause: float) -> None:
        if one.line is not None:
            with suppress(KeyError, ValueError):
                self._selector.unregister(one.line)
            one.line.close()
            one.line = None
        one.open_at, one.has_news = time.monotonic() + pause, True

    def _open(self, account_id: int) -> None:
        """In a thread of its own: connect and sign in, which may take as long as the server likes."""
        line: IdleLine | None = None
        pause = IDLE_AGAIN_SECONDS
        try:
            with self._app.app_context():
                account = db.session.get(ChannelAccount, account_id)
                channel = channel_of(account) if account is not None else None
                db.session.remove()
                if isinstance(channel, EmailChannel):
                    line = channel.waiting()
        except NoIdle:
            pause = ASK_FOR_IDLE_AGAIN_SECONDS
        except (ChannelError, VaultLocked, OperationalError):
            # What is wrong, the next look finds as well, and notes it on the mailbox.
            pause = IDLE_AGAIN_SECONDS
        finally:
            with self._lock:
                self._opened.append((account_id, line, pause))
            self._ring()

    def _take_opened(self) -> None:
        with self._lock:
            opened, self._opened = self._opened, []
        for account_id, line, pause in opened:
            one = self._watched.get(account_id)
            if one is None:
                if line is not None:
                    line.close()
                continue
            one.is_opening, one.line = False, line
            one.open_at = time.monotonic() + pause
            if line is not None:
                one.renew_at = time.monotonic() + RENEW_AFTER.total_seconds()
                self._selector.register(line, selectors.EVENT_READ, one)

    def _look_where_due(self) -> None:
        now = time.monotonic()
        for one in self._watched.values():
            if not one.is_looking and (one.has_news or now >= one.look_at):
                one.is_looking, one.has_news = True, False
                self._aside(partial(self._look, one), "mail-look")

    def _look(self, one: _Watched) -> None:
        look = Look(is_well=False)
        try:
            with self._app.app_context():
                try:
                    if one.account_id in collecting.accounts_due():
                        look = collecting.look_into(one.account_id, self._goes_on)
                finally:
                    db.session.remove()
        except OperationalError:
            log.warning("The database is away; the mailbox is looked into later.")
        finally:
            waits = one.line is not None and one.line.is_idle
            # A line tells of one folder only; the others have to be asked.
            told = waits and look.is_well and look.folders == 1
            pause = LOOK_ANYWAY_SECONDS if told else LOOK_SECONDS
            one.is_well = look.is_well
            one.look_at = time.monotonic() + (0.0 if look.more else pause)
            one.is_looking = False
            self._ring()

    def _goes_on(self) -> bool:
        return not self._stopping.is_set()

    def _safely(self, run: Callable[[], None]) -> None:
        with self._app.app_context():
            try:
                run()
            except OperationalError:
                log.warning("The database is away; the mailboxes wait.")
            finally:
                db.session.remove()

    def _aside(self, run: Callable[[], None], name: str) -> None:
        # A thread each, so that a server that stalls holds nobody's mail but its own; they end with the process.
        thread = threading.Thread(target=run, name=name, daemon=True)
        self._helpers = [one for one in self._helpers if one.is_alive()] + [thread]
        thread.start()

    def _ring(self) -> None:
        with suppress(OSError):
            self._rope.send(b"!")

    def _end(self) -> None:
        # Whatever ended the watch, the schedule is to know at once that the mailboxes are its own again.
        self._presence.stop()
        for one in self._watched.values():
            self._drop_line(one, 0.0)
        self._take_opened_at_the_end()
        self._safely(self._give_back)
        self._selector.close()
        self._bell.close()
        self._rope.close()

    def _take_opened_at_the_end(self) -> None:
        with self._lock:
            for _account_id, line, _pause in self._opened:
                if line is not None:
                    line.close()

    def _give_back(self) -> None:
        for account_id in self._watched:
            leases.give_back(f"watch:{account_id}", self._holder)
