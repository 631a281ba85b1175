"""What agents do: be there for chats, take one, put it back, read, end it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import (
    ScalarSelect,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)

from helpdesk.chat.models import LIVE, Chat, ChatAgent, ChatState
from helpdesk.chat.settings import KIND
from helpdesk.chat.telling import TOPIC, touch
from helpdesk.chat.visiting import address_of, close, locked
from helpdesk.core import clock, push
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.messaging import talking
from helpdesk.messaging.models import ChannelThread
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.tickets.access import require_deed, visible_tickets
from helpdesk.tickets.commands import assign, lock
from helpdesk.tickets.conversation import NewFile, NewMessage, add_message
from helpdesk.tickets.counting import Beside
from helpdesk.tickets.events import MessageAdded
from helpdesk.tickets.models import Direction, Message, Ticket
from workflows.lifecycle import Category

MOST_SHOWN = 100
LONGEST_TEXT = 8_000
CAUSE = "console"
_ENDED = (Category.CLOSED, Category.CANCELLED)


@dataclass(frozen=True, slots=True)
class Counted:
    """What the rail shows: visitors who wait for somebody, and chats of one's own with something unread."""

    waiting: int
    unread: int


def switch(actor: Actor, *, is_on: bool) -> None:
    """Be there for chats, or not; chats that were taken stay."""
    row = _own(actor.person_id)
    row.is_on, row.seen_at = is_on, clock.now()
    push.publish_after(TOPIC, {"agents": True})


def is_on(person_id: int) -> bool:
    """Whether an agent has said that they take chats."""
    found = select(ChatAgent.is_on).where(ChatAgent.person_id == person_id)
    return bool(db.session.scalar(found))


def note_seen(people: Collection[int]) -> None:
    """Note that pages of these agents are open."""
    if people:
        db.session.execute(
            update(ChatAgent)
            .where(ChatAgent.person_id.in_(people))
            .values(seen_at=clock.now())
            .execution_options(synchronize_session=False)
        )


def access_chat(actor: Actor, chat_id: int, *, to: str = "read") -> Chat:
    """The chat, if the actor may do this to its ticket. Raises NotFound and Refused."""
    found = db.session.scalars(
        select(Chat)
        .join(Ticket, Ticket.id == Chat.ticket_id)
        .where(Chat.id == chat_id, visible_tickets(actor))
    ).one_or_none()
    if found is None or found.ticket is None:
        raise NotFound(_("There is no such chat."), _("Choose one of the list."))
    require_deed(actor, found.ticket, to=to)
    return found


def take(chat: Chat, actor: Actor) -> None:
    """Take a chat, and its ticket. Raises Conflict when somebody else has."""
    chat = locked(chat.id)
    if chat.state is ChatState.TAKEN and chat.agent_id not in (None, actor.person_id):
        raise Conflict(
            _("%(name)s has taken this chat.", name=chat.agent.name if chat.agent else ""),
            _("Choose another one."),
        )
    if chat.state is ChatState.ENDED:
        raise Conflict(_("This chat has ended."), _("Answer on the ticket; it goes by e-mail."))
    _give(chat, db.session.get_one(Person, actor.person_id))


def put_back(chat: Chat) -> None:
    """Let a chat wait again, for whoever takes it next."""
    chat = locked(chat.id)
    if chat.state is ChatState.TAKEN:
        chat.state, chat.agent_id, chat.waiting_since = ChatState.WAITING, None, clock.now()
        touch(chat)


def end(chat: Chat) -> None:
    """The agent ends the chat; its ticket goes on as it is."""
    close(locked(chat.id), by="agent")


def note_read(chat: Chat, message_id: int, actor: Actor) -> None:
    """Note up to where whoever took it has read."""
    if chat.agent_id == actor.person_id and message_id > chat.agent_read_id:
        db.session.execute(update(Chat).where(Chat.id == chat.id).values(agent_read_id=message_id))


def answer(
    chat: Chat, actor: Actor, *, said_id: str, text: str, files: Sequence[NewFile] = ()
) -> Message:
    """Say something to the visitor, and take the chat if it waits; a copy changes nothing. Raises Invalid and Conflict."""
    if not text.strip() and not files:
        raise Invalid(_("Write something first."), field="text")
    if len(text) > LONGEST_TEXT:
        raise Invalid(
            _("At most %(num)s characters can be sent this way.", num=LONGEST_TEXT), field="text"
        )
    chat = locked(chat.id)
    assert chat.ticket_id is not None, "A chat that an agent sees has a ticket."
    external_id = f"{KIND}/{chat.key}/out/{said_id}"
    before = db.session.scalars(select(Message).where(Message.external_id == external_id)).first()
    if before is not None:
        return before
    ticket = lock(chat.ticket_id)
    if ticket.category in _ENDED:
        raise Conflict(
            _("This ticket is closed. Open a new one for this person, and link the two.")
        )
    new = NewMessage(
        text=text,
        direction=Direction.OUT,
        channel=KIND,
        author=db.session.get_one(Person, actor.person_id),
        recipients={"to": [address_of(chat)], talking.THREAD: _thread_id(chat)},
        external_id=external_id,
        files=tuple(files),
    )
    return add_message(ticket, new, by=actor.person_id, cause=CAUSE)


def _thread_id(chat: Chat) -> int:
    return db.session.scalars(
        select(ChannelThread.id).where(
            ChannelThread.account_id == chat.account_id, ChannelThread.thread_key == chat.key
        )
    ).one()


def live_chats(actor: Actor) -> Sequence[Chat]:
    """The chats that wait or are talked in, and that this person may see; those that wait longest first."""
    return db.session.scalars(
        select(Chat)
        .join(Ticket, Ticket.id == Chat.ticket_id)
        .where(visible_tickets(actor), Chat.state.in_(LIVE))
        .order_by(Chat.opened_at, Chat.id)
        .limit(MOST_SHOWN)
    ).all()


def waits_for_somebody(ticket_id: int) -> bool:
    """Whether a visitor waits in a chat on this ticket."""
    found = select(Chat.id).where(Chat.ticket_id == ticket_id, Chat.state == ChatState.WAITING)
    return db.session.scalar(found.limit(1)) is not None


def counted(actor: Actor) -> Counted:
    """What waits, and what is unread; two short queries."""
    beside = waiting_beside(actor)
    number = db.session.scalar(select(beside.statement), dict(beside.values))
    return Counted(number or 0, len(unread(actor)))


def waiting_beside(actor: Actor) -> Beside:
    """How many visitors wait whose tickets this person may see, for who counts other things in the same query."""
    groups = {} if actor.is_admin else {"chat_groups": sorted(actor.readable_group_ids)}
    return Beside("chats", _counting(of_all=actor.is_admin), groups)


@cache
def _counting(*, of_all: bool) -> ScalarSelect[int]:
    chat, ticket = Chat.__table__, Ticket.__table__
    seen = (
        true()
        if of_all
        else or_(
            ticket.c.group_id.is_(None),
            ticket.c.group_id.in_(bindparam("chat_groups", expanding=True)),
        )
    )
    found: Select[Any] = (
        select(literal_column("1"))
        .select_from(chat.join(ticket, ticket.c.id == chat.c.ticket_id))
        .where(seen, ticket.c.deleted_at.is_(None), chat.c.state == ChatState.WAITING.value)
        .limit(literal_column(str(MOST_SHOWN)))
    )
    return select(func.count()).select_from(found.subquery()).scalar_subquery()


def unread(actor: Actor) -> dict[int, int]:
    """How many messages of visitors are unread, by chat, in the chats that this agent has taken."""
    rows = db.session.execute(
        select(Chat.id, func.count())
        .join(
            Message,
            and_(
                Message.ticket_id == Chat.ticket_id,
                Message.id > Chat.agent_read_id,
                Message.direction == Direction.IN,
                Message.side_id.is_(None),
            ),
        )
        .where(Chat.agent_id == actor.person_id, Chat.state == ChatState.TAKEN)
        .group_by(Chat.id)
    )
    return dict(rows.all())


def follow_message(event: MessageAdded) -> None:
    """A message on the ticket of a chat is news for both sides; an agent's answer takes a chat that waits."""
    if event.visibility != "public":
        return
    ticket = db.session.get_one(Ticket, event.subject_id)
    if KIND not in (ticket.channel, event.after.get("channel")):
        return
    is_answer = event.direction == Direction.OUT and event.by_person and event.actor_id
    rows = db.session.scalars(
        select(Chat).where(Chat.ticket_id == ticket.id).order_by(Chat.id).limit(20)
    ).all()
    for chat in rows:
        waits = chat.state in (ChatState.WAITING, ChatState.LEFT)
        if is_answer and event.after.get("channel") == KIND and waits:
            _give(chat, db.session.get_one(Person, event.actor_id))
        touch(chat)


def _give(chat: Chat, agent: Person) -> None:
    chat.state, chat.agent_id, chat.waiting_since = ChatState.TAKEN, agent.id, None
    chat.taken_at = chat.taken_at or clock.now()
    if chat.ticket_id is not None:
        ticket = lock(chat.ticket_id)
        if ticket.assignee_id != agent.id:
            assign(ticket, agent, by=agent.id, cause=KIND)
    touch(chat)


def _own(person_id: int) -> ChatAgent:
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    row = db.session.scalars(select(ChatAgent).where(ChatAgent.person_id == person_id)).first()
    if row is None:
        row = ChatAgent(person_id=person_id, is_on=False, seen_at=clock.now())
        db.session.add(row)
        db.session.flush()
    return row
