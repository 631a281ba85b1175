"""`desk` as a process of its own, started as an operator starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from tests.servers.processes import Keeper

ROOT = Path(__file__).resolve().parents[2]
DESK = (sys.executable, "-c", "from helpdesk.cli import main; main()")

Answer = TypeVar("Answer")


def wait_until(question: Callable[[], Answer], *, within: float = 30) -> Answer:
    """The first answer that is true; fails when there is none in time."""
    deadline = time.monotonic() + within
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"Nothing came of it in {within} s."
        time.sleep(0.05)


def environment(settings: Mapping[str, Any], **more: str) -> dict[str, str]:
    """What a process needs to be of the same desk as this application."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DESK_")}
    named = {
        "DESK_DATABASE_URL": settings["SQLALCHEMY_DATABASE_URI"],
        "DESK_SECRET_KEY": settings["SECRET_KEY"],
        **{name: settings[name] for name in settings if name.startswith("DESK_")},
        "DESK_ALLOWED_HOSTS": ",".join(settings["DESK_ALLOWED_HOSTS"]),
        "DESK_INTERNAL_HOSTS": ",".join(settings.get("DESK_INTERNAL_HOSTS") or ()),
        **more,
    }
    given = {name: str(value) for name, value in named.items() if value is not None}
    return {**plain, **given, "PYTHONPATH": str(ROOT)}


class DeskProcess:
    """One `desk ...` that runs until it is stopped or killed; what it says is kept in two files."""

    def __init__(
        self, keeper: Keeper, *words: str, folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._out, self._errors = folder / f"{words[0]}.out", folder / f"{words[0]}.err"
        with self._out.open("wb") as out, self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [*DESK, *words],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
                start_new_session=True,
            )
        keeper.watch(self._process.pid)

    @property
    def said(self) -> str:
        return self._out.read_text(encoding="utf-8")

    @property
    def complained(self) -> str:
        return self._errors.read_text(encoding="utf-8")

    def wait_for_words(self, words: str, *, within: float = 60) -> None:
        """Wait until it said this; fails at once when it ended instead."""

        def heard() -> bool:
            assert self._process.poll() is None, self.said + self.complained
            return words in self.said

        wait_until(heard, within=within)

    def interrupt(self) -> int:
        """Press Ctrl-C; returns the exit code."""
        self._process.send_signal(signal.SIGINT)
        return self.ended()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def ended(self, *, within: float = 30) -> int:
        """Its exit code, once it has ended."""
        return self._process.wait(within)


def call_desk(*words: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a `desk` command to its end."""
    return subprocess.run(
        [*DESK, *words],
        cwd=environment["DESK_DATA_DIR"],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
