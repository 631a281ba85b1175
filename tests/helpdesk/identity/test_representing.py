"""Who may speak for whom: within a scope, until a day, and recorded on each message."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.identity import representing
from helpdesk.identity.representing import Standing
from helpdesk.journal.reading import history_of
from helpdesk.messaging.preparing import prepare_message
from helpdesk.people.bond_models import Relation, Representative, Scope
from helpdesk.people.models import Person
from helpdesk.people.representing import word_for
from helpdesk.tickets.models import Message, Ticket, Watcher
from tests.cast import Cast
from tests.helpdesk.identity.people import make_requester, merged, undone
from tests.helpdesk.messaging.answers import answer, sent
from tests.helpdesk.messaging.post import arrive, mail_from, make_account, messages_of, tickets
from tests.makers import make_reply, make_ticket

CARER = "Joy Carer <joy@care.example>"
REFERS = {"In-Reply-To": "<first@citizen.example>"}


@pytest.fixture
def joy(cast: Cast) -> Person:
    return make_requester("Joy Carer", "joy@care.example")


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it, external_id="first@citizen.example")


def name(cast: Cast, joy: Person, **standing: Any) -> Representative:
    given = {"relation": Relation.CARER, "evidence": "Letter of authority, seen.", **standing}
    with unit_of_work():
        return representing.name_representative(
            db.session.get_one(Person, cast.ada.id),
            db.session.get_one(Person, joy.id),
            Standing(**given),
            actor=cast.actor("ben"),
        )


def end(row: Representative, cast: Cast) -> None:
    with unit_of_work():
        again = db.session.get_one(Representative, row.id)
        representing.end_representation(again, actor=cast.actor("ben"))


def write(cast: Cast) -> Message:
    arrive(make_account(cast.it), mail_from(CARER, headers=REFERS))
    return db.session.query(Message).order_by(Message.id.desc()).first()


def test_a_carer_joins_the_ticket_of_whom_they_care_for(
    cast: Cast, joy: Person, ticket: Ticket
) -> None:
    name(cast, joy, ends_on=date(2027, 5, 1))
    message = write(cast)
    assert (message.ticket_id, message.author_id) == (ticket.id, joy.id)
    assert (message.for_person_id, message.unverified) == (cast.ada.id, "")
    assert message.for_why == "carer, until 1 May 2027"


def test_whoever_joined_so_gets_the_answers(cast: Cast, joy: Person, ticket: Ticket) -> None:
    name(cast, joy)
    write(cast)
    message = make_reply(ticket, cast.ben)
    with unit_of_work():
        told = {delivery.recipient for delivery in prepare_message(message.id)}
    assert told == {"ada@borough.example", "joy@care.example"}


def test_after_the_last_day_nothing_joins_and_nothing_is_told(
    cast: Cast, joy: Person, ticket: Ticket, clock: StoppedClock
) -> None:
    name(cast, joy, ends_on=date(2026, 11, 17))
    write(cast)
    clock.advance(timedelta(days=2))
    message = make_reply(ticket, cast.ben)
    with unit_of_work():
        assert [one.recipient for one in prepare_message(message.id)] == ["ada@borough.example"]
    word = word_for(joy.id, cast.ada.id, type="incident", ticket_id=ticket.id)
    assert word is not None
    assert (word.may, word.why) == (False, "Was carer until 17 November 2026.")


def test_what_comes_too_late_gets_a_ticket_of_its_own_and_says_why(
    cast: Cast, joy: Person, ticket: Ticket
) -> None:
    end(name(cast, joy), cast)
    message = write(cast)
    assert message.ticket_id != ticket.id
    assert (message.for_person_id, message.for_why) == (None, "Was carer until 16 November 2026.")


def test_an_answer_to_anothers_mail_after_the_end_is_unverified_with_the_reason(
    cast: Cast, joy: Person, ticket: Ticket
) -> None:
    end(name(cast, joy), cast)
    arrive(make_account(cast.it), answer(sent(ticket, cast.ben), sender=CARER))
    message = messages_of(ticket)[-1]
    assert message.unverified == message.for_why == "Was carer until 16 November 2026."
    assert message.for_person_id is None


@pytest.mark.parametrize(
    ("scope", "joins"),
    [
        ({"scope": Scope.TYPES, "ticket_types": ["incident"]}, True),
        ({"scope": Scope.TYPES, "ticket_types": ["request"]}, False),
    ],
)
def test_a_scope_of_types_is_kept(
    cast: Cast, joy: Person, ticket: Ticket, scope: dict[str, Any], joins: bool
) -> None:
    name(cast, joy, **scope)
    message = write(cast)
    assert (message.ticket_id == ticket.id) is joins
    assert (message.for_why == "Named as carer, but not for this.") is not joins


def test_a_scope_of_one_ticket_is_kept(cast: Cast, joy: Person, ticket: Ticket) -> None:
    name(cast, joy, scope=Scope.TICKET, ticket=ticket)
    other = make_ticket(cast.ada, cast.it)
    mine = word_for(joy.id, cast.ada.id, type="incident", ticket_id=ticket.id)
    theirs = word_for(joy.id, cast.ada.id, type="incident", ticket_id=other.id)
    assert mine is not None
    assert mine.may
    assert theirs is not None
    assert not theirs.may


def test_a_representative_speaks_for_nobody_else(cast: Cast, joy: Person) -> None:
    name(cast, joy)
    make_ticket(cast.cleo, cast.it, external_id="first@citizen.example")
    message = write(cast)
    assert len(tickets()) == 2
    assert (message.for_person_id, message.for_why) == (None, "")


def test_ending_it_takes_them_off_the_tickets_they_watched(
    cast: Cast, joy: Person, ticket: Ticket
) -> None:
    row = name(cast, joy)
    write(cast)
    end(row, cast)
    assert db.session.query(Watcher).filter_by(person_id=joy.id).count() == 0


def test_the_journal_tells_who_named_and_ended_it(cast: Cast, joy: Person) -> None:
    end(name(cast, joy), cast)
    named, ended = history_of("person", cast.ada.id)[-2:]
    assert (named.event, named.actor_id) == ("RepresentativeNamed", cast.ben.id)
    assert ended.event == "RepresentativeEnded"
    assert "evidence" in named.after["personal"]


@pytest.mark.parametrize(
    ("field", "standing"),
    [
        ("evidence", {"evidence": "  "}),
        ("ends_on", {"ends_on": date(2026, 11, 15)}),
        ("ticket_types", {"scope": Scope.TYPES}),
        ("ticket_types", {"scope": Scope.TYPES, "ticket_types": ["no-such-type"]}),
        ("ticket", {"scope": Scope.TICKET}),
    ],
)
def test_what_is_not_enough_is_refused(
    cast: Cast, joy: Person, field: str, standing: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        name(cast, joy, **standing)
    assert refused.value.field == field


def test_nobody_represents_themselves(cast: Cast) -> None:
    with pytest.raises(Invalid):
        name(cast, cast.ada)


def test_a_requester_names_nobody(cast: Cast, joy: Person) -> None:
    with unit_of_work(), pytest.raises(Refused):
        representing.name_representative(
            db.session.get_one(Person, cast.ada.id),
            db.session.get_one(Person, joy.id),
            Standing(relation=Relation.CARER, evidence="I say so."),
            actor=cast.actor("ada"),
        )


def test_who_speaks_for_the_other_is_not_merged_with_them(cast: Cast, joy: Person) -> None:
    name(cast, joy)
    with pytest.raises(Invalid):
        merged(cast.ada, joy)


def test_a_merge_takes_representatives_along_and_its_undo_back(cast: Cast, joy: Person) -> None:
    row, twin = name(cast, joy), make_requester("A. Byrne", "ada@home.example")
    merge = merged(twin, cast.ada)
    assert db.session.get_one(Representative, row.id).person_id == twin.id
    undone(merge)
    assert db.session.get_one(Representative, row.id).person_id == cast.ada.id
