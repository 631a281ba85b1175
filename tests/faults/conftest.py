"""Parsers as in production: children of this process, ended with the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from channels.parser_pool import ParserPool
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import parsing
from helpdesk.messaging.accounts import create_account
from helpdesk.messaging.models import ChannelAccount
from helpdesk.messaging.policy import MailPolicy, write
from tests.faults.breaking import KIND, HastyPool, install
from tests.faults.crashes import Machine, Post, settings_for
from tests.servers.dovecot import Dovecot
from tests.servers.processes import Keeper
from tests.servers.smtp import SmtpSink


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


@pytest.fixture(scope="session")
def running_machine(
    application: Flask,
    settings: dict[str, Any],
    keeper: Keeper,
    smtp_listener: SmtpSink,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Machine]:
    """The machine itself, one for each worker; tests ask for `machine`."""
    given = settings_for(application, settings, smtp_listener)
    made = Machine(keeper, given, tmp_path_factory.mktemp("machine"))
    yield made
    made.close()


@pytest.fixture
def machine(app: Flask, running_machine: Machine, smtp_sink: SmtpSink) -> Machine:
    """Where desks on this test's database are started and killed; their mail goes to the sink."""
    running_machine.begin_anew()
    return running_machine


@pytest.fixture
def crash_post(app: Flask, dovecot: Dovecot, smtp_sink: SmtpSink) -> Post:
    """A mailbox whose every mail gets a receipt, however many there are."""
    with unit_of_work():
        write(MailPolicy(receipts_an_hour=100_000, sends_a_minute=0, sends_an_hour=0))
    return Post(dovecot, smtp_sink)
