"""read(): what Slack told us, completed or not, as messages; pure, and strict about every field."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from channels.alteration import Alteration, Deed
from channels.channel import ChannelError
from channels.message import Address, Automation, File, InboundMessage
from channels.slack import markup
from channels.slack.calls import (
    COMPLETED,
    DELETED,
    EDITED,
    filled_in,
    given,
    opens,
    part,
    pressed,
    rows,
    states_in,
    text_at,
)
from channels.slack.settings import Chosen

LONGEST_TEXT = 100_000
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class _Read:
    """What came, and what was asked for it."""

    said: dict[str, Any]
    message: dict[str, Any]
    users: dict[str, Any]
    files: tuple[dict[str, Any], ...]

    def names(self) -> dict[str, str]:
        return {id: name_of(part(self.users, id)) or id for id in self.users}

    def author(self, user_id: str) -> Address:
        user = part(self.users, user_id)
        return Address(user_id, name_of(user)[:LONGEST_NAME] or user_id)


def read(body: bytes, chosen: Chosen) -> list[InboundMessage]:
    """The messages in it. Raises ChannelError when it is nothing that Slack says."""
    found = _opened(body)
    kind = text_at(found.said, "type")
    if kind == "view_submission":
        return [_form(found, chosen)]
    if kind == "block_actions":
        return [_pressed(found, chosen)]
    if kind == "message_action":
        return [_marked(found, chosen, text_at(found.said, "channel", "id"))]
    event = part(found.said, "event")
    if text_at(event, "type") == "reaction_added":
        return [_marked(found, chosen, text_at(event, "item", "channel"))]
    subtype = text_at(event, "subtype")
    if subtype in (EDITED, DELETED):
        return [_altered(found, event, chosen)]
    return [_said(found, event, chosen, joins_only=not opens(event, chosen))]


def name_of(user: Mapping[str, Any]) -> str:
    """What somebody is called: their own choice before what the workspace calls them."""
    profile = part(dict(user), "profile")
    named = (
        text_at(profile, "real_name_normalized"),
        text_at(profile, "real_name"),
        text_at(user, "real_name"),
        text_at(profile, "display_name"),
        text_at(user, "name"),
    )
    return next((one.strip() for one in named if one.strip()), "")


def vouched(user: Mapping[str, Any], chosen: Chosen) -> str:
    """The address for which the workspace answers, "" when it answers for none: see the setting of domains."""
    address = text_at(user, "profile", "email").strip()
    stranger = any(
        user.get(name) is True
        for name in (
            "is_stranger",
            "is_restricted",
            "is_ultra_restricted",
            "is_bot",
            "deleted",
            "is_invited_user",
        )
    )
    if stranger or user.get("is_email_confirmed") is False:
        return ""
    return address if address.rpartition("@")[2].lower() in chosen.domains else ""


def moment(ts: str) -> datetime | None:
    """When something was written, as its own name says."""
    whole, _, _part = ts.partition(".")
    if not (whole.isascii() and whole.isdigit() and 9 <= len(whole) <= 11):
        return None
    return datetime.fromtimestamp(int(whole), UTC)


def _opened(body: bytes) -> _Read:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as unfit:
        raise ChannelError("This is nothing that Slack says: no JSON.", permanent=True) from unfit
    if not isinstance(said, dict):
        raise ChannelError("This is nothing that Slack says: no object.", permanent=True)
    if said.get("type") != COMPLETED:
        event = part(said, "event")
        message = part(said, "message") or part(event, "message")
        return _Read(said, message or event, {}, ())
    return _Read(
        part(said, "said"),
        part(said, "message"),
        part(said, "users"),
        tuple(rows(said.get("files"))),
    )


def _said(
    found: _Read, message: dict[str, Any], chosen: Chosen, *, joins_only: bool = False
) -> InboundMessage:
    channel, ts = text_at(message, "channel"), text_at(message, "ts")
    thread = text_at(message, "thread_ts")
    user_id = text_at(message, "user") or text_at(message, "bot_id")
    if not channel or not ts or not user_id:
        raise ChannelError("Slack does not say where this was written, or by whom.", permanent=True)
    raw_text = text_at(message, "text")[:LONGEST_TEXT]
    if text_at(message, "type") == "app_mention":
        raw_text = markup.without_mention(raw_text, _our_id(found.said))
    text = markup.plain(raw_text, found.names())
    files, lost = _files(found.files)
    words = "\n".join(filter(None, [text, *lost]))
    key, other_key = _keys(channel, ts, thread, is_direct=_is_direct(message, channel))
    return InboundMessage(
        external_id=f"{channel}/{ts}",
        sender=found.author(user_id),
        recipients=(),
        subject=beginning(text) or (files[0].name if files else ""),
        text=words,
        visible_text=words,
        sent_at=moment(ts),
        thread_key=key,
        thread_key_else=other_key,
        files=files,
        stand_in="" if words.strip() or files else "A message without words.",
        joins_only=joins_only,
        vouched_email=vouched(part(found.users, user_id), chosen),
    )


def _marked(found: _Read, chosen: Chosen, channel: str) -> InboundMessage:
    """A message that somebody marked, by an emoji or a shortcut; its writer is who asks."""
    if not found.message:
        raise ChannelError(
            "The message that was marked cannot be read. Invite the desk's app to its channel, and file this again.",
            permanent=True,
        )
    return _said(found, {**found.message, "channel": channel}, chosen)


def _altered(found: _Read, event: dict[str, Any], chosen: Chosen) -> InboundMessage:
    channel, joins_only = text_at(event, "channel"), not opens(event, chosen)
    if text_at(event, "subtype") == EDITED:
        now = part(event, "message")
        inbound = _said(found, {**now, "channel": channel}, chosen, joins_only=joins_only)
        stamp, deed = text_at(now, "edited", "ts") or text_at(event, "ts"), Deed.EDITED
    else:
        gone = part(event, "previous_message")
        gone = {"user": "unknown", **gone, "ts": text_at(event, "deleted_ts"), "channel": channel}
        inbound = _said(found, gone, chosen, joins_only=joins_only)
        stamp, deed = text_at(event, "event_ts") or text_at(event, "ts"), Deed.DELETED
    return replace(
        inbound,
        external_id=f"{inbound.external_id}/{deed.value}-{stamp}"[:200],
        alters=Alteration(inbound.external_id, deed),
        sent_at=moment(stamp),
        files=(),
    )


def _form(found: _Read, chosen: Chosen) -> InboundMessage:
    view = part(found.said, "view")
    user_id, view_id = text_at(found.said, "user", "id"), text_at(view, "id")
    if not user_id or not view_id:
        raise ChannelError("Slack does not say who sent this form.", permanent=True)
    answers = [(name, label, said) for name, label, said in _answers(view) if said]
    subject = next((said for name, _, said in answers if name == "subject"), "")
    rest = [(label, said) for name, label, said in answers if name != "subject"]
    files, lost = _files(found.files)
    words = rest[0][1] if len(rest) == 1 else "\n\n".join(f"{one}\n{said}" for one, said in rest)
    text = "\n\n".join(filter(None, [words, *lost]))
    return InboundMessage(
        external_id=f"form/{view_id}",
        sender=found.author(user_id),
        recipients=(),
        subject=beginning(subject or text),
        text=text[:LONGEST_TEXT],
        visible_text=text[:LONGEST_TEXT],
        # There is no message yet in which to answer: the first that we write becomes the conversation.
        thread_key=f"{user_id}/{view_id}",
        stand_in="" if text.strip() else "A form without answers.",
        vouched_email=vouched(part(found.users, user_id), chosen),
        files=files,
        form=filled_in(found.said),
    )


def _pressed(found: _Read, chosen: Chosen) -> InboundMessage:
    """A button below a message of ours: a sign on it, and no new words."""
    button, message = pressed(found.said), part(found.said, "message")
    user_id, channel = text_at(found.said, "user", "id"), text_at(found.said, "channel", "id")
    ts, name = text_at(found.said, "container", "message_ts"), text_at(button, "value")
    if not user_id or not channel or not ts or not name:
        raise ChannelError("Slack does not say who pressed what.", permanent=True)
    label = text_at(button, "text", "text")[:LONGEST_NAME] or name
    thread = text_at(message, "thread_ts") or text_at(found.said, "container", "thread_ts")
    key, other_key = _keys(channel, ts, thread, is_direct=_is_direct({}, channel))
    return InboundMessage(
        external_id=f"{channel}/{ts}/press-{text_at(button, 'action_ts')}"[:200],
        sender=found.author(user_id),
        recipients=(),
        subject=label,
        text=label,
        visible_text=label,
        sent_at=moment(text_at(button, "action_ts")),
        thread_key=key,
        thread_key_else=other_key,
        automation=Automation.MARK,
        joins_only=True,
        vouched_email=vouched(part(found.users, user_id), chosen),
        pressed=name[:40],
    )


def _answers(view: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    labels = {
        text_at(block, "block_id"): text_at(block, "label", "text")
        for block in rows(view.get("blocks"))
    }
    return [(name, labels.get(name) or name, _in_words(state)) for name, state in states_in(view)]


def _in_words(state: Mapping[str, Any]) -> str:
    """What was chosen as it was read there, else as it was typed; files stand beside the words."""
    chosen = [part(dict(state), "selected_option"), *rows(state.get("selected_options"))]
    labels = ", ".join(filter(None, (text_at(one, "text", "text").strip() for one in chosen)))
    return labels or ("" if "files" in state else ", ".join(given(state)))


def _files(named: tuple[dict[str, Any], ...]) -> tuple[tuple[File, ...], list[str]]:
    files, lost = [], []
    for one in named:
        name = text_at(one, "name")[:LONGEST_NAME] or "file"
        if "content" not in one:
            lost.append(f"[{name}: not taken over, {text_at(one, 'problem')[:200]}]")
            continue
        try:
            body = base64.b64decode(text_at(one, "content"), validate=True)
        except (binascii.Error, ValueError):
            continue
        files.append(File(name, text_at(one, "type")[:120], body))
    return tuple(files), lost


def _keys(channel: str, ts: str, thread: str, *, is_direct: bool) -> tuple[str, str | None]:
    """The conversation, and which else it may be: what is said directly to the app is one, whatever its threads."""
    if not is_direct:
        return f"{channel}/{thread or ts}", None
    return (f"{channel}/{thread}", channel) if thread and thread != ts else (channel, None)


def _is_direct(message: Mapping[str, Any], channel: str) -> bool:
    return text_at(message, "channel_type") == "im" or channel.startswith("D")


def _our_id(said: Mapping[str, Any]) -> str:
    bots = [
        text_at(one, "user_id") for one in rows(said.get("authorizations")) if one.get("is_bot")
    ]
    return bots[0] if bots else ""


def beginning(text: str) -> str:
    """The first words of a text, for a subject."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= 80 else f"{line[:79].rstrip()}…"
