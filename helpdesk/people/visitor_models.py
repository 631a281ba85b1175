"""Rows of visitors: links that prove an address, and browsers in which one was followed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Model, primary_key
from helpdesk.people.models import Person


class VisitorLink(Model):
    """A link that was mailed to an address: who follows it reads that mail, and goes to `leads_to`, a path of ours.

    As with a password token, the text of the link is made of `salt` and the desk's key, so that the job that mails it
    can make it again, while the database holds only its digest. One asked for an address that nobody has is a row
    too, with no person, so that the answer takes the same work for all (S35).
    """

    __tablename__ = "visitor_link"

    id: Mapped[primary_key]
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    salt: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    address: Mapped[str] = mapped_column(String(320))
    leads_to: Mapped[str] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(10), default="en")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    person: Mapped[Person | None] = relationship(lazy="select")


class VisitorSession(Model):
    """A browser in which somebody followed such a link; only a digest of its random token is kept (S36)."""

    __tablename__ = "visitor_session"

    id: Mapped[primary_key]
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    address: Mapped[str] = mapped_column(String(320))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime] = mapped_column(index=True)

    person: Mapped[Person] = relationship(lazy="select")
