"""Open consoles: so many streams to one gateway, and how long it takes until a change on a ticket is on each of them."""

from __future__ import annotations

import asyncio
import json
import resource
import secrets
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from flask import Flask

from bench.chats import gateway
from bench.desks import make_desk
from bench.report import Figure, p50_p95
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.live.passes import make_pass
from helpdesk.people.models import Membership, Right, Role, WebSession
from helpdesk.people.sessions import begin_session
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from tests.cast import make_group, make_person
from tests.makers import make_ticket
from tests.servers.processes import free_port

CONSOLES = 200
GROUPS = 10
TICKETS = 300
CHANGES = 400
PER_SECOND = 10.0

# When each change was committed, by number and version; how long after that each console had it.
Moments = dict[tuple[str, int], float]


def measure(
    name: str, fresh: Callable[[str], str], progress: Callable[[str], None]
) -> list[Figure]:
    """Streams of agents of ten groups to one gateway process; tickets change in a second process, which rings no bell."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    with tempfile.TemporaryDirectory() as folder:
        url = fresh("consoles")
        app = make_desk(url, Path(folder))
        with app.app_context():
            progress(f"signing in {CONSOLES} agents, opening {TICKETS} tickets")
            passes, tickets = _begin()
            port = free_port()
            process = gateway(url, Path(folder), port)
            try:
                found = asyncio.run(_drive(app, port, passes, tickets, psutil.Process(process.pid)))
            finally:
                process.terminate()
                process.wait(20)
    return _figures(name, found)


def _begin() -> tuple[list[str], list[int]]:
    with unit_of_work():
        groups = [make_group(f"Group {number}") for number in range(GROUPS)]
        agents = [
            make_person(f"Agent {number}", f"agent{number}@desk.example", Role.AGENT)
            for number in range(CONSOLES)
        ]
        for number, agent in enumerate(agents):
            # Each is in two groups, as most people are.
            for group in (groups[number % GROUPS], groups[(number + 1) % GROUPS]):
                db.session.add(Membership(person_id=agent.id, group_id=group.id, right=Right.WORK))
            begin_session(agent)
        ada = make_person("Ada Byrne", "ada@citizen.example")
    sessions = db.session.query(WebSession).order_by(WebSession.id)
    passes = [make_pass(one.id) for one in sessions]
    tickets = [make_ticket(ada, groups[number % GROUPS]).id for number in range(TICKETS)]
    return passes, tickets


async def _drive(
    app: Flask, port: int, passes: list[str], tickets: list[int], watched: psutil.Process
) -> dict[str, Any]:
    made: Moments = {}
    heard: list[tuple[tuple[str, int], float]] = []
    streams = [await _open(port, one) for one in passes]
    readers = [asyncio.create_task(_read(reader, heard)) for reader, _writer in streams]
    await asyncio.sleep(3)
    cpu, began = sum(watched.cpu_times()[:2]), time.monotonic()
    loop = asyncio.get_running_loop()
    for number in range(CHANGES):
        at = began + number / PER_SECOND
        await asyncio.sleep(max(0.0, at - time.monotonic()))
        loop.run_in_executor(None, _change, app, secrets.choice(tickets), number, made)
    await asyncio.sleep(3)
    lasted = time.monotonic() - began
    spent = sum(watched.cpu_times()[:2]) - cpu
    delays = [at - made[one] for one, at in heard if one in made]
    found = {
        "delays": delays,
        "threads": watched.num_threads(),
        "memory": watched.memory_info().rss / 1e6,
        "cpu": spent / lasted,
        "open": sum(not reader.done() for reader in readers),
        "told": len(delays),
        "changes": len(made),
    }
    for reader in readers:
        reader.cancel()
    for _reader, writer in streams:
        writer.close()
    await asyncio.gather(*readers, return_exceptions=True)
    return found


async def _open(port: int, pass_: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    deadline = time.monotonic() + 60
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            break
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)
    asked = f"GET /live/console?age=0 HTTP/1.0\r\nAuthorization: Bearer {pass_}\r\n\r\n"
    writer.write(asked.encode())
    await writer.drain()
    return reader, writer


async def _read(reader: asyncio.StreamReader, heard: list[tuple[tuple[str, int], float]]) -> None:
    while line := await reader.readline():
        if not line.startswith(b"data: "):
            continue
        frame = json.loads(line[6:])
        at = time.monotonic()
        for one in frame.get("tickets", ()):
            heard.append(((one["number"], one["version"]), at))


def _change(app: Flask, ticket_id: int, number: int, made: Moments) -> None:
    """One change, timed from its commit."""
    with app.app_context():
        try:
            with unit_of_work():
                ticket: Ticket = commands.lock(ticket_id)
                commands.set_tags(ticket, [f"tag {number}"], by=None, cause="bench")
                known = (ticket.number, ticket.version)
            made[known] = time.monotonic()
        finally:
            db.session.remove()


def _figures(name: str, found: dict[str, Any]) -> list[Figure]:
    conditions = f"{found['open']} consoles, {PER_SECOND:g} changes a second, {name}"
    a_change = round(found["told"] / max(1, found["changes"]), 1)
    return [
        *p50_p95("consoles", "a change at a console", conditions, found["delays"], "p95 < 1 s"),
        Figure("consoles", "consoles told of a change", conditions, a_change, ""),
        Figure("consoles", "gateway, of one core", conditions, round(found["cpu"] * 100, 1), "%"),
        Figure("consoles", "gateway, threads", conditions, found["threads"], "", "< 20"),
        Figure("consoles", "gateway, memory", conditions, round(found["memory"], 1), "MB"),
    ]
