"""Where what we write leaves the desk: the account's own server, the desk-wide one, or the page “Sent mail”."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from flask import current_app

from channels.channel import ChannelError
from channels.email.channel import envelope_recipients
from channels.email.compose import compose, wire_address
from channels.email.connection import Security, Server
from channels.email.smtp import send
from channels.message import OutboundMessage, Receipt
from helpdesk.messaging.accounts import EMAIL, channel_of
from helpdesk.messaging.models import ChannelAccount

LOCAL = "local"
_SCHEMES = {
    "smtp": (Security.NONE, 25),
    "smtp+starttls": (Security.STARTTLS, 587),
    "smtps": (Security.TLS, 465),
}


class Outlet(Protocol):
    """Something that takes a message over; `send` raises ChannelError."""

    def send(self, message: OutboundMessage) -> Receipt: ...


class DeskServer:
    """The desk-wide server of DESK_SMTP_URL, for accounts that have none of their own."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def send(self, message: OutboundMessage) -> Receipt:
        sender = message.envelope_from
        if sender is None:
            sender = message.from_.address
        return send(
            bytes(compose(message)),
            envelope_from=wire_address(sender) if sender else "",
            recipients=[wire_address(each) for each in envelope_recipients(message)],
            server=self._server,
            external_id=message.external_id,
        )


def outlet_for(account: ChannelAccount | None) -> tuple[str, Outlet | None]:
    """What a mail of this account leaves by, with its name; no outlet means that it stays on “Sent mail”.

    Raises ChannelError for settings that cannot be used.
    """
    if account is not None and (account.kind != EMAIL or account.settings.get("smtp_host")):
        return account.kind, channel_of(account)
    url = current_app.config.get("DESK_SMTP_URL")
    if url:
        return "smtp", DeskServer(server_of(str(url)))
    return LOCAL, None


def server_of(url: str) -> Server:
    """The server that an address such as `smtp+starttls://user:password@mail.example.org:587` names.

    `smtps` is TLS from the first byte, `smtp` no TLS at all; `?ca_file=` adds an authority. Raises ChannelError.
    """
    parts = urlsplit(url)
    security, usual_port = _SCHEMES.get(parts.scheme, (None, 0))
    try:
        port = parts.port or usual_port
    except ValueError:
        port = 0
    if security is None or not parts.hostname or not port:
        raise ChannelError(
            "DESK_SMTP_URL cannot be used. Write it like "
            "smtp+starttls://user:password@mail.example.org:587, or begin it with smtps:// or smtp://."
        )
    return Server(
        host=parts.hostname,
        port=port,
        security=security,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        ca_file=parse_qs(parts.query).get("ca_file", [None])[0],
    )
