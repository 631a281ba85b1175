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
from helpdesk.routing import boards
from helpdesk.routing.team import led_groups

PURPOSE = "live"
OF_BOARD = "live.board"
LASTING = timedelta(hours=12)


def make_pass(session_id: int) -> str:
    """A pass for the pages of this session."""
    return links.sign(str(session_id), purpose=PURPOSE)


def actor_with(pass_: str) -> Actor | None:
    """Whose pass it is, as they are now; None once it lapsed, the session ended, or they may sign in no longer (S37)."""
    return actors_with([pass_]).get(pass_)


def make_board_pass(session_id: int) -> str:
    """A pass for the wallboard of this session: it opens no other stream."""
    return links.sign(str(session_id), purpose=OF_BOARD)


def board_groups(passes: Collection[str]) -> dict[str, frozenset[int]]:
    """The groups whose numbers these passes show, by pass; a link is its own pass, for as long as it shows the page."""
    actors = actors_with(passes, purpose=OF_BOARD)
    found = {one: frozenset(group.id for group in led_groups(by)) for one, by in actors.items()}
    for one in passes:
        if one not in actors and (shown := boards.groups_of(one)) is not None:
            found[one] = frozenset(group.id for group in shown[1])
    return {one: groups for one, groups in found.items() if groups}


def actors_with(passes: Collection[str], *, purpose: str = PURPOSE) -> dict[str, Actor]:
    """The people of these passes, as they are now; those whose pass is void are left out. Two queries for all."""
    said = {one: links.read_signed(one, purpose=purpose, lasting=LASTING) or "" for one in passes}
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
