"""Keys for programs: shown once, kept as digests, scoped and lapsing (S58)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import record
from helpdesk.people.access import Actor, actor_of
from helpdesk.people.events import KeyEnded, KeyMade
from helpdesk.people.models import ApiToken, Person

SCOPES = ("tickets:read", "tickets:write")
LIFE = timedelta(days=365)
PREFIX = "desk_"
# So many a person may have, those that ended within a year counted too.
MOST_KEYS = 50


def make_api_token(
    person: Person, name: str, scopes: Iterable[str], *, lasting: timedelta = LIFE
) -> str:
    """Make a key for a program that acts as this person; returned once and never shown again."""
    wanted = sorted(set(scopes))
    if not wanted or set(wanted) - set(SCOPES):
        raise Invalid(_("There is no such scope."), _("Choose of: %(all)s.", all=", ".join(SCOPES)))
    if not name.strip():
        raise Invalid(_("Say which program this key is for."), field="name")
    if len(tokens_of(person.id)) >= MOST_KEYS:
        raise Invalid(_("You have as many keys as one person can have."), _("End some first."))
    token = PREFIX + secrets.token_urlsafe(32)
    at = clock.now()
    row = ApiToken(
        person_id=person.id,
        name=" ".join(name.split())[:120],
        token_digest=digest_of(token),
        scopes=wanted,
        created_at=at,
        expires_at=at + lasting,
    )
    db.session.add(row)
    db.session.flush()
    record(KeyMade(**_told(row), after={"key": row.id, "scopes": wanted}))
    return token


def actor_with(token: str, scope: str) -> Actor | None:
    """Who a program acts as, or None when the key is unknown, lapsed, revoked or lacks the scope."""
    row = db.session.scalars(
        select(ApiToken).where(ApiToken.token_digest == digest_of(token))
    ).one_or_none()
    if row is None or row.revoked_at is not None or scope not in row.scopes:
        return None
    if row.expires_at is not None and row.expires_at <= clock.now():
        return None
    person = db.session.get_one(Person, row.person_id)
    return actor_of(person) if person.is_active else None


def tokens_of(person_id: int) -> list[ApiToken]:
    """The keys of a person, the newest first; those that ended within a year as well."""
    is_kept = ApiToken.revoked_at.is_(None) | (ApiToken.revoked_at > clock.now() - LIFE)
    mine = select(ApiToken).where(ApiToken.person_id == person_id, is_kept)
    return list(db.session.scalars(mine.order_by(ApiToken.id.desc()).limit(MOST_KEYS)))


def revoke(token: ApiToken) -> None:
    """End a key at once; one that has ended already stays as it is."""
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        record(KeyEnded(**_told(token), after={"key": token.id}))


def _told(token: ApiToken) -> dict[str, Any]:
    return {"actor_id": token.person_id, "cause": "console", "subject_id": token.person_id}


def digest_of(token: str) -> str:
    """What is kept of a key."""
    return sha256(token.encode()).hexdigest()
