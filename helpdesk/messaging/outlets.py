"""Where what we write leaves the desk: the account's own server, the desk-wide one, or the page “Sent mail”."""

from __future__ import annotations

from typing import Protocol

from channels.channel import ChannelError
from channels.email.channel import envelope_recipients
from channels.email.compose import compose, wire_address
from channels.email.connection import Server
from channels.email.smtp import send
from channels.message import OutboundMessage, Receipt
from helpdesk.core.relay import BadRelay, relay
from helpdesk.messaging.accounts import EMAIL, channel_of
from helpdesk.messaging.models import ChannelAccount

LOCAL = "local"


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
    try:
        server = relay()
    except BadRelay as unfit:
        raise ChannelError(str(unfit)) from unfit
    return ("smtp", DeskServer(server)) if server is not None else (LOCAL, None)
