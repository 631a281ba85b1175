"""The mail server that takes what the desk sends, as the operator configured it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

from flask import current_app

from channels.email.connection import Security, Server

_PORTS = {"smtp": 587, "smtps": 465}


class BadRelay(ValueError):
    """DESK_SMTP_URL cannot be used; the text says why."""


def relay() -> Server | None:
    """The server of DESK_SMTP_URL; None when none is set and sent mail stays on this machine."""
    url = current_app.config.get("DESK_SMTP_URL")
    return server_of(str(url)) if url else None


def server_of(url: str) -> Server:
    """smtp://user:password@host:587 (STARTTLS), smtps:// (TLS), smtp://host:25?security=none. Raises BadRelay.

    `?ca_file=/path` names an authority of one's own for the server's certificate, `?timeout=60` the seconds that each
    step of the conversation is waited for.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BadRelay(
            "DESK_SMTP_URL must look like smtp://user:password@host:587 or smtps://host."
        )
    default = Security.TLS if parts.scheme == "smtps" else Security.STARTTLS
    asked = parse_qs(parts.query)
    chosen = asked.get("security", [default.value])[0]
    try:
        security, port = Security(chosen), parts.port or _PORTS[parts.scheme]
        timeout = timedelta(seconds=float(asked.get("timeout", ["60"])[0]))
    except (ValueError, OverflowError) as error:
        raise BadRelay(f"DESK_SMTP_URL cannot be used: {error}.") from None
    return Server(
        host=parts.hostname,
        port=port,
        security=security,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        ca_file=asked.get("ca_file", [""])[0] or None,
        timeout=timeout,
    )
