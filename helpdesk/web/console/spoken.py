"""Who got in touch when an agent writes it down: the person themselves, or somebody who may speak for them."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import gettext as _

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.people import representing
from helpdesk.people.models import Person
from helpdesk.people.queries import address_of
from helpdesk.tickets.conversation import NewMessage


def speakers_for(person: Person | None) -> list[tuple[str, str]]:
    """The choices of a menu of who got in touch; none where only the person themselves can have."""
    if person is None:
        return []
    held = [row for row in representing.of_person(person.id) if representing.is_held(row)]
    named = {row.representative_id: row for row in reversed(held)}
    if not named:
        return []
    return [
        ("", str(_("%(name)s themselves", name=person.name))),
        *(
            (str(row.representative_id), f"{row.representative.name}, {representing.said_of(row)}")
            for row in named.values()
        ),
    ]


def spoken_first(
    new: NewMessage, requester: Person, speaker_id: int | None, *, type: str
) -> NewMessage:
    """A first message as of whoever got in touch. Raises Invalid for one who may not speak for this person here."""
    if speaker_id is None:
        return new
    word = representing.word_for(speaker_id, requester.id, type=type, ticket_id=None)
    speaker = db.session.get(Person, speaker_id)
    if word is None or speaker is None or not word.may:
        said = word.why if word is not None else ""
        raise Invalid(
            _("They may not speak for this person here."),
            said or _("Choose one of the list."),
            field="spoken_by",
        )
    return replace(
        new,
        author=speaker,
        author_address=address_of(speaker) or "",
        for_person_id=requester.id,
        for_why=word.why,
    )
