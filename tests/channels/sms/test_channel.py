"""Text messages: what each gateway's calls must prove, how they are read, and what is sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode

import pytest

from channels.channel import Channel, ChannelError, Forged, RawItem, WebhookRequest
from channels.message import Address, Automation, OutboundMessage, RemoteFile
from channels.sms import gateway, twilio
from channels.sms.channel import SmsChannel
from channels.testing import ChannelContract, factory_of
from tests.servers.called import Called
from tests.servers.meta import Lying, Meta

AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
SECRET = "the token we chose"
SERVICE, KEY = "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
NOTIFY = {"gateway": "notify", "template": SERVICE}
HOOK = "https://desk.example/hooks/abc"
CAME_IN = {
    "id": "n-1",
    "source_number": "447700900123",
    "destination_number": "447700900999",
    "message": "The bin was not emptied.",
}


def channel(settings: dict[str, Any], **secrets: str) -> SmsChannel:
    return SmsChannel(settings, {"secret": SECRET, **secrets})


def call_of(said: dict[str, str], *, form: bool = False, **headers: str) -> WebhookRequest:
    body = urlencode(said).encode() if form else json.dumps(said).encode()
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    return WebhookRequest("POST", {"content-type": kind, **headers}, body, AT, url=HOOK)


def outbound(text: str = "We come on Friday.", to: str = "+447700900123") -> OutboundMessage:
    return OutboundMessage(
        from_=Address("desk"),
        to=(Address(to),),
        subject="Bin",
        text=text,
        external_id="ours-1@desk.example",
        sent_at=AT,
    )


class TestContract(ChannelContract):
    secret: ClassVar[str] = SECRET

    def make_channel(self) -> Channel:
        return factory_of(SmsChannel)(NOTIFY, {"secret": SECRET})

    def make_raw(self) -> RawItem:
        return RawItem("1", gateway.kept_form(call_of(CAME_IN)))

    def make_outbound(self) -> OutboundMessage:
        return outbound()

    def make_refusing_channel(self) -> Channel:
        return SmsChannel({"gateway": "other", "url": "http://127.0.0.1:9/"}, {"secret": SECRET})


def test_a_message_by_notify_is_kept_and_read() -> None:
    bins = channel(NOTIFY)
    reply = bins.receive(call_of(CAME_IN, authorization=f"Bearer {SECRET}"))
    (message,) = bins.parse(reply.items[0])
    assert (message.external_id, message.sender.address) == ("n-1", "447700900123")
    assert (message.text, message.thread_key) == ("The bin was not emptied.", "447700900123")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {SECRET}", SECRET])
def test_a_call_without_our_token_is_forged(header: str) -> None:
    with pytest.raises(Forged):
        channel(NOTIFY).receive(call_of(CAME_IN, authorization=header))


def test_without_a_secret_no_call_is_believed() -> None:
    for settings in (NOTIFY, {"gateway": "twilio"}, {"gateway": "other", "proof": "hmac-hex"}):
        with pytest.raises(Forged):
            SmsChannel(settings, {}).receive(call_of(CAME_IN, authorization="Bearer "))


def test_what_became_of_a_message_is_told_by_our_reference() -> None:
    said = {
        "id": "n-2",
        "reference": "ours-1@desk.example",
        "status": "permanent-failure",
        "to": "x",
    }
    (report,) = channel(NOTIFY).parse(RawItem("1", gateway.kept_form(call_of(said))))
    assert report.automation is Automation.BOUNCE
    assert report.report is not None
    assert report.report.original_message_id == "ours-1@desk.example"
    assert "does not exist" in report.text


def test_a_message_to_notify_carries_a_token_signed_by_the_key(called: Called) -> None:
    called.words = json.dumps({"id": "n-9"}).encode()
    settings = {**NOTIFY, "url": called.url, "internal_hosts": "localhost"}
    receipt = channel(settings, api_key=f"bins-{SERVICE}-{KEY}").send(outbound())
    (made,) = called.calls
    head, body, proof = made.headers["authorization"].removeprefix("Bearer ").split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    expected = hmac.new(KEY.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64decode(proof + "==") == expected
    assert claims == {"iss": SERVICE, "iat": int(AT.timestamp())}
    assert json.loads(made.body) == {
        "phone_number": "+447700900123",
        "template_id": SERVICE,
        "personalisation": {"message": "We come on Friday."},
        "reference": "ours-1@desk.example",
    }
    assert receipt.external_id == "n-9"


@pytest.mark.parametrize("key", ["", "short", f"bins-{KEY}", f"{SERVICE} {KEY}"])
def test_a_key_that_is_none_is_said_to_be_none(key: str) -> None:
    with pytest.raises(ChannelError, match="no key"):
        channel(NOTIFY, api_key=key).send(outbound())


def test_a_call_by_twilio_is_proven_by_its_signature() -> None:
    said = {"MessageSid": "SM1", "From": "+447700900123", "To": "+44", "Body": "Hello & goodbye"}
    bins = channel({"gateway": "twilio"})
    proof = twilio.signature(SECRET, HOOK, list(said.items()))
    reply = bins.receive(call_of(said, form=True, **{"x-twilio-signature": proof}))
    (message,) = bins.parse(reply.items[0])
    assert (message.external_id, message.text) == ("SM1", "Hello & goodbye")
    for altered in ({**said, "Body": "Hello"}, {**said, "X": "1"}):
        with pytest.raises(Forged):
            bins.receive(call_of(altered, form=True, **{"x-twilio-signature": proof}))


def test_the_signature_is_the_one_twilio_documents() -> None:
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    url = "https://example.com/myapp.php?foo=1&bar=2"
    assert twilio.signature("12345", url, list(fields.items())) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_a_message_to_twilio_is_a_form_with_the_account(called: Called) -> None:
    called.words = b'{"sid": "SM2"}'
    settings = {
        "gateway": "twilio",
        "account": "AC1",
        "number": "+447700900999",
        "url": called.url.rstrip("/"),
        "internal_hosts": "localhost",
    }
    assert channel(settings).send(outbound()).external_id == "SM2"
    (made,) = called.calls
    assert made.path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert parse_qs(made.body.decode())["Body"] == ["We come on Friday."]


@pytest.mark.parametrize("proof", ["hmac-hex", "hmac-base64"])
def test_another_gateway_is_described_by_settings(proof: str) -> None:
    settings = {
        "gateway": "other",
        "proof": proof,
        "header": "X-Proof",
        "name_sender": "msisdn",
        "name_text": "content",
    }
    request = call_of({"id": "o-1", "msisdn": "07700 900123", "content": "Hello."})
    digest = hmac.new(SECRET.encode(), request.body, hashlib.sha256).digest()
    shown = digest.hex() if proof == "hmac-hex" else base64.b64encode(digest).decode()
    signed = WebhookRequest("POST", {**request.headers, "x-proof": shown}, request.body, AT)
    bins = channel(settings)
    (message,) = bins.parse(bins.receive(signed).items[0])
    assert (message.sender.address, message.text) == ("07700 900123", "Hello.")
    with pytest.raises(Forged):
        bins.receive(request)


@pytest.mark.parametrize(
    ("status", "permanent"), [(400, True), (404, True), (401, False), (429, False), (503, False)]
)
def test_a_refusal_says_whether_to_try_again(called: Called, status: int, permanent: bool) -> None:
    called.status = status
    settings = {"gateway": "other", "url": called.url, "internal_hosts": "localhost"}
    with pytest.raises(ChannelError) as refusal:
        channel(settings).send(outbound())
    assert refusal.value.permanent is permanent


@pytest.mark.parametrize("number", ["", "ada@borough.example", "+44\r\nTo: x", "12"])
def test_what_is_no_number_is_not_sent_to(number: str) -> None:
    with pytest.raises(ChannelError, match="no telephone number"):
        channel(NOTIFY).send(outbound(to=number))


def test_an_answer_that_names_no_id_is_taken_by_ours() -> None:
    assert gateway.json_at(b"not json", "id") == ""
    assert gateway.json_at(b'{"messages": [{"id": 7}]}', "messages.0.id") == "7"
    assert gateway.json_at(b'{"messages": []}', "messages.0.id") == ""


PICTURE = {
    "MessageSid": "MM1",
    "From": "+447700900123",
    "To": "+44",
    "Body": "",
    "NumMedia": "2",
    "MediaUrl0": "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1",
    "MediaContentType0": "image/jpeg",
    "MediaUrl1": "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME2",
}


def test_the_pictures_of_a_message_have_to_be_fetched() -> None:
    raw = RawItem("1", gateway.kept_form(call_of(PICTURE, form=True)))
    (message,) = channel({"gateway": "twilio"}).parse(raw)
    assert [one.reference[-3:] for one in message.remote_files] == ["ME1", "ME2"]
    assert message.remote_files[0].content_type == "image/jpeg"
    assert message.subject == message.stand_in == "A message with pictures or files."


def twilio_at(meta: Meta) -> SmsChannel:
    there = {"url": f"http://localhost:{meta.port}", "internal_hosts": "localhost"}
    return channel({"gateway": "twilio", "account": "AC1", **there})


def test_a_picture_is_fetched_where_twilio_sends_us_and_our_key_stays_with_twilio(
    meta: Meta,
) -> None:
    start, end = (f"http://localhost:{meta.port}/files/{name}" for name in ("start", "end"))
    meta.files["start"] = Lying("text/plain", b"", status=307, location=end)
    meta.files["end"] = Lying("image/jpeg", b"a picture")
    file = twilio_at(meta).fetch_file(RemoteFile(start), 1000)
    assert (file.content_type, file.body) == ("image/jpeg", b"a picture")
    asked = [one.headers.get("authorization", "") for one in meta.asked]
    assert [one.partition(" ")[0] for one in asked] == ["Basic", ""]


@pytest.mark.parametrize(
    "onward",
    ["https://evil.example/x", "http://169.254.169.254/", "https://twilio.com.evil.example/"],
)
def test_a_picture_is_not_fetched_from_anywhere_else(meta: Meta, onward: str) -> None:
    meta.files["start"] = Lying("text/plain", b"", status=302, location=onward)
    start = f"http://localhost:{meta.port}/files/start"
    with pytest.raises(ChannelError, match="where nobody goes"):
        twilio_at(meta).fetch_file(RemoteFile(start), 1000)
    with pytest.raises(ChannelError, match="outside of Twilio"):
        twilio_at(meta).fetch_file(RemoteFile(onward), 1000)
