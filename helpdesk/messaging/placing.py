"""What the desk itself knows of where an item belongs, noted beside its bytes by a door that asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.messaging.models import RawMessage
from helpdesk.people.models import ContactKind, Group, Person
from helpdesk.tickets.commands import set_tags
from helpdesk.tickets.customizing import set_custom
from helpdesk.tickets.models import Ticket

PLACE = "place"
# Why a message that somebody added on the portal stands on its ticket.
BY_PORTAL = "portal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an item belongs. `ticket_id` is one whose reader proved who they are; without it a new ticket is opened.

    `is_proven` says whether the sender has shown that they read their address; `suspect` why it looks like a
    machine's, `locale` is the language they read, `form` names the form that they
    filled in, and `contact` is what the sender's address is, where they have no e-mail.
    """

    ticket_id: int | None = None
    ticket_type: str = ""
    group_id: int | None = None
    tags: tuple[str, ...] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)
    is_proven: bool = False
    suspect: str = ""
    locale: str = ""
    form: str = ""
    contact: str = ContactKind.EMAIL.value

    def noted(self) -> dict[str, Any]:
        """As it is kept beside the bytes."""
        return {
            PLACE: {
                "ticket_id": self.ticket_id,
                "ticket_type": self.ticket_type,
                "group_id": self.group_id,
                "tags": list(self.tags),
                "custom": dict(self.custom),
                "is_proven": self.is_proven,
                "suspect": self.suspect,
                "locale": self.locale,
                "form": self.form,
                "contact": self.contact,
            }
        }


def place_of(raw: RawMessage) -> Place | None:
    """What was noted beside an item; None for one of a door that knows nothing of it, such as a mailbox."""
    said = raw.envelope.get(PLACE)
    if not isinstance(said, dict):
        return None
    return Place(**{**said, "tags": tuple(said.get("tags") or ())})


def group_of(place: Place | None) -> Group | None:
    """The group that an item was meant for, if it is still there."""
    if place is None or place.group_id is None:
        return None
    group = db.session.get(Group, place.group_id)
    return group if group is not None and group.is_active else None


def contact_of(place: Place | None) -> ContactKind:
    """What the address of a sender is: of e-mail, unless they said at our own door that they have none."""
    return ContactKind(place.contact) if place is not None else ContactKind.EMAIL


def doubt_of(place: Place | None) -> str:
    """Why the sender may be somebody else; "" when they proved their address, or the door says nothing of it."""
    if place is None or place.is_proven:
        return ""
    return str(
        _("The address was typed into a form by somebody who had not shown that they read it.")
    )


def furnish(raw: RawMessage, ticket: Ticket, author: Person, *, cause: str) -> None:
    """Put on a new ticket what its form says besides words; a value that fits no field any more stays in the words."""
    place = place_of(raw)
    if place is None:
        return
    # Whoever types another's address must not choose the language in which that person is written to.
    if place.locale and (place.is_proven or author.created_at >= raw.kept_at):
        author.locale = place.locale
    if place.tags:
        set_tags(ticket, [*place.tags], by=None, cause=cause)
    for key, value in place.custom.items():
        try:
            set_custom(ticket, {key: value}, by=None, cause=cause)
        except Invalid:
            continue
