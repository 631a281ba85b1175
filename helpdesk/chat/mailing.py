"""The way on by mail: what was answered after the visitor left, and a transcript for who asks for one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import force_locale, format_datetime
from flask_babel import gettext as _
from sqlalchemy import exists, func, or_, select

from helpdesk.chat.frames import is_automatic, is_said_in
from helpdesk.chat.letters import mail_to
from helpdesk.chat.models import BY_ITSELF, Chat, ChatState
from helpdesk.chat.settings import KIND, find_chat
from helpdesk.chat.telling import touch
from helpdesk.chat.visiting import close, leave_email, locked
from helpdesk.core import clock, throttle
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound, TooMany
from helpdesk.core.unit_of_work import owe
from helpdesk.tickets.models import Direction, Message, Visibility

JOB = "mail_chat"
# A page that is silent for so long is closed; one that only lost its network comes back sooner.
GONE_AFTER = timedelta(seconds=90)
# A chat in which nobody is there any more is over.
OVER_AFTER = timedelta(minutes=30)
MOST_TRANSCRIPTS = 2
TRANSCRIPTS_TO_ONE, TRANSCRIPTS_IN = 3, timedelta(days=1)
MOST_LINES = 300
MOST_AT_ONCE = 500


def owe_those_left() -> None:
    """Owe a look at every chat whose visitor has left something unread, or that is over."""
    for chat_id in chats_left():
        owe(JOB, chat_id)


def chats_left() -> Sequence[int]:
    """The chats whose visitor is gone and for whom something stands that they have not seen, and those that are over."""
    at = clock.now()
    unseen = exists().where(
        Message.ticket_id == Chat.ticket_id,
        Message.id > Chat.read_id,
        Message.id > Chat.mailed_id,
        Message.direction == Direction.OUT,
        Message.channel == KIND,
        func.coalesce(Message.automation, "") != BY_ITSELF,
    )
    over = Chat.state.in_((ChatState.WAITING, ChatState.TAKEN)) & (Chat.seen_at < at - OVER_AFTER)
    return db.session.scalars(
        select(Chat.id)
        .where(
            Chat.seen_at < at - GONE_AFTER,
            Chat.changed_at > at - timedelta(days=30),
            or_(unseen & (Chat.email != ""), over),
        )
        .order_by(Chat.id)
        .limit(MOST_AT_ONCE)
    ).all()


def look_after(chat_id: int) -> None:
    """Send by mail what a visitor who left has not seen, and end a chat in which nobody is any more."""
    chat = locked(chat_id)
    at = clock.now()
    if chat.seen_at >= at - GONE_AFTER:
        return
    if chat.is_live and chat.seen_at < at - OVER_AFTER:
        close(chat, by="time")
    unseen = _unseen(chat)
    if unseen and chat.email:
        _mail(chat, unseen)


def send_transcript(chat: Chat, email: str) -> None:
    """Have all that was said sent to the visitor. Raises Invalid, Conflict and TooMany.

    Only once somebody has answered, and seldom: nobody may send words of their own choice to strangers this way (S18).
    """
    if email.strip():
        leave_email(chat, email)
    chat = locked(chat.id)
    if not chat.email:
        raise Invalid(_("Tell us your e-mail address."), field="email")
    if not _is_offered(chat):
        raise Conflict(_("This chat is not sent by e-mail."))
    lines = _said(chat)
    last = next((one for one in reversed(lines) if _is_answer(one)), None)
    if last is None:
        raise Conflict(_("Nobody has answered yet."), _("Ask for it at the end of the chat."))
    key = f"chat-transcript/{chat.email}"
    if chat.transcripts >= MOST_TRANSCRIPTS or throttle.is_reached(
        key, TRANSCRIPTS_TO_ONE, TRANSCRIPTS_IN
    ):
        raise TooMany(_("This chat was sent already."), _("Look into your mailbox."))
    throttle.hit(key, TRANSCRIPTS_TO_ONE, TRANSCRIPTS_IN)
    chat.transcripts += 1
    chat.mailed_id = max(chat.mailed_id, last.id)
    with force_locale(chat.language):
        text = "\n\n".join([_("Here is what was said in your chat."), *map(_line, lines)])
        mail_to(chat.email, last, text)
    touch(chat)


def _is_offered(chat: Chat) -> bool:
    try:
        return find_chat(chat.settings).transcript
    except NotFound:
        return False


def _mail(chat: Chat, unseen: Sequence[Message]) -> None:
    with force_locale(chat.language):
        why = _("You left our chat before this was answered. To go on, answer this mail.")
        for part in _mails(unseen):
            said = [one.text.strip() for one in part if one.text.strip()]
            mail_to(chat.email, part[-1], "\n\n".join([*said, why]))
    chat.mailed_id = unseen[-1].id
    touch(chat)


def _mails(unseen: Sequence[Message]) -> list[Sequence[Message]]:
    """What goes together in one mail: all of it, unless files came with it, which go with the words beside them."""
    if any(one.attachments for one in unseen[:-1]):
        return [[one] for one in unseen]
    return [unseen]


def _unseen(chat: Chat) -> list[Message]:
    return [
        one for one in _said(chat) if one.id > max(chat.read_id, chat.mailed_id) and _is_answer(one)
    ]


def _is_answer(message: Message) -> bool:
    """Whether somebody answered: what the desk said by itself was read before anybody was called."""
    return message.direction is Direction.OUT and not is_automatic(message)


def _said(chat: Chat) -> list[Message]:
    if chat.ticket_id is None:
        return []
    newest = db.session.scalars(
        select(Message)
        .where(Message.ticket_id == chat.ticket_id, Message.visibility == Visibility.PUBLIC)
        .order_by(Message.id.desc())
        .limit(MOST_LINES)
    ).all()
    return [one for one in reversed(newest) if is_said_in(chat, one)]


def _line(message: Message) -> str:
    at = format_datetime(message.created_at, "short")
    files = [f"[{one.name}]" for one in message.attachments]
    return f"{at}  {message.author_name}\n" + "\n".join(
        filter(None, [message.text.strip(), *files])
    )
