"""Both engines, each put into the desk of the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.search import indexing
from helpdesk.search.backend import Document, SearchBackend, SearchQuery
from helpdesk.search.database_backend import DatabaseBackend
from helpdesk.search.whoosh_backend import WhooshBackend

AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


@contextmanager
def installed(app: Flask, backend: SearchBackend) -> Iterator[None]:
    previous = app.extensions[indexing.EXTENSION]
    app.extensions[indexing.EXTENSION] = backend
    try:
        yield
    finally:
        app.extensions[indexing.EXTENSION] = previous


@pytest.fixture(params=["whoosh", "database"])
def engine(request: pytest.FixtureRequest, app: Flask, tmp_path: Path) -> Iterator[SearchBackend]:
    """Whoosh, then the index of the run's own database."""
    made = WhooshBackend(tmp_path / "search") if request.param == "whoosh" else DatabaseBackend()
    with installed(app, made):
        yield made


@pytest.fixture
def whoosh(app: Flask, tmp_path: Path) -> Iterator[WhooshBackend]:
    made = WhooshBackend(tmp_path / "search")
    with installed(app, made):
        yield made


@pytest.fixture
def database_engine(app: Flask) -> Iterator[DatabaseBackend]:
    made = DatabaseBackend()
    with installed(app, made):
        yield made


def a_document(ref: str, **more: Any) -> Document:
    """A document with little in it, for everybody in group 1 unless said otherwise."""
    kind = ref.partition(":")[0]
    values: dict[str, Any] = {
        "readers": ("group:1",),
        "title": "Subject",
        "body": "",
        "exact": "",
        "at": AT,
        "ticket_id": None if kind == "person" else 1,
    }
    return Document(ref=ref, kind=kind, **{**values, **more})


def put(engine: SearchBackend, *documents: Document) -> None:
    with unit_of_work():
        engine.index(documents)


def take_out(engine: SearchBackend, *refs: str) -> None:
    with unit_of_work():
        engine.remove(refs)


def refs(
    engine: SearchBackend, text: str, readers: tuple[str, ...] | None = None, **more: Any
) -> list[str]:
    return [hit.ref for hit in engine.search(SearchQuery(text, readers, **more)).hits]


Settle = Callable[[], None]
