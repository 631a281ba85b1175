"""A process that only parses: it is given bytes, has limits, and knows no secret, no database and no network.

`python -m channels.parser_child`, started by `channels.parser_pool`. It ends when its input ends, so also
when whoever started it was killed.
"""

import os
import resource
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from math import ceil
from types import TracebackType

from channels import registry
from channels.carrying import Unfit, pack, unpack
from channels.channel import Channel, ChannelError, RawItem
from channels.framing import Deadline, PipeClosed, PipeGarbled, receive, send
from channels.message import InboundMessage
from channels.settings import SettingValue

MOST_MEMORY_BYTES = 512 * 1024 * 1024
MOST_PROCESSOR_SECONDS = 10
# Should the parent be gone while we hang, nobody else is there to end us.
MOST_WALL_SECONDS = 60
# A mail needs no file but the modules that read it.
MOST_OPEN_FILES = 32

_NEVER = Deadline(None)


@dataclass(frozen=True, slots=True)
class Order:
    """What to read: the channel's kind, its settings without any secret, and the item."""

    kind: str
    settings: Mapping[str, SettingValue]
    item: RawItem


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `refused` are the words of a ChannelError, `failed` names a fault of ours."""

    messages: tuple[InboundMessage, ...] = ()
    refused: str = ""
    permanent: bool = False
    failed: str = ""
    peak_bytes: int = 0


def main() -> None:
    """Answer orders until there are no more."""
    orders, answers = _own_pipes()
    sys.excepthook = partial(_report, answers)
    _limit_ourselves()
    send(answers, "ready", [], _NEVER)
    while True:
        try:
            frame = receive(orders, _NEVER)
            if frame is None:
                return
            outcome = _carry_out(unpack(Order, *frame))
            # What the order held is given back before the answer is written, since both may be large.
            del frame
            blobs: list[bytes] = []
            send(answers, pack(Outcome, outcome, blobs), blobs, _NEVER)
        except (PipeClosed, PipeGarbled, Unfit):
            return


def _carry_out(order: Order) -> Outcome:
    _allow_seconds()
    try:
        found = _channel(order.kind, tuple(sorted(order.settings.items()))).parse(order.item)
        return Outcome(messages=tuple(found), peak_bytes=_peak())
    except ChannelError as refusal:
        return Outcome(refused=refusal.message, permanent=refusal.permanent, peak_bytes=_peak())


def _report(
    answers: int, kind: type[BaseException], fault: BaseException, _trace: TracebackType | None
) -> None:
    """The last thing an unexpected fault lets us do: name it. Who failed once gets no further mail."""
    # What the parser held goes with its frames, so that there is memory for these few words.
    fault.__traceback__ = fault.__context__ = None
    words = f"{kind.__name__}: {fault}"[:500]
    if kind is MemoryError:
        words = "It needed more memory than one mail is given."
    send(answers, pack(Outcome, Outcome(failed=words), []), [], _NEVER)


@lru_cache(maxsize=64)
def _channel(kind: str, settings: tuple[tuple[str, SettingValue], ...]) -> Channel:
    return registry.build(kind, dict(settings))


def _own_pipes() -> tuple[int, int]:
    """Our two pipes under numbers of their own: whatever a library prints must not land between two frames."""
    orders, answers = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return orders, answers


def _limit_ourselves() -> None:
    # Ctrl-C in a terminal is meant for the desk, which then ends our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for kind in registry.kinds():
        _warm_up(kind)
    _limit(resource.RLIMIT_AS, MOST_MEMORY_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, MOST_OPEN_FILES)


def _warm_up(kind: str) -> None:
    """Load what reads this kind before the first mail waits for it."""
    try:
        registry.channel_class(kind)
    except ChannelError:
        # Told to whoever sends a mail of that kind; the others are read.
        return


def _limit(what: int, most: int) -> None:
    _soft, hard = resource.getrlimit(what)
    lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(what, (lowest, hard))
    except (ValueError, OSError):
        # Not every system knows every limit; the others hold.
        return


def _allow_seconds() -> None:
    """So much processor time from now on, and a last alarm; both end the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = ceil(used.ru_utime + used.ru_stime)
    _limit(resource.RLIMIT_CPU, spent + MOST_PROCESSOR_SECONDS)
    signal.alarm(MOST_WALL_SECONDS)


def _peak() -> int:
    """The most memory this process ever had, in bytes; 0 where the system does not say."""
    signal.alarm(0)
    # `getrusage` would count what our parent had when it started us.
    try:
        with open("/proc/self/status", "rb") as status:
            lines = status.read().splitlines()
    except OSError:
        return 0
    peak = next((line for line in lines if line.startswith(b"VmHWM:")), b"VmHWM: 0 kB")
    return int(peak.split()[1]) * 1024


if __name__ == "__main__":
    main()
