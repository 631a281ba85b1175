"""The fixtures of the stories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.core.db import db
from helpdesk.messaging.listening import make_listener
from tests.cast import make_cast
from tests.conftest import empty_database
from tests.flows.live import (
    LiveDesk,
    forget_who_was_here,
    lines_held,
    pages_served,
    work_done,
)
from tests.servers.processes import Keeper
from tests.servers.smtp import SmtpSink


@pytest.fixture
def live_desk(
    application: Flask, smtp_sink: SmtpSink, keeper: Keeper, tmp_path: Path
) -> Iterator[LiveDesk]:
    """The whole desk at work by the real clock, with the cast in it and a mail server that takes what it sends."""
    relay = f"smtp://{smtp_sink.host}:{smtp_sink.port}?security=none"
    application.config["DESK_SMTP_URL"] = relay
    with application.app_context():
        empty_database()
        forget_who_was_here(application)
        cast = make_cast()
        db.session.remove()
    listener = make_listener(application, "127.0.0.1", 0)
    try:
        with (
            pages_served(application) as url,
            lines_held(application),
            work_done(application, keeper, tmp_path),
            listener,
        ):
            yield LiveDesk(application, cast, url, listener.port, smtp_sink)
    finally:
        application.config["DESK_SMTP_URL"] = None
