"""Keys for programs: shown once, kept as digests, scoped and lapsing (S58)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.people.access import Actor, actor_of
from helpdesk.people.models import ApiToken, Person

SCOPES = ("tickets:read",)
LIFE = timedelta(days=365)
PREFIX = "desk_"


def make_api_token(
    person: Person, name: str, scopes: Iterable[str], *, lasting: timedelta = LIFE
) -> str:
    """Make a key for a program that acts as this person; returned once and never shown again."""
    wanted = sorted(set(scopes))
    if not wanted or set(wanted) - set(SCOPES):
        raise Invalid(_("There is no such scope."), _("Choose of: %(all)s.", all=", ".join(SCOPES)))
    token = PREFIX + secrets.token_urlsafe(32)
    at = clock.now()
    db.session.add(
        ApiToken(
            person_id=person.id,
            name=name[:120],
            token_digest=digest_of(token),
            scopes=wanted,
            created_at=at,
            expires_at=at + lasting,
        )
    )
    db.session.flush()
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


def revoke(token: ApiToken) -> None:
    """End a key at once."""
    token.revoked_at = clock.now()


def digest_of(token: str) -> str:
    """What is kept of a key."""
    return sha256(token.encode()).hexdigest()
