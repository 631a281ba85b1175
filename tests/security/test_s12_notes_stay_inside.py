"""S12: what staff write for each other never reaches a citizen: by mail, by quotation, by file, by search."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from helpdesk.core import files
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery
from helpdesk.people.commands import edit_person, register_requester
from helpdesk.search.finding import find
from helpdesk.tickets import commands, customizing
from helpdesk.tickets.access import access_attachment, access_message
from helpdesk.tickets.conversation import NewFile, NewMessage, add_message
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility
from tests.cast import Cast
from tests.makers import make_reply, make_ticket, make_words_of

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
