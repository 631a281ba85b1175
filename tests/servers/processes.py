"""Starting server processes, waiting for them, and ending them whatever becomes of the tests."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NoReturn

import pytest

from tests.servers.ports import HOST, answers, free_port

__all__ = ["HOST", "answers", "free_port"]

IN_MEMORY = Path("/dev/shm")
ROOM_TO_SPARE = 4 * 1024**3


def server_missing(what: str, why: str) -> NoReturn:
    """Skip the test for want of a server, in the words that `.ci/run` counts as a failure."""
    pytest.skip(f"server missing: {what} {why}", allow_module_level=True)


class ServerFailed(Exception):
    """A server ended, or never answered, while we waited for it."""


class Keeper:
    """A small process that outlives a killed test run and clears up behind it.

    It reads what to end and what to remove from a pipe. The kernel closes the pipe when we die, however
    we die, and that is its sign to begin.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-E", str(Path(__file__).with_name("keeper.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def watch(self, pid: int) -> None:
        self._tell(f"pid {pid}")

    def remove_at_end(self, directory: Path) -> None:
        self._tell(f"dir {directory}")

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()


def private_directory(keeper: Keeper, name: str, *, owner: int | None = None) -> Path:
    """A new directory outside any home, removed at the end of the session."""
    directory = Path(tempfile.mkdtemp(prefix=f"desk-{name}-", dir=temporary_root()))
    keeper.remove_at_end(directory)
    if owner is not None:
        os.chown(directory, owner, -1)
    return directory


def directory_in_memory(keeper: Keeper, name: str) -> Path:
    """A new directory where a sync costs nothing, if this machine has one with room to spare.

    A desk under test waits for its disk as every desk does; ten thousand tests waited minutes.
    """
    with suppress(OSError):
        if os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM_TO_SPARE:
            directory = Path(tempfile.mkdtemp(prefix=f"desk-{name}-", dir=IN_MEMORY))
            keeper.remove_at_end(directory)
            return directory
    return private_directory(keeper, name)


def temporary_root() -> Path:
    """Where any user may pass: TMPDIR may lie in the home of root, closed to the server's own user."""
    wanted = Path(tempfile.gettempdir())
    return wanted if os.geteuid() != 0 else Path("/tmp")


class ServerProcess:
    """One server process that can be stopped, killed and started again on the same port."""

    def __init__(
        self,
        keeper: Keeper,
        command: Sequence[str],
        *,
        port: int,
        log: Path,
        user: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.port = port
        self._keeper = keeper
        self._command = command
        self._log = log
        self._user = user
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server was not started"
        return self._process.pid

    def start(self, *, is_ready: Callable[[], bool] | None = None, within: float = 60) -> None:
        with self._log.open("ab") as log:
            self._process = self._spawn(log)
        self._keeper.watch(self._process.pid)
        self.wait_until(is_ready or (lambda: answers(self.port)), within=within)

    def stop(self, *, by: signal.Signals = signal.SIGTERM) -> None:
        """Ask the server to end, wait, and end it by force if it will not."""
        if self._process is None:
            return
        self._process.send_signal(by)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.stop(by=signal.SIGKILL)

    def _spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=self._log.parent,
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user is not None else None,
            env=dict(self._environment) if self._environment is not None else None,
            start_new_session=True,
        )

    def wait_until(self, is_ready: Callable[[], bool], *, within: float = 60) -> None:
        assert self._process is not None
        deadline = time.monotonic() + within
        while not is_ready():
            if self._process.poll() is not None:
                raise ServerFailed(f"{self._command[0]} ended at once.\n{self._last_words()}")
            if time.monotonic() > deadline:
                self.kill()
                raise ServerFailed(f"{self._command[0]} did not answer.\n{self._last_words()}")
            time.sleep(0.02)

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-2000:]


def start_on_a_free_port(make: Callable[[int], ServerProcess]) -> ServerProcess:
    """Start what `make(port)` describes, on another port if someone took ours meanwhile."""
    for _ in range(4):
        server = make(free_port())
        try:
            server.start()
        except ServerFailed as failure:
            reason = failure
        else:
            return server
    raise reason


def remove(directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def keeper():
    """Clears up behind the session's servers, even when the session is killed."""
    its_keeper = Keeper()
    yield its_keeper
    its_keeper.close()


@pytest.fixture(scope="session")
def home(keeper: Keeper) -> Iterator[Path]:
    """Where this run's desk lives."""
    directory = directory_in_memory(keeper, "home")
    yield directory
    remove(directory)
