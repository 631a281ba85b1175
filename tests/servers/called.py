"""A service that the desk calls: an HTTP server that remembers what it was told and answers as a test likes."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.servers.processes import HOST


@dataclass
class Called:
    """The calls that came, oldest first, and the status and words they get."""

    port: int
    status: int = 200
    words: bytes = b"{}"
    calls: list[Call] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/"


@dataclass(frozen=True)
class Call:
    """One call: header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def called() -> Iterator[Called]:
    """A service on a free port; to call it, the desk has to allow localhost."""
    with http.server.ThreadingHTTPServer((HOST, 0), http.server.BaseHTTPRequestHandler) as server:
        service = Called(int(server.server_address[1]))
        server.RequestHandlerClass = _handler_for(service)
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        thread.start()
        yield service
        server.shutdown()
        thread.join()


def _handler_for(service: Called) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            service.calls.append(Call(self.command, self.path, headers, body))
            self.send_response(service.status)
            self.send_header("Content-Length", str(len(service.words)))
            self.end_headers()
            self.wfile.write(service.words)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
