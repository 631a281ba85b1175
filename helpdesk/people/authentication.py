"""Who is it? Signing in with a password, changing and resetting it; every try is limited in the database.

The functions of this file that try a password open their own units of work, since a failed try has to be counted while
everything else is undone, and since hashing takes too long to hold a transaction open.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import throttle
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound, TooMany
from helpdesk.core.unit_of_work import record, unit_of_work
from helpdesk.people.commands import end_sessions, prove_contact_point
from helpdesk.people.events import PasswordChanged
from helpdesk.people.models import ContactKind, ContactPoint, Person, TokenPurpose
from helpdesk.people.passwords import check_rules, hash_password, is_right, needs_new_hash
from helpdesk.people.sessions import begin_session, mark_confirmed, sweep_sessions
from helpdesk.people.tokens import live_token, mail_password_token, spend, sweep_tokens

log = logging.getLogger(__name__)

TRY_WINDOW = timedelta(minutes=5)
TRIES_PER_ACCOUNT = 10
# An office behind one address signs in every morning; only what failed stays counted there.
TRIES_PER_SOURCE = 50
RESET_WINDOW = timedelta(hours=1)
RESETS_PER_ADDRESS = 3
RESETS_PER_SOURCE = 30
TOKEN_TRIES_PER_SOURCE = 30


def sign_in(sign_in_name: str, password: str, source_ip: str) -> tuple[Person, str]:
    """The person and the token of their new session.

    Raises TooMany past the limits, with the right password too (S41), and Invalid in the same words and the same time
    whether the name is unknown, the password wrong or the account closed (S35). Call it outside a unit of work.
    """
    name = _plain(sign_in_name)
    _count_try(name, source_ip)
    person = _by_sign_in_name(name)
    kept = person.password_hash if person else None
    right = is_right(kept, password)
    if person is None or not right or not (person.is_active and person.is_staff):
        log.info("A sign-in was refused.", extra={"person": person.id if person else None})
        raise _wrong()
    with unit_of_work():
        _forget_tries(name, source_ip)
        db.session.refresh(person, with_for_update=True)
        if person.password_hash != kept or not person.is_active:
            # Somebody changed the password, or closed the account, while we were looking at the old one.
            raise _wrong()
        if kept is not None and needs_new_hash(kept):
            person.password_hash = hash_password(password)
        token = begin_session(person)
    log.info("Signed in.", extra={"person": person.id})
    return person, token


def confirm_password(person: Person, session_id: int, password: str, source_ip: str) -> None:
    """Have a signed-in person type their password again before a weighty change (S30)."""
    _check_own_password(person, password, source_ip, field="password")
    with unit_of_work():
        mark_confirmed(session_id)


def change_password(person: Person, current: str, new: str, source_ip: str) -> str:
    """Change one's own password; every session ends, and the token of a new one comes back."""
    _check_own_password(person, current, source_ip, field="current")
    with unit_of_work():
        set_password(person, new, cause="console")
        return begin_session(person)


def _check_own_password(person: Person, password: str, source_ip: str, *, field: str) -> None:
    name = _plain(person.sign_in_name or "")
    kept = person.password_hash
    _count_try(name, source_ip)
    if not is_right(kept, password):
        raise Invalid(
            _("This is not your password."), _("Type the password you sign in with."), field=field
        )
    with unit_of_work():
        _forget_tries(name, source_ip)


def set_password(person: Person, password: str, *, cause: str = "command line") -> None:
    """Give a person a password that keeps the rules; their sessions end and the links they were sent are void.

    Runs inside a unit of work.
    """
    check_rules(password, about=(person.name, person.sign_in_name or ""))
    person.password_hash = hash_password(password)
    end_sessions(person)
    record(PasswordChanged(actor_id=person.id, cause=cause, subject_id=person.id))


def start_reset(address: str, source_ip: str) -> None:
    """Owe a mail with a link to choose a new password, if this is the address of somebody who may sign in.

    Answers, writes and takes the same for every address (S35). Call it outside a unit of work.
    """
    name = _plain(address)
    with unit_of_work():
        by_address = throttle.hit(f"reset:{name}", RESETS_PER_ADDRESS, RESET_WINDOW)
        by_source = throttle.hit(f"reset-source:{source_ip}", RESETS_PER_SOURCE, RESET_WINDOW)
    if not by_source:
        raise _too_many(RESET_WINDOW)
    if not by_address:
        return
    with unit_of_work():
        person = _by_sign_in_name(name)
        reachable = person is not None and person.is_active and person.is_staff
        mail_password_token(person if reachable else None, TokenPurpose.RESET)


def check_token(text: str, source_ip: str) -> None:
    """Refuse a link that is wrong, old or used, always in the same words (S33), and guesses without end (S40)."""
    with unit_of_work():
        allowed = throttle.hit(f"token:{source_ip}", TOKEN_TRIES_PER_SOURCE, TRY_WINDOW)
    if not allowed:
        raise _too_many(TRY_WINDOW)
    if live_token(text) is None:
        raise _dead_link()


def use_token(text: str, password: str, source_ip: str) -> Person:
    """Choose a password by a link from an invitation or a reset; who can do so has shown that the address is theirs.

    Call it outside a unit of work.
    """
    check_token(text, source_ip)
    with unit_of_work():
        token = live_token(text)
        if token is None or token.person is None:
            raise _dead_link()
        person = token.person
        check_rules(password, about=(person.name, person.sign_in_name or ""))
        if not spend(token):
            raise _dead_link()
        set_password(person, password, cause=token.purpose.value)
        _prove_sign_in_address(person)
        throttle.forget(f"account:{_plain(person.sign_in_name or '')}", TRY_WINDOW)
    return person


def forget_lapsed() -> None:
    """Delete sessions and tokens that lapsed; periodic, inside a unit of work."""
    sweep_sessions()
    sweep_tokens()


def _prove_sign_in_address(person: Person) -> None:
    point = db.session.scalar(
        select(ContactPoint).where(
            ContactPoint.person_id == person.id,
            ContactPoint.kind == ContactKind.EMAIL,
            ContactPoint.value == person.sign_in_name,
        )
    )
    if point is not None:
        prove_contact_point(point, cause="password link")


def _count_try(name: str, source_ip: str) -> None:
    with unit_of_work():
        account = throttle.hit(f"account:{name}", TRIES_PER_ACCOUNT, TRY_WINDOW)
        source = throttle.hit(f"source:{source_ip}", TRIES_PER_SOURCE, TRY_WINDOW)
    if not (account and source):
        log.warning("Too many tries to sign in.")
        raise _too_many(TRY_WINDOW)


def _forget_tries(name: str, source_ip: str) -> None:
    throttle.forget(f"account:{name}", TRY_WINDOW)
    throttle.take_back(f"source:{source_ip}", TRY_WINDOW)


def _by_sign_in_name(name: str) -> Person | None:
    return db.session.scalar(select(Person).where(Person.sign_in_name == name))


def _plain(sign_in_name: str) -> str:
    # A name is compared as it is kept, in lower case; whatever else was typed finds nobody.
    return sign_in_name.strip().lower().replace("\x00", "")[:320]


def _too_many(window: timedelta) -> TooMany:
    minutes = int(window.total_seconds() // 60)
    return TooMany(
        _("Too many tries."),
        _("Wait %(minutes)d minutes, then try again.", minutes=minutes),
        retry_after=int(window.total_seconds()),
    )


def _wrong() -> Invalid:
    return Invalid(
        _("The e-mail address or the password is not right."),
        _("Try again, or ask for a link to choose a new password."),
        field="password",
    )


def _dead_link() -> NotFound:
    return NotFound(
        _("This link cannot be used."), _("It may be old or used already. Ask for a new one.")
    )
