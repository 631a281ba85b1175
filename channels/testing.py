"""ChannelContract and RecordingChannel: for our tests and for those of third parties.

A third party tests its channel by one subclass in its own suite:

    class TestTelegram(ChannelContract):
        secret = "123:abc"

        def make_channel(self): return TelegramChannel({"bot": "desk"}, {"token": self.secret})
        def make_raw(self): return RawItem("1", b'{"message": ...}')
        def make_outbound(self): return OutboundMessage(...)
        def make_refusal(self): ...   # make the other side refuse what is sent next
"""

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from channels.channel import (
    Channel,
    ChannelError,
    ChannelFactory,
    Contact,
    Forged,
    Ledger,
    RawItem,
    TalkingChannel,
    WebhookChannel,
    WebhookRequest,
    nothing_known,
)
from channels.message import Address, InboundMessage, OutboundMessage, Receipt
from channels.settings import SettingField, SettingValue


class RecordingChannel:
    """A channel in memory: hands out what was put in, remembers what was sent.

    `refuse_with` makes the next sends raise; `arrive()` puts a message in.
    """

    kind: ClassVar[str] = "recording"
    settings_fields: ClassVar[tuple[SettingField, ...]] = ()

    def __init__(
        self,
        settings: Mapping[str, SettingValue] | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> None:
        self.sent: list[OutboundMessage] = []
        self.acknowledged: list[str] = []
        self.waiting: dict[str, RawItem] = {}
        self.refuse_with: ChannelError | None = None
        self._readings: dict[bytes, InboundMessage] = {}

    def arrive(self, message: InboundMessage) -> RawItem:
        item = RawItem(f"recorded-{len(self.waiting) + 1}", message.external_id.encode())
        self.waiting[item.remote_id] = item
        self._readings[item.body] = message
        return item

    def parse(self, raw: RawItem) -> list[InboundMessage]:
        known = self._readings.get(raw.body)
        if known is not None:
            return [known]
        text = raw.body.decode("utf-8", "replace")
        return [InboundMessage(f"recording:{raw.remote_id}", Address("someone"), (), "", text)]

    def fetch(self, limit: int, known: Ledger = nothing_known) -> Iterator[RawItem]:
        kept = set(known(list(self.waiting)))
        due = [item for name, item in self.waiting.items() if name not in kept]
        yield from due[:limit]

    def acknowledge(self, remote_id: str) -> None:
        self.acknowledged.append(remote_id)

    def send(self, message: OutboundMessage) -> Receipt:
        if self.refuse_with is not None:
            raise self.refuse_with
        self.sent.append(message)
        recipients = message.envelope_to or tuple(each.address for each in message.to)
        return Receipt(message.external_id, "250 recorded", recipients)

    def test_connection(self) -> str:
        return "Nothing to connect to: this channel only remembers."


class ChannelContract:
    """What every channel promises. Subclass it and say how to make the four things below."""

    secret: ClassVar[str] = ""

    def make_channel(self) -> Channel:
        raise NotImplementedError

    def make_raw(self) -> RawItem:
        """One raw item as the other side would give it."""
        raise NotImplementedError

    def make_outbound(self) -> OutboundMessage:
        raise NotImplementedError

    def make_refusing_channel(self) -> Channel:
        """A channel whose other side refuses or is away."""
        raise NotImplementedError

    def test_reading_twice_gives_the_same(self) -> None:
        raw = self.make_raw()
        assert self.make_channel().parse(raw) == self.make_channel().parse(raw)

    def test_every_message_has_an_id_of_its_own(self) -> None:
        ids = [message.external_id for message in self.make_channel().parse(self.make_raw())]
        assert ids
        assert all(ids)
        assert len(set(ids)) == len(ids)

    def test_rubbish_is_read_without_an_exception_other_than_a_channel_error(self) -> None:
        for body in (b"", b"\x00\xff\xfe", b"{" * 500, b"\r\n" * 50):
            raw = RawItem(self.make_raw().remote_id, body)
            try:
                messages = self.make_channel().parse(raw)
            except ChannelError:
                continue
            assert all(isinstance(message, InboundMessage) for message in messages)

    def test_a_message_cannot_be_changed_after_it_was_read(self) -> None:
        for message in self.make_channel().parse(self.make_raw()):
            try:
                message.subject = "changed"  # type: ignore[misc]
            except dataclasses.FrozenInstanceError:
                continue
            raise AssertionError("a message could be changed")

    def test_no_moment_is_without_its_zone(self) -> None:
        moments = [message.sent_at for message in self.make_channel().parse(self.make_raw())]
        assert all(moment is None or moment.utcoffset() is not None for moment in moments)

    def test_a_refusal_is_a_channel_error(self) -> None:
        assert self._refusal(), "the refusal says nothing, or was not raised"

    def test_no_secret_is_shown(self) -> None:
        assert self.secret, "give the contract the secret that the channel is made with"
        channel = self.make_channel()
        assert self.secret not in repr(channel)
        assert self.secret not in str(channel)
        assert self.secret not in self._refusal()

    def test_every_setting_is_named_and_labelled(self) -> None:
        fields = self.make_channel().settings_fields
        assert len({field.name for field in fields}) == len(fields)
        assert all(field.label for field in fields)
        assert all(field.default is None for field in fields if field.is_secret)

    def test_a_call_that_proves_nothing_is_turned_away(self) -> None:
        channel = self.make_channel()
        if not isinstance(channel, WebhookChannel):
            return
        at = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
        for method in ("POST", "GET"):
            call = WebhookRequest(method, {}, self.make_raw().body, at)
            try:
                reply = channel.receive(call)
            except Forged:
                continue
            raise AssertionError(f"an unproven call was answered with {reply.status}")

    def test_nothing_from_outside_steers_the_desk(self) -> None:
        for message in self.make_channel().parse(self.make_raw()):
            assert not any(name.lower().startswith("x-desk") for name in message.headers)
            assert not message.loop_marks

    def test_a_channel_that_talks_says_with_whom_and_for_how_long(self) -> None:
        channel = self.make_channel()
        if not isinstance(channel, TalkingChannel):
            return
        assert isinstance(channel.contact, Contact)
        assert channel.longest_text is None or channel.longest_text > 0
        assert channel.answer_within is None or channel.answer_within > timedelta(0)
        people = [message for message in channel.parse(self.make_raw()) if not message.automation]
        assert all(message.thread_key and message.author.address for message in people)

    def _refusal(self) -> str:
        try:
            self.make_refusing_channel().send(self.make_outbound())
        except ChannelError as refusal:
            return str(refusal)
        return ""


def factory_of(channel: type[Channel]) -> ChannelFactory:
    """A channel's class seen as what the registry hands out; fails to type-check if it is not."""
    # A class is called as the registry calls it; its protocol cannot be spelled on `type` itself.
    return channel  # type: ignore[return-value]
