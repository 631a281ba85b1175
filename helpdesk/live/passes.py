"""The pass by which a console opens its line: signed, short-lived, and void with the session it was made in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select

from helpdesk.core import clock, links
from helpdesk.core.db import db
from helpdesk.people.access import Actor, actors_of
from helpdesk.people.models import Person, WebSession
from helpdesk.people.sessions import IDLE_FOR, LASTS_FOR

PURPOSE = "live"
LASTING = timedelta(hours=12)


def make_pass(session_id: int) -> str:
    """A pass for the pages of this session."""
    return links.sign(str(session_id), purpose=PURPOSE)


def actor_with(pass_: str) -> Actor | None:
    """Whose pass it is, as they are now; None once it lapsed, the session ended, or they may sign in no longer (S37)."""
    return actors_with([pass_]).get(pass_)


def actors_with(passes: Collection[str]) -> dict[str, Actor]:
    """The people of these passes, as they are now; those whose pass is void are left out. Two queries for all."""
    said = {one: links.read_signed(one, purpose=PURPOSE, lasting=LASTING) or "" for one in passes}
    ids = {one: int(text) for one, text in said.items() if text.isdigit()}
    if not ids:
        return {}
    now = clock.now()
    rows = db.session.execute(
        select(WebSession.id, Person)
        .join(Person, Person.id == WebSession.person_id)
        .where(
            WebSession.id.in_(set(ids.values())),
            WebSession.created_at >= now - LASTS_FOR,
            WebSession.last_seen_at > now - IDLE_FOR,
            WebSession.credential_version == Person.credential_version,
            Person.is_active,
        )
        .execution_options(populate_existing=True)
    ).all()
    people = {session: person for session, person in rows if person.is_staff}
    actors = actors_of(people.values())
    return {one: actors[people[key].id] for one, key in ids.items() if key in people}
