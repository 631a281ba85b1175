"""The lines that the desk holds open to services, instead of being called: one process holds each, and opens it anew."""

from __future__ import annotations

import json
import logging
import secrets
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

from channels.channel import ChannelError, HoldingChannel, Line, WebhookReply
from helpdesk.core import leases
from helpdesk.core.db import db
from helpdesk.core.vault import VaultLocked
from helpdesk.messaging import hooks, soundness
from helpdesk.messaging.accounts import channel_of
from helpdesk.messaging.hasty import empty_later
from helpdesk.messaging.keeping import Door
from helpdesk.messaging.models import ChannelAccount
from helpdesk.messaging.presence import LINES, Presence

log = logging.getLogger(__name__)

# How long a line is ours without a word; another process takes over after it.
LEASE = timedelta(minutes=1)
RENEW_SECONDS = 20.0
ROUND_SECONDS = 2.0
SHORTEST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 300.0


@dataclass
class _Held:
    """One account as this process sees it; moments are of the machine's monotonic clock."""

    account_id: int
    settings: str
    line: Line | None = None
    is_opening: bool = False
    failures: int = 0
    open_at: float = 0.0
    renew_at: float = 0.0


class Lines:
    """Holds all lines from `start()` until `stop()`; several processes share them by leases."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._holder = secrets.token_hex(8)
        self._stopping = threading.Event()
        self._held: dict[int, _Held] = {}
        self._opening: list[threading.Thread] = []
        self._thread: threading.Thread | None = None
        self._presence = Presence(app, LINES)

    def start(self) -> None:
        self._presence.start()
        # What services handed over while the database was late, should the desk have been stopped meanwhile.
        empty_later(self._app)
        self._thread = threading.Thread(target=self._run, name="lines", daemon=True)
        self._thread.start()

    def stop(self, timeout_seconds: float = 5.0) -> None:
        """Hang up and end; what came and was not acknowledged comes again."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout_seconds)
        self._presence.stop()

    def held(self) -> int:
        """How many lines are open now."""
        return sum(one.line is not None and one.line.is_open() for one in [*self._held.values()])

    def wait_until_tried(self, timeout_seconds: float = 15.0) -> None:
        """Until every line that is being opened is open, or is not."""
        for thread in [*self._opening]:
            thread.join(timeout_seconds)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._safely(self.go_round)
            self._stopping.wait(ROUND_SECONDS)
        for one in self._held.values():
            self._hang_up(one)
        self._safely(self._give_back)

    def go_round(self) -> None:
        """Which accounts want a line, which of them are ours, and which lines have to be opened anew."""
        wanted = self._wanted()
        for account_id in set(self._held) - set(wanted):
            self._hang_up(self._held.pop(account_id))
        now = time.monotonic()
        for account_id, settings in wanted.items():
            one = self._held.get(account_id)
            if (one is None or now >= one.renew_at) and not (one := self._lease(account_id, one)):
                continue
            if one.settings != settings:
                self._hang_up(one)
                one.settings, one.failures, one.open_at = settings, 0, 0.0
            is_open = one.line is not None and one.line.is_open()
            if not is_open and not one.is_opening and now >= one.open_at:
                self._hang_up(one)
                one.is_opening = True
                self._opening = [each for each in self._opening if each.is_alive()]
                self._opening.append(threading.Thread(target=self._open, args=(one,), daemon=True))
                self._opening[-1].start()

    def _wanted(self) -> dict[int, str]:
        """The accounts that want a line, each with what it is opened by."""
        found = db.session.scalars(
            select(ChannelAccount)
            .where(ChannelAccount.is_active)
            .order_by(ChannelAccount.id)
            .limit(500)
        ).all()
        wanted = {}
        for account in found:
            with suppress(ChannelError, VaultLocked):
                channel = channel_of(account)
                if isinstance(channel, HoldingChannel) and channel.wants_line():
                    settings = json.dumps(account.settings, sort_keys=True)
                    wanted[account.id] = f"{settings}{account.secrets}"
        db.session.rollback()
        return wanted

    def _lease(self, account_id: int, one: _Held | None) -> _Held | None:
        """Take or keep a line; None while another process has it."""
        if leases.take(f"line:{account_id}", self._holder, LEASE):
            one = one or self._held.setdefault(account_id, _Held(account_id, ""))
            one.renew_at = time.monotonic() + RENEW_SECONDS
            return one
        if one is not None:
            self._hang_up(self._held.pop(account_id))
        return None

    def _open(self, one: _Held) -> None:
        """In a thread of its own: the other side may take as long as it likes to answer."""
        with self._app.app_context():
            try:
                self._try(one)
            except OperationalError:
                log.warning("The database is away; a line is opened later.")
            finally:
                db.session.remove()
                one.open_at = time.monotonic() + _pause_after(one.failures)
                one.is_opening = False

    def _try(self, one: _Held) -> None:
        account = db.session.get(ChannelAccount, one.account_id)
        if account is None:
            return
        called = hooks.Called(Door(account.id, account.kind), channel_of(account))
        db.session.rollback()
        if not isinstance(called.channel, HoldingChannel):
            return
        one.failures += 1
        try:
            one.line = called.channel.hold_line(partial(self._hear, called))
        except (ChannelError, VaultLocked) as refused:
            soundness.note_broken(one.account_id, str(refused))
            return
        one.failures = 0
        soundness.note_sound(one.account_id)
        if self._stopping.is_set():
            self._hang_up(one)

    def _hear(self, called: hooks.Called, reply: WebhookReply) -> WebhookReply:
        """Keep what came; only when this returns is the other side told that we have it."""
        with self._app.app_context():
            try:
                return hooks.take(called, reply)
            finally:
                db.session.remove()

    def _hang_up(self, one: _Held) -> None:
        if one.line is not None:
            one.line.close()
            one.line = None

    def _safely(self, run: Callable[[], None]) -> None:
        with self._app.app_context():
            try:
                run()
            except OperationalError:
                log.warning("The database is away; the lines stay as they are.")
            finally:
                db.session.remove()

    def _give_back(self) -> None:
        for account_id in self._held:
            leases.give_back(f"line:{account_id}", self._holder)


def _pause_after(failures: int) -> float:
    """How long a line rests after so many failures in a row."""
    return min(SHORTEST_PAUSE_SECONDS * 2.0 ** min(failures, 10), LONGEST_PAUSE_SECONDS)
