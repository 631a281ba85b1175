"""TelephonyChannel: a telephone system that tells us of its calls, each piece of news signed."""

from collections.abc import Mapping
from typing import ClassVar

from channels.channel import ChannelError, Forged, RawItem, WebhookReply, WebhookRequest
from channels.message import InboundMessage, OutboundMessage, Receipt
from channels.settings import SettingField, SettingKind, SettingValue, translatable
from channels.telephony import form
from channels.webhook import signing

SECRET, OLD_SECRET = "secret", "old_secret"


class TelephonyChannel:
    """Is told of calls; says nothing itself, since a telephone system takes no messages."""

    kind: ClassVar[str] = "telephony"
    settings_fields: ClassVar[tuple[SettingField, ...]] = (
        SettingField(
            name=SECRET,
            label=translatable("Secret"),
            kind=SettingKind.SECRET,
            help=translatable("At least 24 characters; the telephone system signs with it."),
        ),
        SettingField(
            name=OLD_SECRET,
            label=translatable("Secret that still counts"),
            kind=SettingKind.SECRET,
            help=translatable(
                "While the secret is being changed: the one before. Else leave it empty."
            ),
        ),
    )

    def __init__(
        self, settings: Mapping[str, SettingValue], secrets: Mapping[str, str] | None = None
    ) -> None:
        held = secrets or {}
        self._secrets = [held[name] for name in (SECRET, OLD_SECRET) if held.get(name)]

    def __repr__(self) -> str:
        return "TelephonyChannel()"

    def receive(self, request: WebhookRequest) -> WebhookReply:
        """Keep the body of a call that is signed; its id makes a second delivery harmless. Raises Forged."""
        call_id = signing.verify(request.headers, request.body, at=request.at, keys=self._keys())
        item = RawItem(call_id, request.body, request.at)
        return WebhookReply(202, b'{"kept":true}', "application/json", (item,))

    def parse(self, raw: RawItem) -> list[InboundMessage]:
        return [form.read(raw.body)]

    def send(self, message: OutboundMessage) -> Receipt:
        """Always raises ChannelError."""
        raise ChannelError(
            "A telephone system takes no messages. Ring them, or answer by another channel.",
            permanent=True,
        )

    def test_connection(self) -> str:
        """Whether the secret can be used."""
        if not self._secrets:
            raise ChannelError("There is no secret yet. Set one on both sides.", permanent=True)
        self._keys()
        return "The secret can be used. The telephone system calls us; nothing is called from here."

    def _keys(self) -> list[bytes]:
        try:
            keys = [signing.key_of(secret) for secret in self._secrets]
        except signing.UnfitKey as unfit:
            raise ChannelError(str(unfit), permanent=True) from unfit
        if not keys:
            raise Forged("This account has no secret.")
        return keys
