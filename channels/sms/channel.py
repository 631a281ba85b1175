"""SmsChannel: text messages by GOV.UK Notify, Twilio, or any gateway that speaks HTTP."""

import hashlib
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from channels.calling import Answer, Reach, call, check_url
from channels.channel import (
    ChannelError,
    Contact,
    RawItem,
    WebhookReply,
    WebhookRequest,
)
from channels.message import File, InboundMessage, OutboundMessage, Receipt, RemoteFile
from channels.settings import SettingField, SettingKind, SettingValue, translatable
from channels.sms import gateway, notify, other, twilio
from channels.sms.gateway import Gateway

NOTIFY, TWILIO, OTHER = "notify", "twilio", "other"
# Ten parts of 153 characters, as networks put long messages together (3GPP TS 23.040, 9.2.3.24.1).
LONGEST_TEXT = 1_530
_NUMBER = re.compile(r"\+?[0-9][0-9 ().-]{2,30}")
_HELP_OTHER = translatable("Only for another gateway.")


def _text(name: str, label: str, default: str = "", help: str = "") -> SettingField:
    return SettingField(name=name, label=label, default=default, help=help)


class SmsChannel:
    """A number that people text, and that texts them back."""

    kind: ClassVar[str] = "sms"
    contact: ClassVar[Contact] = Contact.PHONE
    longest_text: ClassVar[int | None] = LONGEST_TEXT
    answer_within: ClassVar[timedelta | None] = None
    settings_fields: ClassVar[tuple[SettingField, ...]] = (
        SettingField(
            name="gateway",
            label=translatable("Gateway"),
            kind=SettingKind.CHOICE,
            choices=(
                (NOTIFY, "GOV.UK Notify"),
                (TWILIO, "Twilio"),
                (OTHER, translatable("Another one")),
            ),
            default=NOTIFY,
        ),
        _text("number", translatable("Our number"), help=translatable("As the gateway writes it.")),
        SettingField(
            name="secret",
            label=translatable("What proves the gateway's calls"),
            kind=SettingKind.SECRET,
            help=translatable(
                "Notify: the bearer token you chose there. Twilio: its auth token. Else the token or the signing secret."
            ),
        ),
        SettingField(
            name="api_key",
            label=translatable("Key to send with"),
            kind=SettingKind.SECRET,
            help=translatable("Notify and others: the API key. Twilio needs none."),
        ),
        _text(
            "template",
            translatable("Template"),
            help=translatable("Notify: the id of a template with ((message)) in it."),
        ),
        _text("account", translatable("Account"), help=translatable("Twilio: the account SID.")),
        _text(
            "url",
            translatable("Address to send by"),
            help=translatable("Leave empty for that of Notify or Twilio."),
        ),
        SettingField(
            name="proof",
            label=translatable("How calls are proven"),
            kind=SettingKind.CHOICE,
            choices=(
                (other.TOKEN, translatable("By a bearer token")),
                (other.HEX, translatable("By HMAC-SHA256 of the body, in hexadecimal")),
                (other.BASE64, translatable("By HMAC-SHA256 of the body, in base64")),
            ),
            default=other.TOKEN,
            help=_HELP_OTHER,
        ),
        _text("header", translatable("Header of the signature"), "x-signature", _HELP_OTHER),
        SettingField(
            name="as_json",
            label=translatable("Send JSON, not a form"),
            kind=SettingKind.BOOLEAN,
            default=True,
            help=_HELP_OTHER,
        ),
        _text("name_id", translatable("Field: id"), "id", _HELP_OTHER),
        _text("name_sender", translatable("Field: from"), "from", _HELP_OTHER),
        _text("name_receiver", translatable("Field: to"), "to", _HELP_OTHER),
        _text("name_text", translatable("Field: text"), "text", _HELP_OTHER),
        _text("name_state", translatable("Field: state of a delivery"), "status", _HELP_OTHER),
        _text("name_answer_id", translatable("Place of the id in its answer"), "id", _HELP_OTHER),
    )

    def __init__(
        self, settings: Mapping[str, SettingValue], secrets: Mapping[str, str] | None = None
    ) -> None:
        self._settings, held = settings, secrets or {}
        self._secret, self._api_key = held.get("secret", ""), held.get("api_key", "")
        hosts = frozenset(filter(None, self._said("internal_hosts").split(",")))
        self._reach = Reach(hosts=hosts)

    def __repr__(self) -> str:
        return f"SmsChannel({self._said('gateway')!r}, {self._said('number')!r})"

    def receive(self, request: WebhookRequest) -> WebhookReply:
        """Keep a call that the gateway made; the same call again is the same item. Raises Forged."""
        self._gateway().check(request)
        kept = gateway.kept_form(request)
        item = RawItem(hashlib.sha256(kept).hexdigest(), kept, request.at)
        # Twilio reads what comes back as a message to send, so nothing does.
        return WebhookReply(200, b"", "text/plain; charset=utf-8", (item,))

    def parse(self, raw: RawItem) -> list[InboundMessage]:
        return [self._gateway().read(gateway.fields_of(raw.body))]

    def send(self, message: OutboundMessage) -> Receipt:
        """Hand one text message to the gateway. Raises ChannelError."""
        number = message.to[0].address if message.to else ""
        if not _NUMBER.fullmatch(number):
            raise ChannelError(f"“{number}” is no telephone number.", permanent=True)
        request = self._gateway().request(message)
        said = call(
            request.url,
            method="POST",
            body=request.body,
            headers=request.headers,
            reach=self._reach,
        )
        if not said.is_good:
            raise _refusal(said)
        remote_id = self._gateway().id_in(said.body) or message.external_id
        return Receipt(remote_id, str(said.status), (number,))

    def takes_file(self, content_type: str, size: int) -> bool:
        """None: what people attach goes as a link in the text."""
        return False

    def fetch_file(self, remote: RemoteFile, most_bytes: int) -> File:
        """A picture of a message that came by Twilio. Raises ChannelError."""
        chosen = self._gateway()
        if not isinstance(chosen, twilio.Twilio):
            raise ChannelError("This gateway keeps no pictures.", permanent=True)
        return chosen.fetch_file(remote, most_bytes, self._reach)

    def test_connection(self) -> str:
        """Whether the settings can be used; nothing is sent."""
        if not self._secret:
            raise ChannelError(
                "What proves the gateway's calls is missing: without it none is believed.",
                permanent=True,
            )
        url = self._said("url")
        if url:
            check_url(url, self._reach)
        return "The settings can be used. Send yourself a message to see it arrive."

    def _gateway(self) -> Gateway:
        chosen = self._said("gateway")
        if chosen == TWILIO:
            return twilio.Twilio(
                account=self._said("account"),
                secret=self._secret,
                number=self._said("number"),
                url=self._said("url"),
            )
        if chosen == OTHER:
            return self._other()
        return notify.Notify(
            api_key=self._api_key,
            template=self._said("template"),
            token=self._secret,
            url=self._said("url"),
        )

    def _other(self) -> other.OtherGateway:
        names = {
            name: self._said(f"name_{name}", getattr(other.Names(), name))
            for name in ("id", "sender", "receiver", "text", "state", "answer_id")
        }
        return other.OtherGateway(
            url=self._said("url"),
            number=self._said("number"),
            secret=self._secret,
            api_key=self._api_key,
            proof=self._said("proof", other.TOKEN),
            header=self._said("header", "x-signature"),
            as_json=self._settings.get("as_json") is not False,
            names=other.Names(**names),
        )

    def _said(self, name: str, default: str = "") -> str:
        return str(self._settings.get(name) or default)


def _refusal(said: Answer) -> ChannelError:
    words = said.body[:300].decode("utf-8", "replace").strip()
    # 408 and 429 ask for patience; the rest of the 400s say that this message will never be taken.
    never = 400 <= said.status < 500 and said.status not in (401, 403, 408, 429)
    return ChannelError(f"{said.host} answered {said.status}. {words}".strip(), permanent=never)
