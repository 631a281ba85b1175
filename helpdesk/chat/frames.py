"""What a visitor's widget is told: how the chat stands, and what was said in it; nothing else of the ticket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from helpdesk.chat.availability import Queue, queue_of
from helpdesk.chat.models import BY_ITSELF, Chat, ChatState
from helpdesk.chat.settings import KIND, find_chat
from helpdesk.chat.visiting import address_of
from helpdesk.core import links
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.messaging import policy
from helpdesk.tickets.models import Attachment, Direction, Message, Visibility

MOST_MESSAGES = 300
FILE_PURPOSE = "chat-file"
FILES_FOR = timedelta(days=1)
SHOWN_AS_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})

Frame = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What the widget of one chat is told: its version, how it stands, and the messages after the one it had."""

    chat_id: int
    version: int
    state: Frame
    messages: Sequence[Frame]


def tell(wanted: Mapping[int, int]) -> list[Told]:
    """For each chat id, with the newest message that its widget has: what is to be told. Some four queries for all."""
    chats = db.session.scalars(
        select(Chat)
        .where(Chat.id.in_(wanted))
        .options(selectinload(Chat.agent), selectinload(Chat.group))
        .execution_options(populate_existing=True)
    ).all()
    said = _messages(chats, wanted)
    waiting = {one.group_id for one in chats if one.state is ChatState.WAITING}
    queues = {group_id: queue_of(group_id) for group_id in waiting}
    return [
        Told(one.id, one.version, state_of(one, queues.get(one.group_id)), said[one.id])
        for one in chats
    ]


def state_of(chat: Chat, queue: Queue | None = None) -> Frame:
    """How a chat stands, in the words of its visitor; `queue` is that of its group, while it waits."""
    frame: Frame = {
        "type": "state",
        "state": chat.state.value,
        "version": chat.version,
        "agent": agent_name(chat),
        "email": bool(chat.email),
        "ended_by": chat.ended_by,
    }
    if chat.state is ChatState.WAITING and queue is not None:
        before = queue.before(chat.id)
        frame["before"], frame["minutes"] = before, _minutes(chat, queue, before)
    return frame


def agent_name(chat: Chat) -> str:
    """What a visitor calls whoever talks with them: the first name, or the group where names are not shown."""
    if chat.agent is None:
        return ""
    if policy.lately().shows_agent_names:
        return chat.agent.name.split()[0]
    return chat.group.name if chat.group else ""


def frame_of(chat: Chat, message: Message) -> Frame:
    """One message as a widget shows it."""
    by_visitor = message.direction is Direction.IN
    return {
        "id": message.id,
        "from": "visitor" if by_visitor else "desk" if is_automatic(message) else "agent",
        "name": "" if by_visitor else _writer(chat, message),
        "text": message.text,
        "at": message.created_at.isoformat(),
        "client": (message.external_id or "").rpartition("/")[2] if by_visitor else "",
        "files": [_file(chat, one) for one in message.attachments],
    }


def file_of(signed: str) -> Attachment | None:
    """The file that a link in a chat names, while the link holds and its message is still said in that chat."""
    said = links.read_signed(signed, purpose=FILE_PURPOSE, lasting=FILES_FOR)
    chat_id, _sep, key = (said or "").partition(":")
    chat = db.session.get(Chat, int(chat_id)) if chat_id.isdigit() else None
    if chat is None:
        return None
    found = db.session.scalars(select(Attachment).where(Attachment.key == key)).one_or_none()
    return found if found is not None and is_said_in(chat, found.message) else None


def is_said_in(chat: Chat, message: Message) -> bool:
    """Whether a message was said in this chat: by its visitor, or to them by this way. Notes and mails never are (S12)."""
    if message.visibility is not Visibility.PUBLIC or message.ticket_id != chat.ticket_id:
        return False
    if message.direction is Direction.IN:
        return message.author_id == chat.person_id and not message.unverified
    return message.channel == KIND and address_of(chat) in message.recipients.get("to", ())


def is_automatic(message: Message) -> bool:
    """Whether the desk said it by itself before a person was called."""
    return message.direction is Direction.OUT and message.automation == BY_ITSELF


def _messages(chats: Sequence[Chat], wanted: Mapping[int, int]) -> Mapping[int, list[Frame]]:
    said: dict[int, list[Frame]] = defaultdict(list)
    tickets = {one.ticket_id for one in chats if one.ticket_id is not None}
    if not tickets:
        return said
    after = min((wanted[one.id] for one in chats), default=0)
    rows = db.session.scalars(
        select(Message)
        .where(
            Message.ticket_id.in_(tickets),
            Message.id > after,
            Message.visibility == Visibility.PUBLIC,
            or_(Message.direction == Direction.IN, Message.channel == KIND),
        )
        .options(selectinload(Message.attachments))
        .order_by(Message.id.desc())
        .limit(MOST_MESSAGES * max(1, len(chats)))
    ).all()
    by_ticket: dict[int, list[Message]] = defaultdict(list)
    for message in reversed(rows):
        by_ticket[message.ticket_id].append(message)
    for chat in chats:
        said[chat.id] = [
            frame_of(chat, one)
            for one in by_ticket.get(chat.ticket_id or 0, ())
            if one.id > wanted[chat.id] and is_said_in(chat, one)
        ]
    return said


def _writer(chat: Chat, message: Message) -> str:
    if message.automation is None and policy.lately().shows_agent_names and message.author_name:
        return message.author_name.split()[0]
    return chat.group.name if chat.group else ""


def _file(chat: Chat, attachment: Attachment) -> Frame:
    token = links.sign(f"{chat.id}:{attachment.key}", purpose=FILE_PURPOSE)
    return {
        "name": attachment.name,
        "size": attachment.size,
        "url": f"/chat/files/{token}",
        "picture": attachment.content_type in SHOWN_AS_PICTURES,
    }


def _minutes(chat: Chat, queue: Queue, before: int) -> int | None:
    try:
        wait = queue.wait(find_chat(chat.settings), before)
    except NotFound:
        return None
    return None if wait is None else max(1, round(wait.total_seconds() / 60))
