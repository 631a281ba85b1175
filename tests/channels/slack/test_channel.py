"""The Slack channel by itself: what it reads, what it refuses, and what every channel promises."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from channels.calling import Reach
from channels.channel import Channel, ChannelError, RawItem
from channels.message import Address, OutboundMessage
from channels.slack import calls, markup
from channels.slack.channel import SlackChannel
from channels.slack.client import Pauses, Refused, SlackClient, TokenEnded
from channels.slack.manifest import SCOPES, manifest
from channels.slack.settings import chosen
from channels.testing import ChannelContract, factory_of
from tests.servers.slack import BOT_TOKEN, SIGNING_SECRET, Workspace

AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


def event(**said: Any) -> dict[str, Any]:
    message = {
        "type": "message",
        "channel": "C0HELP",
        "channel_type": "channel",
        "user": "U0ADA",
        "text": "My printer is dead.",
        "ts": "1700000000.000100",
        **said,
    }
    return {"type": "event_callback", "event_id": "Ev1", "event": message}


def raw(**said: Any) -> RawItem:
    return RawItem("Ev1", json.dumps(event(**said)).encode())


def outbound(**more: Any) -> OutboundMessage:
    return OutboundMessage(
        from_=Address("desk", "Ben at IT support"),
        to=(Address("U0ADA"),),
        subject="Printer",
        text="It is mended.",
        external_id="ours-1@desk.example",
        sent_at=AT,
        thread_key="C0HELP/1700000000.000100",
        **more,
    )


def channel_of(space: Workspace, **settings: Any) -> SlackChannel:
    values = {"url": space.url, "internal_hosts": "localhost", **settings}
    return SlackChannel(values, {"bot_token": BOT_TOKEN, "signing_secret": SIGNING_SECRET})


class TestContract(ChannelContract):
    secret: ClassVar[str] = BOT_TOKEN

    def make_channel(self) -> Channel:
        return factory_of(SlackChannel)({"channels": "C0HELP"}, {"bot_token": BOT_TOKEN})

    def make_raw(self) -> RawItem:
        return raw()

    def make_outbound(self) -> OutboundMessage:
        return outbound()

    def make_refusing_channel(self) -> Channel:
        return SlackChannel({"url": "http://127.0.0.1:9/"}, {"bot_token": BOT_TOKEN})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a &amp;lt; b", "a &lt; b"),
        ("<https://x.example|the page>", "the page (https://x.example)"),
        ("<https://x.example|https://x.example>", "https://x.example"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("ask <@U0BEN> in <#C1|it>", "ask @Ben in #it"),
        ("ask <@U0NEW|neo>", "ask @neo"),
        ("<!here> and <!subteam^S1|@it>", "@here and @it"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<" * 5000, "<" * 5000),
    ],
)
def test_slacks_writing_is_read_as_plain_words(written: str, read: str) -> None:
    assert markup.plain(written, {"U0BEN": "Ben"}) == read


def test_nothing_that_an_agent_writes_is_an_order() -> None:
    assert markup.escaped("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"
    elements = markup.rich("<!channel> *now* https://x.example/a).")["elements"][0]["elements"]
    assert elements == [
        {"type": "text", "text": "<!channel> *now* "},
        {"type": "link", "url": "https://x.example/a"},
        {"type": "text", "text": ")."},
    ]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (event(), True),
        (event(channel="C0TALK"), False),
        (event(channel="C0TALK", thread_ts="1.1"), True),
        (event(channel="D0ADA", channel_type="im"), True),
        (event(bot_id="B1"), False),
        (event(subtype="channel_join"), False),
        (event(subtype="file_share"), True),
        (event(type="app_mention", channel="C0TALK"), True),
        (event(type="member_joined_channel"), False),
        (
            event(type="reaction_added", reaction="ticket::skin-tone-2", item={"type": "message"}),
            True,
        ),
        (event(type="reaction_added", reaction="heart", item={"type": "message"}), False),
        (event(type="reaction_added", reaction="ticket", item={"type": "file"}), False),
        ({"type": "event_callback", "event": None}, False),
        ({"type": "event_callback", "event": {"type": ["message"]}}, False),
    ],
)
def test_only_what_may_be_the_desks_business_is_kept(said: dict[str, Any], wanted: bool) -> None:
    reply = calls.answer(said, chosen({"channels": "C0HELP"}))
    assert bool(reply.items) is wanted


def test_a_thread_is_one_conversation_and_the_first_words_are_the_subject() -> None:
    (message,) = SlackChannel({"channels": "C0HELP"}).parse(raw(thread_ts="1600000000.5"))
    assert message.thread_key == "C0HELP/1600000000.5"
    assert message.subject == "My printer is dead."
    assert message.sent_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_a_channel_where_only_marked_messages_count_opens_nothing_by_itself() -> None:
    (message,) = SlackChannel({"channels": "C0HELP", "every": False}).parse(raw())
    assert message.joins_only


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'{"type":"completed"}',
        b'{"event":{"type":"message"}}',
        b'{"type":"view_submission"}',
    ],
)
def test_what_is_no_message_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(ChannelError, match="Slack"):
        SlackChannel({}).parse(RawItem("x", body))


def test_slack_asks_for_a_pause_and_is_left_alone_so_long(slack: Workspace) -> None:
    moment = [100.0]
    pauses = Pauses(lambda: moment[0])
    client = SlackClient(BOT_TOKEN, url=slack.url, reach=Reach(hosts=("localhost",)), pauses=pauses)
    slack.refusals["users.info"] = [20]
    for passed in (0.0, 19.0):
        moment[0] = 100.0 + passed
        with pytest.raises(Refused) as refused:
            client.users_info(user="U0ADA")
        assert refused.value.retry_after == timedelta(seconds=20 - passed)
    assert len(slack.called("users.info")) == 1
    moment[0] = 120.5
    assert client.users_info(user="U0ADA")["user"]["id"] == "U0ADA"


def test_a_token_that_ended_is_told_apart_from_what_may_be_mended(slack: Workspace) -> None:
    slack.refusals["chat.postMessage"] = ["missing_scope", "is_archived"]
    channel = channel_of(slack)
    with pytest.raises(Refused, match="users:read") as mended:
        channel.send(outbound())
    assert not mended.value.permanent
    with pytest.raises(Refused, match="is_archived") as never:
        channel.send(outbound())
    assert never.value.permanent
    slack.revoked = True
    with pytest.raises(TokenEnded):
        channel.send(outbound())


def test_a_channel_open_to_all_is_joined_to_answer_there(slack: Workspace) -> None:
    slack.members_only.add("C0HELP")
    channel_of(slack).send(outbound())
    assert [one["text"] for one in slack.by_app("C0HELP")] == ["It is mended.\n_Ben at IT support_"]


def test_a_second_try_finds_what_the_first_has_said(slack: Workspace) -> None:
    channel, root = channel_of(slack), slack.write("C0HELP", "U0ADA", "Help!")
    at = datetime.fromtimestamp(float(root["ts"]), UTC)
    key = f"C0HELP/{root['ts']}"
    first = outbound()
    for late in (0, 90):
        message = OutboundMessage(
            from_=first.from_,
            to=first.to,
            subject="",
            text=first.text,
            external_id=first.external_id,
            sent_at=at,
            thread_key=key,
            tried_at=at + timedelta(seconds=late),
        )
        channel.send(message)
    assert len(slack.by_app("C0HELP")) == 1


def test_our_token_is_shown_to_nobody_but_slack(slack: Workspace) -> None:
    named = {"name": "x.png", "mimetype": "image/png", "url_private": "https://evil.example/x.png"}
    whole = channel_of(slack).complete(raw(files=[named]))
    (file,) = json.loads(whole.body)["files"]
    assert file["problem"] == "it does not lie at Slack"


def test_a_file_that_may_not_be_had_is_named_with_the_reason(slack: Workspace) -> None:
    slack.files["x.png"] = b"<html>"
    url = f"http://localhost:{slack.port}/files-pri/x.png"
    other = SlackChannel({"url": slack.url, "internal_hosts": "localhost"}, {"bot_token": "xoxb-x"})
    slack.users.clear()
    slack.refusals["users.info"] = ["user_not_found"]
    big = {"name": "film.mp4", "size": 10**9, "url_private": url}
    whole = channel_of(slack).complete(raw(files=[big]))
    (message,) = other.parse(whole)
    assert message.text == "My printer is dead.\n[film.mp4: not taken over, larger than 20 MB]"


def test_the_connection_is_tried_with_all_it_needs(slack: Workspace) -> None:
    assert channel_of(slack).test_connection() == "Connected to Borough as desk."
    unsigned = SlackChannel({"url": slack.url}, {"bot_token": BOT_TOKEN})
    with pytest.raises(ChannelError, match="signing secret"):
        unsigned.test_connection()


def test_the_manifest_names_the_address_only_where_slack_calls() -> None:
    words = {"command": "c", "about": "a", "form": "f", "message": "m"}
    made = manifest(name="Desk", way="http", url="https://desk.example/hooks/k", words=words)
    assert made["settings"]["event_subscriptions"]["request_url"] == "https://desk.example/hooks/k"
    assert made["oauth_config"]["scopes"]["bot"] == list(SCOPES)
    held = manifest(name="Desk", way="socket", url="", words=words)
    assert held["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in json.dumps(held)
