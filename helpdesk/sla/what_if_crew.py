"""Crew: the processes that compare tickets side by side, or none for a few tickets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from helpdesk.sla.what_if_books import Question
from helpdesk.sla.what_if_child import Comparer, Found, Ticket
from workflows.what_if import Tally

_ROOT = str(Path(__file__).resolve().parents[2])


class CrewFailed(RuntimeError):
    """A process that compares tickets ended before its time."""


class Crew:
    """So many processes, and batches handed to them in turn; what they find comes back in the order of the batches."""

    def __init__(self, question: Question, processes: int) -> None:
        self._children = [_Child(question) for _ in range(processes)]
        self._alone = None if processes else Comparer(question)

    def compare(self, batches: Iterable[Sequence[Ticket]]) -> Iterator[Found]:
        """What each batch comes to. The next batch is read while the last ones are compared."""
        if self._alone is not None:
            for batch in batches:
                yield self._alone.compare(batch)
            return
        busy: deque[_Child] = deque()
        idle = deque(self._children)
        for batch in batches:
            if not idle:
                child = busy.popleft()
                yield child.answer()
                idle.append(child)
            child = idle.popleft()
            child.ask(batch)
            busy.append(child)
        for child in busy:
            yield child.answer()

    def close(self) -> None:
        """End the processes."""
        for child in self._children:
            child.end()


class _Child:
    def __init__(self, question: Question) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "helpdesk.sla.what_if_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_environment(),
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self._say(question.to_json())

    def ask(self, batch: Sequence[Ticket]) -> None:
        """Hand over a batch; the child waits for it, so that this does not."""
        self._say(batch)

    def answer(self) -> Found:
        """What the last batch came to."""
        assert self._process.stdout is not None  # It was asked for as a pipe.
        line = self._process.stdout.readline()
        if not line:
            raise CrewFailed("A process that compares tickets has ended.")
        tally, flips, unread = json.loads(line)
        return Found(Tally.from_json(tally), flips, unread)

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _say(self, what: object) -> None:
        assert self._process.stdin is not None  # It was asked for as a pipe.
        try:
            self._process.stdin.write(json.dumps(what) + "\n")
            self._process.stdin.flush()
        except OSError as broken:
            raise CrewFailed("A process that compares tickets has ended.") from broken


def _environment() -> dict[str, str]:
    known = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")
    kept = {name: os.environ[name] for name in known if name in os.environ}
    places = dict.fromkeys([*(place for place in sys.path if place), _ROOT])
    return {**kept, "PYTHONPATH": os.pathsep.join(places), "PYTHONDONTWRITEBYTECODE": "1"}
