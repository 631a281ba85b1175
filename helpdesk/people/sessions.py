"""Signed-in browsers: begun, read at each request, ended (S36, S37)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.people.models import Person, WebSession
from helpdesk.people.tokens import digest_of

IDLE_FOR = timedelta(hours=12)
LASTS_FOR = timedelta(days=7)
# A session is marked as used only so often, so that reading pages does not become writing.
MARKED_EVERY = timedelta(minutes=5)
CONFIRMED_FOR = timedelta(minutes=30)
_LONGEST_TOKEN = 64


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that is good at this moment, and whose it is."""

    id: int
    person: Person
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
    found = db.session.execute(
        select(WebSession, Person)
        .join(Person, Person.id == WebSession.person_id)
        .where(
            WebSession.token_digest == digest_of(token),
            WebSession.last_seen_at > now - IDLE_FOR,
            WebSession.created_at > now - LASTS_FOR,
            WebSession.credential_version == Person.credential_version,
            Person.is_active,
        )
        # What an earlier request of this thread has read must not stand for what is true now.
        .execution_options(populate_existing=True)
    ).first()
    if found is None or not found.Person.is_staff:
        return None
    row: WebSession = found.WebSession
    return OpenSession(row.id, found.Person, row.confirmed_at, row.last_seen_at)


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
    """Sign one browser out."""
    db.session.execute(delete(WebSession).where(WebSession.token_digest == digest_of(token)))


def sweep_sessions() -> None:
    """Forget sessions that have lapsed."""
    now = clock.now()
    db.session.execute(
        delete(WebSession).where(
            or_(WebSession.last_seen_at <= now - IDLE_FOR, WebSession.created_at <= now - LASTS_FOR)
        )
    )
