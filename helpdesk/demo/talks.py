"""The demo desk's text messages, WhatsApp, Slack and Instagram: accounts that nobody calls, and what was said there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from channels.channel import Contact
from channels.settings import SettingValue
from helpdesk.core import clock, files
from helpdesk.core.db import db
from helpdesk.demo.posting import ON_THE_WAY
from helpdesk.demo.stories import Story
from helpdesk.messaging import talking
from helpdesk.messaging.accounts import create_account
from helpdesk.messaging.models import ChannelAccount, ChannelThread, DeliveryState
from helpdesk.messaging.preparing import prepare_message
from helpdesk.messaging.talk_models import AccountTemplate
from helpdesk.people.addresses import normalise_phone
from helpdesk.people.commands import add_contact_point, prove_contact_point
from helpdesk.people.models import ContactKind
from helpdesk.tickets.models import Direction, Message, Ticket

# Without keys: in the demo nothing leaves the desk.
ACCOUNTS: Mapping[str, tuple[str, Mapping[str, SettingValue]]] = {
    "sms": ("Text messages", {"gateway": "other", "number": "01632 960200"}),
    "whatsapp": ("Council WhatsApp", {"number_id": "100000000000001"}),
    "slack": (
        "Staff Slack",
        {"channels": "C0ITHELP", "trusted_domains": "harbourstead.example"},
    ),
    "instagram": ("Council on Instagram", {"account_id": "178400000000001"}),
}
TEMPLATES = (
    (
        "bin_day_news",
        "Hello {{1}}, your bins will be emptied on {{2}} instead. Please leave them out.",
        2,
    ),
    (
        "please_write_again",
        "Hello {{1}}, we have an answer for you. Send us a word and we will pass it on.",
        1,
    ),
)
CAUSE = "demo"
READ_AFTER = timedelta(minutes=2)


def set_up_talks(stories: Sequence[Story], tickets: Mapping[str, int]) -> None:
    """Give each conversation of a story its account and its thread. Inside the open unit of work."""
    accounts = {
        kind: create_account(kind=kind, name=name, values=values)
        for kind, (name, values) in ACCOUNTS.items()
    }
    _approve(accounts["whatsapp"])
    for story in stories:
        if story.channel in accounts and story.ref in tickets:
            _hold(accounts[story.channel], db.session.get_one(Ticket, tickets[story.ref]), story)


def _approve(account: ChannelAccount) -> None:
    for name, text, blanks in TEMPLATES:
        db.session.add(
            AccountTemplate(
                account_id=account.id,
                name=name,
                language="en_GB",
                text=text,
                blanks=[str(place + 1) for place in range(blanks)],
                category="utility",
                state="approved",
                is_offered=True,
                fetched_at=clock.now(),
            )
        )


def _hold(account: ChannelAccount, ticket: Ticket, story: Story) -> None:
    key, address = _known_there(account, ticket, story)
    messages = db.session.scalars(
        select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id).limit(100)
    ).all()
    heard = [one.created_at for one in messages if one.direction is Direction.IN]
    thread = ChannelThread(
        account_id=account.id,
        thread_key=key,
        ticket_id=ticket.id,
        person_id=ticket.requester_id,
        address=address,
        last_in_at=max(heard),
    )
    db.session.add(thread)
    db.session.flush()
    for message in messages:
        if message.direction is Direction.OUT and message.channel == account.kind:
            message.recipients = {"to": [address], talking.THREAD: thread.id}
            _note_sent(message)


def _known_there(account: ChannelAccount, ticket: Ticket, story: Story) -> tuple[str, str]:
    """The name of the conversation, and of its person; who is no number is known by a name of that service."""
    if talking.contact_of(account) is Contact.PHONE:
        number = normalise_phone(story.requester.phone)
        return number, number
    in_slack = account.kind == "slack"
    name = f"U0{ticket.requester_id:08d}" if in_slack else f"9{ticket.requester_id:014d}"
    value = talking.contact_value(account, Contact.HANDLE, name)
    point = add_contact_point(ticket.requester, ContactKind.HANDLE, value, cause=CAUSE)
    if not in_slack:
        return name, name
    # The workspace answers for those who work at the council.
    prove_contact_point(point, cause=CAUSE)
    return f"C0ITHELP/{int(ticket.created_at.timestamp())}.000100", name


def _note_sent(message: Message) -> None:
    """It went out when it was written, and was read."""
    for delivery in prepare_message(message.id):
        delivery.digest = files.keep(delivery.text.rstrip().encode())
        delivery.state, delivery.via = DeliveryState.SENT, message.channel
        delivery.attempts = delivery.copies = 1
        delivery.next_try_at, delivery.created_at = None, message.created_at
        delivery.sent_at = message.created_at + ON_THE_WAY
        if message.channel == "whatsapp":
            delivery.arrived_at = delivery.sent_at + ON_THE_WAY
            delivery.read_at = delivery.sent_at + READ_AFTER
