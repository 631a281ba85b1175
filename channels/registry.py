"""Which channels there are: ours by name, others' by entry point; imported on first use."""

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from channels.channel import Channel, ChannelError, ChannelFactory
from channels.settings import SettingField, SettingValue

ENTRY_POINT_GROUP = "helpdesk.channels"

OURS = {
    "chat": "channels.chat.channel:ChatChannel",
    "email": "channels.email.channel:EmailChannel",
    "instagram": "channels.instagram.channel:InstagramChannel",
    "slack": "channels.slack.channel:SlackChannel",
    "sms": "channels.sms.channel:SmsChannel",
    "telephony": "channels.telephony.channel:TelephonyChannel",
    "web": "channels.web.channel:WebChannel",
    "webhook": "channels.webhook.channel:JsonChannel",
    "whatsapp": "channels.whatsapp.channel:WhatsAppChannel",
}


def kinds() -> tuple[str, ...]:
    """The names of every channel that is installed, without importing any of them."""
    return tuple(sorted({*OURS, *_theirs()}))


def channel_class(kind: str) -> ChannelFactory:
    """The class of a channel. Raises ChannelError if it is not there or cannot be loaded."""
    try:
        return _load(kind)
    except (ImportError, AttributeError) as missing:
        raise ChannelError(
            f"The channel “{kind}” cannot be loaded: {missing}. "
            "Install what it needs and start the desk again.",
            permanent=True,
        ) from missing


def settings_fields(kind: str) -> tuple[SettingField, ...]:
    return channel_class(kind).settings_fields


def build(
    kind: str, settings: Mapping[str, SettingValue], secrets: Mapping[str, str] | None = None
) -> Channel:
    """A channel ready for use. Opens no connection."""
    return channel_class(kind)(settings, secrets or {})


def _load(kind: str) -> ChannelFactory:
    if kind in OURS:
        module, _, name = OURS[kind].partition(":")
        # An import by name has no static type; the contract test checks what comes back.
        return cast(ChannelFactory, getattr(import_module(module), name))
    theirs = _theirs().get(kind)
    if theirs is None:
        raise ChannelError(
            f"There is no channel of the kind “{kind}”. Installed: {', '.join(kinds())}.",
            permanent=True,
        )
    return cast(ChannelFactory, theirs.load())


def _theirs() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=ENTRY_POINT_GROUP)}
