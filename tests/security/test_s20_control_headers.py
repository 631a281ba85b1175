"""S20: no field of a mail from outside controls the desk, however it is called or written."""

from __future__ import annotations

import pytest
from flask import Flask

from channels.email.parse import parse
from helpdesk.messaging.models import RawState
from helpdesk.tickets.models import Message, Ticket
from tests.helpdesk.messaging.post import arrive, mail_from, make_account, messages_of, tickets

# What other desks obey, and what somebody would try on this one.
CONTROLS = {
    "X-Desk-Priority": "1",
    "X-Desk-State": "closed",
    "X-Desk-Owner": "1",
    "X-Desk-Group": "1",
    "X-Desk-Ticket": "IT-1",
    "X-Desk-Type": "change",
    "X-Desk-Visibility": "internal",
    "X-Desk-Author": "eve@borough.example",
    "X-Desk-Requester": "eve@borough.example",
    "X-Desk-Tags": "vip",
    "X-Desk-Auto": "no",
    "X-Desk-Loop": "another desk",
    "x-dEsK-pRiOrItY": "1",
}
STRANGE = {
    "X-Zammad-Ticket-Priority": "3 high",
    "X-Zammad-Article-Internal": "true",
    "X-OTRS-Queue": "1",
    "X-OTRS-State": "closed",
    "X-Priority": "1",
    "Importance": "high",
}


def seen_of(ticket: Ticket, message: Message) -> dict[str, object]:
    """All that such a field could have set."""
    columns = ("type", "status", "impact", "urgency", "priority", "group_id", "assignee_id")
    of_message = ("visibility", "direction", "author_address", "automation", "unverified", "text")
    return {
        **{name: getattr(ticket, name) for name in columns},
        **{name: getattr(message, name) for name in of_message},
        "tags": [tag.name for tag in ticket.tags],
        "requester": ticket.requester.name,
    }


@pytest.mark.parametrize(("name", "value"), [*CONTROLS.items(), *STRANGE.items()])
def test_a_control_field_from_outside_has_no_effect(app: Flask, name: str, value: str) -> None:
    account = make_account()
    arrive(account, mail_from("Ada <ada@borough.example>"))
    raw = arrive(
        account, mail_from("Ada <ada@borough.example>", subject="Another", headers={name: value})
    )

    assert raw.state is RawState.DONE
    plain, forged = tickets()
    [before], [after] = messages_of(plain), messages_of(forged)
    assert seen_of(forged, after) == seen_of(plain, before)


@pytest.mark.parametrize(
    "field",
    [
        b"X-Desk-Priority: 1",
        b"X-DESK-PRIORITY : 1",
        b"X-Desk-Priority:\r\n 1",
        b"Subject: x\nX-Desk-Priority: 1",
        b"Subject: x\rX-Desk-Priority: 1",
        b"X-Desk-Priority\t: =?utf-8?q?1?=",
    ],
)
def test_however_it_is_written_it_is_stripped_at_the_door(field: bytes) -> None:
    mail = parse(field + b"\r\n" + mail_from())
    assert not [name for name in mail.headers if name.startswith("x-desk")]


def test_nothing_in_a_part_or_in_the_text_is_taken_for_a_field() -> None:
    mail = parse(mail_from(text="X-Desk-Priority: 1\n\nX-Desk-Loop: x"))
    assert mail.loop_marks == ()
    assert "X-Desk-Priority: 1" in mail.text
