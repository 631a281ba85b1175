"""The pass by which a console opens its line: signed, short-lived, and void once the session's person changes."""

from __future__ import annotations

from datetime import timedelta

from helpdesk.core import links
from helpdesk.core.db import db
from helpdesk.people.access import Actor, actor_of
from helpdesk.people.models import Person

PURPOSE = "live"
LASTING = timedelta(hours=12)


def make_pass(person: Person) -> str:
    """A pass for this person's pages."""
    return links.sign(f"{person.id}:{person.credential_version}", purpose=PURPOSE)


def actor_with(pass_: str) -> Actor | None:
    """Whose pass it is, as they are now; None once it lapsed, or they may sign in no longer (S37)."""
    said = links.read_signed(pass_, purpose=PURPOSE, lasting=LASTING) or ""
    person_id, _, version = said.partition(":")
    person = db.session.get(Person, int(person_id)) if person_id.isdigit() else None
    if person is None or not person.is_active or not person.is_staff:
        return None
    return actor_of(person) if str(person.credential_version) == version else None
