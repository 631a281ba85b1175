"""touch(): something about a chat is new; whoever watches it looks after the commit."""

from __future__ import annotations

from helpdesk.chat.models import Chat
from helpdesk.core import clock, push

TOPIC = "chats"


def touch(chat: Chat) -> None:
    """Count a change of a chat, and ring for those who watch it once it is committed."""
    chat.version = (chat.version or 0) + 1
    chat.changed_at = clock.now()
    push.publish_after(TOPIC, {"chat": chat.id})
