"""Children that parse, kept alive between mails: what one mail does to its child costs that mail only."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

from channels.carrying import Unfit, pack, unpack
from channels.channel import ChannelError, RawItem
from channels.framing import Deadline, PipeClosed, PipeGarbled, PipeLate, receive, send
from channels.message import InboundMessage
from channels.parser_child import Order, Outcome
from channels.settings import SettingValue

# A new child loads its modules first; on a busy machine that takes a while, and is not the mail's fault.
STARTING = timedelta(seconds=20)
# What a child once held it seldom gives back, so after a large mail it is replaced.
MOST_PEAK_BYTES = 96 * 1024 * 1024
MOST_MAILS = 2_000
MOST_IDLE = 4

_ROOT = str(Path(__file__).resolve().parent.parent)


class ParserFailed(Exception):
    """The child broke on this item, or had to be ended; the words are for a person."""


class ParserSlow(ParserFailed):
    """The item took longer than the caller had patience for."""


class ParserPool:
    """Long-living children, each with one item at a time; started when they are first needed.

    Safe to use from several threads: as many children run as threads ask at once.
    """

    def __init__(
        self, *, most_mails: int = MOST_MAILS, most_peak_bytes: int = MOST_PEAK_BYTES
    ) -> None:
        self._most_mails = most_mails
        self._most_peak_bytes = most_peak_bytes
        self._idle: list[_Child] = []
        self._lock = threading.Lock()

    def parse(
        self,
        kind: str,
        settings: Mapping[str, SettingValue],
        item: Callable[[], RawItem],
        patience: timedelta,
    ) -> list[InboundMessage]:
        """Read one item, within limits. Raises ChannelError as the channel does, and ParserFailed.

        The item is asked for and let go here, so that its bytes do not lie beside what is read out of them.
        """
        child = self._take()
        try:
            outcome = child.ask(kind, settings, item, patience)
        except BaseException:
            child.kill()
            raise
        if outcome.failed or child.is_worn(self._most_mails, self._most_peak_bytes):
            child.dismiss()
        else:
            self._put_back(child)
        return _said(outcome)

    def close(self) -> None:
        """End the children that wait for work."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.dismiss()

    def process_ids(self) -> list[int]:
        """The children that wait for work, for whoever measures them."""
        with self._lock:
            return [child.process_id for child in self._idle]

    def _take(self) -> "_Child":
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.is_ours_and_alive():
                    return child
                child.forget()
        return _Child()

    def _put_back(self, child: "_Child") -> None:
        with self._lock:
            if len(self._idle) < MOST_IDLE:
                self._idle.append(child)
                return
        child.dismiss()


class _Child:
    """One process and the two pipes to it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "channels.parser_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_environment(),
            bufsize=0,
            start_new_session=True,
        )
        # Both were asked for as pipes, so they are there.
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._orders = self._process.stdin.fileno()
        self._answers = self._process.stdout.fileno()
        os.set_blocking(self._orders, False)
        self._owner = os.getpid()
        self._mails = 0
        self._peak_bytes = 0

    @property
    def process_id(self) -> int:
        return self._process.pid

    def is_ours_and_alive(self) -> bool:
        """A process that was forked off with this pool in it must not speak into its parent's pipes."""
        return self._owner == os.getpid() and self._process.poll() is None

    def is_worn(self, most_mails: int, most_peak_bytes: int) -> bool:
        return self._mails >= most_mails or self._peak_bytes > most_peak_bytes

    def ask(
        self,
        kind: str,
        settings: Mapping[str, SettingValue],
        item: Callable[[], RawItem],
        patience: timedelta,
    ) -> Outcome:
        if not self._mails:
            self._wait_until_ready()
        self._mails += 1
        deadline = Deadline(patience.total_seconds())
        try:
            blobs: list[bytes] = []
            order = pack(Order, Order(kind, settings, item()), blobs)
            send(self._orders, order, blobs, deadline)
            del order, blobs
            frame = receive(self._answers, deadline)
            if frame is None:
                raise PipeClosed
            outcome = unpack(Outcome, *frame)
        except PipeLate:
            raise ParserSlow(f"It was not read after {patience.total_seconds():.0f} s.") from None
        except (PipeGarbled, Unfit) as garbled:
            raise ParserFailed("What was read of it makes no sense.") from garbled
        except PipeClosed:
            raise ParserFailed(self._last_words()) from None
        self._peak_bytes = max(self._peak_bytes, outcome.peak_bytes)
        return outcome

    def _wait_until_ready(self) -> None:
        try:
            ready = receive(self._answers, Deadline(STARTING.total_seconds()))
        except (PipeLate, PipeGarbled, PipeClosed):
            ready = None
        if ready is None:
            raise ParserFailed("The parser could not be started.")

    def dismiss(self) -> None:
        """End it in peace; it notices that its input ended."""
        self._close_pipes()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.kill()

    def forget(self) -> None:
        """Let go of one that has ended, or that belongs to the process we were forked from."""
        self._close_pipes()

    def kill(self) -> None:
        self._process.kill()
        self._close_pipes()
        self._process.wait()

    def _close_pipes(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _last_words(self) -> str:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "The parser broke off."
        if code == -signal.SIGXCPU:
            return "It needed more processor time than one mail is given."
        if code < 0:
            return f"The parser was ended by signal {-code} ({signal.strsignal(-code)})."
        return f"The parser ended with code {code}."


def _said(outcome: Outcome) -> list[InboundMessage]:
    if outcome.failed:
        raise ParserFailed(outcome.failed)
    if outcome.refused:
        raise ChannelError(outcome.refused, permanent=outcome.permanent)
    return list(outcome.messages)


def _environment() -> dict[str, str]:
    """Where to find modules, and nothing else of ours: the desk's keys stand in its environment."""
    known = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")
    kept = {name: os.environ[name] for name in known if name in os.environ}
    places = dict.fromkeys([*(place for place in sys.path if place), _ROOT])
    return {**kept, "PYTHONPATH": os.pathsep.join(places), "PYTHONDONTWRITEBYTECODE": "1"}
