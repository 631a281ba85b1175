"""E-mail under the contract of every channel, and its sending over a real server."""

import socket

import pytest

from channels.channel import (
    Channel,
    ChannelError,
    ConnectingChannel,
    PollingChannel,
    RawItem,
)
from channels.email.channel import EmailChannel, envelope_recipients
from channels.message import Address, OutboundMessage
from channels.registry import build, kinds, settings_fields
from channels.settings import SettingValue
from channels.testing import ChannelContract, RecordingChannel
from tests.channels.mails import raw_mail, reply
from tests.servers.smtp import SmtpSink

PASSWORD = "s3cret-of-the-mailbox"


class TestEmail(ChannelContract):
    secret = PASSWORD

    def make_channel(self) -> Channel:
        return self.make_with(imap_host="imap.council.example", smtp_host="smtp.council.example")

    def make_raw(self) -> RawItem:
        return RawItem("INBOX:1:1", raw_mail())

    def make_outbound(self) -> OutboundMessage:
        return reply()

    def make_refusing_channel(self) -> Channel:
        with socket.create_server(("127.0.0.1", 0)) as once:
            port = once.getsockname()[1]
        return self.make_with(smtp_host="127.0.0.1", smtp_port=port, smtp_security="none")

    def make_with(self, **settings: SettingValue) -> Channel:
        secrets = {"imap_password": PASSWORD, "smtp_password": PASSWORD}
        return build("email", {"address": "help@council.example", **settings}, secrets)


class TestRecording(ChannelContract):
    secret = "nothing to hide"

    def make_channel(self) -> Channel:
        return RecordingChannel()

    def make_raw(self) -> RawItem:
        return RawItem("1", b"hello")

    def make_outbound(self) -> OutboundMessage:
        return reply()

    def make_refusing_channel(self) -> Channel:
        channel = RecordingChannel()
        channel.refuse_with = ChannelError("550 no", permanent=True)
        return channel


def sending_over(sink: SmtpSink, **changes: SettingValue) -> EmailChannel:
    settings: dict[str, SettingValue] = {
        "address": "help@council.example",
        "smtp_host": "localhost",
        "smtp_port": sink.tls_port,
        "smtp_user": sink.user,
        "ca_file": sink.ca_file,
    }
    return EmailChannel({**settings, **changes}, {"smtp_password": sink.password})


def test_a_reply_arrives_as_it_was_written(smtp_sink: SmtpSink) -> None:
    receipt = sending_over(smtp_sink).send(reply())
    (received,) = smtp_sink.wait_for(1)
    assert receipt.accepted == ("ada@example.org",)
    assert received.sender == "help@council.example"
    assert received.over_tls
    assert received.message["Message-ID"] == "<reply-1@council.example>"


def test_starttls_is_spoken_where_it_is_asked_for(smtp_sink: SmtpSink) -> None:
    channel = sending_over(smtp_sink, smtp_port=smtp_sink.port, smtp_security="starttls")
    channel.send(reply(envelope_from=""))
    (received,) = smtp_sink.wait_for(1)
    assert received.over_tls
    assert received.sender in ("", "<>")


def test_a_certificate_nobody_vouches_for_is_not_trusted(smtp_sink: SmtpSink) -> None:
    with pytest.raises(ChannelError, match=r"certificate of .* is not trusted") as refused:
        sending_over(smtp_sink, ca_file=None).send(reply())
    assert not refused.value.permanent


def test_both_servers_are_tried(smtp_sink: SmtpSink) -> None:
    assert "Connected to localhost" in sending_over(smtp_sink).test_connection()


def test_sending_without_a_server_is_refused_until_there_is_one() -> None:
    channel = EmailChannel({"address": "help@council.example"})
    with pytest.raises(ChannelError, match="No mail server is set") as refused:
        channel.send(reply())
    assert not refused.value.permanent
    assert not channel.can_send


def test_a_copy_goes_only_to_those_it_is_meant_for() -> None:
    message = reply(cc=(Address("Bob@example.org"), Address("ADA@example.org")))
    assert envelope_recipients(message) == ("ADA@example.org", "Bob@example.org")
    assert envelope_recipients(reply(envelope_to=("bob@example.org",))) == ("bob@example.org",)


def test_e_mail_is_polled_and_can_be_tried() -> None:
    channel = build("email", {"address": "help@council.example"})
    assert isinstance(channel, PollingChannel)
    assert isinstance(channel, ConnectingChannel)
    assert list(channel.fetch(10)) == []


def test_e_mail_is_listed_with_its_settings() -> None:
    assert "email" in kinds()
    assert {"address", "imap_host", "smtp_password"} <= {f.name for f in settings_fields("email")}


def test_a_kind_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ChannelError, match=r"no channel of the kind “pigeon”.*email"):
        build("pigeon", {})
