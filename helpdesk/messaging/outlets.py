"""Where what we write leaves the desk: the account's own server, the desk-wide one, or the page “Sent mail”."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from channels.channel import Channel, ChannelError
from channels.email.channel import EmailChannel, envelope_recipients
from channels.email.compose import wire_address
from channels.email.connection import Server, SignInRefused
from channels.email.smtp import Lines, Post, ServerAway
from channels.message import OutboundMessage, Receipt
from helpdesk.core.relay import BadRelay, relay
from helpdesk.core.vault import VaultLocked
from helpdesk.messaging.accounts import channel_of
from helpdesk.messaging.models import ChannelAccount
from helpdesk.messaging.signing_in import forget_access_token
from helpdesk.messaging.standing import DESK, NOWHERE, name_of

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Outlet:
    """What a mail leaves by: a mail server, another kind of channel, or neither.

    `via` is for people; `name` is that of its standing, "" where no other side is spoken to. `server` may ask somebody
    for a token, so call it with no unit of work open.
    """

    via: str
    name: str
    server: Callable[[], Server] | None = None
    channel: Channel | None = None
    account_id: int | None = None

    def hand_over(self, lines: Lines, message: OutboundMessage, body: bytes) -> Handed:
        """Give the message away; `body` is its form as an e-mail. Raises ChannelError."""
        if self.server is None:
            return Handed(self.channel.send(message) if self.channel is not None else None)
        try:
            return _send(lines, self._ready(self.server), _posted(message, body))
        except SignInRefused as refused:
            # A server may end a token before its time; a new one is asked for once.
            if not refused.by_token or self.account_id is None:
                raise
            if not forget_access_token(self.account_id):
                raise
            return _send(lines, self._ready(self.server), _posted(message, body))

    def _ready(self, server: Callable[[], Server]) -> Server:
        try:
            return server()
        except VaultLocked as locked:
            raise ServerAway(str(locked)) from locked
        except ChannelError as unfit:
            raise ServerAway(unfit.message) from unfit


@dataclass(frozen=True, slots=True)
class Handed:
    """What the other side said, None when the mail stays here; and the largest mail it takes, if it says."""

    receipt: Receipt | None
    largest: int | None = None


def outlet_for(account: ChannelAccount | None) -> Outlet:
    """What a mail of this account leaves by.

    Raises ServerAway for settings that cannot be used: they condemn no mail.
    """
    name = name_of(account)
    try:
        if account is not None and name not in (DESK, NOWHERE):
            channel = channel_of(account)
            if isinstance(channel, EmailChannel):
                return Outlet(
                    account.kind, name, server=channel.sending_server, account_id=account.id
                )
            return Outlet(account.kind, name, channel=channel)
        server = relay()
    except (BadRelay, VaultLocked) as unfit:
        raise ServerAway(str(unfit)) from unfit
    except ChannelError as unfit:
        raise ServerAway(unfit.message) from unfit
    if server is None:
        return Outlet(LOCAL, NOWHERE)
    desk_server = server
    return Outlet("smtp", DESK, server=lambda: desk_server)


def _send(lines: Lines, server: Server, post: Post) -> Handed:
    receipt = lines.send(server, post)
    return Handed(receipt, lines.said_largest(server))


def _posted(message: OutboundMessage, body: bytes) -> Post:
    sender = message.envelope_from
    if sender is None:
        sender = message.from_.address
    return Post(
        body=body,
        envelope_from=wire_address(sender) if sender else "",
        recipients=tuple(wire_address(each) for each in envelope_recipients(message)),
        external_id=message.external_id,
    )
