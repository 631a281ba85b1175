"""Parsers as in production: children of this process, ended with the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from channels.parser_pool import ParserPool
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import parsing
from helpdesk.messaging.accounts import create_account
from helpdesk.messaging.models import ChannelAccount
from tests.faults.breaking import KIND, HastyPool, install


@pytest.fixture
def children(app: Flask) -> Iterator[ParserPool]:
    """The desk with children that parse."""
    yield from parsing_by(app, ParserPool())


@pytest.fixture
def hasty_children(app: Flask) -> Iterator[ParserPool]:
    """The same with little patience."""
    yield from parsing_by(app, HastyPool())


def parsing_by(app: Flask, pool: ParserPool) -> Iterator[ParserPool]:
    here, app.extensions[parsing.EXTENSION] = app.extensions[parsing.EXTENSION], pool
    yield pool
    app.extensions[parsing.EXTENSION] = here
    pool.close()


@pytest.fixture
def breaking(
    hasty_children: ParserPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ChannelAccount:
    """An account whose channel breaks on what it is told to break on."""
    install(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    with unit_of_work():
        return create_account(kind=KIND, name="Breaking", values={})
