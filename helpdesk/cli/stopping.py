"""Waiting for a person, or a service manager, to say stop."""

from __future__ import annotations

import signal
import threading
from types import FrameType


def wait_for_a_signal() -> None:
    """Return at the first Ctrl-C or SIGTERM."""
    stop_event().wait()


def stop_event() -> threading.Event:
    """An event that Ctrl-C and SIGTERM set; a second Ctrl-C ends the process at once."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        stopping.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return stopping
