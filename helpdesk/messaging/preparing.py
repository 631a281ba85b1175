"""What is to be sent: one delivery for each recipient, since each answers by a token of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_babel import force_locale
from sqlalchemy import exists, select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.messaging import automatic, linking, receipts, speaking, talking, tokens, wording
from helpdesk.messaging import policy as policies
from helpdesk.messaging.accounts import is_our_address
from helpdesk.messaging.dispatching import Recipient, new_delivery
from helpdesk.messaging.identity import (
    Identity,
    desk_identity,
    identity_for,
    signed_name,
)
from helpdesk.messaging.letters import Letter
from helpdesk.messaging.models import (
    Delivery,
    DeliveryKind,
    RawMessage,
)
from helpdesk.messaging.replies import letter_of
from helpdesk.messaging.screening import loop_mark
from helpdesk.messaging.setting_aside import Reason
from helpdesk.messaging.side_sending import prepare_aside
from helpdesk.messaging.suggesting import with_suggestion
from helpdesk.messaging.thread import outgoing_message, thread_for
from helpdesk.messaging.turns import RECEIPTED_CHANNELS
from helpdesk.people import visiting
from helpdesk.people.addresses import normalise_email
from helpdesk.people.models import ContactKind, ContactPoint, Person, Role
from helpdesk.people.needs import in_large_print
from helpdesk.people.queries import address_of, find_by_contact_points
from helpdesk.people.representing import lapsed
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility, Watcher

# Noted beside a raw message whose sender was told that it was too large.
TOLD = "told_too_large"


def prepare_message(message_id: int) -> list[Delivery]:
    """Prepare what an agent wrote to people outside for everybody it is meant for; again changes nothing."""
    message = outgoing_message(message_id)
    if message is None:
        return prepare_aside(message_id)
    if _is_prepared(Delivery.message_id == message_id):
        return []
    ticket = message.ticket
    policy = policies.read()
    thread = talking.thread_by_id(message.recipients.get(talking.THREAD))
    if thread is not None:
        return speaking.in_thread(message, thread, policy)
    identity = identity_for(ticket, policy)
    if message.automation == automatic.BY_RULE:
        return [_by_rule(message, identity, each) for each in _named(message, "to")]
    to, cc = _named(message, "to") or _requester_address(ticket), _named(message, "cc")
    recipients = _recipients(ticket, [*to, *cc])
    recipients += _blind(message, [one.address for one in recipients])
    large = in_large_print([each.person_id for each in recipients])
    return [
        _reply(message, identity, policy, each, to, cc, large=each.person_id in large)
        for each in recipients
    ]


def send_receipt(ticket_id: int) -> Delivery | None:
    """Tell the requester by fixed words that their message arrived, once, within the limits (S18, S19)."""
    ticket = db.session.get(Ticket, ticket_id)
    if ticket is None or ticket.channel not in RECEIPTED_CHANNELS:
        return None
    first = _first_message(ticket)
    policy = policies.read()
    if first is None or not policy.receipts or not receipts.may_be_answered(first):
        return None
    same = (Delivery.ticket_id == ticket_id, Delivery.kind == DeliveryKind.RECEIPT)
    if _is_prepared(*same) or _is_shortened(first):
        return None
    address = _usable(first.author_address) or address_of(ticket.requester)
    if not address or not receipts.may_go_to(address, policy):
        return None
    identity = identity_for(ticket, policy)
    with force_locale(ticket.requester.locale):
        subject = wording.receipt_subject(ticket)
        text = wording.receipt_text(ticket, identity.name, _link_to(ticket, address))
        text = with_suggestion(text, first)
    return _automatic_answer(ticket, identity, address, subject, text)


def _link_to(ticket: Ticket, address: str) -> str:
    """Where whoever used the portal follows their request; others answer the mail."""
    if ticket.channel != receipts.WEB:
        return ""
    page = f"/requests/{ticket.number}"
    locale = ticket.requester.locale
    return visiting.url_of(visiting.make_link(address, page, lasting=visiting.LONG, locale=locale))


def tell_too_large(raw_id: int) -> Delivery | None:
    """Tell the sender, once, that their mail was too large to be taken in whole; within the limits of receipts (P14)."""
    raw = db.session.get_one(RawMessage, raw_id)
    message = db.session.get(Message, raw.message_id) if raw.message_id is not None else None
    if message is None or raw.envelope.get(TOLD) or not receipts.may_be_answered(message):
        return None
    policy, ticket = policies.read(), message.ticket
    address = _usable(message.author_address)
    if not address or not receipts.may_go_to(address, policy, "too-large"):
        return None
    raw.envelope = {**raw.envelope, TOLD: True}
    identity = identity_for(ticket, policy)
    with force_locale(ticket.requester.locale):
        subject = wording.too_large_subject(ticket)
        text = wording.too_large_text(ticket, identity.name, policy.largest_mail)
    return _automatic_answer(ticket, identity, address, subject, text)


def _by_rule(message: Message, identity: Identity, address: str) -> Delivery:
    """What a rule writes: automatic mail, whoever it names."""
    ticket = message.ticket
    with force_locale(ticket.requester.locale):
        subject = wording.rule_subject(ticket)
    return _automatic_answer(ticket, identity, address, subject, message.text, message.id)


def _automatic_answer(
    ticket: Ticket,
    identity: Identity,
    address: str,
    subject: str,
    text: str,
    message_id: int | None = None,
) -> Delivery:
    """An automatic mail to whoever wrote; marked so that no machine answers it (RFC 3834)."""
    token = tokens.make(ticket.id, ticket.requester_id)
    thread = thread_for(ticket.id, address)
    return new_delivery(
        DeliveryKind.RECEIPT,
        identity,
        Recipient(address, ticket.requester_id),
        ticket_id=ticket.id,
        message_id=message_id,
        subject=subject,
        letter=Letter(text, large=bool(in_large_print([ticket.requester_id]))),
        external_id=tokens.message_id(token, identity.domain),
        headers={
            "from_name": identity.name,
            "to": [address],
            "reply_to": identity.reply_address(token),
            "in_reply_to": thread.in_reply_to,
            "references": list(thread.references),
            "auto_submitted": "auto-replied",
            "envelope_from": "",
            "loop_mark": loop_mark(),
        },
    )


def prepare_notice(
    person: Person,
    *,
    subject: str,
    text: str,
    html: str | None = None,
    ticket_id: int | None = None,
    about: Sequence[int] = (),
) -> Delivery | None:
    """News to a member of staff; it carries no reply token, since nobody works by answering it (S15).

    It is `about` these tickets, or about one; it leaves only while all of them may be read.
    """
    address = address_of(person)
    if address is None or is_our_address(address):
        return None
    identity = desk_identity(policies.read())
    return new_delivery(
        DeliveryKind.NOTICE,
        identity,
        Recipient(address, person.id),
        ticket_id=ticket_id,
        subject=subject,
        letter=Letter(text, html),
        external_id=f"{tokens.random_id()}@{identity.domain}",
        headers={
            "from_name": identity.name,
            "to": [address],
            "auto_submitted": "auto-generated",
            "envelope_from": "",
            "loop_mark": loop_mark(),
            **({"about": list(about)} if about else {}),
        },
    )


def _reply(
    message: Message,
    identity: Identity,
    policy: policies.MailPolicy,
    recipient: Recipient,
    to: list[str],
    cc: list[str],
    *,
    large: bool,
) -> Delivery:
    ticket = message.ticket
    token = tokens.make(ticket.id, recipient.person_id)
    thread = thread_for(ticket.id, recipient.address, before=message.id)
    reply_to, external_id = _answered_by(recipient, identity, token)
    with force_locale(ticket.requester.locale):
        letter = letter_of(message, recipient.address, identity, policy)
        return new_delivery(
            DeliveryKind.REPLY,
            identity,
            recipient,
            ticket_id=ticket.id,
            message_id=message.id,
            subject=wording.reply_subject(ticket),
            letter=replace(letter, large=large),
            external_id=external_id,
            headers={
                "from_name": signed_name(identity, message.author, policy),
                "to": to,
                "cc": [address for address in cc if address not in to],
                "reply_to": reply_to,
                "in_reply_to": thread.in_reply_to,
                "references": list(thread.references),
                # A bounce comes back to the token, and so to the delivery it speaks of.
                "envelope_from": identity.reply_address(token),
                **linking.headers_for(linking.plan(message, linking.room_for(identity.account))),
            },
        )


def _answered_by(recipient: Recipient, identity: Identity, token: str) -> tuple[str, str]:
    """The address and the id by which an answer joins.

    That of a blind copy joins nothing: it opens a ticket of its own, since on this one the requester would learn of them.
    """
    if recipient.is_blind:
        return identity.answers_to, f"{tokens.random_id()}@{identity.domain}"
    return identity.reply_address(token), tokens.message_id(token, identity.domain)


def _recipients(ticket: Ticket, named: list[str]) -> list[Recipient]:
    """Those the message names and the watchers who are not staff; staff read it in the desk. Never ourselves."""
    watching = db.session.execute(
        select(ContactPoint.value, Person.id, Person.role)
        .join(Person, Person.id == ContactPoint.person_id)
        .join(Watcher, Watcher.person_id == Person.id)
        .where(Watcher.ticket_id == ticket.id, ContactPoint.kind == ContactKind.EMAIL)
        .order_by(ContactPoint.is_proven.desc(), ContactPoint.id)
        .limit(100)
    )
    watchers: dict[int, str] = {}
    for address, person_id, role in watching:
        if role is Role.REQUESTER:
            watchers.setdefault(person_id, address)
    # Who spoke for the requester and may no longer is told nothing more (S13).
    over = lapsed(ticket.requester_id, watchers, type=ticket.type, ticket_id=ticket.id)
    wanted = [address for person_id, address in watchers.items() if person_id not in over]
    addresses = list(dict.fromkeys([*named, *wanted]))
    owners = find_by_contact_points(ContactKind.EMAIL, addresses)
    found: dict[str, Recipient] = {}
    for address in addresses:
        if not is_our_address(address):
            owner = owners.get(address)
            found[address] = Recipient(address, owner.id if owner else None)
    return list(found.values())


def _blind(message: Message, told: Sequence[str]) -> list[Recipient]:
    """Those who get a copy that nobody else knows of; not who is told anyway."""
    named = [one for one in _named(message, "bcc") if one not in told and not is_our_address(one)]
    owners = find_by_contact_points(ContactKind.EMAIL, named)
    return [
        Recipient(one, owners[one].id if one in owners else None, is_blind=True) for one in named
    ]


def _named(message: Message, field: str) -> list[str]:
    return list(dict.fromkeys(filter(None, map(_usable, message.recipients.get(field) or ()))))


def _requester_address(ticket: Ticket) -> list[str]:
    address = address_of(ticket.requester)
    return [address] if address else []


def _usable(address: str) -> str | None:
    try:
        return normalise_email(address)
    except Invalid:
        return None


def _first_message(ticket: Ticket) -> Message | None:
    return db.session.scalars(
        select(Message)
        .where(
            Message.ticket_id == ticket.id,
            Message.visibility == Visibility.PUBLIC,
            Message.direction == Direction.IN,
        )
        .order_by(Message.id)
        .limit(1)
    ).first()


def _is_shortened(first: Message) -> bool:
    """Whether it was too large; its sender is told so, which says that it arrived, too."""
    raw = db.session.get(RawMessage, first.raw_id) if first.raw_id is not None else None
    return raw is not None and raw.reason == Reason.TOO_LARGE.value


def _is_prepared(*conditions: Any) -> bool:
    return bool(db.session.scalar(select(exists().where(*conditions))))
