"""Compares tickets under two books: in this process, or as a child that reads batches and writes what it found.

`python -m helpdesk.sla.what_if_child` reads a line with the question and then a line for each batch, and answers each
batch with a line; all are JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

from helpdesk.sla.facts import OPENED, RowFact, events_of, opening_of
from helpdesk.sla.what_if_books import Question
from workflows.faults import Faulty
from workflows.sla import Event, Opening
from workflows.what_if import Comparison, Flip, Side, Story, Tally, compare

# A ticket's id, its channel, and its facts: number, instant, kind, and data as JSON text.
Ticket = tuple[int, str, Sequence[tuple[int, int, str, str]]]


@dataclass(slots=True)
class Found:
    """What a batch came to: its sums, its flips, and how many tickets could not be counted."""

    tally: Tally
    flips: list[dict[str, Any]]
    unread: int


class Comparer:
    """Compares tickets for one question."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._before = question.as_it_was()
        self._after = question.as_it_would_be()

    def compare(self, tickets: Iterable[Ticket]) -> Found:
        """What these tickets come to. One whose facts make no sense is counted as unread and left out."""
        found = Found(Tally(), [], 0)
        for ticket_id, channel, rows in tickets:
            try:
                comparison = self._compare(Story(ticket_id, channel, _eras(rows)))
            except (Faulty, ValueError, LookupError, AssertionError):
                found.unread += 1
                continue
            found.tally.add(comparison)
            found.flips += [_written(flip) for flip in comparison.flips]
        return found

    def _compare(self, story: Story) -> Comparison:
        question = self._question
        return compare(story, question.since, question.until, self._before, self._after)


def main(orders: TextIO, answers: TextIO) -> None:
    """Answer batches until there are no more."""
    comparer = Comparer(Question.from_json(json.loads(orders.readline())))
    for line in orders:
        found = comparer.compare(json.loads(line))
        answers.write(json.dumps([found.tally.to_json(), found.flips, found.unread]) + "\n")
        answers.flush()


def _eras(rows: Iterable[tuple[int, int, str, str]]) -> list[tuple[Opening, list[Event]]]:
    """The history of a ticket, without what only clocks that count days look at."""
    eras: list[tuple[Opening, list[Event]]] = []
    for seq, at, kind, data in rows:
        row = RowFact(seq, datetime.fromtimestamp(at, UTC), kind, json.loads(data))
        if kind == OPENED:
            eras.append((opening_of(row), []))
        else:
            eras[-1][1].extend(events_of([row]))
    if not eras:
        raise ValueError("A ticket begins with an opening.")
    return eras


def _written(flip: Flip) -> dict[str, Any]:
    return {
        "ticket": flip.ticket,
        "metric": flip.metric,
        "cycle": flip.cycle,
        "at": flip.at,
        "before": _side(flip.before),
        "after": _side(flip.after),
    }


def _side(side: Side) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "verdict": side.verdict.value,
        "elapsed": side.elapsed,
        "target": side.target,
    }
    if side.stretch is not None:
        shown["situation"] = side.stretch.situation.value
        shown["cause"], shown["name"] = side.stretch.cause, side.stretch.name
    return shown


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)
