"""Rows of people: who they are, how they are reached, where they belong."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import BigKey, Model, primary_key


class Role(enum.StrEnum):
    """What a person is to the desk; what an agent may do in a group is in `Membership`."""

    REQUESTER = "requester"
    AGENT = "agent"
    ADMIN = "admin"


class Right(enum.StrEnum):
    """What a member may do with the tickets of a group; each includes those before it."""

    READ = "read"
    WORK = "work"
    LEAD = "lead"


RIGHTS_IN_ORDER = (Right.READ, Right.WORK, Right.LEAD)


class ContactKind(enum.StrEnum):
    """How a contact point is used; a handle is a name that one channel account knows, such as a user's id there."""

    EMAIL = "email"
    PHONE = "phone"
    HANDLE = "handle"


class Organisation(Model):
    """A body that requesters belong to, such as a school or a supplier."""

    __tablename__ = "organisation"

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(200), unique=True)
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]


class Agency(Model):
    """A department or partner body with its own name, address and groups."""

    __tablename__ = "agency"

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(200), unique=True)
    address: Mapped[str] = mapped_column(String(320), default="")
    signature: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]


class Person(Model):
    """One human being, on every channel: a requester, an agent or both."""

    __tablename__ = "person"
    __table_args__ = (
        # Staff are few among very many, and every page with a menu of agents asks for them.
        Index(
            "ix_person_staff",
            "role",
            postgresql_where=text("role <> 'requester'"),
            sqlite_where=text("role <> 'requester'"),
        ),
        Index(
            "ix_person_merged",
            "merged_into_id",
            postgresql_where=text("merged_into_id IS NOT NULL"),
            sqlite_where=text("merged_into_id IS NOT NULL"),
        ),
    )

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(default=Role.REQUESTER)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    sign_in_name: Mapped[str | None] = mapped_column(String(320), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    # Every change of password, role or state raises it; a session that carries an older one is over (S37).
    credential_version: Mapped[int] = mapped_column(Integer, default=1)
    locale: Mapped[str] = mapped_column(String(10), default="en")
    time_zone: Mapped[str] = mapped_column(String(64), default="Europe/London")
    theme: Mapped[str] = mapped_column(String(10), default="system")
    # Whether keys pressed alone do anything for them (WCAG 2.1.4).
    single_keys: Mapped[bool] = mapped_column(Boolean, default=True)
    # For so many seconds a reply that this person sent can be taken back.
    undo_seconds: Mapped[int] = mapped_column(SmallInteger, default=10)
    # How a member of staff has their pages: lists, views, notices; see `people.preferences`.
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # What a member of staff puts below their replies, and what they are; see `messaging.own_signatures`.
    job_title: Mapped[str] = mapped_column(String(120), default="", server_default="")
    signature: Mapped[str] = mapped_column(Text, default="", server_default="")
    note: Mapped[str] = mapped_column(Text, default="")
    # Who has all that was this person's, after a merge; no foreign key, since it points into its own table.
    merged_into_id: Mapped[int | None] = mapped_column(BigKey)
    created_at: Mapped[datetime]

    organisation: Mapped[Organisation | None] = relationship(lazy="select")
    contact_points: Mapped[list[ContactPoint]] = relationship(
        back_populates="person", order_by="ContactPoint.id", lazy="select"
    )
    memberships: Mapped[list[Membership]] = relationship(back_populates="person", lazy="select")

    @property
    def is_staff(self) -> bool:
        """Whether this person may sign in to the console."""
        return self.role in (Role.AGENT, Role.ADMIN)


class ContactPoint(Model):
    """An address or number by which a person is reached.

    `value` is normalised (see `people.commands.normalise`). It is proven once its owner has shown that they read it; an
    unproven one identifies nobody for reading. `undeliverable_since` and `undeliverable_why` say that mail to it came
    back for good, and in the server's words; `refuses_bulk_since` that its owner called mail of ours unwanted.
    """

    __tablename__ = "contact_point"
    __table_args__ = (UniqueConstraint("kind", "value"),)

    id: Mapped[primary_key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[ContactKind]
    value: Mapped[str] = mapped_column(String(320))
    is_proven: Mapped[bool] = mapped_column(Boolean, default=False)
    proven_at: Mapped[datetime | None]
    undeliverable_since: Mapped[datetime | None]
    undeliverable_why: Mapped[str | None] = mapped_column(Text)
    refuses_bulk_since: Mapped[datetime | None]
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship(back_populates="contact_points", lazy="select")


class Group(Model):
    """A team of agents; its queue is its open tickets.

    Its replies come from `address` under the name `sender_name`, and answers to them go to `reply_to`; where these are
    empty, the agency's, the mailbox's or the desk's own stand there.
    """

    __tablename__ = "desk_group"

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    address: Mapped[str] = mapped_column(String(320), default="")
    sender_name: Mapped[str] = mapped_column(String(120), default="")
    reply_to: Mapped[str] = mapped_column(String(320), default="")
    signature: Mapped[str] = mapped_column(Text, default="")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime]

    agency: Mapped[Agency | None] = relationship(lazy="select")
    memberships: Mapped[list[Membership]] = relationship(back_populates="group", lazy="select")


class Membership(Model):
    """An agent's place in a group, with the right held there."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "group_id"),)

    id: Mapped[primary_key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("desk_group.id"), index=True)
    right: Mapped[Right] = mapped_column("right_held", default=Right.WORK)

    person: Mapped[Person] = relationship(back_populates="memberships", lazy="select")
    group: Mapped[Group] = relationship(back_populates="memberships", lazy="select")


class WebSession(Model):
    """A signed-in browser; only a digest of its random token is kept (S36).

    `confirmed_at` is when the password was last typed in this session; weighty changes ask for it again (S30).
    """

    __tablename__ = "web_session"

    id: Mapped[primary_key]
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    credential_version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    last_seen_at: Mapped[datetime] = mapped_column(index=True)


class TokenPurpose(enum.StrEnum):
    """What a password token was made for."""

    INVITE = "invite"
    RESET = "reset"


class PasswordToken(Model):
    """A one-use right to set a password: an invitation or a reset (S33).

    The token is an HMAC of `salt` under the desk's secret key, so the job that mails it can make it again, while the
    database holds only its digest and cannot. A reset asked for an address that nobody has makes a row too, with no
    person, so that the answer takes the same work for all (S35).
    """

    __tablename__ = "password_token"

    id: Mapped[primary_key]
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[TokenPurpose]
    salt: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship(lazy="select")


class ApiToken(Model):
    """A key for programs: named, scoped, hashed, expiring (S58)."""

    __tablename__ = "api_token"

    id: Mapped[primary_key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
