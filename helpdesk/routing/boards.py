"""Whose groups a wallboard shows: the proof that its link carries, read without a request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from helpdesk.core import links
from helpdesk.core.db import db
from helpdesk.people.access import Actor, actor_of
from helpdesk.people.models import Group, Person
from helpdesk.routing.team import led_groups

PURPOSE = "wallboard"
LASTING = timedelta(days=365)


def token_for(actor: Actor) -> str:
    """What proves a wallboard of the groups that this person leads; void once they sign in with another password."""
    person = db.session.get_one(Person, actor.person_id)
    return links.sign(f"{person.id}.{person.credential_version}", purpose=PURPOSE)


def groups_of(token: str) -> tuple[Person, Sequence[Group]] | None:
    """Who made a link, and the groups that they lead now; None for a link that is none, lapsed or was taken back."""
    said = links.read_signed(token, purpose=PURPOSE, lasting=LASTING) or ""
    person_id, _dot, version = said.partition(".")
    person = db.session.get(Person, int(person_id)) if person_id.isdigit() else None
    if person is None or not person.is_active or not person.is_staff:
        return None
    if str(person.credential_version) != version:
        return None
    groups = led_groups(actor_of(person))
    return (person, groups) if groups else None
