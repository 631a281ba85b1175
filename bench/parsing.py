"""How long mails of every kind take to read: the corpus that stands beside the project, parsed one by one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from bench.report import Figure, p50_p95
from channels.email.parse import parse

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "email"
SHOWN_EVERY = 1000


def measure(report: Callable[[str], None]) -> list[Figure]:
    """The time of one mail; nothing where the corpus is not there."""
    listed = CORPUS / "expected.json"
    if not listed.is_file():
        report("parse: the corpus is not here, so it is left out")
        return []
    entries = json.loads(listed.read_text("utf-8"))
    paths = sorted({CORPUS / one["file"] for one in entries if one["file"].endswith(".eml")})
    seconds = []
    for number, path in enumerate(paths, 1):
        body = path.read_bytes()
        began = time.perf_counter()
        parse(body)
        seconds.append(time.perf_counter() - began)
        if number % SHOWN_EVERY == 0:
            report(f"parsed {number:,} of {len(paths):,} mails")
    conditions = f"corpus, {len(paths):,} mails"
    longest = Figure("parse", "the longest", conditions, max(seconds) * 1000, "ms", "< 10,000")
    return [*p50_p95("parse", "one mail", conditions, seconds, "< 30"), longest]
