"""What the demo desk has of its doors beside the stories: chats, a missed call, a representative, one person twice."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import select

from helpdesk.chat import agents, visiting
from helpdesk.chat.models import Chat, ChatState
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.demo.calls import miss_a_call_of
from helpdesk.demo.chats import CAUSE, NAME
from helpdesk.identity import claiming
from helpdesk.identity.representing import Standing, name_representative
from helpdesk.messaging.writing_down import Said, Way, write_onto
from helpdesk.people.access import actor_of
from helpdesk.people.bond_models import Relation
from helpdesk.people.commands import prove_contact_point
from helpdesk.people.models import ContactKind, ContactPoint, Person
from helpdesk.people.registering import find_or_register_point
from helpdesk.tickets import commands
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.models import Direction, Ticket

# Who is known by another address already, by a number that both gave.
TWICE = "joyce.adeyemi@homemail.example"
NUMBER = "+44 7700 900114"
REPRESENTED = "dorothy.langley@homemail.example"
RANG = "01632 960122"
# How many tickets and people this adds to those of the stories.
TICKETS, PEOPLE = 5, 4
# Nobody closes the page of a visitor who is made up; the chats stay as they are for so long.
STAYS = timedelta(days=30)


def set_up_doors(agent_address: str) -> None:
    """Let all of it happen, inside the open unit of work."""
    agent = db.session.scalars(select(Person).where(Person.sign_in_name == agent_address)).one()
    _write_from_elsewhere()
    _speak_for_somebody(agent)
    _chat(agent)
    miss_a_call_of(RANG)


def _write_from_elsewhere() -> None:
    """Somebody whom the desk knows writes from another address, with their number below."""
    person = _person("j.adeyemi@quayside-bakery.example", "J. Adeyemi")
    text = f"Could you send the forms for a trade waste bin to this address, please?\n\nJ. Adeyemi\n{NUMBER}"
    message = _open(person, "Forms for a trade waste bin", text)
    claiming.note_claims(message)


def _speak_for_somebody(agent: Person) -> None:
    """A carer, named for a person by a letter, came to the counter about a ticket of theirs."""
    point = db.session.scalars(
        select(ContactPoint).where(
            ContactPoint.kind == ContactKind.EMAIL, ContactPoint.value == REPRESENTED
        )
    ).one()
    carer = _person("grace.holt@carers.example", "Grace Holt")
    standing = Standing(
        relation=Relation.CARER,
        evidence="Letter of authority of 3 November, seen on paper.",
        ends_on=(clock.now() + timedelta(days=180)).date(),
    )
    name_representative(point.person, carer, standing, actor=None, cause=CAUSE)
    _open(
        point.person, "Handrail at the front steps", "Could a handrail be put up at my front steps?"
    )
    ticket = db.session.scalars(
        select(Ticket)
        .where(Ticket.requester_id == point.person_id)
        .order_by(Ticket.id.desc())
        .limit(1)
    ).one()
    said = Said(
        text="She slipped on the steps on Friday and is well. She would like it before the frost.",
        channel=Way.VISIT.value,
        author=point.person,
        agent_id=agent.id,
        address=REPRESENTED,
    )
    write_onto(commands.lock(ticket.id), said, carer.id, cause=CAUSE)


def _chat(agent: Person) -> None:
    """One visitor waits, and one is being talked to."""
    actor = actor_of(agent)
    agents.switch(actor, is_on=True)
    talked_to = _begin("Priya", "My blue box was not emptied this morning. Do I put it out again?")
    agents.answer(
        talked_to,
        actor,
        said_id="demo-answer-1",
        text="Good morning, Priya. Which street is it? I ask the crew.",
    )
    more = visiting.Saying("demo-saying-2", "Ropewalk, number 12. Thank you!")
    visiting.say(talked_to, more)
    _begin("Huw", "Is the recycling centre open on Sunday?")


def _begin(name: str, text: str) -> Chat:
    opening = visiting.Opening(
        token=secrets.token_urlsafe(32),
        chat=NAME,
        first=visiting.Saying(f"demo-{name.lower()}", text),
        name=name,
        page="https://www.harbourstead.example/recycling",
        answers={"topic": "Bins and recycling"},
    )
    chat = visiting.start(opening)
    assert chat.state is ChatState.WAITING, "Somebody is there for chats."
    chat.seen_at = clock.now() + STAYS
    return chat


def _person(address: str, name: str) -> Person:
    point = find_or_register_point(address, name, cause=CAUSE)
    prove_contact_point(point, cause=CAUSE)
    return point.person


def _open(person: Person, subject: str, text: str) -> int:
    """A request by mail; returns the id of its message."""
    words = NewMessage(text=text, direction=Direction.IN, author=person, subject=subject)
    _ticket, message = commands.open_with_first(
        requester=person,
        subject=subject,
        type="request",
        channel="email",
        first=words,
        by=person.id,
        cause=CAUSE,
    )
    return message.id
