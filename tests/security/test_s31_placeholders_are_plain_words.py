"""S31: what people write is never a template: only names from a fixed list are replaced, once, by plain words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.automation import canned
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions.models import Kind
from helpdesk.messaging.models import Delivery
from helpdesk.people.models import Group, Person
from helpdesk.tickets.models import Message
from tests.cast import Cast
from tests.helpdesk.automation.rules import make_rule, make_trigger
from tests.makers import make_reply, make_ticket
from workflows.placeholders import PLACEHOLDERS, filled_in

PAYLOADS = [
    "{{7*7}}",
    "{{ config.items() }}",
    "{% for x in y %}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{agent.password_hash}",
    "{agent.__class__.__mro__}",
    "{number!r}",
    "{number:>9999999999}",
    "{0}",
    "{}",
    "%(agent)s",
    "%s%s%s%n",
    "{__import__}",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_looks_like_a_template_stays_as_it_stands(payload: str) -> None:
    assert filled_in(payload, dict.fromkeys(PLACEHOLDERS, "x")) == payload


@pytest.mark.parametrize("name", sorted(PLACEHOLDERS))
def test_what_was_filled_in_is_not_looked_at_again(name: str) -> None:
    values = {one: f"{{{one}}}{{number}}" for one in PLACEHOLDERS}
    assert filled_in(f"a {{{name}}} b", values) == f"a {values[name]} b"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_replies_signatures_and_names_stay_literal(
    payload: str, cast: Cast, settle: Callable[[], None], db: Any
) -> None:
    with unit_of_work():
        db.session.get_one(Group, cast.it.id).signature = f"-- {payload}"
        db.session.get_one(Person, cast.ben.id).name = f"Ben {payload}"
    ticket = make_ticket(cast.ada, cast.it, subject=f"Lamp {payload}")
    make_reply(ticket, cast.ben, f"Hello {payload}")
    settle()
    sent = db.session.scalars(
        select(Delivery).where(Delivery.ticket_id == ticket.id, Delivery.message_id.is_not(None))
    ).one()
    assert f"Hello {payload}" in sent.text
    assert f"-- {payload}" in sent.text
    assert "49" not in sent.text.replace(payload, "").replace(sent.external_id, "")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_requesters_write_is_no_template_of_a_rule(payload: str, cast: Cast, db: Any) -> None:
    make_rule(Kind.ANSWER, "note", text=f"{{requester}} {payload}")
    make_trigger("note", "", {"add_note": "{requester} wrote {subject} on {number}"})
    make_trigger("reply", "", {"send_reply": {"answer": "note"}})
    with unit_of_work():
        db.session.get_one(Person, cast.ada.id).name = f"Ada {payload}"
    ticket = make_ticket(cast.ada, cast.it, subject=payload)
    texts = [
        one.text
        for one in db.session.scalars(
            select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id)
        )
    ]
    assert texts[1:] == [
        f"Ada {payload} wrote {ticket.number} on {ticket.number}",
        f"Ada {payload} {payload}",
    ]


def test_a_canned_answer_computes_nothing_whoever_wrote_it(cast: Cast, db: Any) -> None:
    whole = "\n".join(PAYLOADS)
    with unit_of_work():
        db.session.get_one(Person, cast.ada.id).name = "Ada {agent} {{7*7}}"
        canned.write(
            cast.actor("ben"), canned.NewAnswer(title="All", text=f"{{requester}}\n{whole}")
        )
    ticket = make_ticket(cast.ada, cast.it, subject=whole[:100])
    found = canned.offered(ticket, cast.actor("ben"))[0]
    assert found.text == f"Ada {{agent}} {{{{7*7}}}}\n{whole}"
