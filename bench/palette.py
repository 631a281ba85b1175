"""What the palette answers while somebody types, letter by letter, on a large desk; and what its statements read."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from bench.desks import Place
from bench.pages import engines, fill, signed_in, timed
from bench.report import Figure, cpu, p50_p95

# What people type, and the worst that they can: beginnings of nearly every word, of nearly every name, of every number.
WORDS = ("printer", "council tax", "word7 rep", "word123", "street light", "boiler leak", "wo")
NAMES = ("requester 1", "requester 1999", "agent 7", "requester77@ben", "req")
NUMBERS = ("inc-4", "1", "10023", "inc-50")
TYPED = 25


def measure(
    database: str, place: Place, sizes: Sequence[int], report: Callable[[str], None]
) -> list[Figure]:
    """The answers at each size, with the search engine that is the default there."""
    figures: list[Figure] = []
    for size in sizes:
        engine = engines(database, size)[0]
        with place.filled(f"desk{size}{engine}", engine, partial(fill, size, report)) as app:
            conditions = f"{database}, {size:,} tickets, {engine}"
            report(f"measuring: {conditions}")
            figures += measure_typing(app, conditions)
    return figures


def measure_typing(app: Any, conditions: str) -> list[Figure]:
    client = signed_in(app)
    figures: list[Figure] = []
    for what, typed in (("words", WORDS), ("names", NAMES), ("numbers", NUMBERS)):
        seconds, worked = timed(client, list(addresses(typed)))
        figures += p50_p95("palette", what, conditions, seconds, "< 100")
        figures.append(cpu("palette", what, conditions, worked))
    return figures


def addresses(typed: Sequence[str]) -> list[str]:
    """Each text from its first letters on, in an order that no cache has seen."""
    asked = [whole[:end] for whole in typed for end in range(1, len(whole) + 1)]
    dice = random.Random(9)
    return [f"/palette?{urlencode({'q': dice.choice(asked)})}" for _ in range(TYPED * 6)]
