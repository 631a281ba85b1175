"""WhatsAppChannel: a number on WhatsApp that people write to and that answers them, by the Cloud API of Meta."""

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
from channels.message import File, InboundMessage, OutboundMessage, Receipt, RemoteFile, Template
from channels.meta.door import Door
from channels.meta.graph import VERSION, Graph
from channels.meta.said import Said
from channels.settings import SettingField, SettingKind, SettingValue, translatable
from channels.whatsapp import reading, unwrapping, writing

ADDRESS = f"https://graph.facebook.com/{VERSION}"
LONGEST_TEXT = 4_096
LONGEST_CAPTION = 1_024
# After it only approved templates may be sent (WhatsApp Business Messaging Policy).
WINDOW = timedelta(hours=24)
_NUMBER = re.compile(r"\+?[0-9]{5,15}")
_ID = re.compile(r"[0-9]{1,40}")
_MOST_PAGES = 10


class WhatsAppChannel:
    """One number of a WhatsApp Business account."""

    kind: ClassVar[str] = "whatsapp"
    contact: ClassVar[Contact] = Contact.PHONE
    longest_text: ClassVar[int | None] = LONGEST_TEXT
    answer_within: ClassVar[timedelta | None] = WINDOW
    settings_fields: ClassVar[tuple[SettingField, ...]] = (
        SettingField(
            name="number_id",
            label=translatable("Phone number ID"),
            required=True,
            help=translatable("Shown by Meta under WhatsApp, API setup; not the number itself."),
        ),
        SettingField(
            name="business_id",
            label=translatable("WhatsApp Business Account ID"),
            help=translatable("Shown beside it; needed to fetch the templates."),
        ),
        SettingField(
            name="app_secret",
            label=translatable("App secret"),
            kind=SettingKind.SECRET,
            help=translatable("Shown by Meta under App settings, Basic. It proves Meta's calls."),
        ),
        SettingField(
            name="token",
            label=translatable("Access token"),
            kind=SettingKind.SECRET,
            help=translatable(
                "A permanent one, of a system user with whatsapp_business_messaging."
            ),
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
            help=translatable("Leave empty for that of Meta."),
        ),
    )

    def __init__(
        self, settings: Mapping[str, SettingValue], secrets: Mapping[str, str] | None = None
    ) -> None:
        held = secrets or {}
        self._number_id = str(settings.get("number_id") or "")
        self._business_id = str(settings.get("business_id") or "")
        self._url = str(settings.get("url") or "")
        hosts = frozenset(filter(None, str(settings.get("internal_hosts") or "").split(",")))
        self._graph = Graph(self._url or ADDRESS, held.get("token", ""), Reach(hosts=hosts))
        known = (held.get("app_secret", ""), held.get("old_app_secret", ""))
        self._door = Door(tuple(filter(None, known)))

    def __repr__(self) -> str:
        return f"WhatsAppChannel({self._number_id!r})"

    def receive(self, request: WebhookRequest) -> WebhookReply:
        """Keep every event of a signed call, each once; answer Meta's handshake. Raises Forged."""
        return self._door.receive(
            request, lambda proven: unwrapping.unwrap(proven, self._number_id)
        )

    def parse(self, raw: RawItem) -> list[InboundMessage]:
        return [reading.read(raw.body, self._number_id)]

    def send(self, message: OutboundMessage) -> Receipt:
        """Send words, one file, or a template. Raises ChannelError."""
        number = message.to[0].address if message.to else ""
        if not _NUMBER.fullmatch(number):
            raise ChannelError(f"“{number}” is no number on WhatsApp.", permanent=True)
        said = {**writing.said_of(message, number), **self._content_of(message)}
        answer = self._graph.post(f"{self._own_id()}/messages", said, once=True)
        remote_id = answer.at("messages.0.id").text(200) or message.external_id
        return Receipt(remote_id, answer.at("messages.0.message_status").line(60), (number,))

    def takes_file(self, content_type: str, size: int) -> bool:
        return bool(writing.kind_of_file(content_type, size))

    def fetch_file(self, remote: RemoteFile, most_bytes: int) -> File:
        """Ask where the file lies, and get it from there. Raises ChannelError."""
        if not _ID.fullmatch(remote.reference):
            raise ChannelError("WhatsApp does not say which file it is.", permanent=True)
        found = self._graph.get(remote.reference, phone_number_id=self._own_id())
        size = found["file_size"].number() or 0
        if size > most_bytes:
            raise ChannelError(
                f"The file has {size / 1024 / 1024:.0f} MB, more than is taken in.", permanent=True
            )
        answer = self._graph.fetch(found["url"].text(2_000), most_bytes, with_token=True)
        content_type = found["mime_type"].line(120) or remote.content_type
        return File(remote.name, content_type, answer.body)

    def templates(self) -> list[Template]:
        """The templates of the business account, by name. Raises ChannelError."""
        if not _ID.fullmatch(self._business_id):
            raise ChannelError(
                "The WhatsApp Business Account ID is missing. Copy it from Meta.", permanent=True
            )
        found: list[Template] = []
        after = ""
        for _page in range(_MOST_PAGES):
            asked = {"fields": "name,language,status,category,components", "limit": "100"}
            answer = self._graph.get(
                f"{self._business_id}/message_templates",
                **asked,
                **({"after": after} if after else {}),
            )
            found += [writing.template_of(one) for one in answer["data"].each(200)]
            after = answer.at("paging.cursors.after").text(500) if answer.at("paging.next") else ""
            if not after:
                break
        return sorted(found, key=lambda one: (one.name, one.language))

    def to_copy(self) -> tuple[tuple[str, str], ...]:
        token = self._door.verify_token
        return ((translatable("Verify token"), token),) if token else ()

    def test_connection(self) -> str:
        """Whether Meta knows our number and our token; nothing is sent."""
        if not self._door.secrets:
            raise ChannelError(
                "The app secret is missing: without it none of Meta's calls is believed.",
                permanent=True,
            )
        if self._url:
            check_url(self._url, self._graph.reach)
        found = self._graph.get(self._own_id(), fields="display_phone_number,verified_name")
        name, number = found["verified_name"].line(), found["display_phone_number"].line(40)
        return f"WhatsApp knows this number: {number} {name}".strip() + "."

    def _content_of(self, message: OutboundMessage) -> Mapping[str, object]:
        if message.template is not None:
            return writing.template(message.template)
        if not message.files:
            return writing.words(message.text)
        if len(message.files) > 1:
            raise ChannelError("WhatsApp takes one file with a message.", permanent=True)
        return self._file(message.files[0], message.text[:LONGEST_CAPTION])

    def _file(self, file: File, caption: str) -> Mapping[str, object]:
        kind = writing.kind_of_file(file.content_type, file.size)
        if not kind:
            raise ChannelError(f"WhatsApp does not take the file {file.name}.", permanent=True)
        handed: Said = self._graph.upload(
            f"{self._own_id()}/media",
            {"messaging_product": "whatsapp", "type": file.content_type},
            file,
        )
        return writing.file(kind, handed["id"].text(200), name=file.name, caption=caption)

    def _own_id(self) -> str:
        if not _ID.fullmatch(self._number_id):
            raise ChannelError(
                "The phone number ID is missing, or is not one: it has only figures. Copy it from Meta."
            )
        return self._number_id
