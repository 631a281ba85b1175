"""P29: Redis may be killed, freeze, be emptied or never have been there: work goes on, limits hold, the banner says so."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from redis import Redis
from redis.backoff import NoBackoff
from redis.client import PubSubWorkerThread
from redis.retry import Retry

from helpdesk import working
from helpdesk.checking import alarms, machine
from helpdesk.core import outbox
from helpdesk.core.clock import StoppedClock
from helpdesk.core.queue import RQ_RUNNER, RqRunner, bell_key
from helpdesk.messaging.listening import receive
from helpdesk.working import Worker
from tests.cast import PASSWORD, Cast
from tests.faults.test_p04_database_down import healed
from tests.faults.test_p12_flaky_servers import wait_until
from tests.helpdesk.messaging.post import mail_from, tickets
from tests.pages import PageClient
from tests.servers.valkey import RedisServer

pytestmark = pytest.mark.faults
ANSWER_SECONDS = 0.3


@pytest.fixture
def redis(
    app: Flask, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RedisServer]:
    """A Redis of our own that rings for this desk; whole again afterwards."""
    # The workers' own look is what is proved, so it comes soon; a frozen server is not waited for long.
    monkeypatch.setattr(working, "PATIENCE", timedelta(seconds=0.2))
    connection = Redis.from_url(
        redis_server.url,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )
    connection.flushdb()
    runner = RqRunner(connection)
    monkeypatch.setitem(app.extensions, RQ_RUNNER, runner)
    before = outbox._ring
    outbox.install_bell(runner.ring)
    yield redis_server
    outbox.install_bell(before)
    if not redis_server.is_ready():
        redis_server.start()
    connection.close()


@contextmanager
def killed(server: RedisServer) -> Iterator[None]:
    server.kill()
    yield
    server.start()


@contextmanager
def frozen(server: RedisServer) -> Iterator[None]:
    pid = server.process.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def emptied(server: RedisServer) -> Iterator[None]:
    with Redis.from_url(server.url) as connection:
        connection.flushall()
        yield


@contextmanager
def deaf(server: RedisServer) -> Iterator[None]:
    """Every lane has a bell under way that no worker will ever hear."""
    with Redis.from_url(server.url) as connection:
        for lane in outbox.lanes():
            connection.set(bell_key(lane), "1")
        yield
        connection.flushall()


FAULTS = {"killed": killed, "frozen": frozen, "emptied": emptied, "deaf": deaf}


@contextmanager
def at_work(app: Flask) -> Iterator[None]:
    """A worker as `desk worker` is one."""
    stopping = threading.Event()
    thread = threading.Thread(target=Worker(app).run, args=(stopping,), name="worker")
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(30)
        assert not thread.is_alive()
        assert not [one for one in threading.enumerate() if isinstance(one, PubSubWorkerThread)]


def arrived(count: int) -> Callable[[], bool]:
    """Whether so many mails have their tickets."""
    return lambda: healed(lambda: len(tickets()) == count)


def hand_over() -> None:
    receive("ada@borough.example", ("help@desk.example",), mail_from())


@pytest.mark.parametrize("fault", FAULTS)
def test_work_goes_on_by_the_workers_own_look_and_by_bells_when_it_is_back(
    app: Flask, redis: RedisServer, fault: str
) -> None:
    with at_work(app):
        hand_over()
        wait_until(arrived(1))
        with FAULTS[fault](redis):
            hand_over()
            wait_until(arrived(2))
        hand_over()
        wait_until(arrived(3))


def test_a_worker_that_finds_no_redis_at_its_start_works(app: Flask, redis: RedisServer) -> None:
    with killed(redis):
        with at_work(app):
            hand_over()
            wait_until(arrived(1))


def test_the_limit_of_sign_ins_holds_without_redis(
    app: Flask, redis: RedisServer, cast: Cast, client: PageClient
) -> None:
    with killed(redis):
        for _try in range(10):
            client.post(
                "/sign-in",
                {"sign_in_name": "ben@borough.example", "password": "wrong words"},
                status=422,
            )
        right = {"sign_in_name": "ben@borough.example", "password": PASSWORD}
        client.post("/sign-in", right, status=429)


def test_the_banner_says_that_all_is_slower_until_it_is_back(
    app: Flask,
    redis: RedisServer,
    cast: Cast,
    client: PageClient,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The tests' own PostgreSQL is told to be quick, and its clock does not stand still; that would be said first.
    monkeypatch.setattr(machine, "_weak_on_postgresql", list)
    monkeypatch.setattr(machine, "_database_time", clock.now)
    client.sign_in("eve@borough.example")
    with frozen(redis):
        alarms.keep_watch()
        assert "but slower" in client.get("/tickets").get_data(as_text=True)
    clock.advance(timedelta(minutes=1))
    alarms.keep_watch()
    assert "but slower" not in client.get("/tickets").get_data(as_text=True)
