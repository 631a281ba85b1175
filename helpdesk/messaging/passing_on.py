"""What of a ticket may be passed on to a third party: its public words and their files, as an agent ticked them (S12)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

from flask_babel import format_datetime
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from helpdesk.core import files
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.messaging import policy as policies
from helpdesk.messaging.identity import identity_for, signed_name
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import Attachment, Direction, Message, Ticket, Visibility

MOST_OFFERED = 200
LONGEST = 400_000
LARGEST_TOGETHER = 28 * 1024 * 1024


def passable(ticket: Ticket) -> Sequence[Message]:
    """The public messages of a ticket, oldest first: all that can ever be passed on; a note is not among them."""
    newest = db.session.scalars(
        select(Message)
        .where(
            Message.ticket_id == ticket.id,
            Message.visibility == Visibility.PUBLIC,
            Message.direction.in_((Direction.IN, Direction.OUT)),
        )
        .options(selectinload(Message.attachments), selectinload(Message.author))
        .order_by(Message.id.desc())
        .limit(MOST_OFFERED)
    ).all()
    return newest[::-1]


def chosen_of(messages: Sequence[Message], wanted: Collection[str]) -> list[Message]:
    """Those that were ticked. Raises Invalid for one that is not offered."""
    offered = {str(one.id) for one in messages}
    if set(wanted) - offered:
        raise Invalid(
            _("One of these messages cannot be passed on."),
            _("Internal notes stay inside. Open the page again and choose from what it shows."),
            field="passed",
        )
    return [one for one in messages if str(one.id) in wanted]


def files_of(
    messages: Sequence[Message], chosen: Sequence[Message], wanted: Collection[str]
) -> tuple[NewFile, ...]:
    """The ticked files of the chosen messages; those of the others stay. Raises Invalid for too much, and for any else."""
    offered = {str(one.id) for message in messages for one in message.attachments}
    if set(wanted) - offered:
        raise Invalid(
            _("One of these files cannot be passed on."),
            _("Files of internal notes stay inside. Open the page again and choose once more."),
            field="passed",
        )
    found = [one for message in chosen for one in message.attachments if str(one.id) in wanted]
    if sum(one.size for one in found) > LARGEST_TOGETHER:
        raise Invalid(
            _("These files are too large."),
            _("Together they may have %(most)d MB.", most=LARGEST_TOGETHER // 1_048_576),
            field="passed",
        )
    return tuple(_copy(one) for one in found)


def words_of(ticket: Ticket, messages: Sequence[Message], time_zone: str) -> str:
    """These messages as they are passed on: who, when, and what; without addresses, and without what they quoted."""
    policy = policies.read()
    identity = identity_for(ticket, policy)
    parts = []
    for one in messages:
        ours = one.direction is Direction.OUT
        who = signed_name(identity, one.author, policy) if ours else writer_of(one)
        when = format_datetime(
            one.created_at.astimezone(ZoneInfo(time_zone)), "d MMMM yyyy, HH:mm", rebase=False
        )
        head = _("%(who)s wrote on %(when)s:", who=who, when=when)
        parts.append(f"---- {head} ----\n\n{one.text.strip()}")
    whole = "\n\n".join(parts)
    if len(whole) > LONGEST:
        raise Invalid(
            _("This is too much text for one mail."), _("Tick fewer messages."), field="passed"
        )
    return whole


def writer_of(message: Message) -> str:
    """The name of who wrote to us; an address only where there is nothing else to call them by."""
    name = message.author.name if message.author is not None else ""
    return message.author_name or name or message.author_address or str(_("somebody"))


def _copy(attachment: Attachment) -> NewFile:
    try:
        body = files.open_file(attachment.digest).read()
    except files.FileDamaged:
        raise Invalid(
            _("The file “%(name)s” cannot be read any more.", name=attachment.name),
            _("Take the tick from it."),
            field="passed",
        ) from None
    return NewFile(attachment.name, attachment.content_type, body)
