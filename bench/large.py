"""What one large mail costs: the memory of the child that parses it, and of the process that asks it to."""

from __future__ import annotations

import base64
import tempfile
import time
import tracemalloc
from datetime import timedelta
from pathlib import Path

import psutil

from bench.report import Figure
from channels.channel import RawItem
from channels.parser_child import MOST_MEMORY_BYTES
from channels.parser_pool import ParserPool

MEGABYTE = 1_000_000
FILE_BYTES = 25 * MEGABYTE
PATIENCE = timedelta(seconds=60)
HEAD = (
    b"From: ada@borough.example\r\nSubject: Plans\r\nContent-Type: application/octet-stream\r\n"
    b"Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n"
)


def measure() -> list[Figure]:
    """A mail that is one file of 25 MB."""
    pool = ParserPool(most_peak_bytes=MOST_MEMORY_BYTES)
    pool.parse("email", {}, lambda: RawItem("1", HEAD), PATIENCE)
    [process_id] = pool.process_ids()
    with tempfile.TemporaryDirectory() as folder:
        took, allocated = parse_large(pool, Path(folder) / "large.eml")
    child = peak_of(process_id)
    pool.close()
    conditions = "a file of 25 MB, base64"
    return [
        Figure("large", "reading it in a child", conditions, took * 1000, "ms", "< 10,000"),
        Figure("large", "memory of the child", conditions, child / MEGABYTE, "MB", "< 512"),
        Figure("large", "memory of the desk", conditions, allocated / MEGABYTE, "MB", "< 100"),
    ]


def parse_large(pool: ParserPool, path: Path) -> tuple[float, int]:
    """Seconds, and the most bytes that this process allocated meanwhile; the mail lies in a file, as in the file store."""
    path.write_bytes(HEAD + base64.encodebytes(bytes(FILE_BYTES)))
    tracemalloc.start()
    began = time.perf_counter()
    pool.parse("email", {}, lambda: RawItem("1", path.read_bytes()), PATIENCE)
    took = time.perf_counter() - began
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return took, peak


def peak_of(process_id: int) -> int:
    """The most memory a process ever had, in bytes; what it has now where the system does not say."""
    try:
        with open(f"/proc/{process_id}/status", encoding="ascii") as status:
            line = next(line for line in status if line.startswith("VmHWM:"))
    except FileNotFoundError:
        return int(psutil.Process(process_id).memory_info().rss)
    return int(line.split()[1]) * 1024
