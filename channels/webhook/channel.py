"""JsonChannel: messages as signed JSON, in and out, for services that have no adapter of their own."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from channels.calling import Reach, call, check_url
from channels.channel import (
    ChannelError,
    Contact,
    Forged,
    RawItem,
    WebhookReply,
    WebhookRequest,
)
from channels.message import InboundMessage, OutboundMessage, Receipt
from channels.settings import SettingField, SettingKind, SettingValue, translatable
from channels.webhook import form, signing

SECRET, OLD_SECRET, URL, INTERNAL = "secret", "old_secret", "url", "internal_hosts"
# What the other side says when it will never take this message.
_NEVER = frozenset({400, 404, 405, 409, 410, 413, 415, 422})


class JsonChannel:
    """A service that calls us with signed messages, and that we call with ours."""

    kind: ClassVar[str] = "webhook"
    contact: ClassVar[Contact] = Contact.HANDLE
    longest_text: ClassVar[int | None] = None
    answer_within: ClassVar[timedelta | None] = None
    settings_fields: ClassVar[tuple[SettingField, ...]] = (
        SettingField(
            name=URL,
            label=translatable("Where our answers go"),
            help=translatable(
                "An https address of the other service. Leave empty if it only sends to us."
            ),
        ),
        SettingField(
            name=SECRET,
            label=translatable("Secret"),
            kind=SettingKind.SECRET,
            help=translatable(
                "At least 24 characters; the other service signs with it, and so do we."
            ),
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
        self._url = str(settings.get(URL) or "")
        self._reach = Reach(hosts=_hosts(settings.get(INTERNAL)))
        self._secrets = [held[name] for name in (SECRET, OLD_SECRET) if held.get(name)]

    def __repr__(self) -> str:
        return f"JsonChannel({self._url!r})"

    def receive(self, request: WebhookRequest) -> WebhookReply:
        """Keep the body of a call that is signed; its id makes a second delivery harmless. Raises Forged."""
        call_id = signing.verify(request.headers, request.body, at=request.at, keys=self._keys())
        item = RawItem(call_id, request.body, request.at)
        return WebhookReply(202, b'{"kept":true}', "application/json", (item,))

    def parse(self, raw: RawItem) -> list[InboundMessage]:
        return [form.read(raw.body)]

    def send(self, message: OutboundMessage) -> Receipt:
        """Call the other side with a signed message. Raises ChannelError."""
        if not self._url:
            raise ChannelError(
                "There is no address for answers. Set one, or answer by another channel.",
                permanent=True,
            )
        body = form.write(message)
        at = message.tried_at or message.sent_at
        headers = signing.sign(message.external_id, body, at=at, keys=self._keys())
        said = call(
            self._url,
            method="POST",
            body=body,
            headers={"Content-Type": "application/json", **headers},
            reach=self._reach,
        )
        if not said.is_good:
            words = said.body[:300].decode("utf-8", "replace").strip()
            raise ChannelError(
                f"{said.host} answered {said.status}. {words}".strip(),
                permanent=said.status in _NEVER,
            )
        return Receipt(message.external_id, str(said.status), (message.to[0].address,))

    def test_connection(self) -> str:
        """Whether the secret can be used and the address may be called; nothing is sent."""
        if not self._secrets:
            raise ChannelError("There is no secret yet. Set one on both sides.", permanent=True)
        self._keys()
        if not self._url:
            return "The secret can be used. Answers have nowhere to go, since no address is set."
        check_url(self._url, self._reach)
        return "The secret can be used, and the address for answers may be called."

    def _keys(self) -> list[bytes]:
        try:
            keys = [signing.key_of(secret) for secret in self._secrets]
        except signing.UnfitKey as unfit:
            raise ChannelError(str(unfit), permanent=True) from unfit
        if not keys:
            raise Forged("This account has no secret.")
        return keys


def _hosts(value: SettingValue) -> frozenset[str]:
    return frozenset(filter(None, str(value or "").split(",")))
