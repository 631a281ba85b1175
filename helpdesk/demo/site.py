"""The website of the demo council: a plain page elsewhere, with the chat on it by its one script tag."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import Any

from flask import Flask
from waitress.server import create_server

from helpdesk.core import settings
from helpdesk.core.errors import NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.demo.chats import CAUSE, NAME
from helpdesk.demo.loading import SETTING

PAGE = Path(__file__).parent / "content" / "site.html"

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class DemoSite:
    """Serves that page at a port of its own, so that it is another site to a browser, as it is in life."""

    def __init__(self, desk_url: str, listening: socket.socket) -> None:
        self._desk_url = desk_url
        host, port = listening.getsockname()[:2]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self._server = create_server(self._answer, sockets=[listening], threads=2, ident="Council")
        self._thread = threading.Thread(target=self._server.run, name="site", daemon=True)

    @classmethod
    def for_desk(cls, app: Flask, listening: Callable[[], socket.socket]) -> DemoSite | None:
        """The site of a demo desk that has its chat; None for every other desk."""
        with app.app_context():
            if settings.read(SETTING) is None:
                return None
            try:
                body = store.find(Kind.CHAT, NAME).body
            except NotFound:
                return None
            site = cls(str(app.config["DESK_BASE_URL"]), listening())
            if site.url not in body.get("origins", ()):
                changed = {**body, "origins": [*body.get("origins", ()), site.url]}
                with unit_of_work():
                    store.save(Kind.CHAT, NAME, changed, by=None, cause=CAUSE)
            return site

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.task_dispatcher.shutdown()
        self._server.trigger.pull_trigger(self._server.close)

    def _answer(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        is_welsh = environ.get("PATH_INFO") == "/cy"
        page = PAGE.read_text(encoding="utf-8")
        tag = f'<script src="{escape(self._desk_url)}/chat/widget.js" data-key="{NAME}" async></script>'
        body = page.replace("<!--chat-->", tag).replace(
            'lang="en"', f'lang="{"cy" if is_welsh else "en"}"'
        )
        start_response(
            "200 OK",
            [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")],
        )
        return [body.encode()]
