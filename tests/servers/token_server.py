"""A provider of OAuth 2.0 tokens for the tests: codes for devices, keys, refresh tokens that are used once."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.servers.certificates import Certificate
from tests.servers.processes import HOST

CLIENT = "desk-client"
SECRET = "client secret"
USER = "desk@example.org"


class TokenServer:
    """What a test sees: which tokens are good, what was asked, and how to answer the next question."""

    def __init__(self) -> None:
        self.port = 0
        self.introspection_port = 0
        self.ca_file = ""
        self.behave()

    def behave(self) -> None:
        """Forget everything."""
        self.good: set[str] = set()
        self.refresh_tokens: set[str] = set()
        self.asked: list[dict[str, str]] = []
        self.verdict = "authorization_pending"
        self.lasting = 3600
        self.answer: Callable[[BaseHTTPRequestHandler], None] | None = None
        self._numbers = itertools.count(1)

    @property
    def token_url(self) -> str:
        return f"https://localhost:{self.port}/token"

    @property
    def device_url(self) -> str:
        return f"https://localhost:{self.port}/devicecode"

    def settings(self, **more: str) -> dict[str, str]:
        """What a mailbox is told of this provider."""
        return {
            "imap_sign_in": "oauth",
            "oauth_token_url": self.token_url,
            "oauth_device_url": self.device_url,
            "oauth_scope": "mail offline_access",
            "oauth_client_id": CLIENT,
            "oauth_client_secret": SECRET,
            **more,
        }

    def agree(self) -> None:
        """The person typed the code and agreed."""
        self.verdict = ""

    def forget(self) -> None:
        """No access token is good any more, though its time has not come."""
        self.good.clear()

    def reply_to(self, path: str, asked: dict[str, str]) -> tuple[int, dict[str, object]]:
        self.asked.append({"path": path, **asked})
        if path == "/devicecode":
            return 200, {
                "device_code": "device-1",
                "user_code": "WDJB-MJHT",
                "verification_uri": "https://provider.example/device",
                "expires_in": 900,
                "interval": 5,
            }
        grant = asked.get("grant_type", "")
        if grant.endswith("device_code"):
            return self._of_device()
        if grant == "refresh_token":
            return self._of_refresh(asked.get("refresh_token", ""))
        if grant == "client_credentials" and asked.get("client_secret") != SECRET:
            return 401, {"error": "invalid_client", "error_description": "Unknown key"}
        return 200, {"access_token": self.new_token(), "expires_in": self.lasting}

    def new_token(self) -> str:
        token = f"access-{next(self._numbers)}"
        self.good.add(token)
        return token

    def _of_device(self) -> tuple[int, dict[str, object]]:
        if self.verdict:
            return 400, {"error": self.verdict}
        return self._with_refresh()

    def _of_refresh(self, given: str) -> tuple[int, dict[str, object]]:
        if given not in self.refresh_tokens:
            return 400, {"error": "invalid_grant", "error_description": "The token has expired"}
        # A refresh token is good once: whoever loses the new one is locked out.
        self.refresh_tokens.discard(given)
        return self._with_refresh()

    def _with_refresh(self) -> tuple[int, dict[str, object]]:
        fresh = f"refresh-{next(self._numbers)}"
        self.refresh_tokens.add(fresh)
        return 200, {
            "access_token": self.new_token(),
            "expires_in": self.lasting,
            "refresh_token": fresh,
        }

    def introspected(self, token: str) -> dict[str, object]:
        """What Dovecot asks (RFC 7662)."""
        return {"active": token in self.good, "username": USER, "scope": "mail"}


def handler_for(server: TokenServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            asked = {name: values[0] for name, values in parse_qs(body).items()}
            path = urlsplit(self.path).path
            if path == "/introspect":
                self._send(200, server.introspected(asked.get("token", "")))
            elif server.answer is not None:
                server.asked.append({"path": path, **asked})
                server.answer(self)
            else:
                self._send(*server.reply_to(path, asked))

        def _send(self, status: int, content: dict[str, object]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: object) -> None:
            return None

    return Handler


@pytest.fixture(scope="session")
def token_provider(local_certificate: Certificate) -> Iterator[TokenServer]:
    """The provider itself, one for each worker; tests ask for `token_server`."""
    server = TokenServer()
    server.ca_file = local_certificate.ca_file
    context = local_certificate.server_context()
    listeners = []
    for tls in (True, False):
        listener = ThreadingHTTPServer((HOST, 0), handler_for(server))
        listener.daemon_threads = True
        if tls:
            listener.socket = context.wrap_socket(listener.socket, server_side=True)
        threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True).start()
        listeners.append(listener)
    server.port = listeners[0].server_address[1]
    server.introspection_port = listeners[1].server_address[1]
    yield server
    for listener in listeners:
        listener.shutdown()
        listener.server_close()


@pytest.fixture
def token_server(token_provider: TokenServer) -> TokenServer:
    """A provider that has given nothing yet; `.agree()` is the person typing the code."""
    token_provider.behave()
    return token_provider
