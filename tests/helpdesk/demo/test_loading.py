"""Loading the demo desk into a real database, through the real commands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from channels.channel import Contact
from helpdesk.answers.asking import ask
from helpdesk.chat.mailing import chats_left
from helpdesk.chat.models import Chat, ChatState
from helpdesk.core import clock as desk_clock
from helpdesk.core import files, settings
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.models import OutboxEntry
from helpdesk.definitions import store
from helpdesk.demo import doors
from helpdesk.demo.loading import DEMO_LOG_INS, DemoSummary, is_empty, load_demo
from helpdesk.demo.rules import RULES
from helpdesk.demo.scripts import load_desk, load_people
from helpdesk.identity.suggesting import suggestions_for
from helpdesk.journal.models import Entry
from helpdesk.journal.reading import history_of
from helpdesk.messaging import talking, templating
from helpdesk.messaging.delays import shown_state
from helpdesk.messaging.models import Delivery, DeliveryState
from helpdesk.messaging.outlets import LOCAL
from helpdesk.notifications.models import Notification
from helpdesk.people.access import actor_of
from helpdesk.people.authentication import sign_in
from helpdesk.people.models import Agency, ContactKind, ContactPoint, Group, Organisation, Person
from helpdesk.people.queries import find_by_contact_point
from helpdesk.phone.models import CallState, PhoneCall
from helpdesk.search.finding import find
from helpdesk.tickets.models import Attachment, CustomField, Message, Ticket, TicketLink
from helpdesk.tickets.verifying import verify_all
from tests.conftest import MONDAY, empty_database
from tests.settling import settle_everything


@pytest.fixture(scope="module")
def loaded(application: Flask) -> Iterator[DemoSummary]:
    """The demo desk, loaded once for this file; these tests only read it."""
    with application.app_context(), desk_clock.use(StoppedClock(MONDAY)):
        empty_database()
        yield load_demo(lambda _line: None)
        db.session.remove()
        empty_database()


def count(kind: type) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def test_the_tickets_of_two_hundred_stories_stand(loaded: DemoSummary) -> None:
    assert loaded.is_new
    assert loaded.tickets == count(Ticket) == 200 + doors.TICKETS
    assert loaded.messages == count(Message) > 550
    assert str(loaded.tickets) in str(loaded)


def test_the_council_stands(loaded: DemoSummary) -> None:
    desk = load_desk()
    assert count(Agency) == len(desk.agencies)
    assert count(Group) == len(desk.groups)
    assert count(Organisation) == len(desk.organisations)
    assert count(CustomField) == len(desk.fields)
    assert count(Person) == len(desk.agents) + len(load_people()) + doors.PEOPLE
    assert settings.read("business_hours")["office"]["friday"] == ["08:30-16:30"]


def test_loading_again_does_nothing(loaded: DemoSummary) -> None:
    before = count(Entry)
    again = load_demo(lambda _line: None)
    assert not again.is_new
    assert (again.tickets, again.messages) == (loaded.tickets, loaded.messages)
    assert count(Entry) == before
    assert not is_empty()


@pytest.mark.parametrize("log_in", DEMO_LOG_INS, ids=lambda log_in: log_in.role)
def test_the_log_ins_it_names_work(loaded: DemoSummary, log_in: tuple[str, str, str]) -> None:
    role, address, password = log_in
    person, _token = sign_in(address, password, "192.0.2.7")
    assert actor_of(person).is_admin == (role == "administrator")


def test_addresses_are_proven_and_numbers_are_not(loaded: DemoSummary) -> None:
    by_kind = select(ContactPoint.kind, ContactPoint.is_proven).distinct()
    proven = db.session.execute(by_kind.where(ContactPoint.kind != ContactKind.HANDLE))
    assert {(kind, is_proven) for kind, is_proven in proven} == {
        (ContactKind.EMAIL, True),
        (ContactKind.PHONE, False),
    }


def test_one_person_is_reached_in_many_ways(loaded: DemoSummary) -> None:
    joyce = find_by_contact_point(ContactKind.EMAIL, "joyce.adeyemi@homemail.example")
    assert joyce is not None
    assert len(joyce.contact_points) == 6
    found = db.session.scalars(select(Ticket).where(Ticket.requester_id == joyce.id)).all()
    assert len({ticket.channel for ticket in found}) >= 3


def test_every_ticket_agrees_with_its_journal(loaded: DemoSummary) -> None:
    assert [str(flaw) for flaw in verify_all()] == []


def test_the_journal_is_dated_as_the_story_went(loaded: DemoSummary) -> None:
    ticket = db.session.scalars(
        select(Ticket).order_by(Ticket.message_count.desc(), Ticket.id).limit(1)
    ).one()
    entries = [entry for entry in history_of("ticket", ticket.id) if entry.event == "MessageAdded"]
    dates = {message.id: message.created_at for message in ticket.messages}
    assert {entry.after["message"]: entry.at for entry in entries} == dates
    assert max(dates.values()) - min(dates.values()) > timedelta(days=7)


def test_numbers_run_with_the_time(loaded: DemoSummary) -> None:
    opened = db.session.scalars(select(Ticket.created_at).order_by(Ticket.id)).all()
    assert list(opened) == sorted(opened)
    assert max(opened) <= MONDAY


def test_nobody_is_told_and_nothing_waits_to_be_sent(loaded: DemoSummary) -> None:
    jobs = set(db.session.scalars(select(OutboxEntry.job).distinct()))
    assert {job for job in jobs if not job.startswith("index_")} == set()
    assert count(Notification) == 0
    states = set(db.session.scalars(select(Delivery.state).distinct()))
    assert states == {DeliveryState.SENT, DeliveryState.FAILED}


def test_one_mail_failed_and_its_ticket_says_so(loaded: DemoSummary) -> None:
    failed = db.session.scalars(
        select(Delivery).where(Delivery.state == DeliveryState.FAILED)
    ).one()
    assert failed.recipients == ["dan.okoroo@postbox.example"]
    ticket = db.session.get_one(Ticket, failed.ticket_id)
    notes = [message.text for message in ticket.messages if message.author_id is None]
    assert any("550 5.1.1" in note for note in notes)


def test_sent_mail_can_be_shown_as_it_went(loaded: DemoSummary) -> None:
    mails = select(Delivery).where(Delivery.via == LOCAL)
    latest = db.session.scalars(mails.order_by(Delivery.id.desc()).limit(1)).one()
    assert latest.digest is not None
    body = files.open_file(latest.digest).read()
    assert latest.external_id.encode("ascii") in body
    assert b"harbourstead.example" in body


def test_files_are_kept(loaded: DemoSummary) -> None:
    attachments = db.session.scalars(select(Attachment)).all()
    assert len(attachments) >= 40
    assert {one.content_type for one in attachments} >= {"image/png", "application/pdf"}
    assert all(files.store().exists(one.digest) for one in attachments)


def test_incidents_are_linked_to_their_problem(loaded: DemoSummary) -> None:
    assert count(TicketLink) >= 2


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        ("greyhound biscuit", "May I keep a dog?"),
        ("F28", "No heating or hot water, two small children"),
        ("المدرسة", "طلب مكان في المدرسة لابنتي"),
        ("sea front", "Toilets on the sea front"),
    ],
)
def test_its_tickets_can_be_found(
    application: Flask, loaded: DemoSummary, words: str, subject: str
) -> None:
    settle_everything(application)
    alex = find_by_contact_point(ContactKind.EMAIL, "alex@harbourstead.example")
    assert alex is not None
    found = find(actor_of(alex), words)
    assert subject in [ticket.row.subject for ticket in found.tickets]


def test_rules_of_each_kind_are_there_to_look_at(loaded: DemoSummary) -> None:
    for kind, rules in RULES.items():
        assert {one.name for one in store.all_current() if one.kind is kind} >= rules.keys()


def test_the_council_answers_for_itself(loaded: DemoSummary) -> None:
    asked = {"postcode": "hb1 1aa", "address": "3 Anchor Street"}

    bins = ask("which bin goes out this week", "portal", None, "en", given=asked).pieces[0]
    hours = ask("Pryd mae'r llyfrgell ar agor?", "portal", None, "cy").pieces[0]

    assert bins.text.startswith("At 3 Anchor Street, rubbish is collected every Monday.")
    assert hours.text.startswith("Ar agor nawr, tan 18:00.")


def test_a_text_message_and_a_whatsapp_conversation_stand_in_their_threads(
    loaded: DemoSummary,
) -> None:
    found = db.session.scalars(select(Ticket).where(Ticket.channel.in_(("sms", "whatsapp"))))
    replies = {ticket.channel: talking.reply_to(ticket) for ticket in found}
    assert replies.keys() == {"sms", "whatsapp"}
    texts, talk = replies["sms"], replies["whatsapp"]
    assert texts is not None
    assert talk is not None
    assert not texts.too_late
    assert "24 hours" in talk.too_late
    assert len(templating.offered(talk.thread.account_id)) == 2
    sent = select(Delivery).where(Delivery.account_id == talk.thread.account_id)
    assert {shown_state(one) for one in db.session.scalars(sent)} == {"read"}


def test_slack_and_instagram_stand_in_their_threads_with_people_known_there(
    loaded: DemoSummary,
) -> None:
    found = db.session.scalars(select(Ticket).where(Ticket.channel.in_(("slack", "instagram"))))
    tickets = {ticket.channel: ticket for ticket in found}
    assert tickets.keys() == {"slack", "instagram"}
    for kind, ticket in tickets.items():
        reply = talking.reply_to(ticket)
        assert reply is not None
        value = talking.contact_value(reply.thread.account, Contact.HANDLE, reply.thread.address)
        known = find_by_contact_point(ContactKind.HANDLE, value, proven_only=True)
        # The workspace answers for its own people; what stands in a profile on Instagram proves nothing.
        assert (known == ticket.requester) == (kind == "slack")
        sent = select(Delivery.state).where(Delivery.account_id == reply.thread.account_id)
        assert set(db.session.scalars(sent)) == {DeliveryState.SENT}


def test_somebody_is_probably_the_same_person(loaded: DemoSummary) -> None:
    joyce = find_by_contact_point(ContactKind.EMAIL, doors.TWICE)
    assert joyce is not None
    _role, address, password = DEMO_LOG_INS[0]
    found = suggestions_for(joyce.id, actor_of(sign_in(address, password, "192.0.2.7")[0]))
    assert [one.person.name for one in found] == ["J. Adeyemi"]


def test_a_representative_spoke_for_somebody(loaded: DemoSummary) -> None:
    said = db.session.scalars(select(Message).where(Message.for_person_id.is_not(None))).one()
    assert (said.author_name, said.channel) == ("Grace Holt", "visit")
    assert said.for_why.startswith("carer, until ")


def test_a_chat_waits_and_one_is_going_on(loaded: DemoSummary) -> None:
    chats = db.session.scalars(select(Chat).order_by(Chat.id)).all()
    assert [(one.name, one.state) for one in chats] == [
        ("Priya", ChatState.TAKEN),
        ("Huw", ChatState.WAITING),
    ]
    assert chats_left() == []


def test_a_missed_call_has_its_ticket(loaded: DemoSummary) -> None:
    missed = select(PhoneCall).where(PhoneCall.state == CallState.MISSED).order_by(PhoneCall.id)
    withheld, known = db.session.scalars(missed).all()
    assert (withheld.ticket_id, withheld.number) == (None, "")
    assert known.ticket is not None
    assert known.person is not None
    assert known.person.name == "Stanley Broadbent"
