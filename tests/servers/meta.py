"""Meta as the desk meets it: a graph that takes messages and files and hands files out, by its wire format."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from channels.instagram.profiles import PROFILES
from tests.servers.processes import HOST

TOKEN = "EAA-token-of-a-system-user"
NUMBER_ID, BUSINESS_ID, PAGE_ID = "106540352242922", "102290129340398", "17841400000000001"


@dataclass(frozen=True)
class Lying:
    """A file that lies at Meta; `status` is what whoever asks for it is told, `location` where they are sent on."""

    content_type: str
    body: bytes
    status: int = 200
    location: str = ""


@dataclass(frozen=True)
class Asked:
    """One call: what was asked for, and with what."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass
class Meta:
    """The graph; `refuses` is the error that messages get, `cuts` ends the line after a message was taken."""

    port: int
    asked: list[Asked] = field(default_factory=list)
    files: dict[str, Lying] = field(default_factory=dict)
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    templates: list[dict[str, Any]] = field(default_factory=list)
    refuses: dict[str, Any] | None = None
    refuses_with: int = 400
    cuts: bool = False

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/v23.0"

    @property
    def sent(self) -> list[Any]:
        """What messages were taken, oldest first."""
        return [one.said for one in self.asked if one.path.endswith("/messages")]

    def answer(self, call: Asked) -> tuple[int, str, bytes]:
        """The status, the type and the bytes of an answer."""
        self.asked.append(call)
        if call.path.startswith("/files/"):
            return self._file(call.path.removeprefix("/files/"))
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            return _json(401, {"error": {"message": "Invalid OAuth access token", "code": 190}})
        path = call.path.removeprefix("/v23.0/")
        if call.method == "POST":
            return self._posted(path)
        return self._got(path, call)

    def _posted(self, path: str) -> tuple[int, str, bytes]:
        if path.endswith("/media"):
            return _json(200, {"id": "4490709327384033"})
        if self.refuses is not None:
            return _json(self.refuses_with, {"error": self.refuses})
        number = len(self.sent)
        if path.startswith((PAGE_ID, "me/")):
            return _json(200, {"recipient_id": "igsid", "message_id": f"mid.{number}"})
        return _json(
            200,
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": "x", "wa_id": "x"}],
                "messages": [{"id": f"wamid.ours{number}", "message_status": "accepted"}],
            },
        )

    def _got(self, path: str, call: Asked) -> tuple[int, str, bytes]:
        if path == NUMBER_ID:
            name = {"verified_name": "Harbourstead", "display_phone_number": "+44 20 7946 0000"}
            return _json(200, {**name, "id": path})
        if path in (PAGE_ID, "me"):
            return _json(200, {"user_id": PAGE_ID, "username": "harbourstead"})
        if path in self.people:
            return _json(200, {**self.people[path], "id": path})
        if path.endswith("/message_templates"):
            return _json(200, {"data": self.templates, "paging": {"cursors": {"after": "x"}}})
        if path in self.files:
            lying = self.files[path]
            url = f"http://localhost:{self.port}/files/{path}"
            found = {"url": url, "mime_type": lying.content_type, "file_size": len(lying.body)}
            return _json(200, {**found, "id": path, "messaging_product": "whatsapp"})
        return _json(400, {"error": {"message": "Unsupported get request", "code": 100}})

    def _file(self, name: str) -> tuple[int, str, bytes]:
        lying = self.files.get(name)
        if lying is None:
            return 404, "text/plain", b"gone"
        return lying.status, lying.content_type, lying.body


@pytest.fixture
def meta() -> Iterator[Meta]:
    """The graph on a free port; to call it, the desk has to allow localhost."""
    PROFILES.forget()
    with http.server.ThreadingHTTPServer((HOST, 0), http.server.BaseHTTPRequestHandler) as server:
        service = Meta(int(server.server_address[1]))
        server.RequestHandlerClass = _handler_for(service)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield service
        server.shutdown()
        thread.join()


def _json(status: int, said: Any) -> tuple[int, str, bytes]:
    return status, "application/json", json.dumps(said).encode()


def _handler_for(service: Meta) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, kind, words = service.answer(
                Asked(self.command, parts.path, query, headers, body)
            )
            if service.cuts and parts.path.endswith("/messages"):
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Type", kind)
            lying = service.files.get(parts.path.rpartition("/")[2])
            if lying is not None and lying.location:
                self.send_header("Location", lying.location)
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
