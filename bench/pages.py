"""Server time of the list, a ticket and a search, on desks of different sizes, and the processor's part of it."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from http.client import HTTPConnection

from flask import Flask
from flask.testing import FlaskClient
from waitress.server import create_server

from bench import data
from bench.desks import Place
from bench.report import Figure, cpu, p50_p95
from helpdesk.search import indexing

REQUESTS = 150
CLIENTS = 4
SEARCHES = ("printer", "word7 report", "council tax refund", "word123", "boil*", '"street light"')


def measure(
    database: str, place: Place, sizes: Sequence[int], report: Callable[[str], None]
) -> list[Figure]:
    """The pages at each size, with the search engine that is the default there."""
    figures: list[Figure] = []
    for size in sizes:
        for engine in engines(database, size):
            with place.filled(f"desk{size}{engine}", engine, partial(fill, size, report)) as app:
                conditions = f"{database}, {size:,} tickets, {engine}"
                report(f"measuring: {conditions}")
                figures += measure_pages(app, size, conditions)
    return figures


def engines(database: str, size: int) -> tuple[str, ...]:
    """Whoosh is the default of small SQLite desks, the database's own index that of all others."""
    return ("whoosh",) if database == "sqlite" and size <= 10_000 else ("database",)


def fill(size: int, report: Callable[[str], None]) -> None:
    """People, so many tickets, and the index of the search."""
    data.make_people()
    data.make_tickets(size, 2, lambda done: report(f"made {done:,} of {size:,} tickets"))
    indexing.rebuild(report)


def measure_pages(app: Flask, size: int, conditions: str) -> list[Figure]:
    client = signed_in(app)
    dice = random.Random(3)
    numbers = [f"INC-{1000 + dice.randint(1, size)}" for _ in range(REQUESTS)]
    lists = ["/tickets", "/views/unassigned", "/views/group-1"] * (REQUESTS // 3)
    aims = ("< 40", "< 30") if size == 100_000 else ("", "")
    tickets = [f"/tickets/{one}" for one in numbers]
    queries = [f"/search?q={dice.choice(SEARCHES)}".replace(" ", "+") for _ in range(REQUESTS)]
    figures: list[Figure] = []
    for what, paths, aim in (
        ("list", lists, aims[0]),
        ("ticket", tickets, aims[1]),
        ("search", queries, "< 80"),
    ):
        seconds, worked = timed(client, paths)
        figures += p50_p95("pages", what, conditions, seconds, aim)
        figures.append(cpu("pages", what, conditions, worked))
    rate = requests_a_second(app, client, "/tickets")
    return [*figures, Figure("pages", "list, 4 clients, waitress", conditions, rate, "/s")]


def signed_in(app: Flask) -> FlaskClient:
    """A client with an agent's session."""
    client = app.test_client()
    page = client.get("/sign-in", base_url="http://localhost").get_data(as_text=True)
    start = page.index('value="', page.index('name="csrf_token"')) + len('value="')
    token = page[start : page.index('"', start)]
    form = {"sign_in_name": data.SIGN_IN, "password": data.PASSWORD, "csrf_token": token}
    answer = client.post(
        "/sign-in", data=form, base_url="http://localhost", headers={"Origin": "http://localhost"}
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return client


def timed(client: FlaskClient, paths: Sequence[str]) -> tuple[list[float], list[float]]:
    """The seconds of each request, after ten that warm up, and how many of them the processor worked for it here.

    A database server works beside that; SQLite is part of it.
    """
    for path in paths[:10]:
        assert client.get(path, base_url="http://localhost").status_code == 200, path
    seconds, worked = [], []
    for path in paths:
        start, idle = time.perf_counter(), time.thread_time()
        answer = client.get(path, base_url="http://localhost")
        answer.get_data()
        worked.append(time.thread_time() - idle)
        seconds.append(time.perf_counter() - start)
        assert answer.status_code == 200, path
    return seconds, worked


def requests_a_second(app: Flask, client: FlaskClient, path: str) -> float:
    """How many lists a real server gives four clients in a second."""
    server = create_server(app, host="127.0.0.1", port=0, threads=CLIENTS)
    port = int(server.effective_port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    cookie = "; ".join(f"{one.key}={one.value}" for one in client._cookies.values())
    start = time.perf_counter()
    clients = [threading.Thread(target=ask, args=(port, path, cookie, 40)) for _ in range(CLIENTS)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    took = time.perf_counter() - start
    server.close()
    return CLIENTS * 40 / took


def ask(port: int, path: str, cookie: str, times: int) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    for _ in range(times):
        connection.request("GET", path, headers={"Host": "localhost", "Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
    connection.close()
