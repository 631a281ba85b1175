"""One-use rights to set a password: invitations and resets (S33)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, delete, select, update

from helpdesk.core import clock, links
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import owe
from helpdesk.people.models import PasswordToken, Person, TokenPurpose

LIFETIMES = {TokenPurpose.INVITE: timedelta(hours=72), TokenPurpose.RESET: timedelta(minutes=60)}
# The job of `helpdesk/jobs.py` that mails a token to its owner.
MAIL_JOB = "send_password_mail"
# Where the page stands on which a token is used; `web/auth.py` serves it.
PATH = "/reset/"
_LONGEST_TOKEN = 64
_NOBODY = 0


@dataclass(frozen=True, slots=True)
class PasswordMail:
    """What a mail that carries a password token has to say, and to whom."""

    address: str
    name: str
    locale: str
    purpose: TokenPurpose
    link: str
    expires_at: datetime


def mail_password_token(person: Person | None, purpose: TokenPurpose) -> PasswordToken:
    """Make a token and owe the mail that carries it; the person's older ones of this purpose are void.

    For nobody, the same rows are written and no mail goes out.
    """
    token = _make(person, purpose)
    owe(MAIL_JOB, token.id)
    return token


def make_link(person: Person, purpose: TokenPurpose) -> str:
    """A link to choose a password, for an operator to hand over where no mail can be sent; shown once."""
    return _link(_make(person, purpose))


def _make(person: Person | None, purpose: TokenPurpose) -> PasswordToken:
    person_id = person.id if person is not None else None
    _void(PasswordToken.person_id == (person_id or _NOBODY), PasswordToken.purpose == purpose)
    now = clock.now()
    salt = secrets.token_hex(32)
    token = PasswordToken(
        person_id=person_id,
        purpose=purpose,
        salt=salt,
        token_digest=digest_of(_derive(salt)),
        created_at=now,
        expires_at=now + LIFETIMES[purpose],
    )
    db.session.add(token)
    db.session.flush()
    return token


def password_mail(token_id: int) -> PasswordMail | None:
    """The mail owed for a token; None when there is nobody to tell, or nothing to tell any more.

    The link is built from the configured address of the desk, never from a request (S34).
    """
    token = db.session.get(PasswordToken, token_id)
    if token is None or not _is_live(token):
        return None
    person = token.person
    if person is None or person.sign_in_name is None:
        return None
    return PasswordMail(
        address=person.sign_in_name,
        name=person.name,
        locale=person.locale,
        purpose=token.purpose,
        link=_link(token),
        expires_at=token.expires_at,
    )


def _link(token: PasswordToken) -> str:
    base = str(current_app.config["DESK_BASE_URL"]).rstrip("/")
    return f"{base}{PATH}{token_text(token)}"


def token_text(token: PasswordToken) -> str:
    """The token itself, as its owner gets it; never for a page or a log."""
    return _derive(token.salt)


def live_token(text: str) -> PasswordToken | None:
    """The unspent token of which this is the exact text; None for anything else, whatever is wrong with it."""
    if not text or len(text) > _LONGEST_TOKEN:
        return None
    token = db.session.scalar(
        select(PasswordToken).where(PasswordToken.token_digest == digest_of(text))
    )
    return token if token is not None and _is_live(token) else None


def _is_live(token: PasswordToken) -> bool:
    if token.used_at is not None or token.expires_at <= clock.now():
        return False
    return token.person is not None and token.person.is_active and token.person.is_staff


def spend(token: PasswordToken) -> bool:
    """Use a token up; False when somebody else was quicker."""
    spent = db.session.execute(
        update(PasswordToken)
        .where(PasswordToken.id == token.id, PasswordToken.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(PasswordToken.id)
    ).first()
    return spent is not None


def void_all_tokens(person: Person) -> None:
    """Void every token of a person that is still good."""
    _void(PasswordToken.person_id == person.id)


def sweep_tokens(*, older_than: timedelta = timedelta(days=30)) -> None:
    """Forget tokens that lapsed long ago."""
    db.session.execute(
        delete(PasswordToken).where(PasswordToken.expires_at < clock.now() - older_than)
    )


def digest_of(text: str) -> str:
    """What is kept of a random token; it has enough bits to need no salt."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _void(*which: ColumnElement[bool]) -> None:
    db.session.execute(
        update(PasswordToken)
        .where(PasswordToken.used_at.is_(None), *which)
        .values(used_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )


def _derive(salt: str) -> str:
    made = links.digest_of(salt.encode("ascii"), purpose="password-token", size=32)
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode("ascii")
