"""join(): what was read becomes a message, on the ticket it belongs to or on one of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from channels.message import File, InboundMessage
from helpdesk.core import clock
from helpdesk.core.crash_points import Point, reach
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.messaging import looping, placing, screening
from helpdesk.messaging import matching as why
from helpdesk.messaging.accounts import TICKET_TYPE, setting
from helpdesk.messaging.addressing import account_addressed
from helpdesk.messaging.keeping import arrived_at
from helpdesk.messaging.mail_facts import facts_of
from helpdesk.messaging.matching import Match, find_ticket
from helpdesk.messaging.meeting import Met, meet, note_awaited
from helpdesk.messaging.models import RawMessage, RawState
from helpdesk.messaging.on_behalf import doubt_of_point, let_take_part, said_for, word_on
from helpdesk.messaging.policy import MailPolicy
from helpdesk.messaging.setting_aside import Reason, set_aside
from helpdesk.messaging.side_joining import Aside, find_aside, join_aside
from helpdesk.messaging.trusting import doubt_of_join, doubt_of_sender, posing
from helpdesk.people.addresses import normalise
from helpdesk.people.commands import find_or_register_point
from helpdesk.people.models import Person
from helpdesk.people.reachability import mark_reachable
from helpdesk.tickets.commands import lock, open_with_first
from helpdesk.tickets.conversation import NewFile, NewMessage, add_message
from helpdesk.tickets.following_up import take_over, takes_up
from helpdesk.tickets.links import link
from helpdesk.tickets.models import Direction, LinkKind, Message, Ticket
from helpdesk.tickets.naming import single_line
from helpdesk.tickets.stepping import put_category
from workflows.lifecycle import Category

CAUSE = "mail"
# Kept beside a raw message: what its answer and its date depend on.
ARCHIVE = "archive"
ANSWER_UNWANTED = "answer_unwanted"
ACCEPTED = "accepted"

_ENDED = (Category.CLOSED, Category.CANCELLED)


def join(raw: RawMessage, inbound: InboundMessage, policy: MailPolicy) -> Message | None:
    """File what may become a message; None when it turns out that it must not."""
    place = placing.place_of(raw)
    kind = placing.contact_of(place)
    try:
        sender = normalise(kind, inbound.author.address)
    except Invalid as unfit:
        set_aside(raw, Reason.NO_SENDER, unfit.title)
        return None
    met = meet(inbound)
    doubt = doubt_of_sender(inbound, met) or placing.doubt_of(place)
    aside = find_aside(inbound, sender, met, doubt=doubt)
    if aside is not None:
        return _join_aside(raw, inbound, sender, met, aside)
    match = find_ticket(raw, inbound, "" if doubt else sender, met)
    if _joins_nothing(match) and _is_idle_answer(raw, inbound):
        set_aside(raw, Reason.AUTOMATIC, inbound.subject)
        return None
    point = find_or_register_point(sender, inbound.author.name, kind=kind, cause=CAUSE)
    reach(Point.PERSON_MADE)
    claimed = posing(point.person, match, doubt, is_old=bool(raw.envelope.get(ARCHIVE)))
    if claimed is not None:
        if not _accepted(raw, Reason.POSING):
            set_aside(raw, Reason.POSING, claimed)
            return None
        # A person let it in, but nobody proved who wrote it: it gets a ticket of its own.
        match = Match(related_id=match.ticket_id or match.claimed_id)
    if point.undeliverable_since is not None and not doubt:
        mark_reachable(sender, cause=CAUSE)
    doubt = doubt or doubt_of_join(sender, point.person, match)
    # Whoever holds a token of ours reads what we send; nobody else is believed to be whom an address is noted for.
    if not match.why.startswith(why.BY_TOKEN):
        doubt = doubt or doubt_of_point(point)
    message = _write(raw, inbound, match, point.person, doubt, policy)
    settle(raw, inbound, message)
    if not doubt:
        note_awaited(message, inbound, met)
    reach(Point.TICKET_MADE)
    return message


def _join_aside(
    raw: RawMessage, inbound: InboundMessage, sender: str, met: Met, aside: Aside
) -> Message:
    """What a third party writes joins their side conversation; it makes nobody a participant of the ticket."""
    person = find_or_register_point(sender, inbound.author.name, cause=CAUSE).person
    reach(Point.PERSON_MADE)
    if not aside.doubt:
        mark_reachable(sender, cause=CAUSE)
    new = new_message(raw, inbound, person, aside.match, aside.doubt)
    message = join_aside(aside, new, by=person.id, cause=CAUSE)
    settle(raw, inbound, message)
    if not aside.doubt:
        note_awaited(message, inbound, met)
    reach(Point.TICKET_MADE)
    return message


def note_copy(raw: RawMessage, first: RawMessage) -> None:
    """Note on a message that it came to another mailbox of ours too; both groups then know of it."""
    message = db.session.get(Message, first.message_id) if first.message_id else None
    if message is None or raw.account_id == first.account_id:
        return
    known = list(message.recipients.get("also_at", []))
    if raw.account.name not in known:
        message.recipients = {**message.recipients, "also_at": [*known, raw.account.name][:20]}


def _joins_nothing(match: Match) -> bool:
    return match.ticket_id is None and match.instead_of is None


def _is_idle_answer(raw: RawMessage, inbound: InboundMessage) -> bool:
    idle = inbound.automation in screening.ANSWERS
    return idle and not _accepted(raw, Reason.AUTOMATIC)


def _accepted(raw: RawMessage, reason: Reason) -> bool:
    return bool(raw.envelope.get(ACCEPTED) == reason.value)


def settle(raw: RawMessage, inbound: InboundMessage, message: Message) -> None:
    """Note on the bytes that they are a message now."""
    raw.state, raw.settled_at = RawState.DONE, clock.now()
    raw.message_id, raw.ticket_id = message.id, message.ticket_id
    raw.content_digest = screening.content_digest(inbound)
    if inbound.answer_unwanted:
        raw.envelope = {**raw.envelope, ANSWER_UNWANTED: True}


def _write(
    raw: RawMessage,
    inbound: InboundMessage,
    match: Match,
    author: Person,
    doubt: str,
    policy: MailPolicy,
) -> Message:
    new = new_message(raw, inbound, author, match, doubt)
    if match.instead_of is not None:
        deleted = db.session.get_one(Ticket, match.instead_of)
        return open_for(raw, inbound, author, _without_old_words(new), follows=deleted)
    if match.ticket_id is None:
        return _open_beside(raw, inbound, author, new, match.related_id)
    ticket = lock(match.ticket_id)
    new = said_for(new, author, ticket, doubt=doubt)
    if match.related_id is not None:
        _link_related(ticket, match.related_id)
    if new.automation is None and ticket.category in _ENDED:
        if not may_reopen(ticket, policy, doubt):
            new = replace(new, joined_by=why.FOLLOWS)
            first = open_for(raw, inbound, author, new, follows=ticket)
            if not doubt and takes_up(ticket):
                take_over(first.ticket, ticket, author, by=None, cause=CAUSE)
            return first
        put_category(ticket, Category.ACTIVE, by=author.id, cause=CAUSE, because="reopen")
        new = replace(new, joined_by=new.joined_by + why.REOPENED)
    if new.automation is None and looping.runs_wild(ticket, new):
        new = replace(new, automation=looping.LOOP)
    let_take_part(ticket, author, new, cause=CAUSE)
    return add_message(ticket, new, by=author.id, cause=CAUSE)


def may_reopen(ticket: Ticket, policy: MailPolicy, doubt: str) -> bool:
    """Whether a closed ticket may still be taken up again; a cancelled one never is."""
    if ticket.category is not Category.CLOSED or ticket.closed_at is None or doubt:
        return False
    return clock.now() - ticket.closed_at < timedelta(days=policy.reopen_days)


def _open_beside(
    raw: RawMessage,
    inbound: InboundMessage,
    author: Person,
    new: NewMessage,
    related_id: int | None,
) -> Message:
    related = db.session.get_one(Ticket, related_id) if related_id is not None else None
    word = word_on(author.id, related) if related is not None else None
    # They referred to a ticket of somebody for whom they may not speak: the ticket is theirs alone, and says why.
    new = replace(new, for_why=word.why) if word is not None and not word.may else new
    first = open_for(raw, inbound, author, new)
    if related_id is not None:
        _link_related(first.ticket, related_id)
    return first


def _link_related(ticket: Ticket, related_id: int) -> None:
    related = db.session.get_one(Ticket, related_id)
    link(ticket, related, LinkKind.RELATED, by=None, cause=CAUSE)


def open_for(
    raw: RawMessage,
    inbound: InboundMessage,
    author: Person,
    new: NewMessage,
    follows: Ticket | None = None,
) -> Message:
    """Open a ticket with this as its first message, linked to the one it follows."""
    account, place = account_addressed(raw, inbound), placing.place_of(raw)
    meant = placing.group_of(place)
    opened, first = open_with_first(
        requester=author,
        subject=inbound.subject,
        type=(place.ticket_type if place else "") or str(setting(account, TICKET_TYPE)),
        channel=account.kind,
        group=meant or account.group or (follows.group if follows else None),
        by=author.id,
        cause=CAUSE,
        first=new,
    )
    placing.furnish(raw, opened, author, cause=CAUSE)
    if follows is not None:
        link(opened, follows, LinkKind.FOLLOWS, by=None, cause=CAUSE)
    return first


def _without_old_words(new: NewMessage) -> NewMessage:
    """A message without what it repeats of a ticket that was deleted; the raw mail has it still."""
    lines = [line for line in new.text.splitlines() if not line.lstrip().startswith(">")]
    return replace(
        new, text="\n".join(lines).strip(), quoted="", html=None, joined_by=why.FOLLOWS_DELETED
    )


def new_message(
    raw: RawMessage, inbound: InboundMessage, author: Person, match: Match, doubt: str
) -> NewMessage:
    """What was read, as a message that is about to be written."""
    text = inbound.visible_text.strip() or inbound.text or inbound.stand_in
    rest = (inbound.signature, inbound.quoted_text) if inbound.visible_text.strip() else ()
    return NewMessage(
        text=text,
        quoted="\n\n".join(part for part in rest if part),
        html=inbound.html,
        direction=Direction.IN,
        channel=raw.account.kind,
        author=author,
        author_name=inbound.author.name or author.name,
        author_address=inbound.author.address,
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
        facts=facts_of(inbound),
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
