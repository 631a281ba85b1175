"""WebChannel: what somebody sent by the portal, as the desk itself wrote it down."""

from collections.abc import Mapping
from typing import ClassVar

from channels.channel import ChannelError, RawItem
from channels.message import InboundMessage, OutboundMessage, Receipt
from channels.settings import SettingField, SettingValue
from channels.web import submission


class WebChannel:
    """Reads what the portal kept. What answers it leaves by mail, or is read on the portal."""

    kind: ClassVar[str] = "web"
    settings_fields: ClassVar[tuple[SettingField, ...]] = ()

    def __init__(
        self, settings: Mapping[str, SettingValue], secrets: Mapping[str, str] | None = None
    ) -> None:
        pass

    def parse(self, raw: RawItem) -> list[InboundMessage]:
        return [submission.read(raw.body)]

    def send(self, message: OutboundMessage) -> Receipt:
        raise ChannelError("What came by the portal is answered by mail.", permanent=True)
