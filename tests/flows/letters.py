"""The mails of the stories, as people's programs write them."""

from __future__ import annotations

import uuid
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.tickets.models import Ticket
from tests.flows.live import LiveDesk
from tests.helpdesk.messaging.post import HELP, make_account

ADA = "Ada Byrne <ada@borough.example>"
MALLORY = "Mallory Quick <mallory@elsewhere.example>"


def letter(
    subject: str,
    text: str = "The printer on floor 2 prints blank pages.",
    *,
    sender: str = ADA,
    to: str = HELP,
    **headers: str,
) -> EmailMessage:
    """A mail of now; a header's name is given with underscores, such as In_Reply_To."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{uuid.uuid4().hex}@citizen.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text + "\n")
    return mail


def answer_to(mail: EmailMessage, text: str, *, sender: str = ADA) -> EmailMessage:
    """What a mail program makes of “Reply”."""
    return letter(
        mail["Subject"],
        text,
        sender=sender,
        to=mail["Reply-To"],
        In_Reply_To=mail["Message-ID"],
        References=f"{mail['References'] or ''} {mail['Message-ID']}".strip(),
    )


def open_mailbox(desk: LiveDesk, **values: object) -> int:
    """A mailbox of IT support, reached through the mail door unless a server is named; its id."""
    return desk.ask(lambda: make_account(desk.cast.it, **values).id)


def post(desk: LiveDesk, mail: EmailMessage) -> None:
    """Send a mail to the desk's mail door."""
    sender = mail["From"].addresses[0].addr_spec if mail["From"] else ""
    desk.hand_in(bytes(mail), to=mail["To"].addresses[0].addr_spec, sender=sender)


def ticket_about(desk: LiveDesk, subject: str) -> Ticket:
    """The ticket of this subject, once it is there."""
    found = select(Ticket).where(Ticket.subject == subject)
    return desk.wait_for(lambda: db.session.scalars(found).one_or_none())


def opened_by(desk: LiveDesk, mail: EmailMessage) -> Ticket:
    """Send a mail; the ticket it opens."""
    post(desk, mail)
    return ticket_about(desk, mail["Subject"])


def sent(desk: LiveDesk, start: str, *, count: int) -> EmailMessage:
    """The first mail whose subject starts so, once `count` mails have left the desk."""
    mails = [each.message for each in desk.sink.wait_for(count)]
    return next(mail for mail in mails if mail["Subject"].startswith(start))
