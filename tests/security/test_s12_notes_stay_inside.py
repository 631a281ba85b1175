"""S12: what staff write for each other never reaches a citizen: by mail, by quotation, by file, by search."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.composing import drafts, planning
from helpdesk.composing.drafts import Written
from helpdesk.composing.planning import Plan
from helpdesk.core import files
from helpdesk.core.clock import StoppedClock, now
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import passing_on
from helpdesk.messaging.models import Delivery
from helpdesk.people.commands import edit_person, register_requester
from helpdesk.search.finding import find
from helpdesk.tickets import commands, customizing
from helpdesk.tickets.access import access_attachment, access_message
from helpdesk.tickets.conversation import NewFile, NewMessage, add_message
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility
from tests.cast import Cast
from tests.helpdesk.messaging.answers import answer
from tests.helpdesk.messaging.aside import ADDRESS, SUPPLIER, sent_aside
from tests.helpdesk.messaging.post import arrive, make_account
from tests.helpdesk.web.portal.visiting import Visitor
from tests.makers import make_reply, make_ticket, make_words_of
from tests.pages import PageClient

CANARY = "canaryinthecoalmine"


@pytest.fixture
def noted(cast: Cast) -> Ticket:
    """A ticket with the canary in every place that is for staff, then an answer and a further mail."""
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        locked = commands.lock(ticket.id)
        add_message(
            locked,
            NewMessage(
                text=f"Between us: {CANARY}",
                html=f"<p>{CANARY}</p>",
                subject=CANARY,
                direction=Direction.NOTE,
                visibility=Visibility.INTERNAL,
                author=cast.ben,
                files=(NewFile(f"{CANARY}.txt", "text/plain", CANARY.encode()),),
            ),
            by=cast.ben.id,
            cause="test",
        )
        commands.set_tags(locked, [CANARY], by=None, cause="test")
        customizing.add_field(key="inner", label=CANARY, kind="text")
        customizing.set_custom(locked, {"inner": CANARY}, by=None, cause="test")
        edit_person(cast.ada, name="Ada Byrne", note=CANARY)
        drafts.keep(cast.ben.id, locked.id, "reply", Written(text=f"Not yet: {CANARY}"))
        waiting = NewMessage(text=f"Later: {CANARY}", direction=Direction.OUT, author=cast.ben)
        tomorrow = Plan(undo=timedelta(), later=now() + timedelta(days=1))
        planning.plan(locked, waiting, cast.actor("ben"), tomorrow)
        commands.watch(locked, register_requester("Zoe", "zoe@example.org"), by=None, cause="test")
    make_reply(ticket, cast.ben, "It is on its way.", recipients={"cc": ["bob@example.org"]})
    make_words_of(ticket, cast.ada, "Thank you.")
    make_reply(ticket, cast.ben, "You are welcome.")
    return ticket


def test_no_mail_to_a_citizen_carries_a_note(
    cast: Cast, noted: Ticket, settle: Callable[[], None]
) -> None:
    staff = {person.id for person in (cast.ben, cast.cleo, cast.dan, cast.eve)}
    settle()
    to_citizens = [
        one for one in db.session.scalars(select(Delivery)) if one.person_id not in staff
    ]
    assert len(to_citizens) >= 5
    for one in to_citizens:
        row = f"{one.subject}{one.text}{one.html}{one.headers}"
        sent = files.open_file(one.digest).read().decode("utf-8", "replace") if one.digest else ""
        assert CANARY not in row
        assert CANARY not in sent


def test_a_citizen_reaches_no_note_and_none_of_its_files(cast: Cast, noted: Ticket) -> None:
    ada = cast.actor("ada")
    notes = db.session.scalars(
        select(Message).where(
            Message.ticket_id == noted.id, Message.visibility == Visibility.INTERNAL
        )
    ).all()
    assert notes
    for note in notes:
        with pytest.raises(NotFound):
            access_message(ada, note.id)
        for attachment in note.attachments:
            with pytest.raises(NotFound):
                access_attachment(ada, attachment.key)


def test_a_citizen_finds_no_note(cast: Cast, noted: Ticket, settle: Callable[[], None]) -> None:
    ada, ben = cast.actor("ada"), cast.actor("ben")
    settle()
    assert find(ben, CANARY).tickets
    for query in (CANARY, f"{CANARY[:6]}*", f'"{CANARY}"'):
        assert find(ada, query).tickets == ()


def test_the_list_repeats_no_note(cast: Cast, noted: Ticket) -> None:
    with unit_of_work():
        ticket = commands.lock(noted.id)
        note = NewMessage(
            text=CANARY, direction=Direction.NOTE, visibility=Visibility.INTERNAL, author=cast.ben
        )
        add_message(ticket, note, by=cast.ben.id, cause="test")
    assert CANARY not in db.session.get_one(Ticket, noted.id).last_line


ASIDE = "canaryinthesidecar"


@pytest.fixture
def said_aside(cast: Cast, noted: Ticket) -> Ticket:
    """The same ticket passed on as a whole to a supplier, whose answer holds a canary of its own."""
    account = make_account(cast.it)
    with unit_of_work():
        ticket = commands.lock(noted.id)
        public = passing_on.passable(ticket)
        files = (NewFile(f"{ASIDE}.txt", "text/plain", ASIDE.encode()),)
        words = passing_on.words_of(ticket, public, "UTC")
    aside = sent_aside(
        noted, cast.ben, f"Please look: {ASIDE}", quoted=words, files=files, subject=ASIDE
    )
    arrive(account, answer(aside, SUPPLIER, f"We know: {ASIDE}"))
    make_words_of(noted, cast.ada, "And now?")
    make_reply(noted, cast.ben, "The supplier is on it.")
    return noted


def test_a_third_party_is_never_passed_a_note(
    cast: Cast, said_aside: Ticket, settle: Callable[[], None]
) -> None:
    settle()
    [mail] = db.session.scalars(select(Delivery).where(Delivery.recipient == ADDRESS))
    assert "It is on its way." in mail.text
    sent = files.open_file(mail.digest).read().decode() if mail.digest else ""
    assert CANARY not in f"{mail.subject}{mail.text}{mail.html}{mail.headers}{sent}"
    note = db.session.scalars(select(Message).where(Message.visibility == "internal")).first()
    assert note is not None
    for offered in passing_on.passable(said_aside):
        assert offered.visibility is Visibility.PUBLIC
    with pytest.raises(Invalid):
        passing_on.chosen_of(passing_on.passable(said_aside), {str(note.id)})
    with pytest.raises(Invalid):
        public = passing_on.passable(said_aside)
        passing_on.files_of(public, public, {str(note.attachments[0].id)})


def test_what_is_said_aside_reaches_nobody_of_the_ticket(
    cast: Cast,
    said_aside: Ticket,
    settle: Callable[[], None],
    client: PageClient,
    clock: StoppedClock,
) -> None:
    settle()
    ada = cast.actor("ada")
    for mail in db.session.scalars(select(Delivery).where(Delivery.recipient != ADDRESS)):
        sent = files.open_file(mail.digest).read().decode("utf-8", "replace") if mail.digest else ""
        assert ASIDE not in f"{mail.subject}{mail.text}{mail.html}{mail.headers}{sent}"
    aside = db.session.scalars(select(Message).where(Message.side_id.is_not(None))).all()
    assert len(aside) == 2
    for message in aside:
        with pytest.raises(NotFound):
            access_message(ada, message.id)
        for attachment in message.attachments:
            with pytest.raises(NotFound):
                access_attachment(ada, attachment.key)
    assert find(cast.actor("ben"), ASIDE).tickets
    assert find(ada, ASIDE).tickets == ()
    Visitor(client, clock).enter("ada@borough.example")
    page = client.get(f"/requests/{said_aside.number}").get_data(as_text=True)
    assert "The supplier is on it." in page
    assert ASIDE not in page
    assert ADDRESS not in page
    assert ASIDE not in db.session.get_one(Ticket, said_aside.id).last_line
