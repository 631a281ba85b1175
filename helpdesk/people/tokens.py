"""One-use rights to set a password: invitations and resets (S33)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import timedelta

from flask import current_app
from sqlalchemy import select, update

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import owe
from helpdesk.people.models import PasswordToken, Person, TokenPurpose

LIFETIMES = {TokenPurpose.INVITE: timedelta(hours=72), TokenPurpose.RESET: timedelta(minutes=60)}
# The job of `helpdesk/jobs.py` that mails a token to its owner.
MAIL_JOB = "send_password_mail"
_LONGEST_TOKEN = 64


def mail_password_token(person: Person, purpose: TokenPurpose) -> PasswordToken:
    """Make a token and owe the mail that carries it; the person's older tokens are void."""
    spend_all_tokens(person)
    now = clock.now()
    salt = secrets.token_hex(32)
    token = PasswordToken(
        person_id=person.id,
        purpose=purpose,
        salt=salt,
        token_digest=digest_of(_derive(salt)),
        created_at=now,
        expires_at=now + LIFETIMES[purpose],
    )
    db.session.add(token)
    db.session.flush()
    owe(MAIL_JOB, token.id)
    return token


def token_text(token: PasswordToken) -> str:
    """The token itself, as its owner gets it; for the job that mails it, and never for a page or a log."""
    return _derive(token.salt)


def live_token(text: str) -> PasswordToken | None:
    """The unspent token of which this is the exact text; None for anything else, whatever is wrong with it."""
    if not text or len(text) > _LONGEST_TOKEN:
        return None
    token = db.session.scalar(
        select(PasswordToken).where(PasswordToken.token_digest == digest_of(text))
    )
    if token is None or token.used_at is not None or token.expires_at <= clock.now():
        return None
    return token if token.person.is_active and token.person.is_staff else None


def spend(token: PasswordToken) -> bool:
    """Use a token up; False when somebody else was quicker."""
    spent = db.session.execute(
        update(PasswordToken)
        .where(PasswordToken.id == token.id, PasswordToken.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(PasswordToken.id)
    ).first()
    return spent is not None


def spend_all_tokens(person: Person) -> None:
    """Void every token of a person that is still good."""
    db.session.execute(
        update(PasswordToken)
        .where(PasswordToken.person_id == person.id, PasswordToken.used_at.is_(None))
        .values(used_at=clock.now())
    )


def digest_of(text: str) -> str:
    """What is kept of a random token; it has enough bits to need no salt."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _derive(salt: str) -> str:
    key = current_app.config["SECRET_KEY"]
    secret = key.encode() if isinstance(key, str) else key
    made = hmac.new(secret, f"password-token:{salt}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode("ascii")
