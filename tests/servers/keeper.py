"""Waits for the end of its input, then ends the processes and removes the directories it was told of.

Runs by itself, with the standard library alone, beside each test run (see processes.Keeper).
"""

import contextlib
import os
import select
import shutil
import signal
import sys

PATIENCE_IN_SECONDS = 5


def keep() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    handles: list[int] = []
    directories: list[str] = []
    for line in sys.stdin:
        kind, _, value = line.rstrip("\n").partition(" ")
        if kind == "pid":
            # A handle stays true when the number is given to another process; a bare number does not.
            with contextlib.suppress(ProcessLookupError):
                handles.append(os.pidfd_open(int(value)))
        else:
            directories.append(value)
    for handle in handles:
        end(handle)
    for directory in directories:
        shutil.rmtree(directory, ignore_errors=True)


def end(handle: int) -> None:
    # PostgreSQL takes SIGINT as "end now, cleanly"; SIGTERM would wait for its clients.
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        try:
            signal.pidfd_send_signal(handle, sign)
        except ProcessLookupError:
            return
        if select.select([handle], [], [], PATIENCE_IN_SECONDS)[0]:
            return


if __name__ == "__main__":
    keep()
