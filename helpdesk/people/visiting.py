"""Visitors: whoever follows a link that was mailed to an address reads that address, and needs no password."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import delete, or_, select, update

from helpdesk.core import clock, links
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import owe
from helpdesk.people.access import Actor
from helpdesk.people.commands import prove_contact_point
from helpdesk.people.models import ContactKind, Person, Role
from helpdesk.people.registering import contact_point_of
from helpdesk.people.tokens import digest_of
from helpdesk.people.visitor_models import VisitorLink, VisitorSession

MAIL_JOB = "send_visitor_link"
PATH = "/go/"
# A link that was asked for is followed at once; one in a receipt, for as long as a request may take.
SHORT, LONG = timedelta(hours=1), timedelta(days=60)
IDLE_FOR, LASTS_FOR = timedelta(hours=4), timedelta(days=1)
MARKED_EVERY = timedelta(minutes=5)
_LONGEST_TOKEN = 64


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor at this moment: the person, and the address that they have shown to read."""

    person: Person
    address: str

    @property
    def actor(self) -> Actor:
        """Who acts; one of the staff is here for themselves, and may do no more than anybody."""
        return requester_of(self.person)


def requester_of(person: Person) -> Actor:
    """Somebody as the one who asks, whatever else they are at the desk."""
    return Actor(
        person_id=person.id,
        name=person.name,
        role=Role.REQUESTER,
        locale=person.locale,
        time_zone=person.time_zone,
        theme=person.theme,
    )


def make_link(
    address: str, leads_to: str, *, lasting: timedelta, locale: str = "en"
) -> VisitorLink:
    """A link to a page for whoever reads this normalised address; inside a unit of work."""
    point = contact_point_of(ContactKind.EMAIL, address)
    salt, now = secrets.token_hex(32), clock.now()
    link = VisitorLink(
        token_digest=digest_of(_derive(salt)),
        salt=salt,
        person_id=point.person_id if point is not None and point.person.is_active else None,
        address=address,
        leads_to=leads_to,
        locale=locale,
        created_at=now,
        expires_at=now + lasting,
    )
    db.session.add(link)
    db.session.flush()
    return link


def mail_link(address: str, leads_to: str, *, lasting: timedelta, locale: str) -> VisitorLink:
    """Make a link and owe the mail that carries it."""
    link = make_link(address, leads_to, lasting=lasting, locale=locale)
    owe(MAIL_JOB, link.id)
    return link


def url_of(link: VisitorLink) -> str:
    """The whole address of a link, from the configured address of the desk and never from a request (S34)."""
    return f"{str(current_app.config['DESK_BASE_URL']).rstrip('/')}{PATH}{_derive(link.salt)}"


def live_link(text: str) -> VisitorLink | None:
    """The link of this text while it is good; None for anything else, whatever is wrong with it."""
    if not text or len(text) > _LONGEST_TOKEN or not text.isascii():
        return None
    found = db.session.scalar(
        select(VisitorLink).where(VisitorLink.token_digest == digest_of(text))
    )
    return found if found is not None and found.expires_at > clock.now() else None


def follow(link: VisitorLink) -> str | None:
    """Begin a visit for who followed a link; the token is told once. None where nobody has the address."""
    point = contact_point_of(ContactKind.EMAIL, link.address)
    if point is None or not point.person.is_active:
        return None
    prove_contact_point(point, cause="portal")
    token, now = secrets.token_urlsafe(32), clock.now()
    db.session.add(
        VisitorSession(
            token_digest=digest_of(token),
            person_id=point.person_id,
            address=point.value,
            created_at=now,
            last_seen_at=now,
        )
    )
    return token


def read_visit(token: str) -> tuple[Visit, bool] | None:
    """The visit of this token while it is good, and whether it is time to mark it as used."""
    if not token or len(token) > _LONGEST_TOKEN:
        return None
    now = clock.now()
    found = db.session.scalar(
        select(VisitorSession).where(
            VisitorSession.token_digest == digest_of(token),
            VisitorSession.last_seen_at > now - IDLE_FOR,
            VisitorSession.created_at > now - LASTS_FOR,
        )
    )
    if found is None or not found.person.is_active:
        return None
    return Visit(found.person, found.address), now - found.last_seen_at >= MARKED_EVERY


def mark_visit(token: str) -> None:
    """Note that a visit goes on."""
    db.session.execute(
        update(VisitorSession)
        .where(VisitorSession.token_digest == digest_of(token))
        .values(last_seen_at=clock.now())
    )


def end_visit(token: str) -> None:
    """Forget a browser."""
    db.session.execute(
        delete(VisitorSession).where(VisitorSession.token_digest == digest_of(token))
    )


def sweep_visits() -> None:
    """Forget links and visits that have lapsed."""
    now = clock.now()
    db.session.execute(delete(VisitorLink).where(VisitorLink.expires_at < now))
    db.session.execute(
        delete(VisitorSession).where(
            or_(
                VisitorSession.last_seen_at <= now - IDLE_FOR,
                VisitorSession.created_at <= now - LASTS_FOR,
            )
        )
    )


def _derive(salt: str) -> str:
    made = links.digest_of(salt.encode("ascii"), purpose="visitor-link", size=32)
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode("ascii")
