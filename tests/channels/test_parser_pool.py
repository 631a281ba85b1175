"""Children that parse: what goes through their pipes, what it costs, and how they end."""

from __future__ import annotations

import base64
import os
import struct
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta

import psutil
import pytest

from channels.channel import ChannelError, RawItem
from channels.framing import Deadline, PipeClosed, PipeGarbled, PipeLate, receive, send
from channels.parser_pool import ParserPool

PATIENCE = timedelta(seconds=60)
MAIL = b"From: ada@borough.example\r\nSubject: Caf\xc3\xa9\r\n\r\nHello.\r\n"


@pytest.fixture
def pool() -> Iterator[ParserPool]:
    made = ParserPool()
    yield made
    made.close()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    for handle in (reading, writing):
        try:
            os.close(handle)
        except OSError:
            continue


def test_a_frame_arrives_as_it_was_sent(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    send(writing, {"a": [1, None, "é"]}, [b"", b"\x00\xff"], Deadline(5))
    assert receive(reading, Deadline(5)) == ({"a": [1, None, "é"]}, [b"", b"\x00\xff"])


def test_a_pipe_that_was_closed_between_two_frames_has_ended(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    os.close(writing)
    assert receive(reading, Deadline(5)) is None


@pytest.mark.parametrize(
    ("written", "error"),
    [
        (struct.pack(">Q", 50) + b"{", PipeClosed),
        (b"\x00\x01", PipeClosed),
        (struct.pack(">Q", 2**60), PipeGarbled),
        (struct.pack(">Q", 2) + b"{}", PipeGarbled),
        (struct.pack(">Q", 2) + b"no", PipeGarbled),
        (struct.pack(">Q", 26) + b'{"said": 1, "blobs": [-5]}', PipeGarbled),
        (struct.pack(">Q", 40_000) + b"[" * 40_000, PipeGarbled),
    ],
)
def test_what_is_no_frame_is_refused(
    pipe: tuple[int, int], written: bytes, error: type[Exception]
) -> None:
    reading, writing = pipe
    os.write(writing, written)
    os.close(writing)
    with pytest.raises(error):
        receive(reading, Deadline(5))


def test_who_says_nothing_is_late(pipe: tuple[int, int]) -> None:
    with pytest.raises(PipeLate):
        receive(pipe[0], Deadline(0.01))


def test_a_child_reads_as_the_channel_does_and_is_used_again(pool: ParserPool) -> None:
    for _ in range(2):
        [message] = pool.parse("email", {}, lambda: RawItem("1", MAIL), PATIENCE)
        assert (message.subject, message.text.strip()) == ("Café", "Hello.")
    assert len(pool.process_ids()) == 1


def test_a_child_is_replaced_after_so_many_mails() -> None:
    pool = ParserPool(most_mails=1)
    pool.parse("email", {}, lambda: RawItem("1", MAIL), PATIENCE)
    assert pool.process_ids() == []


def test_a_child_that_grew_large_is_replaced() -> None:
    pool = ParserPool(most_peak_bytes=1)
    pool.parse("email", {}, lambda: RawItem("1", MAIL), PATIENCE)
    assert pool.process_ids() == []


def test_a_refusal_of_the_channel_comes_back_as_one(pool: ParserPool) -> None:
    with pytest.raises(ChannelError, match="no channel of the kind"):
        pool.parse("smoke signals", {}, lambda: RawItem("1", MAIL), PATIENCE)


def test_a_file_of_25_mb_costs_the_desk_less_than_four_times_its_size(pool: ParserPool) -> None:
    size = 25_000_000

    def item() -> RawItem:
        head = MAIL.partition(b"\r\n\r\n")[0] + b"\r\nContent-Type: application/x-a\r\n"
        how = b"Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        return RawItem("1", head + how + base64.b64encode(bytes(size)))

    tracemalloc.start()
    try:
        [message] = pool.parse("email", {}, item, PATIENCE)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [file.size for file in message.files] == [size]
    assert peak < 4 * size


_PARENT = """
import os, sys
from datetime import timedelta
from channels.channel import RawItem
from channels.parser_pool import ParserPool

pool = ParserPool()
pool.parse("email", {}, lambda: RawItem("1", b"From: a@b.example"), timedelta(seconds=60))
print(pool.process_ids()[0], flush=True)
sys.stdin.read()
"""


def test_a_child_ends_when_its_parent_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    with parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    _gone, alive = psutil.wait_procs([child], timeout=20)
    assert alive == []
