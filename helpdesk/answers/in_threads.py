"""answer(): what the desk can say by itself to a message in a conversation with it alone; its ticket is open meanwhile.

The ticket of the message waits for a person whatever is said here. The desk speaks as long as nobody has answered by
hand and nobody has asked for a person, and a few times at most. What it said, and what it asked for, stands among the
facts of its messages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from channels import registry
from channels.channel import AnsweringChannel, ChannelError
from helpdesk.answers import asking, uses
from helpdesk.answers.models import Outcome
from helpdesk.answers.saying import Piece
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import joining, policy, showing, talking
from helpdesk.messaging.identity import identity_of
from helpdesk.messaging.mail_facts import PRESSED
from helpdesk.messaging.models import ChannelThread
from helpdesk.messaging.outgoing import CHOICES
from helpdesk.people.models import ContactPoint, Group, Person
from helpdesk.tickets.commands import lock, move_to_group
from helpdesk.tickets.conversation import NewMessage, add_message
from helpdesk.tickets.events import MessageAdded
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility
from helpdesk.tickets.stepping import put_category
from workflows.lifecycle import Category

JOB = "answer_in_thread"
CAUSE = "answers"
# What `Message.automation` says of what the desk said by itself.
BY_DESK = "answer"
HELPED, PERSON = "helped", "person"
# Among the facts of a message of the desk.
_SAID = "answer"
_MOST_SAID = 6
_MOST_LOOKED_AT = 200
_AT_WORK = frozenset(
    {
        Category.ACTIVE,
        Category.WAITING_REQUESTER,
        Category.WAITING_THIRD_PARTY,
        Category.WAITING_INTERNAL,
    }
)


@dataclass(frozen=True, slots=True)
class _Question:
    """What somebody asks: the words, who they are if that is proven, and the field that an earlier answer asked for."""

    text: str
    viewer: Person | None
    language: str
    service: str | None = None
    given: Mapping[str, str] | None = None


def may_be_answered(event: MessageAdded) -> bool:
    """Whether a message came by a channel where the desk may answer by itself."""
    came_in = event.direction == Direction.IN.value and event.after is not None
    return came_in and _answers(str((event.after or {}).get("channel", "")))


def answer(message_id: int) -> None:
    """Answer a message, or do what was pressed; a second time changes nothing. Raises ChannelError.

    Opens its own units of work, and none while a service looks its answer up elsewhere.
    """
    message = db.session.get(Message, message_id, populate_existing=True)
    thread = _thread_of(message) if message is not None else None
    if message is None or thread is None:
        return
    if PRESSED in (message.facts or {}):
        _take_press(message.id, thread.id)
        return
    question = _question(message)
    if question is None:
        return
    thread_id, door = thread.id, message.channel
    # After a form the conversation begins with what the desk shows of the ticket.
    showing.show(thread_id)
    said = asking.ask(
        question.text,
        door,
        question.viewer,
        question.language,
        service=question.service,
        given=question.given,
    )
    db.session.rollback()
    if said.is_sure and said.pieces:
        _say(message_id, thread_id, said)


def _thread_of(message: Message) -> ChannelThread | None:
    """The conversation of a message with the desk alone; None if others read along, or none is answered there."""
    if not _answers(message.channel) or message.direction is not Direction.IN:
        return None
    thread = db.session.scalars(
        select(ChannelThread)
        .where(
            ChannelThread.ticket_id == message.ticket_id,
            ChannelThread.person_id == message.author_id,
            ChannelThread.address == message.author_address,
        )
        .order_by(ChannelThread.last_in_at.desc(), ChannelThread.id.desc())
        .limit(1)
    ).first()
    if thread is None or not thread.account.is_active:
        return None
    channel = talking.without_secrets(thread.account)
    alone = isinstance(channel, AnsweringChannel) and channel.is_alone(thread.thread_key)
    return thread if alone else None


def _question(message: Message) -> _Question | None:
    """What is asked, if the desk may still speak; the first message of a ticket, or what follows its own words."""
    if message.automation is not None or message.joined_by == "edited":
        return None
    talk = _conversation(message.ticket_id)
    said = [one for one in talk if _is_ours(one)]
    first = next((one for one in talk if one.direction is Direction.IN), None)
    if not _may_speak(talk, said, message) or not (said or first is message):
        return None
    text = message.text
    subject = message.ticket.subject
    if first is message and not text.startswith(subject.rstrip("…")):
        text = f"{subject}\n{text}"
    viewer, language = _proven(message), message.ticket.requester.locale
    asked = _facts(said[-1]) if said else {}
    if not asked.get("asks"):
        return _Question(text, viewer, language)
    given = {**asked.get("given", {}), asked["asks"]: message.text.strip()[:200]}
    return _Question(asked.get("text", ""), viewer, language, asked.get("service"), given)


def _may_speak(talk: Sequence[Message], said: Sequence[Message], message: Message) -> bool:
    if len(said) >= _MOST_SAID or any(_facts(one).get("to") == message.id for one in said):
        return False
    by_hand = any(one.direction is Direction.OUT and one.automation is None for one in talk)
    return not by_hand and not any((one.facts or {}).get(PRESSED) == PERSON for one in talk)


def _proven(message: Message) -> Person | None:
    """Who wrote it, if it is proven that this name at the service is theirs."""
    thread = _thread_of(message)
    if thread is None or message.unverified:
        return None
    contact = talking.contact_of(thread.account)
    value = talking.contact_value(thread.account, contact, message.author_address)
    point = db.session.scalars(
        select(ContactPoint).where(
            ContactPoint.value == value,
            ContactPoint.person_id == message.author_id,
            ContactPoint.is_proven,
        )
    ).first()
    return point.person if point is not None and point.person.is_active else None


def _say(message_id: int, thread_id: int, said: asking.Answered) -> None:
    with unit_of_work():
        message = db.session.get_one(Message, message_id)
        ticket = lock(message.ticket_id)
        talk = _conversation(ticket.id)
        if not _may_speak(talk, [one for one in talk if _is_ours(one)], message):
            return
        piece = said.pieces[0]
        facts: dict[str, Any] = {
            "to": message_id,
            "key": said.key,
            "service": piece.name if piece.kind == "service" else "",
            "text": message.text[: asking.LONGEST_QUESTION],
            "group": said.hand_over.group_id,
        }
        if piece.asks_for is not None:
            facts |= {"asks": piece.asks_for.name, "given": dict(piece.given or {})}
        with force_locale(said.language):
            person = (PERSON, _("I still need a person"))
            helped = (HELPED, _("That helped"))
            answered = said.outcome is Outcome.ANSWERED
            _write(
                ticket, thread_id, _words(piece), facts, [helped, person] if answered else [person]
            )


def _words(piece: Piece) -> str:
    """A piece as it is said in a conversation: what it asks for, or its text, with where there is more to read."""
    asks = piece.asks_for
    if asks is not None:
        options = [f"- {one}" for one in asks.options]
        return "\n".join(filter(None, [asks.error, asks.label, asks.hint, *options]))
    title = piece.title if piece.kind == "article" else ""
    link = piece.link
    if link.startswith("/"):
        link = f"{current_app.config['DESK_BASE_URL']}{link}"
    return "\n".join(filter(None, [title, piece.text, link]))


def _write(
    ticket: Ticket,
    thread_id: int,
    text: str,
    facts: dict[str, Any],
    choices: Sequence[tuple[str, str]] = (),
) -> None:
    thread = db.session.get_one(ChannelThread, thread_id)
    offered: dict[str, Any] = {CHOICES: [list(one) for one in choices]} if choices else {}
    new = NewMessage(
        text=text,
        direction=Direction.OUT,
        channel=thread.account.kind,
        author_name=identity_of(ticket.group, thread.account, policy.read()).name,
        recipients={talking.THREAD: thread.id, **offered},
        automation=BY_DESK,
        facts={_SAID: facts},
    )
    add_message(ticket, new, by=None, cause=CAUSE)


def _take_press(message_id: int, thread_id: int) -> None:
    """Note whether it helped: then nobody has to answer; or a person takes over, and the desk says no more by itself."""
    with unit_of_work():
        message = db.session.get_one(Message, message_id)
        ticket = lock(message.ticket_id)
        talk = _conversation(ticket.id)
        said = [one for one in talk if _is_ours(one)]
        if not said or any(_facts(one).get("to") == message_id for one in said):
            return
        facts, helped = _facts(said[-1]), (message.facts or {}).get(PRESSED) == HELPED
        uses.say_helpful(str(facts.get("key", "")), helped)
        by_hand = any(one.direction is Direction.OUT and one.automation is None for one in talk)
        if helped:
            if not by_hand and ticket.category in _AT_WORK:
                put_category(ticket, Category.RESOLVED, by=message.author_id, cause=CAUSE)
            return
        _hand_over(ticket, thread_id, message, facts, is_told=by_hand or "handed" in facts)


def _hand_over(
    ticket: Ticket, thread_id: int, message: Message, facts: dict[str, Any], *, is_told: bool
) -> None:
    """Have a person answer: the ticket is open again, and with the group that goes on where the desk cannot."""
    may_reopen = ticket.category is Category.RESOLVED or joining.may_reopen(
        ticket, policy.read(), ""
    )
    if may_reopen:
        put_category(ticket, Category.ACTIVE, by=message.author_id, cause=CAUSE, because="reopen")
    group = db.session.get(Group, facts["group"]) if facts.get("group") else None
    if ticket.is_open and group is not None and group.is_active and ticket.assignee_id is None:
        move_to_group(ticket, group, by=None, cause=CAUSE)
    if is_told and ticket.is_open:
        return
    with force_locale(ticket.requester.locale):
        words = (
            _("Thank you. One of us reads this and answers you here.")
            if ticket.is_open
            else _("This request is closed. Please write again, and it becomes a new one.")
        )
    said = {"to": message.id, "handed": True, "key": facts.get("key", "")}
    _write(ticket, thread_id, words, said)


def _conversation(ticket_id: int) -> Sequence[Message]:
    """The public messages of a ticket, as they stand now."""
    return db.session.scalars(
        select(Message)
        .where(Message.ticket_id == ticket_id, Message.visibility == Visibility.PUBLIC)
        .order_by(Message.id)
        .limit(_MOST_LOOKED_AT)
    ).all()


def _is_ours(message: Message) -> bool:
    return message.automation == BY_DESK


def _facts(message: Message) -> dict[str, Any]:
    return dict((message.facts or {}).get(_SAID) or {})


@cache
def _answers(kind: str) -> bool:
    """Whether conversations of this kind of channel may be answered by the desk itself."""
    try:
        return hasattr(registry.channel_class(kind), "is_alone")
    except ChannelError:
        return False
