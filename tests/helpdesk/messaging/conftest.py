"""A mail server of our own for what the desk sends, and the address of no server at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.servers.processes import free_port
from tests.servers.smtp import SmtpSink


@pytest.fixture
def sink(app: Flask, smtp_sink: SmtpSink) -> Iterator[SmtpSink]:
    """The desk-wide mail server: a real one that keeps what it is given."""
    app.config["DESK_SMTP_URL"] = f"smtp://{smtp_sink.host}:{smtp_sink.port}?security=none"
    yield smtp_sink
    app.config["DESK_SMTP_URL"] = None


@pytest.fixture
def server_away(app: Flask) -> Iterator[None]:
    """A desk-wide mail server that does not answer."""
    app.config["DESK_SMTP_URL"] = f"smtp://127.0.0.1:{free_port()}?security=none"
    yield
    app.config["DESK_SMTP_URL"] = None
