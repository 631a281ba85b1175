"""Every door goes by proven contact points: a claimed address is nobody's, and shows and joins nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.commands import vouch_for_contact_point
from helpdesk.people.models import ContactKind, ContactPoint, Person
from helpdesk.people.registering import contact_point_of
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.identity.people import add_point, make_requester, merged
from tests.helpdesk.messaging.answers import answer, sent
from tests.helpdesk.messaging.post import arrive, mail_from, make_account, messages_of, tickets
from tests.helpdesk.messaging.services import make_service
from tests.makers import make_ticket

MALLORY = "Ada Byrne <mallory@evil.example>"
AT_HOME = "Ada Byrne <ada@home.example>"


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it, external_id="first@citizen.example")


def point_at(value: str) -> ContactPoint:
    found = contact_point_of(ContactKind.EMAIL, value)
    assert found is not None
    return found


def referring(sender: str) -> bytes:
    return mail_from(sender, headers={"In-Reply-To": "<first@citizen.example>"})


def test_an_address_noted_and_not_proven_joins_nothing(cast: Cast, ticket: Ticket) -> None:
    add_point(cast.ada, ContactKind.EMAIL, "mallory@evil.example")
    arrive(make_account(cast.it), referring(MALLORY))
    assert len(messages_of(ticket)) == 1
    new = messages_of(tickets()[-1])[0]
    assert "not proven to be theirs" in new.unverified


def test_a_proven_one_joins(cast: Cast, ticket: Ticket) -> None:
    add_point(cast.ada, ContactKind.EMAIL, "ada@home.example", is_proven=True)
    arrive(make_account(cast.it), referring(AT_HOME))
    assert [one.unverified for one in messages_of(ticket)] == ["", ""]


def test_whoever_holds_our_token_reads_what_we_send(cast: Cast, ticket: Ticket) -> None:
    add_point(cast.ada, ContactKind.EMAIL, "ada@home.example")
    account = make_account(cast.it)
    arrive(account, answer(sent(ticket, cast.ben), sender=AT_HOME))
    assert messages_of(ticket)[-1].unverified == ""


def test_who_is_known_by_one_address_alone_is_believed_as_before(cast: Cast) -> None:
    account = make_account(cast.it)
    arrive(account, mail_from("Zoe <zoe@home.example>", message_id="one@home.example"))
    follow = {"In-Reply-To": "<one@home.example>"}
    arrive(account, mail_from("Zoe <zoe@home.example>", headers=follow))
    assert [len(messages_of(one)) for one in tickets()] == [2]


def test_an_answer_of_before_a_merge_joins_after_it(cast: Cast) -> None:
    other = make_requester("A. Byrne", "ada@home.example")
    ticket = make_ticket(other, cast.it)
    account, delivery = make_account(cast.it), sent(ticket, cast.ben)
    merged(cast.ada, other)
    arrive(account, answer(delivery, sender=AT_HOME))
    assert (messages_of(ticket)[-1].author_id, messages_of(ticket)[-1].unverified) == (
        cast.ada.id,
        "",
    )


def test_a_handle_that_was_merged_and_not_proven_is_doubted(
    app: Flask, cast: Cast, settle: Callable[[], None]
) -> None:
    service = make_service(app, cast.it)
    service.say("Hello", talk="one")
    settle()
    first = db.session.query(Person).order_by(Person.id.desc()).first()
    assert first is not None
    merged(cast.ada, first)
    service.say("Me again", talk="two")
    settle()
    assert "not proven" in messages_of(tickets()[-1])[0].unverified


def test_an_agent_may_vouch_for_a_number_and_never_for_an_address(cast: Cast) -> None:
    other = make_requester("Zoe", "zoe@home.example", phone="020 7946 0018")
    mail, phone = db.session.query(ContactPoint).filter_by(person_id=other.id)
    with unit_of_work():
        vouch_for_contact_point(db.session.merge(phone), actor=cast.actor("ben"))
    with unit_of_work(), pytest.raises(Invalid):
        vouch_for_contact_point(db.session.merge(mail), actor=cast.actor("ben"))
    assert db.session.get_one(ContactPoint, phone.id).is_proven
    assert not point_at("zoe@home.example").is_proven
