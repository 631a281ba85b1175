"""What somebody said to an agent, on the telephone, at the counter or in a letter, written down as their own words.

The message is theirs and came in; who wrote it down is recorded on it. Clocks count from when it was said.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.people import representing
from helpdesk.people.models import Person
from helpdesk.people.queries import address_of
from helpdesk.tickets.conversation import NewFile, NewMessage, add_message
from helpdesk.tickets.models import Direction, Message, Ticket
from workflows.lifecycle import Category

LONGEST = 20_000
LONGEST_AGO = timedelta(days=366)
# A form names minutes, and clocks of two machines differ.
_AHEAD = timedelta(minutes=1)
_ENDED = (Category.CLOSED, Category.CANCELLED)


class Way(enum.StrEnum):
    """How somebody said it, where no channel of the desk carried it; what was said on the telephone is a call."""

    VISIT = "visit"
    LETTER = "letter"
    OTHER = "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an agent writes down; `at` is when it was said or arrived, None for now."""

    text: str
    channel: str
    author: Person
    agent_id: int
    address: str = ""
    at: datetime | None = None
    files: Sequence[NewFile] = ()


def words_of(said: Said) -> NewMessage:
    """The message it is. Raises Invalid for a time to come, or so long ago that it must be a slip."""
    return NewMessage(
        text=said.text[:LONGEST],
        direction=Direction.IN,
        channel=said.channel,
        author=said.author,
        author_address=said.address,
        entered_by_id=said.agent_id,
        created_at=_when(said.at),
        files=tuple(said.files),
    )


def first_words(
    said: Said, speaker_id: int | None, *, type: str, ticket_id: int | None = None
) -> NewMessage:
    """What was said for the person in `said`, by themselves or by a named representative (`speaker_id`).

    Raises Invalid for one who may not speak for them in this.
    """
    requester = said.author
    if speaker_id is None or speaker_id == requester.id:
        return words_of(said)
    word = representing.word_for(speaker_id, requester.id, type=type, ticket_id=ticket_id)
    speaker = db.session.get(Person, speaker_id)
    if word is None or speaker is None or not word.may:
        raise Invalid(
            _("They may not speak for this person here."),
            word.why if word is not None else _("Choose one of the list."),
            field="spoken_by",
        )
    spoken = replace(said, author=speaker, address=address_of(speaker) or "")
    return replace(words_of(spoken), for_person_id=requester.id, for_why=word.why)


def write_onto(ticket: Ticket, said: Said, speaker_id: int | None, *, cause: str) -> Message:
    """Write down what was said on a ticket that is not over. Raises Invalid and Conflict."""
    new = first_words(said, speaker_id, type=ticket.type, ticket_id=ticket.id)
    if ticket.category in _ENDED:
        raise over(ticket)
    return add_message(ticket, new, by=said.agent_id, cause=cause)


def over(ticket: Ticket) -> Conflict:
    """What is said of a ticket that takes no more words."""
    return Conflict(
        _("%(number)s was closed meanwhile.", number=ticket.number),
        _("Choose another ticket, or open a new one."),
    )


def _when(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    now = clock.now()
    if at > now + _AHEAD:
        raise Invalid(
            _("That moment is still to come."), _("Give the time it was said."), field="said_at"
        )
    if at < now - LONGEST_AGO:
        raise Invalid(
            _("That is more than a year ago."), _("Look at the date again."), field="said_at"
        )
    return min(at, now)
