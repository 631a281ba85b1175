"""The pass by which a console opens its line: signed, short-lived, and void with the session it was made in."""

from __future__ import annotations

from datetime import timedelta

from helpdesk.core import clock, links
from helpdesk.core.db import db
from helpdesk.people.access import Actor, actor_of
from helpdesk.people.models import Person, WebSession
from helpdesk.people.sessions import LASTS_FOR

PURPOSE = "live"
LASTING = timedelta(hours=12)


def make_pass(session_id: int) -> str:
    """A pass for the pages of this session."""
    return links.sign(str(session_id), purpose=PURPOSE)


def actor_with(pass_: str) -> Actor | None:
    """Whose pass it is, as they are now; None once it lapsed, the session ended, or they may sign in no longer (S37)."""
    said = links.read_signed(pass_, purpose=PURPOSE, lasting=LASTING) or ""
    session = db.session.get(WebSession, int(said)) if said.isdigit() else None
    if session is None or session.created_at < clock.now() - LASTS_FOR:
        return None
    person = db.session.get_one(Person, session.person_id)
    if not person.is_active or not person.is_staff:
        return None
    return actor_of(person) if person.credential_version == session.credential_version else None
