"""What a call of Instagram holds, event by event, and each event as a message of the desk."""

from __future__ import annotations

import json
from collections.abc import Iterator

from channels.channel import ChannelError, RawItem, WebhookRequest
from channels.message import (
    Address,
    Automation,
    DeliveryReport,
    InboundMessage,
    RemoteFile,
    Stage,
)
from channels.meta.door import item_of, whole_of
from channels.meta.said import Said
from channels.meta.words import beginning

# What people attach, in words, and the kind of file that lies behind its address.
_FILES = {
    "image": ("A picture.", "image/*"),
    "video": ("A video.", "video/*"),
    "audio": ("A recording.", "audio/*"),
    "file": ("A file.", ""),
    "story_mention": ("Mentioned us in a story.", "image/*"),
}
_WORDS = {
    "like_heart": "❤",
    "share": "Shared a post:",
    "ig_post": "Shared a post:",
    "ig_reel": "Shared a reel:",
    "reel": "Shared a reel:",
    "ig_story": "Shared a story:",
    "fallback": "Shared:",
    "template": "Answered from a card.",
}
_SOMEBODY = "Somebody on Instagram"
_UNSEEN = "Something that Instagram does not hand on."


def unwrap(request: WebhookRequest) -> list[RawItem]:
    """Every event of a call that was proven, but for the echoes of what we said ourselves."""
    said = Said.read(request.body)
    if said["object"].text() != "instagram" or not said["entry"]:
        return [whole_of(request)]
    found: list[RawItem] = []
    for entry in said["entry"].each():
        for event in _events(entry):
            name = _name_of(event)
            if name:
                found.append(item_of(name, _packed(entry["id"], event), request))
    return found


def _events(entry: Said) -> Iterator[Said]:
    yield from entry["messaging"].each()
    for change in entry["changes"].each():
        if change["field"].text().startswith("messag"):
            yield change["value"]


def _name_of(event: Said) -> str:
    """What an event is kept by, "" for one that is nobody's word."""
    message, at = event["message"], event["timestamp"].text(40)
    sender = event.at("sender.id").text(100)
    if message:
        kind = "deleted" if message["is_deleted"] else "message"
        mid = message["mid"].text(240) or f"{sender} {at}"
        return "" if message["is_echo"] else f"{kind} {mid}"
    if event["reaction"]:
        sign = event["reaction"]
        return f"{sign['action'].text(20)} {sign['mid'].text(200)} {at}"
    if event["postback"]:
        return f"postback {event['postback']['mid'].text(240) or sender + at}"
    if event["read"]:
        return f"read {event['read']['mid'].text(240)}"
    return ""


def _packed(account: Said, event: Said) -> bytes:
    said = {"account": account.text(100), "event": json.loads(event.dumped())}
    return json.dumps(said, separators=(",", ":")).encode("ascii")


def writer_of(body: bytes) -> str:
    """Who wrote, "" where an event is nobody's word."""
    event = Said.read(body)["event"]
    return "" if event["read"] else event.at("sender.id").text(100)


def with_profile(body: bytes, profile: tuple[str, str]) -> bytes:
    """A kept event with what its writer is called."""
    said = json.loads(body)
    said["profile"] = {"name": profile[0], "username": profile[1]}
    return json.dumps(said, separators=(",", ":")).encode("ascii")


def _called(said: Said) -> str:
    """What the writer calls themselves, as far as Instagram told."""
    name, user = said.at("profile.name").line(200), said.at("profile.username").line(100)
    return name or (f"@{user}" if user else _SOMEBODY)


def read(body: bytes, account_id: str = "") -> InboundMessage:
    """A kept event. Raises ChannelError for what is none, or was meant for another account."""
    said = Said.read(body)
    event, theirs = said["event"], said["account"].text(100)
    if not event:
        raise ChannelError("This is no event of Instagram that we know.", permanent=True)
    if event["read"]:
        return _report(event)
    if account_id and theirs != account_id:
        raise ChannelError(
            f"It was sent to the Instagram account {theirs or 'of somebody else'}, which is not this one.",
            permanent=True,
        )
    sender = event.at("sender.id").text(100)
    if not sender:
        raise ChannelError("Instagram names no sender.", permanent=True)
    writer = Address(sender, _called(said))
    if event["reaction"]:
        return _mark(event, writer, _reaction(event), event.at("reaction.mid").text(240))
    if event.at("message.is_deleted"):
        mid = event.at("message.mid").text(240)
        return _mark(event, writer, "Took this message back.", mid)
    return _message(event, writer)


def _message(event: Said, writer: Address) -> InboundMessage:
    message, card = event["message"], event["postback"]
    lines = [message["text"].text() or card["title"].text()]
    files: list[RemoteFile] = []
    stand_in = _UNSEEN if message["is_unsupported"] else "A message without words."
    for one in message["attachments"].each(30):
        words, file = _attached(one)
        if file is not None:
            files.append(file)
            stand_in = words
        else:
            lines.append(words)
    text = "\n".join(filter(None, lines))
    answered = message.at("reply_to.mid").text(240)
    subject = beginning(text) or stand_in
    return InboundMessage(
        external_id=(
            message["mid"].text(240) or card["mid"].text(240) or _unnamed(event, writer.address)
        ),
        sender=writer,
        recipients=(),
        subject=subject,
        text=text,
        visible_text=text,
        quoted_text=_story(message),
        sent_at=event["timestamp"].moment(),
        in_reply_to=(answered,) if answered else (),
        thread_key=writer.address,
        stand_in="" if text.strip() else subject,
        remote_files=tuple(files),
    )


def _attached(one: Said) -> tuple[str, RemoteFile | None]:
    """What was attached in words, and the file to fetch where there is one."""
    kind, payload = one["type"].text(40), one["payload"]
    url = payload["url"].text(2_000)
    if kind in _FILES:
        words, content_type = _FILES[kind]
        return words, RemoteFile(url, content_type) if url else None
    words = _WORDS.get(kind, _UNSEEN)
    return " ".join(filter(None, [words, payload["title"].line(), url])), None


def _story(message: Said) -> str:
    story = message.at("reply_to.story")
    return f"Our story: {story['url'].text(2_000)}".strip() if story else ""


def _mark(event: Said, writer: Address, words: str, mid: str) -> InboundMessage:
    return InboundMessage(
        external_id=f"mark {mid} {event['timestamp'].text(40)}",
        sender=writer,
        recipients=(),
        subject=words,
        text=words,
        visible_text=words,
        sent_at=event["timestamp"].moment(),
        in_reply_to=(mid,) if mid else (),
        thread_key=writer.address,
        automation=Automation.MARK,
    )


def _reaction(event: Said) -> str:
    sign = event["reaction"]
    if sign["action"].text() == "unreact":
        return "Took a reaction back."
    return f"Reacted with {sign['emoji'].line(40) or sign['reaction'].line(40)}"


def _report(event: Said) -> InboundMessage:
    mid = event.at("read.mid").text(240)
    return InboundMessage(
        external_id=f"read {mid}",
        sender=Address("instagram"),
        recipients=(),
        subject="",
        text="read",
        sent_at=event["timestamp"].moment(),
        automation=Automation.RECEIPT,
        report=DeliveryReport((), original_message_id=mid, stage=Stage.READ),
    )


def _unnamed(event: Said, sender: str) -> str:
    return f"{sender} {event['timestamp'].text(40)}"
