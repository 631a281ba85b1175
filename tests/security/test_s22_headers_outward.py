"""S22: nothing that a person types becomes a header of what we send: five line breaks in eight fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import policy
from helpdesk.messaging.models import ChannelAccount, DeliveryKind, DeliveryState
from helpdesk.messaging.policy import MailPolicy
from helpdesk.people.models import Agency, Group, Person
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.messaging.post import deliveries, make_account
from tests.makers import make_reply, make_ticket
from tests.servers.scripted_smtp import ScriptedSmtp

BREAKS = {"CR LF": "\r\n", "LF": "\n", "CR": "\r", "line separator": "\u2028", "next line": "\x85"}
FIELDS = (
    "subject",
    "group name",
    "sender name",
    "agency name",
    "desk name",
    "display name",
    "agent name",
    "file name",
)
EXPECTED = {
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
}


def poison(cast: Cast, ticket: Ticket, field: str, value: str) -> str:
    """Write the value into the row, past every check of a form; returns the file's name."""
    with unit_of_work():
        group = db.session.get_one(Group, cast.it.id)
        agency = Agency(name="Agency", created_at=ticket.created_at)
        db.session.add(agency)
        db.session.flush()
        if field in ("agency name", "group name"):
            group.agency_id = agency.id
        changes: dict[str, tuple[type, int, str]] = {
            "subject": (Ticket, ticket.id, "subject"),
            "group name": (Group, group.id, "name"),
            "sender name": (Group, group.id, "sender_name"),
            "agency name": (Agency, agency.id, "name"),
            "agent name": (Person, cast.ben.id, "name"),
        }
        if field in changes:
            kind, row_id, column = changes[field]
            db.session.execute(update(kind).where(kind.id == row_id).values({column: value}))
        elif field == "desk name":
            policy.write(MailPolicy(desk_name=value))
        elif field == "display name":
            account = db.session.query(ChannelAccount).one()
            account.settings = {**account.settings, "display_name": value}
    return value if field == "file name" else "report.pdf"


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("line_break", BREAKS.values(), ids=BREAKS.keys())
def test_a_line_break_in_any_field_makes_no_header(
    app: Flask,
    cast: Cast,
    settle: Callable[[], None],
    scripted_relay: ScriptedSmtp,
    field: str,
    line_break: str,
) -> None:
    if field == "display name":
        make_account(cast.it)
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    evil = f"a{line_break}Bcc: eve@evil.example{line_break}{line_break}X-Evil: yes"
    name = poison(cast, ticket, field, evil)
    make_reply(ticket, cast.ben, files=(NewFile(name, "application/pdf", b"%PDF"),))
    settle()

    [delivery] = [each for each in deliveries() if each.kind is DeliveryKind.REPLY]
    mails = [taken for taken in scripted_relay.taken if "ada@borough.example" in taken.recipients]
    for taken in mails:
        head, _, _ = taken.content.partition(b"\r\n\r\n")
        assert set(taken.message.keys()) == EXPECTED
        assert taken.recipients == ("ada@borough.example",)
        assert b"\nBcc" not in head
        assert b"\rBcc" not in head
        assert [part.get_filename() for part in taken.message.iter_attachments()] != []
    # What cannot be written as a header is refused whole, and its ticket says so.
    assert mails or delivery.state is DeliveryState.FAILED
    assert len(scripted_relay.commands("RCPT")) == len(mails)


@pytest.mark.parametrize("line_break", BREAKS.values(), ids=BREAKS.keys())
def test_a_line_break_in_an_address_adds_no_recipient(
    cast: Cast, settle: Callable[[], None], scripted_relay: ScriptedSmtp, line_break: str
) -> None:
    ticket = make_ticket(cast.ada, cast.it, channel="phone")
    evil = f"boss@citizen.example{line_break}RCPT TO:<eve@evil.example>"
    make_reply(ticket, cast.ben, recipients={"to": ["ada@borough.example"], "cc": [evil]})
    settle()

    assert [said for said in scripted_relay.heard if "evil" in said] == []
