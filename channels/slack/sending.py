"""What goes out to Slack: answers in a thread with their files, and the line that shows the status."""

from datetime import timedelta
from typing import Any

from channels.calling import Reach, call
from channels.channel import (
    ChannelError,
    Shown,
    ThreadStatus,
)
from channels.message import File, OutboundMessage, Receipt
from channels.slack import markup
from channels.slack.calls import CHOICES, rows, text_at
from channels.slack.client import Refused, SlackClient

# Slack cuts off what is longer than 40,000, and asks for less.
LONGEST_TEXT = 10_000
_MARK = "desk_message"
# A try that comes so long after the message was written may not be the first.
_MAY_BE_AGAIN = timedelta(seconds=30)
_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
_LONGEST_NAME = 3_000


def send(message: OutboundMessage, client: SlackClient, reach: Reach) -> Receipt:
    """Say it in its conversation. Raises ChannelError."""
    channel, thread = place_of(message.thread_key or "")
    if not channel:
        raise ChannelError("Nobody knows in which conversation this is to be said.", permanent=True)
    accepted = tuple(person.address for person in message.to[:1])
    said_before = _said_before(message, client, channel, thread)
    if said_before:
        return Receipt(said_before, "200 it was there already", accepted)
    if message.files:
        _share(message, client, reach, channel, thread)
        return Receipt(message.external_id, "200", accepted)
    said = _post(client, channel, thread, _words(message), _blocks(message), message.external_id)
    return Receipt(f"{text_at(said, 'channel')}/{text_at(said, 'ts')}", "200", accepted)


def show_status(status: ThreadStatus, client: SlackClient) -> Shown:
    """Write the line, or change the one that stands there. Raises ChannelError."""
    shown_channel, shown_ts = place_of(status.shown_at)
    words = markup.escaped(status.text)
    blocks = [
        {"type": "context", "elements": [{"type": "mrkdwn", "text": words, "verbatim": True}]}
    ]
    if shown_ts:
        try:
            client.chat_update(channel=shown_channel, ts=shown_ts, text=words, blocks=blocks)
            return Shown(status.shown_at, status.thread_key)
        except Refused as refused:
            if refused.code not in _GONE:
                raise
    channel, thread = place_of(status.thread_key)
    said = _post(client, channel, thread, words, blocks, "")
    where = f"{text_at(said, 'channel')}/{text_at(said, 'ts')}"
    return Shown(where, where if channel.startswith("U") else status.thread_key)


def place_of(key: str) -> tuple[str, str]:
    """Channel and thread out of a conversation's name; a form's has only the person to write to."""
    channel, _, ts = key.partition("/")
    return channel, "" if channel.startswith("U") else ts


def _post(
    client: SlackClient,
    channel: str,
    thread: str,
    text: str,
    blocks: list[dict[str, Any]],
    own_id: str,
) -> dict[str, Any]:
    said: dict[str, Any] = {
        "channel": channel,
        "text": text,
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    if thread:
        said["thread_ts"] = thread
    if own_id:
        said["metadata"] = {"event_type": _MARK, "event_payload": {"id": own_id}}
    try:
        return _data(client.chat_postMessage(**said))
    except Refused as refused:
        if refused.code != "not_in_channel":
            raise
        # A message may be marked where the app is no member; what is open to all it may join.
        client.conversations_join(channel=channel)
        return _data(client.chat_postMessage(**said))


def _said_before(message: OutboundMessage, client: SlackClient, channel: str, thread: str) -> str:
    """Where an earlier try has said it, though nobody could tell; "" when it did not."""
    again = message.tried_at is not None and message.tried_at - message.sent_at > _MAY_BE_AGAIN
    if not again or channel.startswith("U"):
        return ""
    since: dict[str, Any] = {
        "channel": channel,
        "oldest": f"{message.sent_at.timestamp() - 60:.6f}",
        "include_all_metadata": True,
        "limit": 200,
    }
    found = (
        client.conversations_replies(ts=thread, **since)
        if thread
        else client.conversations_history(**since)
    )
    for one in rows(_data(found).get("messages")):
        if text_at(one, "metadata", "event_payload", "id") == message.external_id:
            return f"{channel}/{text_at(one, 'ts')}"
    return ""


def _share(
    message: OutboundMessage, client: SlackClient, reach: Reach, channel: str, thread: str
) -> None:
    """The files first, which nobody sees until they are shared together with the words, in one step."""
    shared: list[dict[str, str | None]] = [
        {"id": _upload(file, client, reach), "title": file.name} for file in message.files
    ]
    client.files_completeUploadExternal(
        files=shared,
        channel_id=_conversation(client, channel),
        thread_ts=thread or None,
        initial_comment=_words(message),
    )


def _upload(file: File, client: SlackClient, reach: Reach) -> str:
    place = _data(client.files_getUploadURLExternal(filename=file.name, length=file.size))
    said = call(
        text_at(place, "upload_url"),
        method="POST",
        body=file.body,
        headers={"Content-Type": "application/octet-stream"},
        reach=reach,
    )
    if not said.is_good:
        raise ChannelError(f"Slack did not take the file {file.name} ({said.status}).")
    return text_at(place, "file_id")


def _conversation(client: SlackClient, channel: str) -> str:
    """A person's own conversation with us, where files can be shared; a channel is one already."""
    if not channel.startswith("U"):
        return channel
    return text_at(_data(client.conversations_open(users=channel)), "channel", "id")


def _words(message: OutboundMessage) -> str:
    name = f"\n_{markup.escaped(message.from_.name)}_" if message.from_.name else ""
    return f"{markup.escaped(message.text)}{name}"


def _blocks(message: OutboundMessage) -> list[dict[str, Any]]:
    name = message.from_.name
    by = {"type": "context", "elements": [markup.plain_text(name, _LONGEST_NAME)]}
    buttons = [
        {
            "type": "button",
            "action_id": f"{CHOICES}_{choice.name}"[:255],
            "text": markup.plain_text(choice.label, 75),
            "value": choice.name,
        }
        for choice in message.choices[:5]
    ]
    offered = {"type": "actions", "block_id": CHOICES, "elements": buttons}
    return [
        markup.rich(message.text),
        *([by] if name else []),
        *([offered] if buttons else []),
    ]


def _data(response: Any) -> dict[str, Any]:
    data = response.data
    return data if isinstance(data, dict) else {}
