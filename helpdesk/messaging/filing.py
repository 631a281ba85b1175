"""file_raw(): from kept bytes to a message on a ticket: parse, screen, match, identity, command."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from channels.message import File, InboundMessage
from channels.parser_pool import ParserFailed
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import owe
from helpdesk.messaging import parsing, screening, shortening
from helpdesk.messaging import policy as policies
from helpdesk.messaging.accounts import TICKET_TYPE, setting
from helpdesk.messaging.bounces import note_report
from helpdesk.messaging.keeping import arrived_at
from helpdesk.messaging.matching import BY_TOKEN, Match, find_ticket, takes_part
from helpdesk.messaging.models import ChannelAccount, RawMessage, RawState
from helpdesk.messaging.screening import Screened, screen
from helpdesk.messaging.setting_aside import Reason, set_aside
from helpdesk.people.addresses import normalise_email
from helpdesk.people.commands import find_or_register
from helpdesk.people.models import Person
from helpdesk.tickets.commands import lock, open_with_first
from helpdesk.tickets.conversation import NewFile, NewMessage, add_message
from helpdesk.tickets.links import link
from helpdesk.tickets.models import Direction, LinkKind, Message, Ticket, TicketType
from helpdesk.tickets.naming import single_line
from workflows.lifecycle import Category

CAUSE = "mail"
# The lane where mail that takes long to read waits only for its like.
FILE_SLOW = "file_slow"
TELL_TOO_LARGE = "tell_too_large"
SOMEBODY_ELSE = "It answers a mail that we sent to somebody else."
# Kept beside a raw message: what its answer and its date depend on.
ARCHIVE = "archive"
ANSWER_UNWANTED = "answer_unwanted"

# Built once: putting these together for every mail took longer than the database took to answer.
_WAITING = (
    select(RawMessage)
    .where(RawMessage.id == bindparam("raw_id"), RawMessage.state == RawState.WAITING)
    .options(joinedload(RawMessage.account).joinedload(ChannelAccount.group))
    .with_for_update(of=RawMessage)
    .execution_options(populate_existing=True)
)

_ENDED = (Category.CLOSED, Category.CANCELLED)


def file_raw(raw_id: int) -> None:
    """Make a kept message part of a ticket, or set it aside with its reason; once, however often it is called.

    Runs inside an open unit of work. Whatever it cannot answer for it raises, and the message stays waiting.
    """
    for kept in parsing.waiting_bytes([raw_id]).values():
        file_read(raw_id, _read(kept, parsing.LONGEST))


def prepare_raws(raw_ids: Sequence[int]) -> Iterator[Callable[[], None]]:
    """Read these outside any unit of work, one when its turn comes; yields what files each.

    One that takes long is owed in another lane instead, so that the others are filed meanwhile (P13).
    """
    return _prepare(raw_ids, parsing.PATIENCE, file_or_postpone)


def prepare_slow(raw_ids: Sequence[int]) -> Iterator[Callable[[], None]]:
    """As `prepare_raws`, for those that take long."""
    return _prepare(raw_ids, parsing.LONGEST, file_read)


def file_or_postpone(raw_id: int, reading: parsing.Reading) -> None:
    """File what was read; what was not read in time is owed where it may take longer."""
    if reading.too_slow:
        owe(FILE_SLOW, raw_id)
    else:
        file_read(raw_id, reading)


def file_read(raw_id: int, reading: parsing.Reading) -> None:
    """File what was read of a message. Raises ParserFailed when the parser broke on it."""
    raw = _waiting(raw_id)
    if raw is None:
        return
    if reading.fault is not None:
        raise reading.fault
    if reading.set_aside is not None:
        set_aside(raw, *reading.set_aside)
        return
    policy = policies.lately()
    for inbound in reading.messages:
        if reading.too_large:
            _file_shortened(raw, inbound, policy)
        else:
            file_message(raw, inbound, policy)


def _file_shortened(raw: RawMessage, inbound: InboundMessage, policy: policies.MailPolicy) -> None:
    """File the head and the beginning of a mail that is too large, and tell its sender (P14)."""
    message = file_message(raw, shortening.shortened(raw, inbound), policy)
    if message is not None:
        raw.reason, raw.detail = Reason.TOO_LARGE.value, shortening.megabytes(raw.size)
        owe(TELL_TOO_LARGE, raw.id)


def give_up(raw_id: int, error: Exception) -> None:
    """Set aside what could not be filed after several tries, with its reason (P13)."""
    raw = _waiting(raw_id)
    if raw is not None:
        broke = isinstance(error, ParserFailed)
        reason = Reason.BREAKS_PARSER if broke else Reason.FAILED
        set_aside(raw, reason, str(error) if broke else f"{type(error).__name__}: {error}")


def _prepare(
    raw_ids: Sequence[int], patience: timedelta, file: Callable[[int, parsing.Reading], None]
) -> Iterator[Callable[[], None]]:
    waiting = parsing.waiting_bytes(raw_ids)
    db.session.rollback()
    for raw_id in raw_ids:
        kept = waiting.pop(raw_id, None)
        if kept is None:
            yield _nothing
        else:
            yield partial(file, raw_id, _read(kept, patience))


def _read(kept: parsing.Kept, patience: timedelta) -> parsing.Reading:
    return parsing.read(kept, largest=policies.lately().largest_mail, patience=patience)


def _nothing() -> None:
    return None


def file_message(
    raw: RawMessage, inbound: InboundMessage, policy: policies.MailPolicy | None = None
) -> Message | None:
    """File one contact as it was read, whatever its door; None when it is set aside instead."""
    finding = screen(Screened(raw, inbound, policy or policies.lately()))
    if finding is not None:
        set_aside(raw, finding.reason, finding.detail)
        if finding.same_as is not None:
            raw.ticket_id, raw.message_id = finding.same_as.ticket_id, finding.same_as.message_id
        return None
    if inbound.automation in screening.REPORTS and not _accepted(raw, Reason.BOUNCE):
        note_report(raw, inbound)
        return None
    try:
        sender = normalise_email(inbound.sender.address)
    except Invalid as unfit:
        set_aside(raw, Reason.NO_SENDER, unfit.title)
        return None
    match = find_ticket(inbound, sender)
    if match.ticket_id is None and _is_idle_answer(raw, inbound):
        set_aside(raw, Reason.AUTOMATIC, inbound.subject)
        return None
    return _file(raw, inbound, match, sender)


def _waiting(raw_id: int) -> RawMessage | None:
    return db.session.scalars(_WAITING, {"raw_id": raw_id}).one_or_none()


def _is_idle_answer(raw: RawMessage, inbound: InboundMessage) -> bool:
    idle = inbound.automation in screening.ANSWERS
    return idle and not _accepted(raw, Reason.AUTOMATIC)


def _accepted(raw: RawMessage, reason: Reason) -> bool:
    return raw.envelope.get("accepted") == reason.value


def _file(raw: RawMessage, inbound: InboundMessage, match: Match, sender: str) -> Message | None:
    author = find_or_register(sender, inbound.sender.name, cause=CAUSE)
    ticket = lock(match.ticket_id) if match.ticket_id is not None else None
    if ticket is not None and _poses_as_agent(author, ticket):
        if not _accepted(raw, Reason.POSING):
            set_aside(raw, Reason.POSING, ticket.number)
            return None
        # A person let it in, but nobody proved who wrote it: it gets a ticket of its own.
        match = Match(related_id=ticket.id)
        ticket = None
    new = _new_message(raw, inbound, author, match, _doubt(inbound, author, match, sender))
    message = _join_or_open(raw, inbound, ticket, match, author, new)
    raw.state, raw.settled_at = RawState.DONE, clock.now()
    raw.message_id, raw.ticket_id = message.id, message.ticket_id
    raw.content_digest = screening.content_digest(inbound)
    if inbound.answer_unwanted:
        raw.envelope = {**raw.envelope, ANSWER_UNWANTED: True}
    return message


def _poses_as_agent(author: Person, ticket: Ticket) -> bool:
    """A mail is no proof of being an agent, so staff write by mail only on tickets of their own (S15)."""
    return author.is_staff and ticket.requester_id != author.id


def _doubt(inbound: InboundMessage, author: Person, match: Match, sender: str) -> str:
    if inbound.sender_problem:
        return inbound.sender_problem
    if match.why != BY_TOKEN or match.person_id == author.id or match.ticket_id is None:
        return ""
    return "" if takes_part(sender, match.ticket_id) else SOMEBODY_ELSE


def _join_or_open(
    raw: RawMessage,
    inbound: InboundMessage,
    ticket: Ticket | None,
    match: Match,
    author: Person,
    new: NewMessage,
) -> Message:
    if ticket is None:
        opened, first = _open(raw, inbound, author, new)
        if match.related_id is not None:
            related = db.session.get_one(Ticket, match.related_id)
            link(opened, related, LinkKind.RELATED, by=None, cause=CAUSE)
        return first
    if ticket.category in _ENDED and new.automation is None:
        opened, first = _open(raw, inbound, author, new, follows=ticket)
        link(opened, ticket, LinkKind.FOLLOWS, by=None, cause=CAUSE)
        return first
    return add_message(ticket, new, by=author.id, cause=CAUSE)


def _open(
    raw: RawMessage,
    inbound: InboundMessage,
    author: Person,
    new: NewMessage,
    follows: Ticket | None = None,
) -> tuple[Ticket, Message]:
    account = raw.account
    return open_with_first(
        requester=author,
        subject=inbound.subject,
        type=TicketType(setting(account, TICKET_TYPE)),
        channel=account.kind,
        group=account.group or (follows.group if follows else None),
        by=author.id,
        cause=CAUSE,
        first=new,
    )


def _new_message(
    raw: RawMessage, inbound: InboundMessage, author: Person, match: Match, doubt: str
) -> NewMessage:
    text = inbound.visible_text.strip() or inbound.text
    rest = (inbound.signature, inbound.quoted_text) if inbound.visible_text.strip() else ()
    return NewMessage(
        text=text,
        quoted="\n\n".join(part for part in rest if part),
        html=inbound.html,
        direction=Direction.IN,
        channel=raw.account.kind,
        author=author,
        author_name=inbound.sender.name or author.name,
        author_address=inbound.sender.address,
        recipients={
            "to": [person.address for person in inbound.recipients][:100],
            "cc": [person.address for person in inbound.cc][:100],
        },
        subject=inbound.subject,
        external_id=single_line(inbound.external_id, 998),
        raw_id=raw.id,
        joined_by=match.why,
        unverified=doubt,
        automation=_automation(inbound, match),
        sent_at=inbound.sent_at,
        created_at=_dated(raw, inbound),
        files=tuple(_new_file(file) for file in inbound.files),
    )


def _automation(inbound: InboundMessage, match: Match) -> str | None:
    # Whoever answers with our token or on a thread of theirs is a person, even if their server calls all mail bulk.
    if inbound.automation is None or (match.ticket_id and inbound.automation in screening.BULK):
        return None
    return inbound.automation.value


def _dated(raw: RawMessage, inbound: InboundMessage) -> datetime:
    """When we had it; only mail that is read in from an archive keeps the date it claims."""
    if not raw.envelope.get(ARCHIVE):
        return raw.kept_at
    claimed = arrived_at(raw) or inbound.sent_at or raw.kept_at
    return min(claimed, raw.kept_at)


def _new_file(file: File) -> NewFile:
    return NewFile(file.name, file.content_type, file.body, file.content_id, file.inline)
