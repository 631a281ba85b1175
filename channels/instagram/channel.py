"""InstagramChannel: an Instagram account that people write to and that answers them, by the Messenger platform of Meta."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from channels.calling import Reach, check_url
from channels.channel import (
    ChannelError,
    Contact,
    RawItem,
    WebhookReply,
    WebhookRequest,
)
from channels.instagram import reading
from channels.instagram.profiles import PROFILES
from channels.message import File, InboundMessage, OutboundMessage, Receipt, RemoteFile
from channels.meta.door import Door
from channels.meta.graph import VERSION, Graph
from channels.settings import SettingField, SettingKind, SettingValue, translatable

ADDRESS = f"https://graph.instagram.com/{VERSION}"
# Instagram counts bytes; what is longer in bytes is refused when it is sent.
MOST_BYTES = LONGEST_TEXT = 1_000
WINDOW, HUMAN_WINDOW = timedelta(hours=24), timedelta(days=7)
_ID = re.compile(r"[0-9]{1,40}")


class InstagramChannel:
    """One professional account on Instagram."""

    kind: ClassVar[str] = "instagram"
    contact: ClassVar[Contact] = Contact.HANDLE
    longest_text: ClassVar[int | None] = LONGEST_TEXT
    answer_within: ClassVar[timedelta | None] = WINDOW
    settings_fields: ClassVar[tuple[SettingField, ...]] = (
        SettingField(
            name="account_id",
            label=translatable("Instagram account ID"),
            required=True,
            help=translatable("Shown by Meta beside the access token; only figures."),
        ),
        SettingField(
            name="human_agent",
            label=translatable("Meta has granted us “Human Agent”"),
            kind=SettingKind.BOOLEAN,
            default=False,
            help=translatable(
                "Then people are answered for 7 days after they wrote, else for 24 hours."
            ),
        ),
        SettingField(
            name="app_secret",
            label=translatable("App secret"),
            kind=SettingKind.SECRET,
            help=translatable("That of the Instagram app. It proves Meta's calls."),
        ),
        SettingField(
            name="token",
            label=translatable("Access token"),
            kind=SettingKind.SECRET,
            help=translatable("A long-lived one with instagram_business_manage_messages."),
        ),
        SettingField(
            name="old_app_secret",
            label=translatable("App secret that still counts"),
            kind=SettingKind.SECRET,
            help=translatable(
                "While the secret is being changed: the one before. Else leave it empty."
            ),
        ),
        SettingField(
            name="url",
            label=translatable("Address of the Graph API"),
            default="",
            help=translatable(
                "Leave empty for that of Instagram; for accounts behind a page, https://graph.facebook.com and a version."
            ),
        ),
    )

    def __init__(
        self, settings: Mapping[str, SettingValue], secrets: Mapping[str, str] | None = None
    ) -> None:
        held = secrets or {}
        self._account_id = str(settings.get("account_id") or "")
        self._is_human = settings.get("human_agent") is True
        self._url = str(settings.get("url") or "")
        hosts = frozenset(filter(None, str(settings.get("internal_hosts") or "").split(",")))
        self._graph = Graph(self._url or ADDRESS, held.get("token", ""), Reach(hosts=hosts))
        known = (held.get("app_secret", ""), held.get("old_app_secret", ""))
        self._door = Door(tuple(filter(None, known)))

    def __repr__(self) -> str:
        return f"InstagramChannel({self._account_id!r})"

    def receive(self, request: WebhookRequest) -> WebhookReply:
        """Keep every event of a signed call, each once; answer Meta's handshake. Raises Forged."""
        return self._door.receive(request, reading.unwrap)

    def complete(self, raw: RawItem) -> RawItem:
        """The event with the name of whoever wrote, where Instagram gives it; a name is not worth waiting for."""
        person = reading.writer_of(raw.body)
        if not _ID.fullmatch(person):
            return raw
        try:
            profile = PROFILES.of(self._graph, person)
        except ChannelError:
            return raw
        return RawItem(raw.remote_id, reading.with_profile(raw.body, profile), raw.received_at)

    def parse(self, raw: RawItem) -> list[InboundMessage]:
        return [reading.read(raw.body, self._account_id)]

    def send(self, message: OutboundMessage) -> Receipt:
        """Send words. Raises ChannelError."""
        person = message.to[0].address if message.to else ""
        if not _ID.fullmatch(person):
            raise ChannelError(f"“{person}” is nobody on Instagram.", permanent=True)
        if len(message.text.encode()) > MOST_BYTES:
            raise ChannelError(
                "Instagram takes 1,000 bytes, and letters with accents and emoji count for several. Shorten it.",
                permanent=True,
            )
        said: dict[str, object] = {
            "recipient": {"id": person},
            "message": {"text": message.text},
            **self._reason(message),
        }
        answer = self._graph.post(f"{self._own_id()}/messages", said, once=True)
        return Receipt(answer["message_id"].text(240) or message.external_id, "taken", (person,))

    def window(self) -> timedelta | None:
        return HUMAN_WINDOW if self._is_human else WINDOW

    def takes_file(self, content_type: str, size: int) -> bool:
        """None: Instagram wants an address of every file, so a file goes as a link."""
        return False

    def fetch_file(self, remote: RemoteFile, most_bytes: int) -> File:
        """A file from where the call said it lies. Raises ChannelError."""
        answer = self._graph.fetch(remote.reference, most_bytes, with_token=False)
        claimed = "" if remote.content_type.endswith("*") else remote.content_type
        return File(remote.name, answer.headers.get("content-type", claimed), answer.body)

    def to_copy(self) -> tuple[tuple[str, str], ...]:
        token = self._door.verify_token
        return ((translatable("Verify token"), token),) if token else ()

    def test_connection(self) -> str:
        """Whether the token is that of this account; nothing is sent."""
        if not self._door.secrets:
            raise ChannelError(
                "The app secret is missing: without it none of Meta's calls is believed.",
                permanent=True,
            )
        if self._url:
            check_url(self._url, self._graph.reach)
        found = self._graph.get("me", fields="user_id,username")
        theirs = found["user_id"].text(60) or found["id"].text(60)
        if theirs != self._own_id():
            raise ChannelError(
                f"The access token belongs to the account {theirs}, not to this one.",
                permanent=True,
            )
        return f"Instagram knows this account: {found['username'].line()}."

    def _reason(self, message: OutboundMessage) -> Mapping[str, object]:
        """Why we may write: they just did, or a person of ours answers within the week (Messenger platform policy)."""
        at = message.tried_at or message.sent_at
        late = message.heard_at is not None and at - message.heard_at > WINDOW
        if late and self._is_human:
            return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
        return {"messaging_type": "RESPONSE"}

    def _own_id(self) -> str:
        if not _ID.fullmatch(self._account_id):
            raise ChannelError(
                "The Instagram account ID is missing, or is not one: it has only figures."
            )
        return self._account_id
