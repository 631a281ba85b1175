"""Frames over a pipe: a length, a line of JSON, and the bytes it speaks of."""

import io
import json
import os
import select
import struct
import time
from collections.abc import Sequence
from typing import Any

# What a mail of the largest size can become, text and files, stays well below.
MOST_JSON_BYTES = 256 * 1024 * 1024
MOST_BLOB_BYTES = 256 * 1024 * 1024

_LENGTH = struct.Struct(">Q")
_AT_ONCE = 1024 * 1024


class PipeClosed(Exception):
    """The other side is gone."""


class PipeLate(Exception):
    """The other side did not take or give what it should in time."""


class PipeGarbled(Exception):
    """What came is no frame."""


class Deadline:
    """A point in time until which a conversation over a pipe must be done; never, if `seconds` is None."""

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds

    def wait(self, handle: int, event: int) -> None:
        """Until the pipe can be read or written. Raises PipeLate."""
        if self._end is None:
            return
        poll = select.poll()
        poll.register(handle, event)
        left = self._end - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise PipeLate


def send(handle: int, said: Any, blobs: Sequence[bytes], deadline: Deadline) -> None:
    """Write one frame. Raises PipeClosed or PipeLate."""
    head = json.dumps({"said": said, "blobs": [len(blob) for blob in blobs]}).encode("ascii")
    first = _LENGTH.pack(len(head)) + head
    for piece in (first, *blobs):
        _write(handle, memoryview(piece), deadline)


def receive(handle: int, deadline: Deadline) -> tuple[Any, list[bytes]] | None:
    """Read one frame; None when the other side has ended the conversation. Raises what stands above."""
    start = _read(handle, _LENGTH.size, deadline, may_end=True)
    if not start:
        return None
    length = int(_LENGTH.unpack(start)[0])
    if length > MOST_JSON_BYTES:
        raise PipeGarbled
    try:
        head = json.loads(_read(handle, length, deadline))
        sizes = [int(size) for size in head["blobs"]]
        said = head["said"]
    except (ValueError, TypeError, KeyError, RecursionError) as garbled:
        raise PipeGarbled from garbled
    if sum(sizes) > MOST_BLOB_BYTES or min(sizes, default=0) < 0:
        raise PipeGarbled
    return said, [_read(handle, size, deadline) for size in sizes]


def _write(handle: int, rest: memoryview, deadline: Deadline) -> None:
    while rest:
        deadline.wait(handle, select.POLLOUT)
        try:
            rest = rest[os.write(handle, rest[:_AT_ONCE]) :]
        except BlockingIOError:
            continue
        except BrokenPipeError as gone:
            raise PipeClosed from gone


def _read(handle: int, size: int, deadline: Deadline, *, may_end: bool = False) -> bytes:
    # A buffer that grows and is handed over as it is: the bytes of a large file lie in memory once.
    found = io.BytesIO()
    while found.tell() < size:
        deadline.wait(handle, select.POLLIN)
        piece = os.read(handle, min(size - found.tell(), _AT_ONCE))
        if not piece:
            if may_end and not found.tell():
                return b""
            raise PipeClosed
        found.write(piece)
    return found.getvalue()
