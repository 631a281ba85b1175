"""What a visitor does: begins a chat, says something, leaves an address, ends it. Inside a unit of work."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from channels.channel import RawItem
from channels.chat import form
from channels.message import Address, File
from helpdesk.chat.availability import Mode, availability
from helpdesk.chat.models import BY_ITSELF, Chat, ChatState
from helpdesk.chat.settings import KIND, account_of, find_chat, group_named
from helpdesk.chat.telling import touch
from helpdesk.core import clock, throttle
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.errors import Conflict, Invalid, TooMany
from helpdesk.messaging import filing, policy
from helpdesk.messaging.keeping import Door, keep_at
from helpdesk.messaging.models import RawMessage
from helpdesk.people.addresses import normalise_email
from helpdesk.people.commands import add_contact_point
from helpdesk.people.models import ContactKind, Person
from helpdesk.people.registering import contact_point_of
from helpdesk.tickets.commands import lock, move_to_group
from helpdesk.tickets.conversation import NewMessage, add_message
from helpdesk.tickets.models import Direction, Message
from helpdesk.tickets.naming import single_line
from workflows.chat import Asked, Question, text_in
from workflows.chat import Chat as ChatSettings

LONGEST_TEXT = 4_000
LONGEST_ANSWER = 300
MOST_FILES = 5
LARGEST_FILES = 10 * 1024 * 1024
# Forty in a minute is faster than anybody types; a program that floods is held up.
MOST_SAID, SAID_IN = 40, timedelta(minutes=1)
MOST_BEGUN, BEGUN_IN = 20, timedelta(hours=1)

_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43,128}")


@dataclass(frozen=True, slots=True)
class Saying:
    """Something that a visitor says; `id` is the widget's own, so that a copy of it is known as one (P37)."""

    id: str
    text: str = ""
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a chat begins: by which token, on which site, with what was asked for first."""

    token: str = field(repr=False)
    chat: str
    first: Saying
    name: str = ""
    email: str = ""
    language: str = "en"
    page: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    # What the desk itself answered before, which did not do.
    answered: tuple[str, ...] = ()


def digest_of(token: str) -> str:
    """What is kept of a visitor's token; "" for what cannot be one."""
    return hashlib.sha256(token.encode()).hexdigest() if _TOKEN.fullmatch(token) else ""


def chat_of(token: str) -> Chat | None:
    """The chat that this token opens; no other way leads to one (S53)."""
    digest = digest_of(token)
    if not digest:
        return None
    return db.session.scalars(select(Chat).where(Chat.token_digest == digest)).one_or_none()


def address_of(chat: Chat) -> str:
    """The name under which the desk answers a visitor; nobody else knows it, and it opens nothing."""
    return f"visitor-{chat.key[:16]}"


def start(opening: Opening) -> Chat:
    """Begin a chat with what is said first; a second time it is the same chat. Raises Invalid, NotFound and TooMany."""
    settings = find_chat(opening.chat)
    digest = digest_of(opening.token)
    if not digest:
        raise Invalid(_("This chat cannot begin."), _("Reload the page, and try again."))
    begun = chat_of(opening.token)
    if begun is None:
        begun = _begin(opening, settings, digest)
    message = say(begun, _with_answers(opening, settings))
    if message is not None:
        _note_answered(begun, message, opening.answered)
    return begun


def say(chat: Chat, saying: Saying) -> Message | None:
    """Keep and file what was said; a copy of it changes nothing and gives the first. Raises Invalid, Conflict, TooMany."""
    _check(saying)
    chat = locked(chat.id)
    remote_id = f"{chat.key}/{saying.id}"
    before = _kept_before(chat.account_id, remote_id)
    if before is not None:
        return before
    if chat.state is ChatState.ENDED:
        raise Conflict(_("This chat has ended."), _("Begin a new one."))
    if throttle.is_reached(f"chat/{chat.id}", MOST_SAID, SAID_IN):
        raise TooMany(_("That was very quick."), _("Wait a moment, then go on."), retry_after=15)
    throttle.hit(f"chat/{chat.id}", MOST_SAID, SAID_IN)
    raw_id = keep_at(Door(chat.account_id, KIND), _item(chat, saying, remote_id))
    if raw_id is None:
        return _kept_before(chat.account_id, remote_id)
    raw = db.session.get_one(RawMessage, raw_id)
    message = filing.file_message(
        raw, form.read(_item(chat, saying, remote_id).body), policy.lately()
    )
    _join(chat, message)
    return message


def leave_email(chat: Chat, email: str) -> None:
    """Say where the answer may go once the visitor has left. Raises Invalid."""
    chat = locked(chat.id)
    address = _usable_email(email)
    if address == chat.email:
        return
    chat.email = address
    _give_address(chat)
    touch(chat)


def end(chat: Chat) -> None:
    """The visitor ends the chat."""
    close(locked(chat.id), by="visitor")


def close(chat: Chat, *, by: str) -> None:
    """End a chat that is locked; once is enough."""
    if chat.state is not ChatState.ENDED:
        chat.state, chat.ended_at, chat.ended_by = ChatState.ENDED, clock.now(), by
        touch(chat)


def locked(chat_id: int) -> Chat:
    """The chat, read anew and locked against other writers until the commit; its ticket is locked first.

    Agents' commands take the ticket and then the chat, so that two never wait for each other.
    """
    ticket_id = db.session.scalar(select(Chat.ticket_id).where(Chat.id == chat_id))
    if ticket_id is not None:
        lock(ticket_id)
    return db.session.scalars(
        select(Chat)
        .where(Chat.id == chat_id)
        .with_for_update(of=Chat)
        .execution_options(populate_existing=True)
    ).one()


def _begin(opening: Opening, settings: ChatSettings, digest: str) -> Chat:
    _count_begun(opening.source)
    answers = _answers(opening, settings)
    group = next((g for q, a in answers if (g := _group_for(q, a, opening.language))), "")
    group_id = getattr(group_named(group or settings.group), "id", None)
    standing = availability(settings, group_id)
    email = _usable_email(opening.email) if opening.email.strip() else ""
    if not email and (standing.mode is not Mode.OPEN or settings.ask_email is Asked.ALWAYS):
        raise Invalid(
            _("Tell us your e-mail address."), _("The answer will go there."), field="email"
        )
    name = single_line(opening.name, 120)
    if not name and settings.ask_name is Asked.ALWAYS:
        raise Invalid(_("Tell us your name."), field="name")
    at, waits = clock.now(), standing.mode is Mode.OPEN
    row = {
        "key": secrets.token_hex(16),
        "token_digest": digest,
        "settings": opening.chat,
        "account_id": account_of(opening.chat, settings).id,
        "group_id": group_id,
        "state": ChatState.WAITING if waits else ChatState.LEFT,
        "name": name,
        "email": email,
        "language": opening.language[:10],
        "page": _page(opening.page, settings),
        "opened_at": at,
        "waiting_since": at if waits else None,
        "ended_by": "",
        "seen_at": at,
        **dict.fromkeys(("read_id", "mailed_id", "agent_read_id", "transcripts"), 0),
        "version": 1,
        "changed_at": at,
    }
    insert = insert_on_postgresql if is_postgresql() else insert_on_sqlite
    db.session.execute(
        insert(Chat).values(row).on_conflict_do_nothing(index_elements=["token_digest"])
    )
    return db.session.scalars(select(Chat).where(Chat.token_digest == digest)).one()


def _count_begun(source: str) -> None:
    key = f"chats-from/{source}"
    if throttle.is_reached(key, MOST_BEGUN, BEGUN_IN):
        raise TooMany(
            _("Too many chats were begun from here."), _("Try again later."), retry_after=600
        )
    throttle.hit(key, MOST_BEGUN, BEGUN_IN)


def _answers(opening: Opening, settings: ChatSettings) -> list[tuple[Question, str]]:
    """Each question with its answer, as far as it was answered. Raises Invalid."""
    found = []
    for question in settings.dialogue:
        said = single_line(opening.answers.get(question.name, ""), LONGEST_ANSWER)
        labels = {label for one in question.options for label in one.label.values()}
        if labels and said and said not in labels:
            raise Invalid(_("Choose one of the answers."), field=question.name)
        if question.required and not said:
            raise Invalid(_("Answer this question first."), field=question.name)
        if said:
            found.append((question, said))
    return found


def _group_for(question: Question, answer: str, language: str) -> str:
    """The group to which an answer leads, "" for the chat's own."""
    return next((one.group for one in question.options if answer in one.label.values()), "")


def _with_answers(opening: Opening, settings: ChatSettings) -> Saying:
    """What is said first, with what was answered before below it, so that whoever reads the ticket has it too."""
    lines = [
        f"{text_in(question.ask, opening.language)} {answer}"
        for question, answer in _answers(opening, settings)
    ]
    first = opening.first
    if not first.text.strip() and not first.files:
        raise Invalid(_("Write something first."), field="text")
    parts = [first.text.strip(), "\n".join(lines)]
    return Saying(first.id, "\n\n".join(part for part in parts if part), first.files)


def _check(saying: Saying) -> None:
    if not _ID.fullmatch(saying.id):
        raise Invalid(_("This message has no usable id."), field="id")
    if not saying.text.strip() and not saying.files:
        raise Invalid(_("Write something first."), field="text")
    if len(saying.text) > LONGEST_TEXT + MOST_FILES * LONGEST_ANSWER * 2:
        raise Invalid(
            _("This is too long: at most %(most)d characters.", most=LONGEST_TEXT), field="text"
        )
    if len(saying.files) > MOST_FILES or sum(one.size for one in saying.files) > LARGEST_FILES:
        raise Invalid(
            _("At most %(num)d files and 10 MB at a time.", num=MOST_FILES), field="files"
        )


def _item(chat: Chat, saying: Saying, remote_id: str) -> RawItem:
    body = form.write(
        said_id=saying.id,
        talk=chat.key,
        visitor=Address(address_of(chat), chat.name or _("Visitor")),
        text=saying.text.replace("\x00", "").strip(),
        at=clock.now(),
        files=saying.files,
    )
    return RawItem(remote_id, body)


def _kept_before(account_id: int, remote_id: str) -> Message | None:
    return db.session.scalars(
        select(Message)
        .join(RawMessage, RawMessage.message_id == Message.id)
        .where(RawMessage.account_id == account_id, RawMessage.remote_id == remote_id)
    ).first()


def _join(chat: Chat, message: Message | None) -> None:
    """Note on which ticket it goes on, and tell those who watch it."""
    if message is not None:
        is_new = chat.ticket_id is None
        chat.ticket_id, chat.person_id = message.ticket_id, message.author_id
        if is_new:
            _begin_ticket(chat, message)
    chat.seen_at = clock.now()
    touch(chat)


def _begin_ticket(chat: Chat, message: Message) -> None:
    _give_address(chat)
    person = db.session.get(Person, chat.person_id) if chat.person_id else None
    if person is not None and chat.language:
        person.locale = chat.language
    ticket = lock(message.ticket_id)
    if chat.group_id is not None and ticket.group_id != chat.group_id:
        move_to_group(ticket, chat.group, by=None, cause=KIND)


def _note_answered(chat: Chat, first: Message, answered: tuple[str, ...]) -> None:
    """Keep what the desk said by itself, below the first words, for whoever takes the chat; once."""
    ticket = lock(first.ticket_id)
    if ticket.message_count > 1:
        return
    for text in answered:
        automatic = NewMessage(
            text=text,
            direction=Direction.OUT,
            channel=KIND,
            author_name=_("Automatic answer"),
            recipients={"to": [address_of(chat)]},
            automation=BY_ITSELF,
        )
        add_message(ticket, automatic, by=None, cause=KIND)


def _give_address(chat: Chat) -> None:
    """Note the address on the visitor, unless it is somebody's: a claim makes nobody that person (S16)."""
    if not chat.email or chat.person_id is None:
        return
    if contact_point_of(ContactKind.EMAIL, chat.email) is None:
        person = db.session.get_one(Person, chat.person_id)
        add_contact_point(person, ContactKind.EMAIL, chat.email, cause=KIND)


def _usable_email(email: str) -> str:
    try:
        return normalise_email(email)
    except Invalid as unfit:
        raise Invalid(
            _("Write the address like name@example.org."), unfit.advice, field="email"
        ) from unfit


def _page(url: str, settings: ChatSettings) -> str:
    """The page on which the chat began, if it is one of a listed site; its query and fragment may be private."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    origin = f"{parts.scheme}://{parts.netloc}"
    return single_line(origin + parts.path, 500) if settings.allows(origin) else ""
