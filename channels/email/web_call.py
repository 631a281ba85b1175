"""post_form(): one call to a server of tokens: TLS only, no redirects, ten seconds, little to read (S25)."""

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from channels.channel import ChannelError
from channels.email.connection import Server, unreachable

LONGEST_CALL = timedelta(seconds=10)
MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and the plain values of a JSON object, as texts."""

    host: str
    status: int
    values: Mapping[str, str]


def post_form(url: str, fields: Mapping[str, str], ca_file: str | None = None) -> Answer:
    """Post these fields and read the JSON object that comes back. Raises ChannelError; follows no redirect."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise ChannelError(f"“{url}” is no safe address: it must begin with https://.", True)
    server = Server(
        host=parts.hostname, port=parts.port or 443, ca_file=ca_file, timeout=LONGEST_CALL
    )
    line = http.client.HTTPSConnection(
        server.host,
        server.port,
        timeout=LONGEST_CALL.total_seconds(),
        context=server.tls_context(),
    )
    alarm = threading.Timer(LONGEST_CALL.total_seconds(), lambda: None)
    try:
        line.connect()
        # A server that sends a byte now and then would never run into the time limit of a single read. The library
        # forgets the socket of an answer that ends with the connection, so it is held here.
        alarm = threading.Timer(LONGEST_CALL.total_seconds(), _cut, [line.sock])
        alarm.daemon = True
        alarm.start()
        return _call(line, server, parts.path or "/", parts.query, fields)
    except (ssl.SSLError, OSError) as error:
        raise unreachable(server, error) from error
    except http.client.HTTPException as broken:
        raise ChannelError(f"{server.name} does not speak HTTP as expected.") from broken
    finally:
        alarm.cancel()
        line.close()


def _call(
    line: http.client.HTTPSConnection,
    server: Server,
    path: str,
    query: str,
    fields: Mapping[str, str],
) -> Answer:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        "User-Agent": "Commondesk",
        "Connection": "close",
    }
    target = f"{path}?{query}" if query else path
    line.request("POST", target, body=urlencode(fields).encode("ascii"), headers=headers)
    response = line.getresponse()
    if 300 <= response.status < 400:
        raise ChannelError(
            f"{server.name} sends us to another address, where we do not follow. "
            "Correct the address of the tokens."
        )
    body = response.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise ChannelError(f"{server.name} answered with more than we read.")
    return Answer(server.host, response.status, _values(body))


def _values(body: bytes) -> dict[str, str]:
    try:
        said = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(said, dict):
        return {}
    return {
        name: str(value)
        for name, value in said.items()
        if isinstance(name, str) and isinstance(value, str | int) and not isinstance(value, bool)
    }


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
