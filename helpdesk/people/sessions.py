"""Signed-in browsers: begun, read at each request, ended (S36, S37)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, or_, select, update

from helpdesk.core import clock, push
from helpdesk.core.db import db
from helpdesk.people.access import Actor
from helpdesk.people.models import Group, Membership, Person, WebSession
from helpdesk.people.tokens import digest_of

IDLE_FOR = timedelta(hours=12)
LASTS_FOR = timedelta(days=7)
# A session is marked as used only so often, so that reading pages does not become writing.
MARKED_EVERY = timedelta(minutes=5)
CONFIRMED_FOR = timedelta(minutes=30)
_LONGEST_TOKEN = 64
# Rung when sessions ended, for those who hold open lines.
TOPIC = "sessions"


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that is good at this moment, and who acts in it."""

    id: int
    actor: Actor
    confirmed_at: datetime
    last_seen_at: datetime

    @property
    def is_confirmed(self) -> bool:
        """Whether the password was typed lately enough for a weighty change (S30)."""
        return clock.now() - self.confirmed_at < CONFIRMED_FOR

    @property
    def needs_mark(self) -> bool:
        return clock.now() - self.last_seen_at >= MARKED_EVERY


def begin_session(person: Person) -> str:
    """Sign a person in; the random token is told once, and only its digest is kept."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    db.session.add(
        WebSession(
            token_digest=digest_of(token),
            person_id=person.id,
            credential_version=person.credential_version,
            created_at=now,
            confirmed_at=now,
            last_seen_at=now,
        )
    )
    db.session.flush()
    return token


def read_session(token: str) -> OpenSession | None:
    """The session of this token, if it and its person are still good; one query."""
    if not token or len(token) > _LONGEST_TOKEN:
        return None
    now = clock.now()
    rows = db.session.execute(
        _session(),
        {
            "digest": digest_of(token),
            "used_after": now - IDLE_FOR,
            "begun_after": now - LASTS_FOR,
        },
    ).all()
    if not rows:
        return None
    row = rows[0]
    actor = Actor(
        person_id=row.person_id,
        name=row.name,
        role=row.role,
        groups=MappingProxyType({one.group_id: one.right_held for one in rows if one.group_id}),
        locale=row.locale,
        time_zone=row.time_zone,
        theme=row.theme,
        single_keys=row.single_keys,
        undo_seconds=row.undo_seconds,
        choices=row.choices or {},
    )
    return (
        OpenSession(row.id, actor, row.confirmed_at, row.last_seen_at) if actor.is_staff else None
    )


@cache
def _session() -> Select[Any]:
    """A good session and its person, in a row for each active group of which they are a member.

    It reads columns and no objects: what an earlier request of this thread has read must not stand for what is true
    now.
    """
    session, person = WebSession.__table__, Person.__table__
    member, group = Membership.__table__, Group.__table__
    active = member.join(group, and_(group.c.id == member.c.group_id, group.c.is_active))
    instant = session.c.last_seen_at.type
    return (
        select(
            session.c.id,
            session.c.confirmed_at,
            session.c.last_seen_at,
            session.c.person_id,
            person.c.name,
            person.c.role,
            person.c.locale,
            person.c.time_zone,
            person.c.theme,
            person.c.single_keys,
            person.c.undo_seconds,
            person.c.choices,
            member.c.group_id,
            member.c.right_held,
        )
        .select_from(session)
        .join(person, person.c.id == session.c.person_id)
        .outerjoin(active, member.c.person_id == person.c.id)
        .where(
            session.c.token_digest == bindparam("digest", type_=session.c.token_digest.type),
            session.c.last_seen_at > bindparam("used_after", type_=instant),
            session.c.created_at > bindparam("begun_after", type_=instant),
            session.c.credential_version == person.c.credential_version,
            person.c.is_active,
        )
        .order_by(member.c.group_id)
    )


def mark_seen(session_id: int) -> None:
    """Note that a session is in use."""
    db.session.execute(
        update(WebSession).where(WebSession.id == session_id).values(last_seen_at=clock.now())
    )


def mark_confirmed(session_id: int) -> None:
    """Note that the password was typed in this session just now."""
    db.session.execute(
        update(WebSession).where(WebSession.id == session_id).values(confirmed_at=clock.now())
    )


def end_session(token: str) -> None:
    """Sign one browser out; its open lines are cut."""
    db.session.execute(delete(WebSession).where(WebSession.token_digest == digest_of(token)))
    push.publish_after(TOPIC)


def sweep_sessions() -> None:
    """Forget sessions that have lapsed."""
    now = clock.now()
    db.session.execute(
        delete(WebSession).where(
            or_(WebSession.last_seen_at <= now - IDLE_FOR, WebSession.created_at <= now - LASTS_FOR)
        )
    )
