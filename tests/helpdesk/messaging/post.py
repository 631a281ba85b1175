"""The post office of the tests: mails as bytes, handed to the desk as a mailbox would."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from sqlalchemy import inspect, select

from channels.channel import RawItem
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.accounts import create_account
from helpdesk.messaging.filing import file_raw
from helpdesk.messaging.keeping import keep
from helpdesk.messaging.models import ChannelAccount, Delivery, RawMessage
from helpdesk.people.models import Group
from helpdesk.tickets.models import Message, Ticket

HELP = "help@borough.example"

_numbers = itertools.count(1)


def make_account(group: Group | None = None, address: str = HELP, **values: Any) -> ChannelAccount:
    with unit_of_work():
        return create_account(
            name=f"Mailbox {address}", values={"address": address, **values}, group=group
        )


def mail_from(
    sender: str = "Ada Byrne <ada@borough.example>",
    text: str = "The printer on floor 2 prints blank pages.",
    *,
    subject: str = "Printer broken",
    to: str = HELP,
    headers: Mapping[str, str] | None = None,
    message_id: str | None = None,
) -> bytes:
    """A mail as a person's program writes it; `headers` adds fields, and None as a value leaves one out."""
    mail = EmailMessage(policy=SMTP)
    number = next(_numbers)
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = f"Mon, 16 Nov 2026 09:{number % 60:02}:00 +0000"
    mail["Message-ID"] = f"<{message_id or f'mail-{number}@citizen.example'}>"
    for name, value in (headers or {}).items():
        del mail[name]
        mail[name] = value
    mail.set_content(text)
    return bytes(mail)


def arrive(
    account: ChannelAccount,
    body: bytes,
    envelope: dict[str, Any] | None = None,
    remote_id: str | None = None,
) -> RawMessage:
    """Keep a mail and file it, each in its own unit of work, as collector and worker do."""
    name = remote_id or f"INBOX:1:{next(_numbers)}"
    # A runner that settled something in between has let go of the rows of this session.
    [account_id] = inspect(account).identity
    with unit_of_work():
        here = db.session.get_one(ChannelAccount, account_id)
        raw = keep(here, RawItem(name, body), envelope)
    assert raw is not None
    return file(raw)


def file(raw: RawMessage) -> RawMessage:
    with unit_of_work():
        file_raw(raw.id)
    return raw


def tickets() -> list[Ticket]:
    return list(db.session.scalars(select(Ticket).order_by(Ticket.id)))


def messages_of(ticket: Ticket) -> list[Message]:
    found = select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id)
    return list(db.session.scalars(found))


def deliveries() -> list[Delivery]:
    found = select(Delivery).order_by(Delivery.id).execution_options(populate_existing=True)
    return list(db.session.scalars(found))
