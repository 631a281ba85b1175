"""Open chats: so many WebSockets, and how long it takes until what one side says is read on the other."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import websockets

from bench.desks import environment, make_desk
from bench.report import Figure, p50_p95
from helpdesk.chat import agents, visiting
from helpdesk.chat.models import Chat
from helpdesk.chat.visiting import Opening, Saying
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people.access import Actor, actor_of
from helpdesk.people.models import Role
from tests.cast import make_group, make_person
from tests.servers.processes import free_port

LINES = 500
SAID = 600
PER_SECOND = 10.0


def measure(
    name: str, fresh: Callable[[str], str], progress: Callable[[str], None]
) -> list[Figure]:
    """Lines to one gateway process; visitors say things, agents answer others, from a second process."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    with tempfile.TemporaryDirectory() as folder:
        url = fresh("chats")
        app = make_desk(url, Path(folder))
        with app.app_context():
            tokens, actor = _begin(LINES, progress)
            port = free_port()
            process = gateway(url, Path(folder), port)
            try:
                found = asyncio.run(_drive(app, port, tokens, actor, process))
            finally:
                process.terminate()
                process.wait(20)
    return _figures(name, found)


def _begin(count: int, progress: Callable[[str], None]) -> tuple[list[str], Actor]:
    with unit_of_work():
        group = make_group("Chats")
        agent = make_person("Ben Kaya", "ben@desk.example", Role.ADMIN)
        store.save(Kind.CHAT, "c", {"title": "Chat", "group": "Chats"}, by=None, cause="bench")
        actor = actor_of(agent)
        del group
    tokens = []
    progress(f"beginning {count} chats")
    for number in range(count):
        token = secrets.token_urlsafe(32)
        first = Saying("first-saying", f"Question {number}")
        with unit_of_work():
            opening = Opening(
                token=token,
                chat="c",
                first=first,
                email=f"v{number}@citizen.example",
                source=str(number),
            )
            chat = visiting.start(opening)
        with unit_of_work():
            agents.take(chat, actor)
        tokens.append(token)
    return tokens, actor


def gateway(url: str, folder: Path, port: int) -> subprocess.Popen[bytes]:
    """A gateway process of its own, as operators start one."""
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from helpdesk.cli import main; main()",
            "live",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        ],
        env={**environment(url, folder), "PYTHONPATH": os.getcwd()},
        stdout=subprocess.DEVNULL,
    )


async def _drive(
    app: Any, port: int, tokens: list[str], actor: Actor, process: subprocess.Popen[bytes]
) -> dict[str, Any]:
    came: dict[str, float] = {}
    acked: dict[str, float] = {}
    lines = await _open_all(port, tokens)
    readers = [asyncio.create_task(_read(line, came, acked)) for line in lines]
    await asyncio.sleep(2)
    watched = psutil.Process(process.pid)
    cpu, began = sum(watched.cpu_times()[:2]), time.monotonic()
    said, answered = {}, {}
    for number in range(SAID):
        at = began + number / PER_SECOND
        await asyncio.sleep(max(0.0, at - time.monotonic()))
        which = secrets.randbelow(len(lines))
        key = f"saying-{number:06}"
        if number % 2:
            said[key] = time.monotonic()
            await lines[which].send(json.dumps({"type": "say", "id": key, "text": key}))
        else:
            answered[key] = time.monotonic()
            asyncio.get_running_loop().run_in_executor(
                None, _answer, app, tokens[which], actor, key
            )
    await asyncio.sleep(5)
    spent = sum(watched.cpu_times()[:2]) - cpu
    found = {
        "memory": watched.memory_info().rss / 1e6,
        "cpu": spent / (time.monotonic() - began),
        "open": sum(1 for line in lines if line.close_code is None),
        "said": [acked[key] - at for key, at in said.items() if key in acked],
        "answered": [came[key] - at for key, at in answered.items() if key in came],
        "lost": sum(key not in acked for key in said) + sum(key not in came for key in answered),
    }
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    return found


async def _open_all(port: int, tokens: list[str]) -> list[Any]:
    lines = []
    for token in tokens:
        lines.append(await _open(port, token))
    return lines


async def _open(port: int, token: str) -> Any:
    deadline = time.monotonic() + 60
    while True:
        try:
            line = await websockets.connect(
                f"ws://127.0.0.1:{port}/live", origin="http://localhost", proxy=None
            )
            await line.send(json.dumps({"type": "hello", "token": token, "after": 0}))
            return line
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)


async def _read(line: Any, came: dict[str, float], acked: dict[str, float]) -> None:
    with contextlib.suppress(websockets.ConnectionClosed):
        async for text in line:
            frame = json.loads(text)
            if frame["type"] == "said":
                acked[frame["id"]] = time.monotonic()
            for item in frame.get("items", ()):
                came.setdefault(item["text"], time.monotonic())


def _answer(app: Any, token: str, actor: Actor, key: str) -> None:
    with app.app_context():
        chat: Chat | None = visiting.chat_of(token)
        assert chat is not None
        with unit_of_work():
            agents.answer(chat, actor, said_id=key, text=key)
        db.session.remove()


def _figures(name: str, found: dict[str, Any]) -> list[Figure]:
    conditions = f"{found['open']} lines, {PER_SECOND:g} messages a second, {name}"
    return [
        *p50_p95("chats", "a visitor's message confirmed", conditions, found["said"]),
        *p50_p95("chats", "an answer at the widget", conditions, found["answered"], "p95 < 500 ms"),
        Figure("chats", "messages lost", conditions, found["lost"], "messages", "0"),
        Figure("chats", "gateway, of one core", conditions, round(found["cpu"] * 100, 1), "%"),
        Figure("chats", "gateway, memory", conditions, round(found["memory"], 1), "MB"),
    ]
