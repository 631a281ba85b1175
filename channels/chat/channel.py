"""ChatChannel: the chat on our own sites; its widget reads what is answered from the desk itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from channels.channel import ChannelError, Contact, RawItem
from channels.chat import form
from channels.message import InboundMessage, OutboundMessage, Receipt
from channels.settings import SettingField, SettingValue, translatable

CHAT = "chat"


class ChatChannel:
    """A widget on a site, where visitors write and are answered."""

    kind: ClassVar[str] = "chat"
    contact: ClassVar[Contact] = Contact.HANDLE
    longest_text: ClassVar[int | None] = 8_000
    answer_within: ClassVar[timedelta | None] = None
    settings_fields: ClassVar[tuple[SettingField, ...]] = (
        SettingField(
            name=CHAT,
            label=translatable("Chat"),
            required=True,
            help=translatable("The name of the chat under Settings, such as council."),
        ),
    )

    def __init__(
        self, settings: Mapping[str, SettingValue], secrets: Mapping[str, str] | None = None
    ) -> None:
        self._chat = str(settings.get(CHAT) or "")

    def __repr__(self) -> str:
        return f"ChatChannel({self._chat!r})"

    def parse(self, raw: RawItem) -> list[InboundMessage]:
        return [form.read(raw.body)]

    def send(self, message: OutboundMessage) -> Receipt:
        """Nothing is called: what is answered stands in the desk, and the widget shows it. Raises ChannelError."""
        if not self._chat or not message.thread_key or not message.to:
            raise ChannelError("This answers no chat.", permanent=True)
        return Receipt(message.external_id, "shown", (message.to[0].address,))

    def test_connection(self) -> str:
        """Whether there is a chat to serve."""
        if not self._chat:
            raise ChannelError("Name the chat that this is for.", permanent=True)
        return "Whoever opens the widget can write here."
