"""What agents wrote with marks, as a page shows it among its own words; HTML of others stays in a frame."""

from __future__ import annotations

from flask import url_for
from markupsafe import Markup

from helpdesk.core import written
from helpdesk.tickets.models import Direction, Message


def is_ours(message: Message) -> bool:
    """Whether this was formatted in the desk's own editor."""
    return bool(message.html) and message.direction is Direction.OUT and message.raw_id is None


def formatted(message: Message) -> Markup | None:
    """What an agent formatted, None for all else; held against the strict list of the editor once more."""
    if not is_ours(message):
        return None
    shown = written.shown(message.html or "", pictures_of(message))
    return Markup(shown)  # noqa: S704 - the strict list lets only marks of text and our own pictures pass


def pictures_of(message: Message) -> dict[str, str]:
    """The address of each picture of a message by its Content-ID."""
    return {
        attachment.content_id: url_for("console.file", key=attachment.key, inline=1)
        for attachment in message.attachments
        if attachment.content_id
    }
