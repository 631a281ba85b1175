"""S28: what lies in Redis or in a frame of the parser is read as JSON only; a pickle in it is never run."""

from __future__ import annotations

import ast
import os
import pickle
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from channels import framing
from helpdesk.working import QuietWorker

ROOT = Path(__file__).resolve().parents[2]
OURS = sorted(
    path
    for folder in ("channels", "workflows", "helpdesk")
    for path in (ROOT / folder).rglob("*.py")
)
UNSAFE = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "yaml", "jsonpickle"}


class Boom:
    """Unpickling this would make a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


@pytest.fixture
def payload(tmp_path: Path) -> bytes:
    return pickle.dumps(Boom(tmp_path / "boom"))


def test_the_payload_would_run_where_pickles_are_read(payload: bytes, tmp_path: Path) -> None:
    pickle.loads(payload)
    assert (tmp_path / "boom").exists()


def test_a_pickle_put_into_redis_is_not_run_and_the_next_bell_is_answered(
    app: Flask, redis_url: str, payload: bytes, tmp_path: Path
) -> None:
    redis = Redis.from_url(redis_url)
    queue = Queue("desk-hostile", connection=redis, serializer=JSONSerializer)
    redis.hset("rq:job:hostile", mapping={"data": payload, "created_at": "2026-11-16T10:00:00Z"})
    redis.rpush(queue.key, "hostile")
    queue.enqueue_call("helpdesk.jobs.answer_bell", args=("tell",))
    QuietWorker([queue], connection=redis, serializer=JSONSerializer).work(
        burst=True, logging_level="CRITICAL"
    )
    assert not (tmp_path / "boom").exists()
    assert queue.count == 0
    redis.close()


def test_a_frame_of_the_parser_that_is_a_pickle_is_garbled(payload: bytes, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, struct.pack(">Q", len(payload)) + payload)
    os.close(writing)
    with pytest.raises(framing.PipeGarbled):
        framing.receive(reading, framing.Deadline(5))
    os.close(reading)
    assert not (tmp_path / "boom").exists()


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_of_ours_calls_what_runs_its_input(path: Path) -> None:
    """The errors of such a module may be named, since Whoosh raises them over a damaged index."""
    used = {name for name in names_used(path) if not name.endswith("Error")}
    assert not used


def names_used(path: Path) -> Iterator[str]:
    """What a file takes out of the modules that run what they read."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in UNSAFE:
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in UNSAFE:
                yield node.attr
